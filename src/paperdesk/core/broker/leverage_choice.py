"""How an account chooses the leverage of a crypto pair, and what it cannot choose.

1  the account owes by Regulation T: a cash account owes nothing, and the scan of portfolio margin knows no coins
2  the instrument is a crypto pair, and the leverage one that somebody is lent
3  the margin of a pair that is held or ordered stays isolated, or stays with the rest
4  what is held and ordered of the pair is not too large for it
5  with less leverage, the margin that this takes is there
6  with more of it, the margin that stays with an isolated position is not used up already
"""

from decimal import Decimal

from paperdesk.core.broker.account import Account
from paperdesk.core.broker.commands import ChooseLeverage
from paperdesk.core.broker.contingencies import Course
from paperdesk.core.broker.leverage import LEVERAGE_MAX, LEVERAGE_MIN
from paperdesk.core.broker.liquidation import price_of_liquidation
from paperdesk.core.broker.margin import Stage, exposure, means, requirement
from paperdesk.core.broker.margin_book import Leverage
from paperdesk.core.broker.margin_checks import check_tier, known_standing
from paperdesk.core.broker.margin_events import LeverageChosen
from paperdesk.core.broker.margin_rules import MarginKind
from paperdesk.core.broker.marks import Marks
from paperdesk.core.broker.reservations import with_reservations
from paperdesk.core.broker.view import MarketView
from paperdesk.core.kernel.errors import Conflict, Invalid
from paperdesk.core.kernel.money import ZERO, money, plain
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.instruments import Instrument, Kind


class LeverageNotAllowed(Conflict):
    """Leverage takes an account that owes by Regulation T; others pay crypto pairs in full."""


class LeverageNotOffered(Conflict):
    """Leverage can be chosen for crypto pairs; what is lent on anything else follows from the rules of margin."""


class LeverageOutOfRange(Invalid):
    """Leverage is a whole number from 1, which is paying in full, to 125."""


class LeverageTooLow(Conflict):
    """With so little leverage, what is held and ordered of the pair needs more margin than there is."""


class MarginModeInUse(Conflict):
    """What is held or ordered of the pair has its margin by one mode, and another holds only from the next on."""


class MarginUsedUp(Conflict):
    """With so much leverage, the isolated margin of what is held would be used up at once."""


def choose_leverage(course: Course, command: ChooseLeverage, view: MarketView) -> None:
    """Remember the leverage of a pair, and what that gives back of the margin it was opened on, or takes."""
    account, instrument = course.account, view.instrument(command.symbol)
    _check_offered(account, instrument, command.leverage)
    before = account.book.chosen(instrument.id) or Leverage(instrument.id, instrument.symbol, 1)
    chosen = replace(before, times=command.leverage, mode=command.margin_mode or before.mode)
    if chosen == before:
        return
    _check_mode(account, before, chosen)
    known_standing(account, view.marks)
    check_tier(account, instrument, command.leverage)
    course.take(LeverageChosen(course.seq, course.at, chosen, _given_back(account, chosen, instrument, view.marks)))
    with_reservations(course)
    if chosen.times < before.times:
        _check_means(course.account, chosen, view.marks)
    _check_margin_left(course.account, chosen, view.marks)


def _check_offered(account: Account, instrument: Instrument, leverage: int) -> None:
    if account.rules.margin.kind is not MarginKind.REG_T:
        raise LeverageNotAllowed(
            f"An account of the kind {account.rules.margin.kind.value!r} pays crypto pairs in full.",
            kind=account.rules.margin.kind.value,
        )
    if instrument.kind is not Kind.CRYPTO:
        raise LeverageNotOffered(
            f"{instrument.symbol} is of the kind {instrument.kind.value!r}; leverage is chosen for crypto pairs.",
            symbol=instrument.symbol,
        )
    if not LEVERAGE_MIN <= leverage <= LEVERAGE_MAX:
        raise LeverageOutOfRange(
            f"{leverage} is no leverage from {LEVERAGE_MIN} to {LEVERAGE_MAX}.", leverage=leverage, most=LEVERAGE_MAX
        )


def _check_mode(account: Account, before: Leverage, chosen: Leverage) -> None:
    is_ordered = any(each.is_open and each.instrument.id == chosen.instrument_id for each in account.orders.values())
    if chosen.mode is not before.mode and (is_ordered or account.position(chosen.instrument_id).quantity):
        raise MarginModeInUse(
            f"The margin of {chosen.symbol} is {before.mode.value} while the pair is held or ordered.",
            symbol=chosen.symbol,
            margin_mode=before.mode.value,
        )


def _check_margin_left(account: Account, chosen: Leverage, marks: Marks) -> None:
    """Refuse what would be liquidated at the price that stands."""
    position = account.position(chosen.instrument_id)
    if not chosen.is_isolated or not position.quantity:
        return
    mark = marks[chosen.instrument_id]
    price = price_of_liquidation(position, chosen, mark.instrument)
    if mark.price <= price if position.quantity > ZERO else mark.price >= price:
        raise MarginUsedUp(
            f"With a leverage of {chosen.times} {chosen.symbol} is liquidated at {plain(price)}, "
            f"and stands at {plain(mark.price)}.",
            symbol=chosen.symbol,
            leverage=chosen.times,
            liquidation_price=plain(price),
            price=plain(mark.price),
        )


def _given_back(account: Account, chosen: Leverage, instrument: Instrument, marks: Marks) -> Decimal:
    position = account.position(instrument.id)
    if not position.quantity:
        return ZERO
    held = exposure(account, instrument, (position.quantity, position.cost), marks[instrument.id].price)
    before, after = (requirement([each], Stage.INITIAL) for each in (held, replace(held, leverage=chosen.times)))
    return money(before - after, account.currency)


def _check_means(account: Account, chosen: Leverage, marks: Marks) -> None:
    free = money(means(account, known_standing(account, marks)), account.currency) - account.held
    if free < ZERO:
        raise LeverageTooLow(
            f"With a leverage of {chosen.times} what is held and ordered of {chosen.symbol} needs {plain(-free)} "
            f"{account.currency} of margin more than there is.",
            symbol=chosen.symbol,
            leverage=chosen.times,
            missing=plain(-free),
        )
