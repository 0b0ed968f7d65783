"""Cross-validations by REST: every trial is run and counted once, and every path is out of sample."""

from typing import Any

import pytest

from paperdesk.features.research.request_cross_validation import TRIALS_MAX
from tests.desk import FIRST_CLOSE, RunningDesk, refused
from tests.features.research.studied import FOLDING, ran_cross_validation
from tests.features.research.swept import ran_sweep, sweep_body

TERMS = {"fees": {"value_rate": "0.001"}, "starts_at": FIRST_CLOSE}


@pytest.fixture
async def tape_id(desk: RunningDesk) -> str:
    """A tape that has shown forty days."""
    tape_id = await desk.mine.open_tape(desk.markets["waves"].id)
    await desk.mine.step(tape_id, count=60)
    return tape_id


@pytest.mark.parametrize("mode", ["events", "compiled"])
async def test_every_path_is_chosen_without_what_it_is_tested_on(desk: RunningDesk, tape_id: str, mode: str) -> None:
    study_id = await ran_cross_validation(desk, tape_id, **TERMS, mode=mode)
    study = await desk.mine.get(f"/v1/studies/{study_id}")
    found = study["cross_validation"]
    assert (study["kind"], study["state"], study["plan"]["groups"]) == ("cross_validation", "done", 4)
    assert (found["trials"], found["left_out"], len(found["splits"]), len(found["paths"])) == (6, 0, 6, 3)
    assert sum(each["observations"] for each in found["groups"]) == found["observations"]
    first = found["splits"][0]
    assert first["groups"] == [1, 2]
    assert first["chosen_on"] == found["observations"] - sum(each["observations"] for each in found["groups"][:2]) - 2
    assert first["parameters"].keys() == {"fast", "slow"}
    ratios = sorted(each["sharpe"] for each in found["paths"])
    assert found["sharpe_quantiles"]["0.5"] == pytest.approx(ratios[1])
    assert found["share_losing"] == sum(each["total_return"] < 0 for each in found["paths"]) / 3
    assert 0 <= found["overfitting_probability"] <= 1
    # Its trials are those of a sweep, and the same questions asked again are not counted twice.
    sweep = await desk.mine.get(f"/v1/sweeps/{await ran_sweep(desk, tape_id, **TERMS, mode=mode)}")
    assert sweep["selection"]["trials"] == 6
    assert sweep["selection"]["overfitting_probability"] == found["overfitting_probability"]


async def test_the_best_trial_over_all_sessions_stands_beside_its_family(desk: RunningDesk, tape_id: str) -> None:
    study_id = await ran_cross_validation(desk, tape_id, **TERMS, objective="total_return")
    study = await desk.mine.get(f"/v1/studies/{study_id}")
    sweep = await desk.mine.get(f"/v1/sweeps/{await ran_sweep(desk, tape_id, **TERMS, objective='total_return')}")
    assert study["trial"] == sweep["best"]
    assert study["selection"] == sweep["selection"]
    assert 0 <= study["selection"]["deflated_sharpe"] <= 1


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"groups": 20, "tested": 10}, "too_many_splits"),
        ({"purge": 40}, "too_few_to_split"),
        ({"search": "learned"}, "learned_cross_validation"),
        ({"objective": "calmar"}, "not_cross_validated"),
        ({"ranges": {"fast": {"at_least": "1", "at_most": str(TRIALS_MAX + 1)}}}, "too_many_trials"),
        ({"ranges": {}}, "nothing_to_search"),
        ({"groups": 2}, "malformed_request"),
    ],
)
async def test_what_cannot_be_cross_validated_is_refused(
    desk: RunningDesk, tape_id: str, asked: dict[str, Any], code: str
) -> None:
    body = sweep_body(tape_id, **{**FOLDING, **asked})
    refused(await desk.mine.ask("POST", "/v1/studies/cross-validation", json=body), 422, code)


async def test_a_study_is_listed_cancelled_and_deleted(desk: RunningDesk, tape_id: str) -> None:
    asked = await desk.mine.post("/v1/studies/cross-validation", sweep_body(tape_id, **FOLDING))
    path = f"/v1/studies/{asked['id']}"
    assert (asked["state"], asked["ended_at"]) == ("waiting", None)
    assert (await desk.mine.post(f"{path}/cancel", {}))["state"] == "cancelled"
    stopped = await desk.mine.get(path)
    assert [stopped[name] for name in ("cross_validation", "trial", "selection")] == [None, None, None]
    assert [each["id"] for each in await desk.mine.rows("/v1/studies", kind="cross_validation")] == [asked["id"]]
    assert await desk.mine.rows("/v1/studies", kind="jitter") == []
    (await desk.mine.ask("DELETE", path)).raise_for_status()
    refused(await desk.mine.ask("GET", path), 404, "unknown_study")
