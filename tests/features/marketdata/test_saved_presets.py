"""Presets of what is recorded and what somebody saved: opened by name, shared or not, forgotten by their owner."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from paperdesk.core.kernel.ids import DatasetId
from paperdesk.features.marketdata.feeds.manifest import DatasetManifest
from paperdesk.features.marketdata.feeds.samples import US_EQUITIES, build_sample
from paperdesk.features.marketdata.store import insert_dataset
from paperdesk.infra.work import UnitOfWork
from tests.desk import FIRST_CLOSE, RunningDesk, refused

JUNE = {"name": "june", "title": "A June", "summary": "Eight sessions."}


async def names(desk: RunningDesk) -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in await desk.mine.rows("/v1/tape-presets")}


async def with_real_prices(desk: RunningDesk) -> None:
    dataset_id = DatasetId(uuid4())
    manifest = build_sample(US_EQUITIES, desk.runtime.settings.datasets / str(dataset_id))
    if not isinstance(manifest, DatasetManifest):
        pytest.skip(manifest.reason)
    async with desk.runtime.as_system() as db:
        work = UnitOfWork(desk.first.principal, desk.runtime.clock.now(), db)
        await insert_dataset(work, dataset_id, manifest, None)


async def test_two_crashes_replay_on_real_prices(desk: RunningDesk) -> None:
    assert not {"lehman_2008", "pandemic_2020"} & (await names(desk)).keys()
    refused(await desk.mine.ask("POST", "/v1/tapes", json={"preset": "lehman_2008"}), 404, "unknown_preset")
    await with_real_prices(desk)
    shown = (await names(desk))["pandemic_2020"]
    assert (shown["kind"], shown["starts_on"]) == ("recorded", "2020-02-19")
    for preset, starts_at in (("lehman_2008", "2008-08-29T20:00:00Z"), ("pandemic_2020", "2020-02-19T21:00:00Z")):
        tape = await desk.mine.post("/v1/tapes", {"preset": preset})
        assert (tape["at"], tape["kind"], tape["survivorship"]) == (starts_at, "recorded", "survivors only")
        await desk.mine.step(tape["id"], count=23)
        bars = (await desk.mine.get("/v1/bars", tape_id=tape["id"], symbol="SP500", limit=24))["items"]
        assert float(bars[-1]["close"]) < 0.95 * float(bars[0]["close"])
    refused(
        await desk.mine.ask("POST", "/v1/tapes", json={"preset": "lehman_2008", "seed": 1}), 422, "preset_has_no_seed"
    )


async def test_a_tape_is_saved_and_opened_again(desk: RunningDesk) -> None:
    tape_id = await desk.mine.open_tape(desk.markets["daily"].id, "2024-06-05T20:00:00Z")
    await desk.mine.step(tape_id)
    saved = await desk.mine.post("/v1/tape-presets", {**JUNE, "tape_id": tape_id, "warm_up": 2})
    assert (saved["kind"], saved["starts_at"], saved["is_mine"]) == ("saved", "2024-06-05T20:00:00Z", True)
    again = await desk.mine.post("/v1/tapes", {"preset": "june"})
    assert (again["at"], again["name"], again["dataset_id"]) == (
        "2024-06-05T20:00:00Z", "A June", str(desk.markets["daily"].id),
    )  # fmt: skip
    answer = await desk.mine.ask("DELETE", "/v1/tape-presets/june")
    assert answer.status_code == 204
    refused(await desk.mine.ask("DELETE", "/v1/tape-presets/june"), 404, "unknown_saved_preset")
    refused(await desk.mine.ask("POST", "/v1/tapes", json={"preset": "june"}), 404, "unknown_preset")


async def test_others_see_only_what_is_shared(desk: RunningDesk) -> None:
    tape_id, _ = await desk.market()
    await desk.mine.post("/v1/tape-presets", {**JUNE, "tape_id": tape_id})
    await desk.owner.execute("update tape_presets set owner_id = $1", UUID(int=5))
    assert "june" not in await names(desk)
    refused(await desk.mine.ask("POST", "/v1/tapes", json={"preset": "june"}), 404, "unknown_preset")
    await desk.owner.execute("update tape_presets set shared = true")
    assert (await names(desk))["june"]["is_mine"] is False
    assert "june" not in [row["name"] for row in await desk.theirs.rows("/v1/tape-presets")]
    refused(await desk.mine.ask("DELETE", "/v1/tape-presets/june"), 404, "unknown_saved_preset")


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"name": "calm_market"}, 409, "preset_name_taken"),
        ({"name": "pandemic_2020"}, 409, "preset_name_taken"),
        ({"name": "My June"}, 422, "malformed_preset_name"),
        ({"start_on": "2024-06-01"}, 422, "starts_before_tape"),
        ({"start_on": "1890-06-01"}, 422, "beyond_calendar"),
        ({"start_on": None}, 422, "malformed_request"),
        ({"tape_id": "0192f0c1-7b1e-7a3c-8000-3f5d5f9d9a11"}, 422, "malformed_request"),
        ({"dataset_id": "0192f0c1-7b1e-7a3c-8000-3f5d5f9d9a11"}, 404, "unknown_dataset"),
    ],
)
async def test_a_preset_that_cannot_be_is_not_saved(
    desk: RunningDesk, change: dict[str, Any], status: int, code: str
) -> None:
    body = {**JUNE, "dataset_id": str(desk.markets["daily"].id), "start_on": "2024-06-04"} | change
    refused(await desk.mine.ask("POST", "/v1/tape-presets", json=body), status, code)
    assert "june" not in await names(desk)


async def test_a_name_is_taken_once(desk: RunningDesk) -> None:
    body = {**JUNE, "dataset_id": str(desk.markets["daily"].id), "start_at": FIRST_CLOSE}
    await desk.mine.post("/v1/tape-presets", body)
    refused(await desk.mine.ask("POST", "/v1/tape-presets", json=body), 409, "preset_name_taken")
