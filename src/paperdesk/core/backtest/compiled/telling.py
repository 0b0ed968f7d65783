"""What came of market orders that are asked for at a close and meet the next open, in the words of the exact engine.

Orders are numbered as they were asked for: bar by bar, and at a bar in the order of the strategy's symbols.
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from paperdesk.core.backtest.compiled.book import NO_CASH
from paperdesk.core.backtest.compiled.kernel import FILLED, LAPSED, UNPAID
from paperdesk.core.backtest.compiled.refusals import Answer, Refusals
from paperdesk.core.backtest.compiled.track import Bars, Worths
from paperdesk.core.backtest.result import Done, Placed, Refused, Result
from paperdesk.core.broker.commands import PlaceOrder
from paperdesk.core.broker.orders import AT_RELEASE, TIME_IS_UP, OrderStatus, OrderType, Side
from paperdesk.core.kernel.ids import OrderId, derived
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.kernel.time import instant_of

# What every such order is filled by: the open of the next bar, as the exact engine calls it.
OPENED: Final = "open"
CLOSED: Final = "close"
_ENDS: Final = {
    FILLED: (OrderStatus.FILLED, "filled"),
    UNPAID: (OrderStatus.CANCELLED, AT_RELEASE),
    LAPSED: (OrderStatus.EXPIRED, TIME_IS_UP),
}


class Accepted(NamedTuple):
    """An order in whole numbers: the bar it was asked for at, its symbol, signed units, and what came of it."""

    bar: int
    symbol: int
    units: int
    state: int
    price: int
    fee: int


class Denied(NamedTuple):
    """An order that was not accepted, with what was needed and what was free, and why in the numbers of `book.py`."""

    bar: int
    symbol: int
    units: int
    needed: int
    free: int
    why: int = NO_CASH


class Telling:
    """What came of a run over the bars of one symbol, or of several that have bars at the same instants."""

    def __init__(
        self, bars: Sequence[Bars], worths: Worths, accepted: Sequence[Accepted], denied: Sequence[Denied]
    ) -> None:
        """Take what came of a run."""
        self._bars, self._worths, self._accepted, self._denied = bars, worths, accepted, denied
        asked = sorted(each[:2] for each in (*accepted, *denied))
        self._number = {place: number for number, place in enumerate(asked, start=1)}
        # Prices of the same instant come in the order of their instruments' ids.
        ranked = sorted(range(len(bars)), key=lambda symbol: str(bars[symbol].instrument.id))
        self._rank = {symbol: rank for rank, symbol in enumerate(ranked)}

    def into(self, result: Result) -> None:
        """Write orders, fills and refusals down in a result."""
        result.orders = [self._order(each, result) for each in self._accepted]
        result.done, result.refused = list(self._done(result)), [self._refused(each, result) for each in self._denied]

    def _order(self, each: Accepted, result: Result) -> Placed:
        bars, units, is_filled = self._bars[each.symbol], self._worths.units(abs(each.units)), each.state == FILLED
        return Placed(
            self._id(each, result),
            instant_of(bars.at.item(each.bar)),
            bars.instrument,
            _side(each),
            units,
            *self._ending(each, result),
            filled_quantity=units if is_filled else ZERO,
            average_fill_price=self._worths.price(each.price) if is_filled else None,
            fees=self._worths.money(each.fee),
        )

    def _done(self, result: Result) -> Iterator[Done]:
        filled = (each for each in self._accepted if each.state == FILLED)
        for each in sorted(filled, key=lambda each: (each.bar, self._rank[each.symbol])):
            bars = self._bars[each.symbol]
            at, rule = instant_of(bars.open_at.item(each.bar + 1)), CLOSED if bars.closes_alone else OPENED
            price, fee = self._worths.price(each.price), self._worths.money(each.fee)
            yield Done(at, self._id(each, result), self._worths.units(abs(each.units)), price, fee, rule=rule)

    def _refused(self, each: Denied, result: Result) -> Refused:
        account, bars = result.account, self._bars[each.symbol]
        units = self._worths.units(abs(each.units))
        ask = (account.id, self._id(each, result), bars.instrument.symbol, _side(each), OrderType.MARKET, units)
        command, refusals = PlaceOrder(*ask), Refusals(account, bars.instrument, self._worths)
        close = self._worths.price(bars.close.item(each.bar))
        refusal = refusals.of(command, Answer(each.why, each.needed, each.free), close)
        return Refused(instant_of(bars.at.item(each.bar)), command, refusal)

    def _ending(self, each: Accepted, result: Result) -> tuple[OrderStatus, str | None]:
        if each.state in _ENDS:
            return _ENDS[each.state]
        is_over = self._bars[each.symbol].session_after(each.bar) <= result.ended_at
        return _ENDS[LAPSED] if is_over else (OrderStatus.ACCEPTED, None)

    def _id(self, each: Accepted | Denied, result: Result) -> OrderId:
        return OrderId(derived(result.account.id, "strategy", self._number[each[:2]]))


def _side(each: Accepted | Denied) -> Side:
    return Side.BUY if each.units > 0 else Side.SELL
