"""Going back makes a branch that begins earlier; the tape and what was done on it stay where they are."""

import pytest

from tests.desk import FIRST_CLOSE, RunningDesk, refused


async def test_a_branch_begins_where_its_tape_has_been(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market()
    await desk.mine.order(account_id, "buy", "1")
    stood = await desk.mine.step(tape_id, count=4)
    branch = await desk.mine.post(f"/v1/tapes/{tape_id}/rewind", {"to": "2024-06-05", "name": "Again"})
    assert branch.pop("forks") == []
    assert (branch["parent_id"], branch["at"], branch["starts_at"], branch["name"]) == (
        tape_id, "2024-06-05T20:00:00Z", "2024-06-05T20:00:00Z", "Again",
    )  # fmt: skip
    assert (branch["dataset_id"], branch["state"], branch["has_ended"]) == (stood["dataset_id"], "paused", False)
    assert await desk.mine.get(f"/v1/tapes/{tape_id}") == stood
    assert await desk.mine.rows(f"/v1/tapes/{tape_id}/branches") == [branch]
    assert len(await desk.mine.rows(f"/v1/accounts/{account_id}/fills")) == 1


async def test_a_branch_tells_the_same_again_and_nothing_sooner(desk: RunningDesk) -> None:
    tape_id, _ = await desk.market()
    await desk.mine.step(tape_id, count=5)
    told = await desk.mine.get("/v1/bars", tape_id=tape_id, symbol="ACME")
    branch = await desk.mine.post(f"/v1/tapes/{tape_id}/rewind", {"to": FIRST_CLOSE})
    bars = (await desk.mine.get("/v1/bars", tape_id=branch["id"], symbol="ACME"))["items"]
    assert [bar["at"] for bar in bars] == [FIRST_CLOSE]
    account_id = await desk.mine.open_account(branch["id"])
    await desk.mine.order(account_id, "buy", "1")
    await desk.mine.step(branch["id"], count=5)
    assert await desk.mine.get("/v1/bars", tape_id=branch["id"], symbol="ACME") == told
    (fill,) = await desk.mine.rows(f"/v1/accounts/{account_id}/fills")
    assert fill["at"] == "2024-06-04T13:30:00Z"


@pytest.mark.parametrize(
    ("to", "status", "code"),
    [
        ("2024-06-07", 422, "rewinds_ahead"),
        ("2024-06-01", 422, "starts_before_tape"),
        ("1890-01-01", 422, "beyond_calendar"),
        ("yesterday", 422, "malformed_request"),
    ],
)
async def test_a_branch_that_cannot_be_is_not_opened(desk: RunningDesk, to: str, status: int, code: str) -> None:
    tape_id, _ = await desk.market()
    await desk.mine.step(tape_id)
    refused(await desk.mine.ask("POST", f"/v1/tapes/{tape_id}/rewind", json={"to": to}), status, code)
    assert await desk.mine.rows(f"/v1/tapes/{tape_id}/branches") == []


async def test_neither_a_shared_nor_a_sealed_tape_is_rewound(desk: RunningDesk) -> None:
    body = {"dataset_id": str(desk.markets["daily"].id), "name": "Class", "start_at": FIRST_CLOSE, "shared": True}
    shared = await desk.mine.post("/v1/tapes", body)
    answer = await desk.mine.ask("POST", f"/v1/tapes/{shared['id']}/rewind", json={"to": FIRST_CLOSE})
    refused(answer, 409, "shared_tape_not_rewound")
    sealed = await desk.mine.post("/v1/tapes", {"preset": "fair_market", "sealed": True})
    answer = await desk.mine.ask("POST", f"/v1/tapes/{sealed['id']}/rewind", json={"to": sealed["at"]})
    refused(answer, 409, "sealed_market")
