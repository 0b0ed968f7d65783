"""A live tape tells halts that a source streams, and nothing on it is traded meanwhile."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from paperdesk.core.market.facts import TradingHalted, TradingResumed
from paperdesk.features.marketdata import hear_halts
from paperdesk.infra.clock import FrozenClock
from tests.desk import RunningDesk, refused, wish
from tests.features.marketdata.live_desk import fills_of, live, quote_of, recording, until
from tests.vendor_stream import VendorStream, vendor_stream

__all__ = ["live"]

HIGHER = (101.90, 101.94, 101.92, 99.50, 102.50, 99.10, 120500, 99.00)
HIGHEST = (103.00, 103.04, 103.02, 99.50, 103.50, 99.10, 121500, 99.00)


@pytest.fixture
async def stream(desk: RunningDesk, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[VendorStream]:
    """Alpaca's stream, which the desk finds before it has a live tape."""
    monkeypatch.setattr(hear_halts, "AGAIN_S", 0.02)
    async with vendor_stream() as found:
        desk.vendors.stream_port = found.port
        yield found


@pytest.fixture
async def heard(stream: VendorStream, live: tuple[RunningDesk, str]) -> tuple[RunningDesk, str]:
    """The live tape, once its halts are listened to."""
    await listening(stream, 1)
    return live


async def listening(stream: VendorStream, times: int) -> None:
    """Wait until the desk has subscribed so often."""

    async def look() -> int:
        return len(stream.asked)

    await until(look, lambda count: bool(count >= times))


async def halted(desk: RunningDesk, tape_id: str, *, yes: bool) -> Any:  # noqa: ANN401 - any JSON
    """Wait until ACME is halted, or is not, and return how that is shown."""
    shown = await until(lambda: quote_of(desk, tape_id), lambda quote: bool((quote["halted"] is not None) == yes))
    return shown["halted"]


def moves_on(desk: RunningDesk, clock: FrozenClock, figures: Any, printed_at: str) -> None:  # noqa: ANN401 - Figures
    """Let six seconds pass, in which ACME trades."""
    clock.advance(timedelta(seconds=6))
    desk.vendors.now["ACME"] = (figures, printed_at)


async def test_while_trading_is_halted_orders_wait_and_nothing_is_told(
    heard: tuple[RunningDesk, str], stream: VendorStream, clock: FrozenClock
) -> None:
    desk, tape_id = heard
    assert (stream.paths, stream.asked) == (["/v2/iex"], [["ACME"]])
    account_id = await desk.mine.open_account(tape_id)
    await stream.tell("ACME", "P", "LUDP")
    assert await halted(desk, tape_id, yes=True) == {"since": "2026-01-05T15:31:00Z", "reason": "volatility"}
    await desk.mine.order(account_id, "buy", "1")
    ioc = wish(account_id, "buy", "1", time_in_force="ioc")
    refused(await desk.mine.ask("POST", "/v1/orders", json=ioc), 409, "instrument_halted")
    moves_on(desk, clock, HIGHER, "2026-01-05T15:31:04Z")
    clock.advance(timedelta(seconds=6))

    async def seen() -> list[datetime | None]:
        return [each.printed_at for each in (await recording(desk, tape_id)).seen.values()]

    await until(seen, lambda printed: bool(printed == [datetime(2026, 1, 5, 15, 31, 4, tzinfo=UTC)]))
    await stream.tell("ACME", "T", "")
    assert await halted(desk, tape_id, yes=False) is None
    (halt,) = await desk.mine.rows(f"/v1/tapes/{tape_id}/halts")
    assert (halt["symbol"], halt["reason"], halt["resumed_at"]) == ("ACME", "volatility", "2026-01-05T15:31:12Z")
    assert await fills_of(desk, account_id) == []
    moves_on(desk, clock, HIGHEST, "2026-01-05T15:31:16Z")
    (fill,) = await until(lambda: fills_of(desk, account_id), bool)
    assert fill["price"].startswith("103.")
    dataset = await recording(desk, tape_id)
    kinds = [type(fact) for fact in dataset.facts_between(0, dataset.facts_total)]
    assert kinds.index(TradingResumed) == kinds.index(TradingHalted) + 1


async def test_a_halt_that_ended_while_nobody_listened_ends_with_the_first_print_after(
    heard: tuple[RunningDesk, str], stream: VendorStream, clock: FrozenClock
) -> None:
    desk, tape_id = heard
    await stream.tell("ACME", "H", "T1")
    assert (await halted(desk, tape_id, yes=True))["reason"] == "news"
    clock.advance(timedelta(seconds=2))
    await stream.hang_up()
    await listening(stream, 2)
    # What was paid before anybody listened again says nothing of now.
    moves_on(desk, clock, HIGHER, "2026-01-05T15:31:01Z")
    assert (await quote_of(desk, tape_id))["halted"] is not None
    clock.advance(timedelta(seconds=20))
    moves_on(desk, clock, HIGHER, "2026-01-05T15:31:30Z")
    await halted(desk, tape_id, yes=False)
    clock.advance(timedelta(seconds=6))
    await until(lambda: quote_of(desk, tape_id), lambda quote: bool(quote["bid"] == "101.9"))


async def test_what_is_watched_anew_is_listened_to_as_well(
    heard: tuple[RunningDesk, str], stream: VendorStream
) -> None:
    desk, tape_id = heard
    await desk.mine.post(f"/v1/live/tapes/{tape_id}/symbols", {"symbols": ["BOLT"]})
    await listening(stream, 2)
    assert stream.asked[-1] == ["ACME", "BOLT"]


async def test_a_status_that_stops_nobody_halts_nothing(heard: tuple[RunningDesk, str], stream: VendorStream) -> None:
    desk, tape_id = heard
    await stream.tell("ACME", "7", "I")
    await stream.tell("BOLT", "H", "T1")
    await stream.tell("ACME", "2", "X")
    assert (await halted(desk, tape_id, yes=True))["reason"] == "other"
    assert len(await desk.mine.rows(f"/v1/tapes/{tape_id}/halts")) == 1
