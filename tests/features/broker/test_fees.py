"""An account pays by its own schedule, and every kind of fee is a line of its ledger."""

from decimal import Decimal
from typing import Any

import pytest

from tests.desk import RunningDesk, refused


async def paid(desk: RunningDesk, fees: Any, quantity: str = "10") -> list[dict[str, str]]:  # noqa: ANN401 - any JSON
    """Buy and sell in an account of a schedule; return the fees of both entries by kind."""
    tape_id, account_id = await desk.market(fees=fees, cash="1000000")
    for side in ("buy", "sell"):
        await desk.mine.order(account_id, side, quantity)
        await desk.mine.step(tape_id)
    assert (await desk.mine.get(f"/v1/accounts/{account_id}/reconciliation"))["balanced"]
    entries = (await desk.mine.rows(f"/v1/accounts/{account_id}/ledger"))[::-1][1:]
    return [
        {line["fee_kind"]: line["amount"] for line in entry["postings"] if line["book"] == "fees"} for entry in entries
    ]


async def test_a_schedule_by_name_charges_each_kind(desk: RunningDesk) -> None:
    bought, sold = await paid(desk, "per_share", "1000")
    assert (bought, sold) == ({"commission": "5", "cat": "0.01"}, {"commission": "5", "cat": "0.01", "taf": "0.2"})


async def test_an_account_of_its_own_schedule_pays_by_the_share_up_to_a_most(desk: RunningDesk) -> None:
    own = {"per_share": "0.01", "order_minimum": "1.00", "order_maximum": "7.50"}
    assert await paid(desk, own, "500") == [{"commission": "5"}, {"commission": "5"}]
    assert await paid(desk, own, "50") == [{"commission": "1"}, {"commission": "1"}]
    assert await paid(desk, own, "5000") == [{"commission": "7.5"}, {"commission": "7.5"}]


async def test_exact_fees_reach_the_ledger_and_the_cash_with_their_fractions(desk: RunningDesk) -> None:
    rate = {"value_rate": "0.000333"}
    rounded, exact = [await paid(desk, {**rate, "rounding": each}, "7") for each in ("posting", "exact")]
    for posted, kept in zip(rounded, exact, strict=True):
        fee = Decimal(kept["commission"])
        assert fee != fee.quantize(Decimal("0.01")) == Decimal(posted["commission"])


async def test_the_account_names_its_schedule_and_is_free_unless_asked(desk: RunningDesk) -> None:
    for fees, name in ((None, "commission_free"), ("percent", "percent"), ({"per_share": "0.01"}, "custom")):
        terms: dict[str, Any] = {} if fees is None else {"fees": fees}
        _, account_id = await desk.market("daily", **terms)
        assert (await desk.mine.get(f"/v1/accounts/{account_id}"))["fees"] == name


@pytest.mark.parametrize(
    ("fees", "status", "code"),
    [("generous", 422, "unknown_fee_schedule"), ({"per_share": "-1"}, 422, "malformed_request")],
)
async def test_a_schedule_that_makes_no_sense_is_refused(desk: RunningDesk, fees: Any, status: int, code: str) -> None:  # noqa: ANN401 - any JSON
    tape_id, _ = await desk.market()
    body = {"name": "Dear", "tape_id": tape_id, "fees": fees}
    refused(await desk.mine.ask("POST", "/v1/accounts", json=body), status, code)
