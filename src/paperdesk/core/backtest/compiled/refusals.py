"""From an answer of a kernel to what the broker says: the refusals that depend on what stands."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final, NamedTuple

from paperdesk.core.backtest.compiled.book import (
    ENTRY_CLOSES,
    EXIT_OPENS,
    NO_CASH,
    NO_EQUITY,
    NO_MARGIN,
    NO_UNITS,
    NOT_IN_FULL,
    NOT_LENT,
    TOO_WIDE,
)
from paperdesk.core.backtest.compiled.track import Worths
from paperdesk.core.broker.account import Account, Position
from paperdesk.core.broker.checks import beyond_cash, check_units
from paperdesk.core.broker.commands import PlaceOrder
from paperdesk.core.broker.margin_checks import (
    MINIMUM_EQUITY,
    SELLING_SHORT,
    check_borrow,
    entry_closes,
    equity_missing,
    exit_opens,
    refuse_beyond,
)
from paperdesk.core.broker.margin_rates import EQUITY_MIN
from paperdesk.core.broker.orders import OrderClass, Side
from paperdesk.core.broker.terms import TrailOutOfRange, check_exits
from paperdesk.core.kernel.errors import PaperdeskError
from paperdesk.core.kernel.money import plain
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.instruments import Instrument

_ON_MARGIN: Final = {ENTRY_CLOSES, EXIT_OPENS, NOT_LENT, NO_EQUITY, NO_MARGIN, NOT_IN_FULL}


class Answer(NamedTuple):
    """Why an order was not accepted, in the numbers of `book.py`, with what was needed and what was free."""

    why: int
    needed: int
    free: int


@dataclass(frozen=True, slots=True)
class Refusals:
    """The words of the broker for an account and an instrument."""

    account: Account
    instrument: Instrument
    worths: Worths

    def of(self, command: PlaceOrder, answer: Answer, close: Decimal) -> PaperdeskError:
        """Return what the broker says to an order that was asked for at a close."""
        worths, why = self.worths, answer.why
        if why == NO_CASH:
            return beyond_cash(worths.money(answer.needed), worths.money(answer.free), self.account.currency)
        if why == TOO_WIDE:
            return TrailOutOfRange(f"A trail as wide as the price of {plain(close)} never stops.", price=plain(close))
        if why in _ON_MARGIN:
            return self._on_margin(answer)
        try:
            if why == NO_UNITS:
                held = {self.instrument.id: Position(self.instrument.id, worths.units(answer.free))}
                check_units(replace(self.account, positions=held), self.instrument, command.side, command.quantity)
            else:
                _check_exits(command, close)
        except PaperdeskError as refused:
            return refused
        raise AssertionError("what the kernel refuses the broker refuses too")

    def _on_margin(self, answer: Answer) -> PaperdeskError:
        worths, instrument, (why, needed, free) = self.worths, self.instrument, answer
        if why == ENTRY_CLOSES:
            return entry_closes(instrument, worths.units(needed))
        if why == EXIT_OPENS:
            return exit_opens(instrument, worths.units(needed), worths.units(free))
        if why == NO_EQUITY:
            return equity_missing(SELLING_SHORT, EQUITY_MIN, worths.money(free))
        regime = self.account.rules.margin.regime.value
        try:
            if why == NOT_LENT:
                check_borrow(self.account, instrument)
            rule = regime if why == NO_MARGIN else MINIMUM_EQUITY
            refuse_beyond(self.account, worths.money(needed), worths.money(free), rule)
        except PaperdeskError as refused:
            return refused
        raise AssertionError("what the kernel refuses the broker refuses too")


def take_of(command: PlaceOrder) -> Decimal | None:
    """Return the price at which an order takes its profit."""
    return None if command.take_profit is None else command.take_profit.limit_price


def loss_of(command: PlaceOrder) -> Decimal | None:
    """Return the price at which an order stops its loss."""
    return None if command.stop_loss is None else command.stop_loss.stop_price


def _check_exits(command: PlaceOrder, close: Decimal) -> None:
    is_sale, loss = command.side is Side.SELL, loss_of(command)
    if command.order_class is OrderClass.OCO:
        check_exits(None, command.limit_price, loss, is_short=not is_sale)
    else:
        check_exits(command.limit_price or command.stop_price or close, take_of(command), loss, is_short=is_sale)
