"""What an order would come to if it were placed now, without placing it.

The same decision as for placing says whether it is accepted, and the same matching as for every fill says at what
price: the order meets the quote that stands, or where nobody quotes, its last price as if that were the next to be
printed. So a preview and a fill cannot price differently; only the market can come to stand elsewhere, or orders
that were there before take their part of it first.

Why no fill is expected:

    no_price_yet       nothing stands that it could meet
    halted             nothing of the instrument is traded now
    legs_not_quoted    of a combo: nobody quotes all of its legs at one moment
    waits_for_auction  it meets its auction and nothing before
    out_of_reach       what stands does not reach its price, or gives it nothing
    anything else      it would end at once, for that reason
"""

from dataclasses import dataclass
from decimal import Decimal

from paperdesk.core.broker.account import Account
from paperdesk.core.broker.combo_execution import quoted_together
from paperdesk.core.broker.combo_prices import legs_of
from paperdesk.core.broker.commands import PlaceCombo, PlaceOrder
from paperdesk.core.broker.contingencies import Course
from paperdesk.core.broker.engine import arrived, decided
from paperdesk.core.broker.events import ComboFilled, OrderFilled
from paperdesk.core.broker.halts import halt_of, quotes_of_traded
from paperdesk.core.broker.ledger import Book
from paperdesk.core.broker.margin import Standing, stage_of, standing
from paperdesk.core.broker.meetings import meet
from paperdesk.core.broker.orders import Order, Side
from paperdesk.core.broker.reservations import with_reservations
from paperdesk.core.broker.risk_checks import Assessment, assess, assess_legs
from paperdesk.core.broker.view import MarketView
from paperdesk.core.kernel.errors import PaperdeskError, Problem
from paperdesk.core.kernel.money import ZERO, money, plain
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.facts import OpenFact, QuoteFact
from paperdesk.core.market.instruments import Instrument

NO_PRICE_YET = "no_price_yet"
HALTED = "halted"
WAITS_FOR_AUCTION = "waits_for_auction"
OUT_OF_REACH = "out_of_reach"
LEGS_NOT_QUOTED = "legs_not_quoted"

_CLOSED = "The market is closed: the order waits for the next open, and nobody knows that price yet."
_HALTED = "Trading is halted: the order waits until it is resumed, and nobody knows when or at what price."
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
        aside = plain(money(self.stands.set_aside, self.account.currency))
        apart = f" What pairs with leverage were opened on keeps {aside} more." if self.stands.set_aside else ""
        return (
            f"Under {rules.regime.value} orders have to leave the {stage_of(self.account).value} requirement covered, "
            f"and those that are open hold {plain(self.account.held)} {self.account.currency} for theirs.{apart}"
        )


@dataclass(frozen=True, slots=True)
class Preview:
    """What would become of an order: a refusal, or the order as it would be accepted and the fill it can expect.

    `before`, `accepted` and `filled` are the account as it is, with the order, and after that fill. Of a combo
    `combo` is the fill, and `legs` and `leg_fills` what it is made of.
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
    legs: tuple[Order, ...] = ()
    combo: ComboFilled | None = None
    leg_fills: tuple[OrderFilled, ...] = ()

    @property
    def cost(self) -> Decimal | None:
        """Return what the expected fill takes out of cash, fees included; below zero is what it brings."""
        fills = self.leg_fills if self.fill is None else (self.fill,)
        return -sum((each.entry.change(Book.CASH) for each in fills), ZERO) if fills else None


def preview(
    account: Account, command: PlaceOrder | PlaceCombo, view: MarketView, volume: Decimal | None = None
) -> Preview:
    """Return what placing an order would come to; nothing happens, and a refusal is a value here.

    `volume` is that of the last closed bar, which the next open is judged by.
    """
    try:
        accepted = decided(account, command, view).account
    except PaperdeskError as refusal:
        return refused(account, command, view, refusal)
    order = accepted.orders[command.order_id]
    if order.is_combo:
        return _of_combo(account, accepted, order, view)
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
        warnings=_warnings(order, view, ZERO if fill is None else fill.fill.quantity, rate),
        risk=assess(account, order, view),
    )


def _of_combo(account: Account, accepted: Account, order: Order, view: MarketView) -> Preview:
    """Let a combo meet the quotes of its legs that stand."""
    legs = legs_of(accepted, order)
    quotes = quotes_of_traded(view, legs)
    course = arrived(accepted, order.id, quotes, view.cursor, view.marks)
    combo = next((event for event in course.events if isinstance(event, ComboFilled)), None)
    reason = None
    if combo is None:
        is_halted = any(halt_of(leg.instrument, view) is not None for leg in legs)
        are_quoted = quoted_together(legs, quotes) is not None
        waits = HALTED if is_halted else OUT_OF_REACH if are_quoted else LEGS_NOT_QUOTED
        reason = course.order(order.id).closed_reason or waits
    rate = next((rate for leg in legs if (rate := _borrow_rate(account, leg)) is not None), None)
    return Preview(
        view=view,
        instrument=None,
        before=_footing(account, view),
        order=order,
        accepted=_footing(accepted, view),
        filled=None if combo is None else _footing(course.account, view),
        unfilled_reason=reason,
        borrow_rate=rate,
        warnings=_warnings(order, view, ZERO if combo is None else combo.quantity, rate),
        risk=assess_legs(account, [replace(leg, held_money=order.held_money) for leg in legs], view),
        legs=legs,
        combo=combo,
        leg_fills=tuple(event for event in course.events if isinstance(event, OrderFilled)),
    )


def refused(account: Account, command: PlaceOrder | PlaceCombo, view: MarketView, refusal: PaperdeskError) -> Preview:
    """Return the preview of an order that would be refused."""
    problem = Problem(refusal.code, refusal.message, refusal.facts)
    instrument = view.instruments.get(command.symbol) if isinstance(command, PlaceOrder) else None
    return Preview(view, instrument, _footing(account, view), problem)


def _footing(account: Account, view: MarketView) -> Footing:
    return Footing(account, standing(account, view.marks) if account.rules.margin.is_margined else None)


def _expected(
    account: Account, order: Order, view: MarketView, volume: Decimal | None
) -> tuple[OrderFilled | None, Account | None, str | None]:
    """Let the order meet what stands: its fill and the account after it, or why there is none."""
    fact = _standing_fact(order.instrument, view, volume)
    if fact is None or not order.is_open:
        return None, None, order.closed_reason or NO_PRICE_YET
    if halt_of(order.instrument, view) is not None:
        return None, None, HALTED
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
    opens = order.workable > (order.held_units or ZERO) if order.is_leg else bool(order.held_money)
    is_borrowed = order.side is Side.SELL and order.instrument.contract is None and opens
    return account.rules.margin.borrow.rate_of(order.instrument.symbol) if is_borrowed else None


def _warnings(order: Order, view: MarketView, quantity: Decimal, rate: Decimal | None) -> tuple[str, ...]:
    quote = None if order.is_combo else view.quotes.get(order.instrument.id)
    is_part = ZERO < quantity < order.quantity
    told = {
        _CLOSED: not view.is_open,
        _HALTED: halt_of(order.instrument, view) is not None,
        _NOT_QUOTED: quote is not None and quote.derived_from is not None,
        f"No more than {plain(quantity)} of {plain(order.quantity)} would fill at once.": is_part,
        f"Selling short borrows the units, at {plain(rate or ZERO)} of their value a year.": rate is not None,
    }
    return tuple(sentence for sentence, holds in told.items() if holds)
