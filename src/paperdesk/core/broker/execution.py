"""Orders meet a market fact, one after the other in the order they were accepted.

The exits of a group meet it under three more rules, because a range does not tell what came first:

- With both exits in reach of a range one goes first, by the account's rule in bar_path.py the stop-loss unless it
  says otherwise, and its fill is flagged `ambiguous`.
- Exits of an entry that fills at an open, a close or a quote wait for the next fact.
- Exits of an entry that fills in a range meet that range too, but only the stop-loss; the take-profit
  waits for the close. Behind a stop entry the stop-loss is `ambiguous`: its price may have come first.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from paperdesk.core.broker import ledger
from paperdesk.core.broker.account import Account, Rules
from paperdesk.core.broker.bar_path import first_of
from paperdesk.core.broker.chance import drawn_for
from paperdesk.core.broker.conditions import moment_of
from paperdesk.core.broker.contingencies import Course, cancel, fill
from paperdesk.core.broker.events import Fill, OrderFilled, OrderResized, OrderTriggered, TrailMoved
from paperdesk.core.broker.evolution import group_of
from paperdesk.core.broker.explanation import Luck, explain
from paperdesk.core.broker.fees import fees_due
from paperdesk.core.broker.holds import affordable, gross_of, held_cash
from paperdesk.core.broker.ledger import Book, Entry, EntryKind
from paperdesk.core.broker.lot_choice import choice_for
from paperdesk.core.broker.lots import Lot, LotChange, reduce_lots
from paperdesk.core.broker.margin_checks import can_carry
from paperdesk.core.broker.marks import Marks
from paperdesk.core.broker.matching import Execution, ends_unfilled, match_order
from paperdesk.core.broker.memorandum import for_margin
from paperdesk.core.broker.orders import (
    AT_RELEASE,
    LESS_THAN_ONE_LOT,
    NOT_FILLED_AT_ONCE,
    NOT_FILLED_IN_AUCTION,
    OPPOSITE,
    Order,
    Role,
    Side,
    TimeInForce,
)
from paperdesk.core.broker.settlement import settlement_of
from paperdesk.core.broker.short_price import is_held_back
from paperdesk.core.broker.triggers import is_triggered, trail_moved
from paperdesk.core.kernel.ids import EntryId, FillId, InstrumentId, LotId, OrderId, derived
from paperdesk.core.kernel.money import ZERO, plain
from paperdesk.core.kernel.values import replace_struct
from paperdesk.core.market.facts import PriceFact, QuoteFact, RangeFact
from paperdesk.core.market.quotes import Quotes

# What chance is drawn for.
PARTIAL, PARTIAL_SIZE = "partial", "partial_size"
ONE = Decimal(1)

# Named once, because every fill is asked for them.
_BUY: Final = Side.BUY
_CASH: Final = Book.CASH

_VERB = {Side.BUY: "Bought", Side.SELL: "Sold"}
_STOP_ENTRIES = frozenset({"stop_in_range", "stop_limit_in_range"})


@dataclass(slots=True)
class Meeting:
    """One fact and those who meet it: what they took of it, and by which rule entries filled.

    `quotes` are those that stand at the fact, and what combos took of the ones beside it.
    """

    course: Course
    fact: PriceFact
    marks: Marks
    quotes: Quotes
    size_used: dict[Side, Decimal] = field(default_factory={Side.BUY: ZERO, Side.SELL: ZERO}.copy)
    size_used_beside: dict[tuple[InstrumentId, Side], Decimal] = field(default_factory=dict)
    entered: dict[OrderId | None, str] = field(default_factory=dict)

    def used_of(self, instrument_id: InstrumentId, side: Side) -> Decimal:
        """Return what orders took so far of a side of a quote, of the fact itself or of one that stands beside it."""
        is_own = instrument_id == self.fact.instrument_id
        return self.size_used[side] if is_own else self.size_used_beside.get((instrument_id, side), ZERO)

    def use(self, instrument_id: InstrumentId, side: Side, quantity: Decimal) -> None:
        """Remember what was taken of a side of a quote."""
        if instrument_id == self.fact.instrument_id:
            self.size_used[side] += quantity
        else:
            self.size_used_beside[instrument_id, side] = self.used_of(instrument_id, side) + quantity

    def match(self, order: Order) -> Execution | None:
        """Return what the fact gives an order; of a quote each side has its own size, of a bar all share one.

        What is sold short under the price test gives and never takes.
        """
        if is_held_back(self.course.account, order, self.marks):
            if order.is_waiting or not order.is_limited:
                return None
            order = replace_struct(order, post_only=True)
        own, beside = self.size_used[order.side], self.size_used[OPPOSITE[order.side]]
        used = own if isinstance(self.fact, QuoteFact) else own + beside
        rules = self.course.account.rules
        if rules.fill_model.heeds_moment:
            moment = moment_of(rules, order, self.fact, self.marks)
            execution = match_order(order, self.fact, moment.model, used)
            execution = None if execution is None else moment.noted(order, execution)
        else:
            execution = match_order(order, self.fact, rules.fill_model, used)
        if execution is None:
            return None
        return _in_part(rules, order, self.fact, execution) if rules.fill_model.partial_rate else execution


def meet_order(meeting: Meeting, order: Order) -> None:
    """Let an order meet the fact of a meeting, as the orders before it left the account."""
    if not order.is_open or (order.is_exit and _must_wait(meeting, order)):
        return
    if order.notional is not None:
        _size(meeting, order)
        order = meeting.course.order(order.id)
    if order.is_open and order.workable > ZERO:
        _meet_market(meeting, order)


def _must_wait(meeting: Meeting, order: Order) -> bool:
    """Say whether an exit leaves this fact to its entry, or to the exit beside it."""
    if order.group_id in meeting.entered:
        return order.role is Role.TAKE_PROFIT or not isinstance(meeting.fact, RangeFact)
    return any(_goes_first(meeting, each, order) and _is_reached(meeting, each) for each in _rivals(meeting, order))


def _goes_first(meeting: Meeting, one: Order, other: Order) -> bool:
    """Say whether an exit meets the fact before the one beside it; one price is a matter of the stop alone."""
    assert one.role is not None, "exits have roles"
    assert other.role is not None, "exits have roles"
    if not isinstance(meeting.fact, RangeFact):
        return one.role is Role.STOP_LOSS
    stands = meeting.marks.get(meeting.fact.instrument_id)
    path, opened = meeting.course.account.rules.bar_path, None if stands is None else stands.price
    return first_of(path, {one.role: one, other.role: other}, opened) is one.role


def _is_reached(meeting: Meeting, order: Order) -> bool:
    """Say whether a fact reaches an order, or has reached it already and left it to rest."""
    fact = meeting.fact
    has_met = isinstance(fact, RangeFact) and order.matched_through >= fact.seq
    return has_met or is_triggered(order, fact) or meeting.match(order) is not None


def _rivals(meeting: Meeting, order: Order) -> list[Order]:
    return [each for each in group_of(meeting.course.account, order) if each.is_open and each.is_exit]


def _size(meeting: Meeting, order: Order) -> None:
    """Give an order by money the quantity that its money buys at the price it meets, which cannot be nothing."""
    course, one_lot = meeting.course, order.filled_quantity + order.instrument.lot_step
    probe = meeting.match(replace_struct(order, quantity=one_lot))
    if probe is None or not probe.price:
        return
    units = affordable(course.account, order, probe.price)
    if units:
        # The more it buys the more it moves the price, so what it can pay is asked again at that price.
        whole = meeting.match(replace_struct(order, quantity=order.filled_quantity + units))
        units = affordable(course.account, order, whole.price if whole else probe.price)
    if not units:
        cancel(course, order, LESS_THAN_ONE_LOT)
    elif order.filled_quantity + units != order.quantity:
        quantity = order.filled_quantity + units
        course.take(OrderResized(course.seq, course.at, order.id, quantity, None, meeting.fact.seq))


def _meet_market(meeting: Meeting, order: Order) -> None:
    course, fact = meeting.course, meeting.fact
    execution, known = meeting.match(order), order
    if order.is_waiting:
        if is_triggered(order, fact):
            course.take(OrderTriggered(course.seq, course.at, order.id, fact.seq))
        elif (moved := trail_moved(order, fact)) is not None:
            course.take(TrailMoved(course.seq, course.at, order.id, *moved, fact.seq))
        known = course.order(order.id)
    if execution is not None:
        _execute(meeting, known, execution, is_ambiguous=order.is_exit and _is_ambiguous(meeting, order))
    elif ends_unfilled(order, fact):
        cancel(course, order, NOT_FILLED_AT_ONCE if order.is_immediate else NOT_FILLED_IN_AUCTION)


def _is_ambiguous(meeting: Meeting, order: Order) -> bool:
    if not isinstance(meeting.fact, RangeFact):
        return False
    if order.group_id in meeting.entered:
        return meeting.entered[order.group_id] in _STOP_ENTRIES
    return any(_would_go(meeting, each) for each in _rivals(meeting, order))


def _would_go(meeting: Meeting, rival: Order) -> bool:
    """Say whether the exit beside one that fills in a range would have been the one, had it come first."""
    return meeting.match(rival) is not None or is_triggered(rival, meeting.fact)


def _execute(meeting: Meeting, order: Order, execution: Execution, *, is_ambiguous: bool) -> None:
    """Fill an order, unless it could be paid only with cash reserved for others; then it ends, or its rest does."""
    course = meeting.course
    filled = filled_by(course, order, execution, meeting.fact, is_ambiguous=is_ambiguous)
    if not _can_pay(course.account, order, filled, meeting.marks):
        cancel(course, order, AT_RELEASE)
        return
    meeting.size_used[order.side] += execution.quantity
    if order.role is Role.ENTRY:
        meeting.entered[order.group_id] = execution.rule
    fill(course, filled)
    order = course.order(order.id)
    if not order.is_open:
        return
    if ends_unfilled(order, meeting.fact):
        cancel(course, order, NOT_FILLED_AT_ONCE)
    elif order.side is Side.BUY and not _is_margined(course) and course.account.buying_power < ZERO:
        cancel(course, order, AT_RELEASE)


def _in_part(rules: Rules, order: Order, fact: PriceFact, execution: Execution) -> Execution:
    """Let chance say whether an execution is a part of itself, and how much of it."""
    part, draws = part_by_chance(rules, order, fact, execution.quantity, order.instrument.lot_step)
    said = (*execution.rules, "partial_by_chance") if PARTIAL_SIZE in draws else execution.rules
    return replace_struct(execution, quantity=part, rules=said, draws={**execution.draws, **draws})


def part_by_chance(
    rules: Rules, order: Order, fact: PriceFact, quantity: Decimal, step: Decimal
) -> tuple[Decimal, dict[str, Decimal]]:
    """Return what chance leaves of a quantity, in whole steps and at least one, and what was drawn for it."""
    draw = drawn_for(rules.seed, order, fact.seq, PARTIAL)
    if draw >= rules.fill_model.partial_rate or order.time_in_force is TimeInForce.FOK or quantity <= step:
        return quantity, {PARTIAL: draw}
    size = drawn_for(rules.seed, order, fact.seq, PARTIAL_SIZE)
    return max(quantity * size // step, ONE) * step, {PARTIAL: draw, PARTIAL_SIZE: size}


def _is_margined(course: Course) -> bool:
    return course.account.rules.margin.is_margined


def _can_pay(account: Account, order: Order, filled: OrderFilled, marks: Marks) -> bool:
    if account.rules.margin.is_margined:
        return can_carry(account, filled, marks)
    if order.side is not _BUY:
        return True
    lacking = -filled.entry.change(_CASH) - account.buying_power
    return lacking <= ZERO or lacking <= held_cash(account, order)


def filled_by(
    course: Course, order: Order, execution: Execution, fact: PriceFact, *, is_ambiguous: bool = False
) -> OrderFilled:
    """Return the fill that an execution is, with its fees, its postings and what it does to lots and margin."""
    account = course.account
    fill_id = FillId(derived(order.id, "fill", fact.seq))
    part, rests = (execution.quantity, execution.price), order.post_only or execution.rule == "limit_in_range"
    fees = fees_due(account.rules.fees, order, part, account.currency, rests=rests)
    luck = Luck(account.rules.seed, execution.draws)
    execution_fill = Fill(
        id=fill_id,
        order_id=order.id,
        instrument_id=order.instrument.id,
        quantity=execution.quantity,
        price=execution.price,
        fee=sum(fees.values(), ZERO),
        fact_seq=fact.seq,
        reference=execution.reference,
        rule=execution.rule,
        ambiguous=is_ambiguous,
        explanation=explain(account.rules.fill_model, fact, execution, fees, luck),
    )
    postings, lot_changes = _book(course, order, execution_fill, fees)
    entry = Entry(
        id=EntryId(derived(fill_id, "entry")),
        number=account.last_entry + 1,
        at=course.at,
        kind=EntryKind.FILL,
        description=f"{_VERB[order.side]} {plain(execution.quantity)} {order.instrument.symbol} "
        f"at {plain(execution.price)}",
        postings=postings,
    )
    due_on = settlement_of(account, order.instrument, course.at)
    filled = OrderFilled(course.seq, course.at, execution_fill, entry, lot_changes, settles_on=due_on)
    return for_margin(account, order, filled) if _is_margined(course) else filled


def _book(
    course: Course, order: Order, done: Fill, fees: Mapping[str, Decimal]
) -> tuple[tuple[ledger.Posting, ...], tuple[LotChange, ...]]:
    """Split a fill where it crosses zero: it first closes what was held the other way, then opens."""
    account, instrument = course.account, order.instrument
    position = account.position(instrument.id)
    sign = ONE if order.side is _BUY else -ONE
    gross = gross_of(instrument, done.price, done.quantity, account.currency)
    closes = min(done.quantity, max(-sign * position.quantity, ZERO))
    closing, opening, closed_for = None, None, ZERO
    changes: tuple[LotChange, ...] = ()
    if closes:
        is_whole = closes == done.quantity
        closed_for = gross if is_whole else gross_of(instrument, done.price, closes, account.currency)
        choice = choice_for(account.rules, instrument, order.lot_choice)
        changes, cost = reduce_lots(position.lots, closes, choice, account.currency)
        closing = ledger.Closing(sign * closes, sign * closed_for, cost)
    if closes < done.quantity:
        opening = ledger.Opening(sign * (done.quantity - closes), sign * (gross - closed_for))
        lot = Lot(LotId(derived(done.id, "lot")), course.at, course.seq, opening.quantity, opening.gross)
        changes = (*changes, LotChange(lot, is_new=True))
    return ledger.filled(account.currency, instrument.id, fees, closing, opening), changes
