"""A live tape tells dividends and splits that a source told beforehand, and accounts on it are moved by them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from paperdesk.core.market.facts import CorporateActionFact
from paperdesk.infra.clock import FrozenClock
from tests.desk import RunningDesk
from tests.features.marketdata.live_desk import fills_of, live, quote_of, recording, until
from tests.vendor_answers import alpaca_dividend, alpaca_split
from tests.vendor_stand import Trouble

__all__ = ["live"]

HIGHER = (101.90, 101.94, 101.92, 99.50, 102.50, 99.10, 120500, 99.00)


def goes_to(clock: FrozenClock, at: datetime) -> None:
    """Let the wall clock show an instant."""
    clock.advance(at - clock.now())


async def heard(desk: RunningDesk, tape_id: str, count: int) -> None:
    """Wait until the recording knows so many actions."""

    async def look() -> int:
        return len((await recording(desk, tape_id)).actions)

    await until(look, lambda known: bool(known == count))


async def holding(desk: RunningDesk, tape_id: str, clock: FrozenClock) -> str:
    """Open an account and let it buy ten shares."""
    account_id = await desk.mine.open_account(tape_id)
    await desk.mine.order(account_id, "buy", "10")
    clock.advance(timedelta(seconds=6))
    desk.vendors.now["ACME"] = (HIGHER, "2026-01-05T15:31:04Z")
    await until(lambda: fills_of(desk, account_id), bool)
    return account_id


async def cash_of(desk: RunningDesk, account_id: str) -> Decimal:
    return Decimal((await desk.mine.get(f"/v1/accounts/{account_id}"))["cash"])


async def shares_of(desk: RunningDesk, account_id: str) -> str:
    (position,) = await desk.mine.rows(f"/v1/accounts/{account_id}/positions")
    return str(position["quantity"])


async def actions_of(desk: RunningDesk, tape_id: str) -> list[dict[str, Any]]:
    return await desk.mine.rows(f"/v1/tapes/{tape_id}/corporate-actions")


async def test_who_holds_at_the_close_gets_the_dividend_and_the_split(
    live: tuple[RunningDesk, str], clock: FrozenClock
) -> None:
    desk, tape_id = live
    desk.vendors.acts = {
        "cash_dividends": [alpaca_dividend(0.25, "2026-01-07", "2026-01-08")],
        "forward_splits": [alpaca_split(2, 1, "2026-01-09")],
    }
    account_id = await holding(desk, tape_id, clock)
    before = await cash_of(desk, account_id)
    goes_to(clock, datetime(2026, 1, 6, 5, 1, tzinfo=UTC))
    await heard(desk, tape_id, 2)
    # Nobody sees on the day it was heard what may still be another tomorrow.
    assert await actions_of(desk, tape_id) == []
    goes_to(clock, datetime(2026, 1, 7, 6, tzinfo=UTC))
    told = await until(lambda: actions_of(desk, tape_id), bool)
    assert [(each["kind"], each["ex_on"]) for each in told] == [
        ("cash_dividend", "2026-01-07"),
        ("split", "2026-01-09"),
    ]
    await until(lambda: quote_of(desk, tape_id), lambda quote: bool(quote["bid"] == "101.65"))
    assert await cash_of(desk, account_id) == before
    goes_to(clock, datetime(2026, 1, 8, 6, tzinfo=UTC))
    await until(lambda: cash_of(desk, account_id), lambda cash: bool(cash == before + Decimal("2.50")))
    goes_to(clock, datetime(2026, 1, 9, 6, tzinfo=UTC))
    await until(lambda: shares_of(desk, account_id), lambda shares: bool(shares == "20"))
    dataset = await recording(desk, tape_id)
    acts = [each for each in dataset.facts_between(0, dataset.facts_total) if isinstance(each, CorporateActionFact)]
    assert [(each.action.kind, each.moment.value, f"{each.at:%m-%d %H:%M}") for each in acts] == [
        ("cash_dividend", "ex", "01-07 05:00"),
        ("cash_dividend", "pay", "01-08 05:00"),
        ("split", "ex", "01-09 05:00"),
    ]


async def test_the_newest_word_counts_and_what_was_taken_back_is_gone(
    live: tuple[RunningDesk, str], clock: FrozenClock
) -> None:
    desk, tape_id = live
    desk.vendors.acts = {
        "cash_dividends": [alpaca_dividend(0.25, "2026-02-02", "2026-02-09")],
        "forward_splits": [alpaca_split(2, 1, "2026-03-02")],
    }
    goes_to(clock, datetime(2026, 1, 6, 5, 1, tzinfo=UTC))
    await heard(desk, tape_id, 2)
    desk.vendors.acts = {"cash_dividends": [alpaca_dividend(0.30, "2026-02-02", "2026-02-09")]}
    goes_to(clock, datetime(2026, 1, 7, 5, 1, tzinfo=UTC))
    await heard(desk, tape_id, 1)
    goes_to(clock, datetime(2026, 1, 8, 5, 1, tzinfo=UTC))
    (told,) = await until(lambda: actions_of(desk, tape_id), bool)
    assert (told["kind"], told["amount"], told["announced_on"]) == ("cash_dividend", "0.3", "2026-01-08")


async def test_what_is_heard_after_the_bell_of_its_day_is_shown_and_moves_nobody(
    live: tuple[RunningDesk, str], clock: FrozenClock
) -> None:
    desk, tape_id = live
    account_id = await holding(desk, tape_id, clock)
    before = await cash_of(desk, account_id)
    desk.vendors.is_down = True
    goes_to(clock, datetime(2026, 1, 6, 15, tzinfo=UTC))
    look = lambda: desk.mine.get(f"/v1/tapes/{tape_id}")  # noqa: E731
    await until(look, lambda tape: bool(tape["at"] == "2026-01-06T15:00:00Z"))
    desk.vendors.is_down = False
    desk.vendors.acts = {"cash_dividends": [alpaca_dividend(0.25, "2026-01-06", "2026-01-06")]}
    clock.advance(timedelta(minutes=10))
    (told,) = await until(lambda: actions_of(desk, tape_id), bool)
    assert (told["ex_on"], told["amount"]) == ("2026-01-06", "0.25")
    clock.advance(timedelta(days=1))
    await until(look, lambda tape: bool(tape["at"] == "2026-01-07T15:10:00Z"))
    assert await cash_of(desk, account_id) == before


async def test_a_source_without_actions_is_asked_again(live: tuple[RunningDesk, str], clock: FrozenClock) -> None:
    desk, tape_id = live
    desk.vendors.acts = {"cash_dividends": [alpaca_dividend(0.25, "2026-02-02", "2026-02-09")]}
    desk.vendors.troubles = [Trouble(body=b"no json")] * 2
    goes_to(clock, datetime(2026, 1, 6, 5, 1, tzinfo=UTC))

    async def look() -> bool:
        clock.advance(timedelta(minutes=1))
        return bool((await recording(desk, tape_id)).actions)

    await until(look, bool)
