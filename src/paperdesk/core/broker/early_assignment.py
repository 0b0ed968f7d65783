"""Calls that are assigned before their last day: their holders exercise for a dividend when that is rational.

On the last day with the dividend a holder exercises when the dividend is more than the put of the same strike and
the interest on the strike are worth. By parity that is when the call itself is worth no more than its exercise; so
the call's own mark is asked, to within one step of its price, and no rate has to be assumed.

Assignment comes before the dividend is counted, because its day is the day before: shares that are delivered earn
none, and shares that are owed by it owe the dividend too. Not every holder remembers; which contracts are assigned
is drawn one by one, with the account's seed.
"""

from collections.abc import Iterator
from decimal import Decimal

from paperdesk.core.broker.chance import drawn
from paperdesk.core.broker.contingencies import Course
from paperdesk.core.broker.expiry import Ending, Fate, book
from paperdesk.core.broker.marks import Mark, Marks
from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.core.kernel.money import ZERO, plain
from paperdesk.core.market.corporate_actions import CashDividend
from paperdesk.core.market.facts import CorporateActionFact
from paperdesk.core.market.options import Settlement, Style
from paperdesk.core.market.ticks import tick_at

# How many of those who should exercise do: an assumption of ours, not a measurement.
EXERCISING_RATE = Decimal("0.9")


def assign_early(course: Course, fact: CorporateActionFact, dividend: CashDividend, marks: Marks) -> None:
    """Assign calls that an account owes on shares which trade without a dividend from now on."""
    underlying = marks.get(fact.instrument_id)
    if underlying is None or not course.account.rules.early_assignment:
        return
    for option, owed in tuple(_owed(course, fact.instrument_id, marks)):
        count = _assigned(course, option, owed, fact.seq) if _is_rational(option, underlying) else ZERO
        if count:
            reason = f"exercised for a dividend of {plain(dividend.amount)}"
            ending = Ending(option.instrument, count, Fate.ASSIGNED, reason, underlying.price, underlying.source)
            book(course, ending, underlying, f"dividend {fact.action.id}")


def _owed(course: Course, underlying_id: InstrumentId, marks: Marks) -> Iterator[tuple[Mark, Decimal]]:
    for position in course.account.positions.values():
        mark = marks.get(position.instrument_id) if position.quantity < ZERO else None
        if mark is not None and mark.instrument.underlying_id == underlying_id:
            yield mark, -position.quantity


def _is_rational(option: Mark, underlying: Mark) -> bool:
    contract = option.instrument.contract
    assert contract is not None, "only an option has an underlying"
    can_be = contract.is_call and contract.style is Style.AMERICAN and contract.settlement is Settlement.PHYSICAL
    inside = contract.intrinsic(underlying.price)
    step = tick_at(option.instrument, option.price) * contract.multiplier
    return can_be and inside > ZERO and option.price * contract.multiplier - inside <= step


def _assigned(course: Course, option: Mark, owed: Decimal, fact_seq: int) -> Decimal:
    seed, of = course.account.rules.seed, option.instrument.id
    draws = (drawn(seed, of, "assignment", fact_seq, number) for number in range(int(owed)))
    return Decimal(sum(1 for each in draws if each < EXERCISING_RATE))
