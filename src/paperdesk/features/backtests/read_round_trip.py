"""One round trip of a run, bar by bar: what its symbol did, what was held, and what had come of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from paperdesk.core.kernel.errors import NotFound
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.market.quotes import Bar
from paperdesk.features.backtests.queries import read_backtest, report_in
from paperdesk.features.backtests.schemas import RoundTripBarOut
from paperdesk.features.backtests.tape_market import TapeMarket
from paperdesk.features.marketdata.queries import on_tape
from paperdesk.features.marketdata.tapes import Shelf
from paperdesk.infra.work import ReadOnly

_MICROSECOND: Final = timedelta(microseconds=1)


class UnknownRoundTrip(NotFound):
    """The run has no round trip of that number."""


async def read_round_trip(work: ReadOnly, shelf: Shelf, backtest_id: UUID, number: int) -> list[RoundTripBarOut]:
    """Return the bars of a round trip, oldest first; raises UnknownBacktest, NoReportYet or UnknownRoundTrip."""
    backtest = await read_backtest(work, backtest_id, {"round_trips", "positions"})
    report = report_in(backtest)
    trip = next((each for each in report["round_trips"] if each.get("number") == number), None)
    if trip is None:
        raise UnknownRoundTrip("The run has no round trip of that number.", number=number)
    tape, dataset = await on_tape(work, shelf, backtest.tape_id)
    instrument = TapeMarket(tape, dataset).instrument(trip["symbol"])
    assert instrument is not None, "what was traded is on its tape"
    begins, ends = (
        datetime.fromisoformat(each) for each in (trip["decided_at"], trip["left_at"] or report["ended_at"])
    )
    found = dataset.bars(instrument.id, backtest.stretch.upto, start=begins, end=ends + _MICROSECOND)
    held = [each for each in report["positions"] if each["symbol"] == trip["symbol"]]
    return [_shown(bar, held, instrument.multiplier) for bar in found]


def _shown(bar: Bar, held: Sequence[Mapping[str, Any]], multiplier: Decimal) -> RoundTripBarOut:
    last = next((each for each in reversed(held) if datetime.fromisoformat(each["at"]) <= bar.at), None)
    units = ZERO if last is None else Decimal(last["quantity"])
    average = None if last is None or last["average_price"] is None else Decimal(last["average_price"])
    return RoundTripBarOut(
        at=bar.at,
        open=bar.open,
        high=bar.high,
        low=bar.low,
        close=bar.close,
        volume=bar.volume,
        quantity=units,
        unrealised_pl=None if average is None else units * (bar.close - average) * multiplier,
    )
