"""What a corporate action on the underlying makes of a listed option series.

    action                        contracts   strike            deliverable             root
    split n for 1, n whole        times n     divided by n      the standard one        stays
    any other split ratio,        stay        stays             units times the ratio   new
    share dividend
    ordinary cash dividend        nothing changes
    special cash dividend         stay        less the amount   stays                   stays
    spin-off                      stay        stays             the new units beside    new
    merger, paid delisting        stay        stays             what a unit became      new
    symbol change                 stay        stays             stays, by new units     of the new symbol

The multiplier of the premium never changes: premium, strike and deliverable are three things. Where a strike
would become one that no symbol can state, it stays as it is and the deliverable changes instead.
Source: Options Clearing Corporation, By-Laws, Article VI, Section 11A, and its interpretative guidance on cash
dividends (since February 2009: a special dividend below 12.50 a contract adjusts nothing).
"""

import re
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Final

from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.core.kernel.money import QUANTITY_PLACES, ZERO
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.corporate_actions import (
    AdjustedSeries,
    CashDividend,
    CorporateAction,
    Merger,
    Outcome,
    ShareDividend,
    Split,
    SymbolChange,
    outcome,
)
from paperdesk.core.market.instruments import Instrument, Kind, instrument_id
from paperdesk.core.market.options import ROOT_LENGTH_MAX, STRIKE_MAX, OptionContract, Supplement, occ_symbol

# Money a contract; see the source above.
SPECIAL_DIVIDEND_MIN: Final = Decimal("12.50")

_PLACE: Final = Decimal(1).scaleb(-QUANTITY_PLACES)
_THOUSANDTHS: Final = 1000
_UNIT: Final = Decimal(1)
_NTH = re.compile(r"(?P<stem>.*?)(?P<nth>[1-9]?)")


def is_adjusted(option: Instrument, action: CorporateAction) -> bool:
    """Say whether an action is one on what an option delivers."""
    contract = option.contract
    if contract is None:
        return False
    beside = () if contract.supplement is None else contract.supplement.units
    return _is_on(contract, action) or any(each == action.instrument.id for each, _ in beside)


def adjusted_series(option: Instrument, action: CorporateAction) -> AdjustedSeries | None:
    """Return what an action makes of an option on its instrument, None when it stays as it is."""
    before, terms = option.contract, action.terms
    assert before is not None, "only an option has a series"
    if isinstance(terms, CashDividend) and not _is_special(terms, before):
        return None
    becomes = outcome(action)
    if not becomes.cash and becomes.units == ((action.instrument, Fraction(1)),):
        return None
    standard = _still_standard(before, action)
    if standard is not None:
        after, contracts = standard
        return AdjustedSeries(option, _listed(option, after), contracts)
    after = replace(_delivering(before, action, becomes), root=_next_root(before, action))
    return AdjustedSeries(option, _listed(option, after))


def root_of(symbol: str) -> str:
    """Return the option root of an underlying's symbol: BRK.B has the root BRKB."""
    return re.sub(r"[^A-Z0-9]", "", symbol.upper())[:ROOT_LENGTH_MAX]


def _is_special(terms: CashDividend, contract: OptionContract) -> bool:
    return terms.is_special and terms.amount * contract.multiplier >= SPECIAL_DIVIDEND_MIN


def _still_standard(contract: OptionContract, action: CorporateAction) -> tuple[OptionContract, Decimal] | None:
    """Return the contract under new terms and its number for each before, where the deliverable may stay."""
    match action.terms:
        case CashDividend(amount=amount) if contract.deliverable is None and _is_strike(contract.strike - amount):
            return replace(contract, strike=contract.strike - amount), _UNIT
        case Split(ratio=ratio) | ShareDividend(ratio=ratio) if _is_standard(contract) and _is_whole(ratio):
            number = Decimal(ratio.numerator)
            strike = contract.strike / number
            return (replace(contract, strike=strike), number) if _is_strike(strike) else None
        case SymbolChange(into=into) if _is_standard(contract):
            return replace(contract, root=root_of(into.symbol), underlying=into.symbol), _UNIT
        case _:
            return None


def _is_standard(contract: OptionContract) -> bool:
    return contract.deliverable is None and contract.supplement is None


def _is_whole(ratio: Fraction) -> bool:
    return ratio > 1 and ratio.denominator == 1


def _is_strike(strike: Decimal) -> bool:
    return ZERO < strike <= STRIKE_MAX and not strike * _THOUSANDTHS % 1


def _delivering(contract: OptionContract, action: CorporateAction, becomes: Outcome) -> OptionContract:
    """Return the contract once each unit of the action's instrument that it delivers became what it becomes."""
    beside = contract.supplement or Supplement()
    units, cash = list[tuple[InstrumentId, Decimal]](), beside.cash
    for each, number in beside.units:
        if each == action.instrument.id:
            units += _became(number, becomes.units)
            cash += number * becomes.cash
        else:
            units.append((each, number))
    if not _is_on(contract, action):
        return replace(contract, supplement=Supplement(tuple(units), cash))
    heir, *others = becomes.units or ((action.instrument, Fraction(0)),)
    units += _became(contract.units, others)
    cash += contract.units * becomes.cash
    return replace(
        contract,
        underlying=contract.underlying if heir[0].id == action.instrument.id else heir[0].symbol,
        deliverable=_exact(Fraction(contract.units) * heir[1]),
        supplement=Supplement(tuple(units), cash) if units or cash else None,
    )


def _became(number: Decimal, units: Sequence[tuple[Instrument, Fraction]]) -> list[tuple[InstrumentId, Decimal]]:
    return [(into.id, _exact(Fraction(number) * rate)) for into, rate in units]


def _is_on(contract: OptionContract, action: CorporateAction) -> bool:
    return root_of(contract.underlying) == root_of(action.instrument.symbol)


def _exact(units: Fraction) -> Decimal:
    return (Decimal(units.numerator) / Decimal(units.denominator)).quantize(_PLACE).normalize()


def _next_root(contract: OptionContract, action: CorporateAction) -> str:
    """Return the root with the next number, of the acquirer's symbol where units of one are delivered."""
    match action.terms:
        case Merger(into=Instrument() as into) | SymbolChange(into=into):
            stem, nth = root_of(into.symbol), 1
        case _:
            found = _NTH.fullmatch(contract.root)
            assert found is not None, "every root has a stem"
            stem, nth = found["stem"], int(found["nth"] or 0) + 1
    return f"{stem[: ROOT_LENGTH_MAX - 1]}{nth}"


def _listed(option: Instrument, contract: OptionContract) -> Instrument:
    symbol = occ_symbol(contract)
    return replace(
        option,
        id=instrument_id(Kind.OPTION, symbol, option.calendar),
        symbol=symbol,
        name=symbol if option.name == option.symbol else option.name,
        contract=contract,
    )
