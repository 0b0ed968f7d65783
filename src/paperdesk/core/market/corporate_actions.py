"""Corporate actions: what a company does to everybody who holds its shares.

Rates are units for each unit held before: a 2-for-1 split has a rate of 2, a 1-for-10 reverse split one of
0.1, a 5 % share dividend one of 0.05 new units. Amounts are money per unit, in the instrument's currency.
Dates are market days: what is held at the close before `ex_on` is entitled, and cash moves on `pay_on`.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import TypeAlias
from uuid import UUID

from paperdesk.core.kernel.errors import Invalid
from paperdesk.core.kernel.ids import InstrumentId, derived
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.market.instruments import Instrument

_ONE = Decimal(1)


class MalformedCorporateAction(Invalid):
    """The terms cannot be those of a corporate action."""


class Moment(StrEnum):
    """The two days of a corporate action that a tape tells of: without the right (ex), and payment."""

    EX = "ex"
    PAY = "pay"


@dataclass(frozen=True, slots=True)
class CashDividend:
    """Cash for each unit; a special one adjusts options, an ordinary one does not."""

    amount: Decimal
    is_special: bool = False

    def __post_init__(self) -> None:
        """Refuse a dividend of nothing."""
        _require(self.amount > ZERO, "A dividend pays more than nothing.")


@dataclass(frozen=True, slots=True)
class ShareDividend:
    """New units of the same instrument for each unit: 0.05 is five percent."""

    rate: Decimal

    def __post_init__(self) -> None:
        """Refuse a dividend of nothing."""
        _require(self.rate > ZERO, "A share dividend brings more than nothing.")

    @property
    def ratio(self) -> Fraction:
        """Return the units after for each unit before."""
        return 1 + Fraction(self.rate)


@dataclass(frozen=True, slots=True)
class Split:
    """So many new units for so many old ones: 2 for 1 is a split, 1 for 10 a reverse split."""

    new_units: Decimal
    old_units: Decimal

    def __post_init__(self) -> None:
        """Refuse a ratio that changes nothing or leaves nothing."""
        is_ratio = self.new_units > ZERO and self.old_units > ZERO and self.new_units != self.old_units
        _require(is_ratio, "A split gives another number of units than there were, and some.")

    @property
    def ratio(self) -> Fraction:
        """Return the units after for each unit before."""
        return Fraction(self.new_units) / Fraction(self.old_units)


@dataclass(frozen=True, slots=True)
class SpinOff:
    """Units of a new instrument for each unit, which stays.

    `basis_rate` is the part of the cost that goes to the new units; None leaves it to their market prices.
    """

    into: Instrument
    rate: Decimal
    basis_rate: Decimal | None = None

    def __post_init__(self) -> None:
        """Refuse a spin-off of nothing, or of more cost than there is."""
        _require(self.rate > ZERO, "A spin-off brings more than nothing.")
        _require(self.basis_rate is None or ZERO <= self.basis_rate <= _ONE, "A part of the cost lies between 0 and 1.")


@dataclass(frozen=True, slots=True)
class Merger:
    """The instrument ends; each unit becomes cash, units of the acquirer, or both."""

    cash: Decimal = ZERO
    into: Instrument | None = None
    rate: Decimal = ZERO

    def __post_init__(self) -> None:
        """Refuse a merger that gives nothing, or units of nobody."""
        _require(self.cash >= ZERO and self.rate >= ZERO, "A merger takes nothing from holders.")
        _require((self.into is None) == (self.rate == ZERO), "Units of an acquirer need the acquirer and a rate.")
        _require(self.cash > ZERO or self.into is not None, "A merger gives cash, units, or both.")


@dataclass(frozen=True, slots=True)
class SymbolChange:
    """The same shares go on under another symbol, which is another instrument on the tape."""

    into: Instrument


@dataclass(frozen=True, slots=True)
class Delisting:
    """Trading ends; each unit is paid out at an amount (0 is worthless), or stays without a market when None."""

    payout: Decimal | None = None

    def __post_init__(self) -> None:
        """Refuse to take money from holders."""
        _require(self.payout is None or self.payout >= ZERO, "A delisting takes nothing from holders.")


ActionTerms: TypeAlias = CashDividend | ShareDividend | Split | SpinOff | Merger | SymbolChange | Delisting


@dataclass(frozen=True, slots=True)
class AdjustedSeries:
    """An option series before and after an action on its underlying, and the contracts after for each before."""

    before: Instrument
    after: Instrument
    contracts: Decimal = _ONE


@dataclass(frozen=True, slots=True)
class CorporateAction:
    """One action on one instrument: its terms, its dates, and the option series that it adjusts.

    `in_lieu_price` is what a whole new unit is worth where fractions are paid out; None leaves it to the
    market. Nobody may see an action before `announced_on`, or without that date, before `ex_on`.
    """

    id: UUID
    instrument: Instrument
    terms: ActionTerms
    ex_on: date
    announced_on: date | None = None
    record_on: date | None = None
    pay_on: date | None = None
    in_lieu_price: Decimal | None = None
    series: tuple[AdjustedSeries, ...] = ()

    def __post_init__(self) -> None:
        """Refuse an announcement that comes too late, and a price of nothing."""
        is_told_first = self.announced_on is None or self.announced_on <= self.ex_on
        _require(is_told_first, "An action is announced on its ex-date at the latest.")
        _require(self.in_lieu_price is None or self.in_lieu_price > ZERO, "A price in lieu is more than nothing.")

    @property
    def known_on(self) -> date:
        """Return the first day on which anybody may know of it."""
        return self.announced_on or self.ex_on

    @property
    def kind(self) -> str:
        """Return what it is in the words of a file and of the ledger."""
        return KINDS[type(self.terms)]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one unit becomes by an action: so many units of instruments, and cash."""

    units: tuple[tuple[Instrument, Fraction], ...]
    cash: Decimal = ZERO


KINDS: dict[type[ActionTerms], str] = {
    CashDividend: "cash_dividend",
    ShareDividend: "share_dividend",
    Split: "split",
    SpinOff: "spin_off",
    Merger: "merger",
    SymbolChange: "symbol_change",
    Delisting: "delisting",
}


def action_id(instrument_id: InstrumentId, kind: str, ex_on: date, nth: int = 1) -> UUID:
    """Return the id that the n-th action of a kind on a day always has."""
    return derived(instrument_id, kind, ex_on.isoformat(), nth)


def outcome(action: CorporateAction) -> Outcome:
    """Return what one unit becomes; dividends and spin-offs leave the unit itself where it is."""
    terms, same = action.terms, (action.instrument, Fraction(1))
    match terms:
        case CashDividend():
            return Outcome((same,), terms.amount)
        case Split() | ShareDividend():
            return Outcome(((action.instrument, terms.ratio),))
        case SpinOff():
            return Outcome((same, (terms.into, Fraction(terms.rate))))
        case Merger():
            return Outcome(() if terms.into is None else ((terms.into, Fraction(terms.rate)),), terms.cash)
        case SymbolChange():
            return Outcome(((terms.into, Fraction(1)),))
        case _:
            return Outcome((same,)) if terms.payout is None else Outcome((), terms.payout)


def ex_price(action: CorporateAction, price: Decimal) -> Decimal:
    """Return what a price of before is worth after an action: less the dividend, or divided by the ratio.

    Unrounded, and zero at least. Other actions leave the price, because what they bring has one of its own.
    """
    match action.terms:
        case CashDividend(amount=amount):
            return max(price - amount, ZERO)
        case Split(ratio=ratio) | ShareDividend(ratio=ratio):
            quotient = Fraction(price) / ratio
            return Decimal(quotient.numerator) / Decimal(quotient.denominator)
        case _:
            return price


def moments(action: CorporateAction) -> tuple[tuple[Moment, date], ...]:
    """Return the days on which the action moves something; only cash dividends are paid apart from the ex-date.

    Without a pay date they are paid on the ex-date, and never before it: of large special dividends the
    company pays first, but who is paid is only settled on the ex-date.
    """
    if isinstance(action.terms, CashDividend):
        return (Moment.EX, action.ex_on), (Moment.PAY, max(action.pay_on or action.ex_on, action.ex_on))
    return ((Moment.EX, action.ex_on),)


def _require(is_possible: bool, sentence: str) -> None:  # noqa: FBT001 - the condition is the argument
    if not is_possible:
        raise MalformedCorporateAction(sentence)
