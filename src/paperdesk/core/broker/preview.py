"""What an order would come to if it were placed now, without placing it.

The same decision as for placing says whether it is accepted, and the same matching as for every fill says at what
price: the order meets the quote that stands, or where nobody quotes, its last price as if that were the next to be
printed. So a preview and a fill cannot price differently; only the market can come to stand elsewhere, or orders
that were there before take their part of it first.

Why no fill is expected:

    no_price_yet       nothing stands that it could meet
    waits_for_auction  it meets its auction and nothing before
    out_of_reach       what stands does not reach its price, or gives it nothing
    anything else      it would end at once, for that reason
"""

from dataclasses import dataclass
from decimal import Decimal

from paperdesk.core.broker.account import Account
from paperdesk.core.broker.commands import PlaceOrder
from paperdesk.core.broker.contingencies import Course
from paperdesk.core.broker.engine import decided
from paperdesk.core.broker.events import OrderFilled
from paperdesk.core.broker.execution import meet
from paperdesk.core.broker.ledger import Book
from paperdesk.core.broker.margin import Standing, stage_of, standing
from paperdesk.core.broker.orders import Order, Side
from paperdesk.core.broker.reservations import with_reservations
from paperdesk.core.broker.risk_checks import Assessment, assess
from paperdesk.core.broker.view import MarketView
from paperdesk.core.kernel.errors import PaperdeskError, Problem
from paperdesk.core.kernel.money import ZERO, plain
from paperdesk.core.market.facts import OpenFact, QuoteFact
from paperdesk.core.market.instruments import Instrument

NO_PRICE_YET = "no_price_yet"
WAITS_FOR_AUCTION = "waits_for_auction"
OUT_OF_REACH = "out_of_reach"

_CLOSED = "The market is closed: the order waits for the next open, and nobody knows that price yet."
_NOT_QUOTED = "Nobody quotes this price: it was made of the last one there was."


@dataclass(frozen=True, slots=True)
class Footing:
    """An account at one moment of a preview; `stands` is None where it cannot owe, or while nobody can tell."""

    account: Account
    stands: Standing | None

    @property
    def margin_reason(self) -> str | None:
        """Say what its margin has to cover, or why it is not known; nothing where it cannot owe."""
        rules = self.account.rules.margin
        if not rules.is_margined:
            return None
        if self.stands is None:
            return "A position has no price yet, so the account's margin is not known."
        return (
            f"Under {rules.regime.value} orders have to leave the {stage_of(self.account).value} requirement covered, "
            f"and those that are open hold {plain(self.account.held)} {self.account.currency} for theirs."
        )


@dataclass(frozen=True, slots=True)
class Preview:
    """What would become of an order: a refusal, or the order as it would be accepted and the fill it can expect.

    `before`, `accepted` and `filled` are the account as it is, with the order, and after that fill.
    """

    view: MarketView
    instrument: Instrument | None
    before: Footing
    refusal: Problem | None = None
    order: Order | None = None
    accepted: Footing | None = None
    filled: Footing | None = None
    fill: OrderFilled | None = None
    unfilled_reason: str | None = None
    borrow_rate: Decimal | None = None
    warnings: tuple[str, ...] = ()
    risk: Assessment | None = None

    @property
    def cost(self) -> Decimal | None:
        """Return what the expected fill takes out of cash, fees included; below zero is what it brings."""
        return None if self.fill is None else -self.fill.entry.change(Book.CASH)


def preview(account: Account, command: PlaceOrder, view: MarketView, volume: Decimal | None = None) -> Preview:
    """Return what placing an order would come to; nothing happens, and a refusal is a value here.

    `volume` is that of the last closed bar, which the next open is judged by.
    """
    try:
        accepted = decided(account, command, view).account
    except PaperdeskError as refusal:
        return refused(account, command, view, refusal)
    order = accepted.orders[command.order_id]
    fill, after, reason = _expected(accepted, order, view, volume)
    rate = _borrow_rate(account, order)
    return Preview(
        view=view,
        instrument=order.instrument,
        before=_footing(account, view),
        order=order,
        accepted=_footing(accepted, view),
        filled=None if after is None else _footing(after, view),
        fill=fill,
        unfilled_reason=reason,
        borrow_rate=rate,
        warnings=_warnings(order, view, fill, rate),
        risk=assess(account, order, view),
    )


def refused(account: Account, command: PlaceOrder, view: MarketView, refusal: PaperdeskError) -> Preview:
    """Return the preview of an order that would be refused."""
    problem = Problem(refusal.code, refusal.message, refusal.facts)
    return Preview(view, view.instruments.get(command.symbol), _footing(account, view), problem)


def _footing(account: Account, view: MarketView) -> Footing:
    return Footing(account, standing(account, view.marks) if account.rules.margin.is_margined else None)


def _expected(
    account: Account, order: Order, view: MarketView, volume: Decimal | None
) -> tuple[OrderFilled | None, Account | None, str | None]:
    """Let the order meet what stands: its fill and the account after it, or why there is none."""
    fact = _standing_fact(order.instrument, view, volume)
    if fact is None or not order.is_open:
        return None, None, order.closed_reason or NO_PRICE_YET
    course = Course(account, max(fact.at, account.last_at))
    meet(course, fact, (order,), view.marks)
    after = with_reservations(course).account
    for event in course.events:
        if isinstance(event, OrderFilled):
            return event, after, None
    waits = WAITS_FOR_AUCTION if order.auction_at is not None else OUT_OF_REACH
    return None, None, after.orders[order.id].closed_reason or waits


def _standing_fact(instrument: Instrument, view: MarketView, volume: Decimal | None) -> OpenFact | QuoteFact | None:
    quote = view.quotes.get(instrument.id)
    if quote is None:
        return None
    if quote.derived_from == "bar":
        return OpenFact(view.cursor, view.at, instrument.id, quote.bid, volume)
    return QuoteFact(view.cursor, view.at, instrument.id, quote.bid, quote.ask, quote.bid_size, quote.ask_size)


def _borrow_rate(account: Account, order: Order) -> Decimal | None:
    """Return what borrowing the units it would sell short costs a year, None where it borrows none."""
    is_borrowed = order.side is Side.SELL and order.instrument.contract is None and bool(order.held_money)
    return account.rules.margin.borrow.rate_of(order.instrument.symbol) if is_borrowed else None


def _warnings(order: Order, view: MarketView, fill: OrderFilled | None, rate: Decimal | None) -> tuple[str, ...]:
    quote = view.quotes.get(order.instrument.id)
    quantity = ZERO if fill is None else fill.fill.quantity
    is_part = ZERO < quantity < order.quantity
    told = {
        _CLOSED: not view.is_open,
        _NOT_QUOTED: quote is not None and quote.derived_from is not None,
        f"No more than {plain(quantity)} of {plain(order.quantity)} would fill at once.": is_part,
        f"Selling short borrows the units, at {plain(rate or ZERO)} of their value a year.": rate is not None,
    }
    return tuple(sentence for sentence, holds in told.items() if holds)
