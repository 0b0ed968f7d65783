"""What option positions need by the strategy they are part of: every pairing there is, with its price.

    naked           the premium, and 20 % of the underlying less what it is out of the money, or the minimum
    short straddle  the greater side, and the premium of the other
    spread          the worst loss at expiry, and what the longs cost
    covered call    its shares alone, worth no more than the strike
    covered put     its shares sold short, and what the put is in the money
    protective      10 % of the strike and what the option is out of the money, if the shares alone need more
    collar          the same by its put, or 25 % of the call's strike when that is less
    conversion      10 % of the strike; a reversal 110 %, and what the put is in the money
    alone           a long option in full, shares at their own rate

`requirement` is what the exchange's manual prints. `equity_needed` says the same of an account whose equity
counts every position at its mark: less what shorts are worth, which that equity has lost already, and more by
what longs are worth where the manual leaves them out. Amounts are exact; nothing is rounded here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import product

from paperdesk.core.broker.legs import Leg, terms
from paperdesk.core.broker.option_rates import (
    COLLAR_RATE,
    HEDGED_RATE,
    LONG_DATED_DAYS,
    LONG_DATED_RATE,
    NAKED,
    Basis,
)
from paperdesk.core.kernel.money import ZERO, plain


@dataclass(frozen=True, slots=True)
class Underlying:
    """The market that a requirement is worked out in, and what the underlying needs by itself.

    `long_rate` and `short_rate` are fractions of the value of shares held and of shares sold short. A fund
    of leverage two has twice the rates of its options. What hedged shares need is lower for maintenance only.
    """

    spot: Decimal
    on: date
    long_rate: Decimal
    short_rate: Decimal
    basis: Basis = Basis.EQUITY
    leverage: Decimal = Decimal(1)
    is_initial: bool = False


@dataclass(frozen=True, slots=True)
class Pairing:
    """Legs that are margined together, once: how many of each, what they need, and why."""

    name: str
    uses: Mapping[str, Decimal]
    requirement: Decimal
    equity_needed: Decimal
    reason: str


def extra(short: Leg, market: Underlying) -> Decimal:
    """Return what one naked contract needs beyond its premium."""
    contract, rates = terms(short), NAKED[market.basis]
    value, strike = market.spot * contract.units, contract.aggregate_strike
    out = max(strike - value if contract.is_call else value - strike, ZERO)
    least = rates.minimum * market.leverage * (value if contract.is_call else strike)
    return max(rates.basic * market.leverage * value - out, least)


def premium(leg: Leg) -> Decimal:
    """Return what one contract is worth at its mark."""
    return leg.price * terms(leg).multiplier


def alone(leg: Leg, market: Underlying) -> Pairing:
    """Return what one contract, or one unit of the underlying, needs by itself."""
    if leg.contract is None:
        rate = market.long_rate if leg.is_long else market.short_rate
        needed = rate * market.spot
        requirement = needed if leg.is_long else needed + market.spot
        reason = f"{_percent(rate)} of {plain(market.spot)}" + ("" if leg.is_long else ", and its proceeds")
        return Pairing("shares", {leg.symbol: Decimal(1)}, requirement, needed, reason)
    uses, paid = {leg.symbol: Decimal(1)}, premium(leg)
    if not leg.is_long:
        more = extra(leg, market)
        reason = f"premium {plain(paid)} and {plain(more)}: {_naked_words(market)}"
        return Pairing("naked", uses, paid + more, more, reason)
    if (terms(leg).expires_on - market.on).days > LONG_DATED_DAYS:
        lent = LONG_DATED_RATE * paid
        return Pairing("long", uses, lent, lent, f"{_percent(LONG_DATED_RATE)} of {plain(paid)}: over nine months")
    return Pairing("long", uses, paid, paid, "paid in full")


def straddles(calls: list[Leg], puts: list[Leg], market: Underlying) -> Iterator[Pairing]:
    """Yield every uncovered short call with every uncovered short put."""
    for call, put in product(calls, puts):
        if terms(call).units != terms(put).units:
            continue
        sides = [(premium(leg) + extra(leg, market), extra(leg, market), leg.symbol) for leg in (call, put)]
        (_, _, _), (greater, more, symbol) = sorted(sides)
        other = premium(call if symbol == put.symbol else put)
        uses = {call.symbol: Decimal(1), put.symbol: Decimal(1)}
        reason = f"the greater side, {symbol}, needs {plain(greater)}; the premium of the other is {plain(other)}"
        yield Pairing("short_straddle", uses, greater + other, more, reason)


def hedges(shares: Leg | None, options: list[Leg], market: Underlying) -> Iterator[Pairing]:
    """Yield every way in which options and shares stand together."""
    if shares is None:
        return
    shorts = [leg for leg in options if not leg.is_long and terms(leg).is_call is shares.is_long]
    longs = [leg for leg in options if leg.is_long and terms(leg).is_call is not shares.is_long]
    for short in shorts:
        yield _covered(shares, short, market)
    for long in longs:
        yield _protected(shares, long, market)
    for short, long in product(shorts, longs):
        sold, bought = terms(short), terms(long)
        if (sold.expires_on, sold.units) != (bought.expires_on, bought.units):
            continue
        if sold.strike == bought.strike:
            yield _converted(shares, short, long, market)
        elif shares.is_long and bought.strike < sold.strike:
            yield _collared(shares, short, long, market)


def _covered(shares: Leg, short: Leg, market: Underlying) -> Pairing:
    contract, uses = terms(short), _uses(shares, short)
    value, inside = market.spot * contract.units, contract.intrinsic(market.spot)
    if shares.is_long:
        counted = value if market.is_initial else min(value, contract.aggregate_strike)
        requirement = market.long_rate * counted
        # Equity counts the shares at their price, and the rule no higher than the strike.
        needed = requirement + (ZERO if market.is_initial else inside) - premium(short)
        return Pairing("covered_call", uses, requirement, needed, f"{_percent(market.long_rate)} of {plain(counted)}")
    requirement = (1 + market.short_rate) * value + inside
    reason = f"{_percent(1 + market.short_rate)} of {plain(value)}, and {plain(inside)} in the money"
    return Pairing("covered_put", uses, requirement, requirement - value - premium(short), reason)


def _protected(shares: Leg, long: Leg, market: Underlying) -> Pairing:
    contract, paid = terms(long), premium(long)
    value, strike = market.spot * contract.units, contract.aggregate_strike
    name, rate = ("protective_put", market.long_rate) if shares.is_long else ("protective_call", market.short_rate)
    out = max(value - strike if shares.is_long else strike - value, ZERO)
    hedged = HEDGED_RATE * strike + out
    needed = rate * value if market.is_initial else min(hedged, rate * value)
    owed = ZERO if shares.is_long else value
    reason = (
        f"{_percent(HEDGED_RATE)} of {plain(strike)} and {plain(out)} out of the money, at most {plain(rate * value)}"
    )
    return Pairing(name, _uses(shares, long), needed + owed, needed + paid, reason)


def _collared(shares: Leg, short: Leg, long: Leg, market: Underlying) -> Pairing:
    sold, bought = terms(short), terms(long)
    value = market.spot * sold.units
    out = max(value - bought.aggregate_strike, ZERO)
    hedged = min(HEDGED_RATE * bought.aggregate_strike + out, COLLAR_RATE * sold.aggregate_strike)
    requirement = market.long_rate * value if market.is_initial else hedged
    capped = ZERO if market.is_initial else sold.intrinsic(market.spot)
    reason = f"{_percent(HEDGED_RATE)} of {plain(bought.aggregate_strike)} and {plain(out)} out of the money"
    needed = requirement + capped + premium(long) - premium(short)
    return Pairing("collar", _uses(shares, short, long), requirement, needed, reason)


def _converted(shares: Leg, short: Leg, long: Leg, market: Underlying) -> Pairing:
    contract = terms(short)
    value, strike, uses = market.spot * contract.units, contract.aggregate_strike, _uses(shares, short, long)
    apart = premium(long) - premium(short)
    inside = contract.intrinsic(market.spot)
    if shares.is_long:
        requirement = market.long_rate * value if market.is_initial else HEDGED_RATE * strike
        capped = ZERO if market.is_initial else inside
        reason = f"{_percent(HEDGED_RATE)} of {plain(strike)}"
        return Pairing("conversion", uses, requirement, requirement + capped + apart, reason)
    hedged = (1 + HEDGED_RATE) * strike + inside
    requirement = (1 + market.short_rate) * value if market.is_initial else hedged
    reason = f"{_percent(1 + HEDGED_RATE)} of {plain(strike)}, and {plain(inside)} in the money"
    return Pairing("reversal", uses, requirement, requirement - value + apart, reason)


def _uses(shares: Leg, *options: Leg) -> dict[str, Decimal]:
    return {shares.symbol: terms(options[0]).units} | {leg.symbol: Decimal(1) for leg in options}


def _naked_words(market: Underlying) -> str:
    rates = NAKED[market.basis]
    return (
        f"{_percent(rates.basic * market.leverage)} less what it is out of the money, "
        f"at least {_percent(rates.minimum * market.leverage)}"
    )


def _percent(rate: Decimal) -> str:
    return f"{plain(rate * 100)} %"
