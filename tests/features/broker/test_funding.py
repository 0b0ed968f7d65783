"""Funding through REST: what an account states it pays a day for the pairs it holds is settled three times a day.

The pair has bars of half an hour that stand at 50,600 at midnight, at 50,100 at 08:00 and at 50,300 at 16:00.
"""

from decimal import Decimal
from typing import Any

import pytest

from tests.desk import RunningDesk, refused

PAIR = "BTC/USD"
DAILY = {"funding": {"daily_rate": "0.03"}}
STARTS_AT = "2024-06-03T20:00:00Z"


async def holder(desk: RunningDesk, quantity: str = "1", **rules: Any) -> tuple[str, str]:  # noqa: ANN401 - any JSON
    """Return a tape and an account that has bought a pair on it."""
    terms = {"cash": "100000", "fill_model": "ideal", "margin": DAILY, **rules}
    tape_id, account_id = await desk.market("hours", **terms)
    await desk.mine.order(account_id, "buy", quantity, symbol=PAIR, time_in_force="gtc")
    await desk.mine.step(tape_id, unit="bar")
    (held,) = await desk.mine.rows(f"/v1/accounts/{account_id}/positions")
    assert held["quantity"] == quantity
    return tape_id, account_id


async def settled(desk: RunningDesk, account_id: str) -> list[tuple[str, str]]:
    """Return when funding was posted and what it did to cash, oldest first, once the books were reconciled."""
    books = await desk.mine.get(f"/v1/accounts/{account_id}/reconciliation")
    assert (books["balanced"], books["problems"]) == (True, [])
    rows = await desk.mine.rows(f"/v1/accounts/{account_id}/activities", kind="funding")
    return [(row["at"], row["cash_change"]) for row in reversed(rows)]


SETTLED = [
    ("2024-06-04T00:00:00Z", "-506"),
    ("2024-06-04T08:00:00Z", "-501"),
    ("2024-06-04T16:00:00Z", "-503"),
]


@pytest.mark.parametrize(("unit", "count"), [("bar", 60), ("fact", 7), ("session", 2)])
async def test_each_settlement_is_posted_once_however_a_tape_moves(desk: RunningDesk, unit: str, count: int) -> None:
    tape_id, account_id = await holder(desk)
    while not (await desk.mine.step(tape_id, unit=unit, count=count))["has_ended"]:
        pass
    assert await settled(desk, account_id) == SETTLED
    account = await desk.mine.get(f"/v1/accounts/{account_id}")
    assert account["funding_daily_rate"] == "0.03"
    lines = [line for row in await desk.mine.rows(f"/v1/accounts/{account_id}/ledger") for line in row["postings"]]
    of_funding = [Decimal(line["amount"]) for line in lines if line["book"] == "funding"]
    assert sum(of_funding) == Decimal(1510)
    assert Decimal(account["cash"]) == sum(Decimal(line["amount"]) for line in lines if line["book"] == "cash")


async def test_a_tape_that_waits_for_what_happens_stops_at_a_settlement_and_goes_on_behind_it(
    desk: RunningDesk,
) -> None:
    tape_id, account_id = await holder(desk)
    stops = [await desk.mine.control(tape_id, "jump", to="next_event") for _ in SETTLED]
    assert [each["stopped_by"] for each in stops] == ["event"] * 3
    # A settlement is told with the first fact after it: here what half an hour brought.
    assert [each["at"] for each in stops] == [f"2024-06-04T{hour:02}:30:00Z" for hour in (0, 8, 16)]
    while not (await desk.mine.step(tape_id))["has_ended"]:
        pass
    assert await settled(desk, account_id) == SETTLED


async def test_only_who_states_a_rate_pays_and_only_while_holding(desk: RunningDesk) -> None:
    tape_id, account_id = await holder(desk)
    free = await desk.mine.open_account(tape_id, cash="100000", fill_model="ideal")
    earns = await desk.mine.open_account(
        tape_id, cash="100000", fill_model="ideal", margin={"funding": {"daily_rate": "-0.03"}}
    )
    for other in (free, earns):
        await desk.mine.order(other, "buy", "1", symbol=PAIR, time_in_force="gtc")
    await desk.mine.control(tape_id, "jump", to="2024-06-04T04:00:00Z")
    await desk.mine.order(account_id, "sell", "1", symbol=PAIR, time_in_force="gtc")
    await desk.mine.control(tape_id, "jump", to="2024-06-04T20:00:00Z")
    assert await settled(desk, account_id) == SETTLED[:1]
    assert await settled(desk, free) == []
    assert await settled(desk, earns) == [(at, paid.removeprefix("-")) for at, paid in SETTLED]


async def test_what_funding_cost_can_be_read_in_words_and_in_the_ledger(desk: RunningDesk) -> None:
    tape_id, account_id = await holder(desk)
    await desk.mine.control(tape_id, "jump", to="2024-06-04T04:00:00Z")
    (entry,) = await desk.mine.rows(f"/v1/accounts/{account_id}/activities", kind="funding")
    assert entry["description"] == "Funding of BTC/USD worth 50600 at 2024-06-04 00:00 UTC, a third of 3 % a day"
    (newest, *_) = await desk.mine.rows(f"/v1/accounts/{account_id}/ledger")
    assert [line["book"] for line in newest["postings"]] == ["funding", "cash"]


async def test_a_rate_of_all_there_is_or_more_is_refused(desk: RunningDesk) -> None:
    tape_id = await desk.mine.open_tape(desk.markets["hours"].id, STARTS_AT)
    for rate in ("1", "-1", "NaN"):
        body = {"name": "Practice", "tape_id": tape_id, "margin": {"funding": {"daily_rate": rate}}}
        refused(await desk.mine.ask("POST", "/v1/accounts", json=body), 422, "malformed_request")
