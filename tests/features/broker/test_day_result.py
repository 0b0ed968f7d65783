"""The result of the day begins at the previous close and moves with the quote, for accounts and for positions."""

import asyncio
from decimal import Decimal
from typing import Any

import pytest

from paperdesk.features.marketdata.jobs import JOBS
from paperdesk.infra.job_worker import Worker
from tests.desk import FIRST_CLOSE, RunningDesk
from tests.features.broker.test_corporate_actions import market_of


async def day(desk: RunningDesk, account_id: str, **moment: str) -> tuple[str, str, str, dict[str, str]]:
    """Return when the day began, what the account was worth then, its result, and that of each position."""
    account = await desk.mine.get(f"/v1/accounts/{account_id}", **moment)
    positions = await desk.mine.rows(f"/v1/accounts/{account_id}/positions", **moment)
    told = {position["symbol"]: position["day_pl"] for position in positions}
    return account["day_began_at"], account["equity_before"], account["day_pl"], told


async def test_the_days_result_starts_at_the_previous_close(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market()
    assert await day(desk, account_id) == (FIRST_CLOSE, "0", "0", {})
    await desk.mine.order(account_id, "buy", "10")
    await desk.mine.step(tape_id)  # bought at 101.02, closes at 103
    assert await day(desk, account_id) == (FIRST_CLOSE, "10000", "19.8", {"ACME": "19.8"})
    await desk.mine.step(tape_id)  # closes at 105
    second = await day(desk, account_id)
    assert second == ("2024-06-04T20:00:00Z", "10019.8", "20", {"ACME": "20"})
    await desk.mine.control(tape_id, "jump", to="next_open")  # opens at 104
    assert await day(desk, account_id) == ("2024-06-05T20:00:00Z", "10039.8", "-10", {"ACME": "-10"})
    assert await day(desk, account_id, as_of="2024-06-05T20:00:00Z") == second
    (position,) = await desk.mine.rows(f"/v1/accounts/{account_id}/positions")
    assert position["unrealised_pl"] == "29.8"


async def test_results_move_with_the_quote(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market("quotes")
    await desk.mine.order(account_id, "buy", "3")
    await desk.mine.step(tape_id, "quote")
    seen = [await day(desk, account_id)]
    (bought,) = await desk.mine.rows(f"/v1/accounts/{account_id}/fills")
    await desk.mine.step(tape_id, "quote")
    seen.append(await day(desk, account_id))
    mids = [Decimal("100.02"), Decimal("100.12")]
    paid = sum(Decimal(fill["price"]) * Decimal(fill["quantity"]) for fill in [bought])
    assert [Decimal(result) for _, _, result, _ in seen] == [mid * Decimal(bought["quantity"]) - paid for mid in mids]
    assert all(told == {"ACME": result} for _, _, result, told in seen)


async def test_what_the_owner_moves_is_no_result_and_what_is_closed_counts_for_the_account(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market(fill_model="ideal")
    await desk.mine.order(account_id, "buy", "10")
    await desk.mine.step(tape_id)
    await desk.mine.post(f"/v1/accounts/{account_id}/transfers", {"amount": "500"})
    await desk.mine.order(account_id, "sell", "10")
    await desk.mine.step(tape_id)  # sold at 103.5, which is 0.5 above the close before
    account = await desk.mine.get(f"/v1/accounts/{account_id}")
    assert (account["equity_before"], account["day_pl"], account["day_reason"]) == ("10520", "5", None)
    assert Decimal(account["equity"]) == Decimal(10520) + 5


async def test_a_new_epoch_begins_a_new_day(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market()
    await desk.mine.order(account_id, "buy", "10")
    await desk.mine.step(tape_id)
    await desk.mine.control(tape_id, "jump", to="next_open")
    await desk.mine.post(f"/v1/accounts/{account_id}/reset", {"cash": "5000"})
    assert await day(desk, account_id) == ("2024-06-05T13:30:00Z", "0", "0", {})


async def test_dividends_and_splits_are_no_loss(desk: RunningDesk) -> None:
    working = asyncio.create_task(Worker(desk.runtime, JOBS).run())
    tape_id = await desk.mine.open_tape(await market_of(desk))
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    account_id = await desk.mine.open_account(tape_id, fill_model="ideal")
    await desk.mine.order(account_id, "buy", "10")
    await desk.mine.step(tape_id)  # bought at 100, closes at 100
    results: list[Any] = []
    for _ in range(3):  # a dividend of 1.00 takes a dollar off the price; then two units for one at half the price
        await desk.mine.step(tape_id)
        results.append((await day(desk, account_id))[2:])
    assert results == [("0", {"ACME": "0"}), ("10", {"ACME": "10"}), ("0", {"ACME": "0"})]


@pytest.mark.parametrize("steps", [1, 2, 3])
async def test_the_day_of_an_account_is_that_of_its_parts_less_fees(desk: RunningDesk, steps: int) -> None:
    tape_id, account_id = await desk.market("mixed", fees={"value_rate": "0.01"})
    for symbol, quantity in (("ACME", "10"), ("BOLT", "20")):
        await desk.mine.order(account_id, "buy", quantity, symbol=symbol)
    equity = Decimal(10_000)
    for _ in range(steps):
        await desk.mine.control(tape_id, "step", unit="fact")
    account = await desk.mine.get(f"/v1/accounts/{account_id}")
    _, _, result, told = await day(desk, account_id)
    fees = sum(Decimal(fill["fee"]) for fill in await desk.mine.rows(f"/v1/accounts/{account_id}/fills"))
    assert Decimal(result) == sum(map(Decimal, told.values())) - fees == Decimal(account["equity"]) - equity
