"""A combo meets the market: all of its legs at once, each at its own real quote, or none of them.

A combo is looked at whenever one of its legs is quoted. It fills when every leg has a real quote that is new to it and
all of them are within ten seconds of each other: quotes of one instant come one after the other, and between the
first and the last of them the legs would have prices of different moments. New is a quote that came after the combo
was accepted, or after it last filled in part, so nobody trades on what its sender had seen, or twice on one quote. A
leg that nobody quotes makes the combo wait; no price is ever made up for it.

    price      each leg's own, as the fill model makes it of the leg's quote; their sum is the net price
    size       so many combos as the smallest quoted size allows, in whole combos
    limit      the net price is at most the limit: a debit no higher, a credit no lower
    booking    legs that close before those that open, each a fill and an entry of its own, at one fact
    means      judged by all legs together, once they are filled; without them nothing is
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from paperdesk.core.broker.combo_margin import can_afford, money_held
from paperdesk.core.broker.combo_prices import legs_of, net_of, net_parts, signed
from paperdesk.core.broker.conditions import moment_of
from paperdesk.core.broker.contingencies import Course, cancel, fill
from paperdesk.core.broker.events import ComboFilled, OrderFilled
from paperdesk.core.broker.execution import PARTIAL_SIZE, Meeting, filled_by, part_by_chance
from paperdesk.core.broker.fill_models import FillModel
from paperdesk.core.broker.holds import held_cash
from paperdesk.core.broker.liquidity import QUOTED_SIZE
from paperdesk.core.broker.matching import Execution, quote_parts
from paperdesk.core.broker.orders import AT_RELEASE, NOT_FILLED_AT_ONCE, Order, Side, TimeInForce
from paperdesk.core.broker.short_price import is_held_back
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.facts import QuoteFact
from paperdesk.core.market.quotes import Quote, Quotes

LEGS_WITHIN = timedelta(seconds=10)
ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class LegMatch:
    """A leg, the quote it meets, and what that gives it for one combo."""

    leg: Order
    quote: QuoteFact
    execution: Execution


def meet_combo(meeting: Meeting, combo: Order, *, is_standing: bool = False) -> None:
    """Let a combo meet the quotes of its legs; standing ones count as new where an account fills on arrival."""
    if not combo.is_open:
        return
    legs = legs_of(meeting.course.account, combo)
    quotes = _quotes(meeting, combo, legs, is_standing=is_standing)
    if quotes is None or any(is_held_back(meeting.course.account, each, meeting.marks) for each in legs):
        return
    matches = _matched(meeting, combo, legs, quotes)
    if matches:
        _execute(meeting, combo, matches)
    combo = meeting.course.order(combo.id)
    if combo.is_open and combo.is_immediate:
        cancel(meeting.course, combo, NOT_FILLED_AT_ONCE)


def _quotes(meeting: Meeting, combo: Order, legs: Sequence[Order], *, is_standing: bool) -> list[QuoteFact] | None:
    """Return the quotes that the legs meet together, None while one of them has none, or an old one."""
    quotes = quoted_together(legs, meeting.quotes)
    if quotes is None or (min(each.at for each in quotes) <= combo.updated_at and not is_standing):
        return None
    return [_as_fact(meeting.fact.seq, each) for each in quotes]


def quoted_together(legs: Sequence[Order], quotes: Quotes) -> list[Quote] | None:
    """Return the real quotes of legs, None where nobody quotes one of them or they are of different moments."""
    found = [quote for leg in legs if (quote := quotes.get(leg.instrument.id)) and quote.derived_from is None]
    instants = [each.at for each in found]
    are_together = len(found) == len(legs) and max(instants) - min(instants) <= LEGS_WITHIN
    return found if are_together else None


def _as_fact(seq: int, quote: Quote) -> QuoteFact:
    return QuoteFact(seq, quote.at, quote.instrument_id, quote.bid, quote.ask, quote.bid_size, quote.ask_size)


def _matched(
    meeting: Meeting, combo: Order, legs: Sequence[Order], quotes: Sequence[QuoteFact]
) -> list[LegMatch] | None:
    """Return what every leg gets, with the quantity of as many combos as there are; None when there is not one."""
    rules = meeting.course.account.rules
    touches = [quote.ask if leg.side is Side.BUY else quote.bid for leg, quote in zip(legs, quotes, strict=True)]
    if min(touches) <= ZERO:
        return None
    most = [_most(meeting, leg, quote, rules.fill_model) for leg, quote in zip(legs, quotes, strict=True)]
    count = min([combo.workable, *(each for each in most if each is not None)])
    said = ("combo", *((QUOTED_SIZE,) if count < combo.workable else ()))
    draws: dict[str, Decimal] = {}
    if count >= ONE and rules.fill_model.partial_rate:
        count, draws = part_by_chance(rules, combo, meeting.fact, count, ONE)
        said = (*said, "partial_by_chance") if PARTIAL_SIZE in draws else said
    if count < ONE or (combo.time_in_force is TimeInForce.FOK and count < combo.workable):
        return None
    matches = [
        LegMatch(leg, quote, _executed(meeting, leg, quote, count)) for leg, quote in zip(legs, quotes, strict=True)
    ]
    if combo.limit_price is not None and _net(matches) > combo.limit_price:
        return None
    return [_said(each, said, draws) for each in matches]


def _said(match: LegMatch, said: tuple[str, ...], draws: Mapping[str, Decimal]) -> LegMatch:
    """Return what a leg gets with what was said and drawn for its combo."""
    own = match.execution
    return replace(match, execution=replace(own, rules=(*said, *own.rules), draws={**own.draws, **draws}))


def _most(meeting: Meeting, leg: Order, quote: QuoteFact, model: FillModel) -> Decimal | None:
    """Return how many combos a leg's quoted size allows, None for any."""
    size = quote.ask_size if leg.side is Side.BUY else quote.bid_size
    if size is None or not model.heeds_quoted_size:
        return None
    return max(size - meeting.used_of(leg.instrument.id, leg.side), ZERO) // abs(signed(leg))


def _executed(meeting: Meeting, leg: Order, quote: QuoteFact, count: Decimal) -> Execution:
    units = count * abs(signed(leg))
    rules, touch = meeting.course.account.rules, quote.ask if leg.side is Side.BUY else quote.bid
    if not rules.fill_model.heeds_moment:
        parts = quote_parts(leg, quote, rules.fill_model, units)
        return Execution(units, parts.price, touch, "quote", parts)
    moment = moment_of(rules, leg, quote, meeting.marks)
    parts = quote_parts(leg, quote, moment.model, units)
    return moment.noted(leg, Execution(units, parts.price, touch, "quote", parts))


def _net(matches: Sequence[LegMatch]) -> Decimal:
    return net_of([each.leg for each in matches], [each.execution.price for each in matches])


def _execute(meeting: Meeting, combo: Order, matches: Sequence[LegMatch]) -> None:
    """Fill all legs, unless the account could not carry that; then the combo ends."""
    course = meeting.course
    trial = Course(course.account, course.at)
    fills = [_fill(trial, each) for each in sorted(matches, key=lambda each: _opens(course, each.leg))]
    if not can_afford(course.account, trial.account, combo, fills, meeting.marks):
        cancel(course, combo, AT_RELEASE)
        return
    course.account = trial.account
    course.events += trial.events
    for each in matches:
        meeting.use(each.leg.instrument.id, each.leg.side, each.execution.quantity)
    legs, parts = [each.leg for each in matches], [each.execution.parts for each in matches]
    course.take(
        ComboFilled(
            seq=course.seq,
            at=course.at,
            order_id=combo.id,
            quantity=matches[0].execution.quantity / abs(signed(matches[0].leg)),
            price=_net(matches),
            fee=sum((each.fill.fee for each in fills), ZERO),
            parts=net_parts(legs, parts),
            fact_seq=meeting.fact.seq,
        )
    )
    _drop_unaffordable_rest(course, course.order(combo.id))


def _opens(course: Course, leg: Order) -> bool:
    return course.account.position(leg.instrument.id).quantity * signed(leg) >= ZERO


def _fill(course: Course, match: LegMatch) -> OrderFilled:
    filled = filled_by(course, match.leg, match.execution, match.quote)
    fill(course, filled)
    return filled


def _drop_unaffordable_rest(course: Course, combo: Order) -> None:
    """End the rest of a combo that cost more than it had reserved, where cash for it is missing now."""
    account = course.account
    if not combo.is_open or account.rules.margin.is_margined:
        return
    others = account.held - held_cash(account, combo)
    if account.cash < others + money_held(account, combo):
        cancel(course, combo, AT_RELEASE)
