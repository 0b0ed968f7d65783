"""Liquidating a pair whose margin is isolated: it alone is closed, and its whole margin is lost, no more and no less.

When    a price reaches the liquidation price of leverage.py, before any order meets that price, stops included
What    open orders in the pair are cancelled, and the broker closes the position
How     with an order that stands at the liquidation price since the position does: a range fills it there, an open, a
        close or a quote that lies beyond it where that price is, as it fills a market order; what a fill has moved
        stands there from the next fact on

    what closes      of its share of the margin, after its result        posted with the fill, as the fee `liquidation`
    the liquidation  something is left: it filled where not all of       what is left, after the other fees: the broker
                     the margin was lost, or better                      takes it, because the whole margin is lost
    the liquidation  less than nothing: it filled beyond, in a gap       what is missing, below zero: the broker bears
                                                                         it, and the other fees with it
    any other order  something is left                                   nothing: it is back in the account's cash
    any other order  less than nothing                                   what is missing, below zero

So no price of a pair ever takes more from an account than the margin, and a liquidation takes exactly that; interest,
funding and the fees of other orders are paid by the account's own cash. A fill's share of the margin is by how much
less the position has after it, so parts take their parts. Until all of it is closed, nothing of the pair is opened.
"""

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Final

from paperdesk.core.broker.account import Account, Position
from paperdesk.core.broker.contingencies import Course
from paperdesk.core.broker.events import Fill, OrderAccepted, OrderCancelled, OrderFilled
from paperdesk.core.broker.isolated import isolated_positions
from paperdesk.core.broker.ledger import Book, Entry, Posting
from paperdesk.core.broker.leverage import isolated_margin, liquidation_price
from paperdesk.core.broker.margin_book import Leverage
from paperdesk.core.broker.margin_calls import closing_order, liquidation_id
from paperdesk.core.broker.margin_events import PairLiquidated
from paperdesk.core.broker.marks import Mark, Marks
from paperdesk.core.broker.orders import LIQUIDATED, Order, OrderType
from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.kernel.values import replace_struct
from paperdesk.core.market.facts import AuctionFact, PriceFact, QuoteFact, RangeFact
from paperdesk.core.market.instruments import Instrument

LIQUIDATION: Final = "liquidation"
"""The kind of the fee."""
LOST, EXCEEDED = "isolated_margin_lost", "isolated_margin_exceeded"


def liquidate(course: Course, fact: PriceFact, marks: Marks) -> None:
    """Close the position in a fact's pair, where its margin is isolated and the fact's price has used that up."""
    for chosen, position in isolated_positions(course.account):
        mark = marks.get(fact.instrument_id)
        if chosen.instrument_id == fact.instrument_id and mark is not None:
            _review(course, fact, mark, (chosen, position))


def is_liquidation(account: Account, order: Order) -> bool:
    """Say whether an order is the broker's own, and closes a pair whose margin is used up."""
    return order.id == liquidation_id(account, order.accepted_fact + 1, order.instrument.id)


def is_being_liquidated(account: Account, instrument_id: InstrumentId) -> bool:
    """Say whether such an order is still open in a pair."""
    orders = (each for each in account.orders.values() if each.is_open and each.instrument.id == instrument_id)
    return any(is_liquidation(account, each) for each in orders)


def price_of_liquidation(position: Position, chosen: Leverage, instrument: Instrument) -> Decimal:
    """Return where the isolated margin of a position is used up."""
    margin = isolated_margin(position.cost, chosen.times, instrument.currency)
    return liquidation_price(position.quantity * instrument.multiplier, position.cost, margin)


def _review(course: Course, fact: PriceFact, mark: Mark, held: tuple[Leverage, Position]) -> None:
    chosen, position = held
    price, is_long = price_of_liquidation(position, chosen, mark.instrument), position.quantity > ZERO
    reached = _worst(fact, mark, is_long=is_long)
    if reached is None or (reached > price if is_long else reached < price):
        return
    if _moves_at(course.account, fact) or is_being_liquidated(course.account, chosen.instrument_id):
        return
    margin = isolated_margin(position.cost, chosen.times, mark.instrument.currency)
    told = (chosen.instrument_id, chosen.symbol, position.quantity, price, reached, margin)
    course.take(PairLiquidated(course.seq, course.at, *told))
    _cancel_orders(course, chosen.instrument_id)
    _order(course, fact, mark, (position.quantity, price))


def _moves_at(account: Account, fact: PriceFact) -> bool:
    """Say whether a fill at a fact made the position what it is: where that ends stands from the next fact on."""
    orders = (each for each in account.orders.values() if each.instrument.id == fact.instrument_id)
    return any(each.filled_quantity and each.matched_through >= fact.seq for each in orders)


def _worst(fact: PriceFact, mark: Mark, *, is_long: bool) -> Decimal | None:
    """Return the price of a fact that is worst for a position: a quote moves its mark, and auctions are for nobody."""
    match fact:
        case RangeFact():
            return fact.low if is_long else fact.high
        case QuoteFact():
            return mark.price
        case AuctionFact():
            return None
        case _:
            return fact.price


def _cancel_orders(course: Course, instrument_id: InstrumentId) -> None:
    for known in sorted(course.account.orders.values(), key=lambda each: each.accepted_seq):
        if known.is_open and known.instrument.id == instrument_id:
            course.take(OrderCancelled(course.seq, course.at, known.id, LIQUIDATED))


def _order(course: Course, fact: PriceFact, mark: Mark, closes: tuple[Decimal, Decimal]) -> None:
    """Place the order that stands at the liquidation price since the fact before."""
    (quantity, price), account, instrument = closes, course.account, mark.instrument
    order_id = liquidation_id(account, fact.seq, instrument.id)
    order = closing_order(account, fact, mark, (order_id, abs(quantity), quantity))
    order = replace_struct(order, accepted_fact=fact.seq - 1, matched_through=fact.seq - 1)
    if isinstance(fact, RangeFact):
        rounding = ROUND_CEILING if quantity > ZERO else ROUND_FLOOR
        stop = (price / instrument.tick).to_integral_value(rounding) * instrument.tick
        order = replace_struct(order, type=OrderType.STOP, stop_price=stop)
    course.take(OrderAccepted(course.seq, course.at, order))


def with_margin_settled(account: Account, order: Order, filled: OrderFilled) -> OrderFilled:
    """Return a fill that closes a pair with isolated margin, with what is left or missing of its share of that."""
    chosen = account.book.chosen(filled.fill.instrument_id)
    if chosen is None or not chosen.is_isolated:
        return filled
    is_forced = is_liquidation(account, order)
    left = _share(account, chosen, filled) - filled.entry.change(Book.REALISED)
    amount = left - filled.fill.fee if is_forced else min(left, ZERO)
    if not amount:
        return filled
    rules = [*([LOST] if is_forced else []), *([EXCEEDED] if amount < ZERO else [])]
    return replace_struct(filled, fill=_told(filled.fill, amount, rules), entry=_posted(filled.entry, amount))


def _share(account: Account, chosen: Leverage, filled: OrderFilled) -> Decimal:
    """Return by how much less margin a position has after a fill that closes something of it; what opens frees none."""
    position, (units, cost) = account.position(chosen.instrument_id), filled.entry.moved(chosen.instrument_id)
    is_kept = (position.quantity + units) * position.quantity > ZERO
    before, after = (
        isolated_margin(each, chosen.times, account.currency)
        for each in (position.cost, position.cost + cost if is_kept else ZERO)
    )
    return max(before - after, ZERO)


def _told(fill: Fill, amount: Decimal, rules: list[str]) -> Fill:
    explanation = fill.explanation
    assert explanation is not None, "a fill is explained when it is made"
    fees, named = {**explanation.fees, LIQUIDATION: amount}, (*explanation.rules, *rules)
    return replace_struct(fill, fee=fill.fee + amount, explanation=replace_struct(explanation, fees=fees, rules=named))


def _posted(entry: Entry, amount: Decimal) -> Entry:
    *lines, cash = entry.postings
    fee = Posting(Book.FEES, cash.currency, amount, fee_kind=LIQUIDATION)
    return replace_struct(entry, postings=(*lines, fee, replace_struct(cash, amount=cash.amount - amount)))
