"""What the holder of an option may ask for: exercise now, or what is to happen on its last day."""

from decimal import Decimal

from paperdesk.core.broker.account import Account
from paperdesk.core.broker.commands import ExerciseOption, InstructExpiry
from paperdesk.core.broker.contingencies import Course
from paperdesk.core.broker.events import ExpiryInstructed
from paperdesk.core.broker.expiry import Ending, Fate, book, exercisable
from paperdesk.core.broker.marks import Mark
from paperdesk.core.broker.view import MarketView
from paperdesk.core.kernel.errors import Conflict, Invalid
from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.core.kernel.money import ZERO, plain
from paperdesk.core.market.instruments import Instrument
from paperdesk.core.market.options import OptionContract, Style

STANDING_PRICE = "standing_price"


class NotAnOption(Invalid):
    """Only an option can be exercised."""


class OptionNotHeld(Conflict):
    """The account does not hold so many contracts, or other orders have promised them."""


class ExerciseTooEarly(Conflict):
    """A European option is exercised on its last day and never before."""


class MeansMissing(Conflict):
    """Exercise needs the cash of the strike, or the units that the option sells."""


class UnderlyingNotThere(Conflict):
    """The tape does not have the option's underlying, or no price for it yet."""


def speak_for_option(course: Course, command: ExerciseOption | InstructExpiry, view: MarketView) -> None:
    """Do what the holder of an option asks for, or refuse it by raising."""
    if isinstance(command, InstructExpiry):
        instruct_expiry(course, command, view)
    else:
        exercise_option(course, command, view)


def exercise_option(course: Course, command: ExerciseOption, view: MarketView) -> None:
    """Exercise contracts at once, whatever they are worth; orders in them end."""
    account = course.account
    instrument, contract = _option(view, command.symbol)
    count = _held(account, instrument, command.quantity)
    if contract.style is Style.EUROPEAN:
        raise ExerciseTooEarly(f"{instrument.symbol} is European.", expires_on=contract.expires_on.isoformat())
    underlying = _underlying(view, contract)
    able = exercisable(account, contract, underlying.instrument)
    if able < count:
        raise MeansMissing(
            f"The account can exercise {plain(able)} of {plain(count)} contracts.",
            needed=plain(count),
            available=plain(able),
        )
    ending = Ending(instrument, count, Fate.EXERCISED, "on request")
    book(course, ending, underlying, f"request {course.seq}")


def instruct_expiry(course: Course, command: InstructExpiry, view: MarketView) -> None:
    """Remember what the holder wants on the last day; it counts for what is held then."""
    instrument, _ = _option(view, command.symbol)
    _held(course.account, instrument, None)
    course.take(ExpiryInstructed(course.seq, course.at, instrument.id, command.at_expiry))


def _option(view: MarketView, symbol: str) -> tuple[Instrument, OptionContract]:
    instrument = view.instrument(symbol)
    if instrument.contract is None:
        raise NotAnOption(f"{instrument.symbol} is no option.", symbol=instrument.symbol)
    return instrument, instrument.contract


def _held(account: Account, instrument: Instrument, wanted: Decimal | None) -> Decimal:
    position = account.position(instrument.id)
    count = position.quantity if wanted is None else wanted
    free = position.quantity - position.reserved
    if count <= ZERO or count > free or count % instrument.lot_step:
        raise OptionNotHeld(
            f"{plain(max(free, ZERO))} {instrument.symbol} are held and free.",
            needed=plain(count),
            available=plain(max(free, ZERO)),
        )
    return count


def _underlying(view: MarketView, contract: OptionContract) -> Mark:
    instrument = view.instruments.get(contract.underlying)
    quote = None if instrument is None else view.quotes.get(InstrumentId(instrument.id))
    if instrument is None or quote is None:
        raise UnderlyingNotThere(f"{contract.underlying} has no price on this tape.", symbol=contract.underlying)
    return Mark(instrument, quote.mid, STANDING_PRICE, quote.at)
