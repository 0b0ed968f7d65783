"""Decimal policy: money, prices and quantities, rounding, and the border to floats.

Cash is rounded to its currency's exponent when a posting is made, half to even; nowhere else.
A price a customer gives is never rounded, only checked. Floats enter and leave through the two
functions at the end of this file, which can be found with grep.
"""

import re
from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal, DefaultContext, FloatOperation, setcontext
from functools import cache
from math import isfinite

from paperdesk.core.kernel.errors import Invalid

ZERO = Decimal(0)

# Digits after the point of one unit, by currency; what is not listed is refused, not guessed.
CURRENCY_EXPONENTS = {"USD": 2, "EUR": 2, "GBP": 2, "JPY": 0, "BTC": 8, "ETH": 8, "USDT": 6, "USDC": 6}

QUANTITY_PLACES = 9
PLACES_MAX = 18
MAGNITUDE_MAX = Decimal(10) ** 15

_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")

# Wide enough for the product of the two largest numbers we read, so that rounding it never fails.
_WIDE = Context(prec=2 * (15 + PLACES_MAX))

# Wider than any float, so that what comes from one is rounded once.
_FROM_FLOAT = Context(prec=28)


class UnknownCurrency(Invalid):
    """The currency is not one Paperdesk keeps accounts in."""


class MalformedNumber(Invalid):
    """A number must be a finite decimal below 10 to the 15th, with at most 18 digits after the point."""


def trap_floats() -> None:
    """Make accidental mixing of float and Decimal raise, in this thread and every later one."""
    DefaultContext.traps[FloatOperation] = True
    setcontext(DefaultContext.copy())


def cent(currency: str) -> Decimal:
    """Return the smallest amount of a currency: 0.01 for USD, 1 for JPY."""
    return _CENTS[currency]


class _Cents(dict[str, Decimal]):
    """The smallest amounts of currencies; what is not listed is refused when it is looked up."""

    def __missing__(self, currency: str) -> Decimal:
        raise UnknownCurrency(f"{currency!r} is not a currency we keep accounts in.", currency=currency)


_CENTS = _Cents((code, Decimal(1).scaleb(-places)) for code, places in CURRENCY_EXPONENTS.items())
FINE_PLACES = 8
_FINEST = Decimal(1).scaleb(-FINE_PLACES)


def money(amount: Decimal, currency: str = "USD", rounding: str = ROUND_HALF_EVEN) -> Decimal:
    """Round an amount to its currency's exponent; the only rounding of cash there is."""
    return amount.quantize(_CENTS[currency], rounding, _WIDE)


def is_in_cents(amount: Decimal, currency: str) -> bool:
    """Say whether an amount can be paid in its currency; what has the exponent already need not be rounded for that."""
    return amount.same_quantum(_CENTS[currency]) or amount == money(amount, currency)


def fine_money(amount: Decimal, rounding: str = ROUND_HALF_EVEN) -> Decimal:
    """Round an amount that keeps fractions of a cent, to `FINE_PLACES` after the point."""
    return amount.quantize(_FINEST, rounding, _WIDE)


def spread(total: Decimal, weights: Sequence[Decimal], step: Decimal) -> tuple[Decimal, ...]:
    """Divide a total in proportion to weights of one sign, in whole steps.

    Sums are rounded rather than parts, so that the parts always sum to the total and none has the wrong sign;
    the last takes what rounding left.
    """
    whole, weighed, given = sum(weights, ZERO), ZERO, ZERO
    parts: list[Decimal] = []
    for weight in weights[:-1]:
        weighed += weight
        upto = (total * weighed / whole).quantize(step, context=_WIDE)
        parts.append(upto - given)
        given = upto
    return (*parts, total - given) if weights else ()


def decimal_from_text(text: str) -> Decimal:
    """Read a decimal that a person or a program sent; NaN, infinity and nonsense are refused."""
    # Decimal itself also takes blanks, underscores and the digits of every script.
    if not _NUMBER.fullmatch(text):
        raise _malformed(text)
    try:
        number = Decimal(text)
    except ArithmeticError:
        raise _malformed(text) from None
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -PLACES_MAX or number.copy_abs() >= MAGNITUDE_MAX:
        raise _malformed(text)
    return number


def _malformed(text: str) -> MalformedNumber:
    return MalformedNumber(f"{text[:40]!r} is not a finite number we can hold.", value=text[:40])


def places(number: Decimal) -> int:
    """Return how many digits after the point a number needs, trailing zeros not counted."""
    exponent = number.normalize(_WIDE).as_tuple().exponent
    assert isinstance(exponent, int), "a finite decimal has a numeric exponent"
    return max(0, -exponent)


def plain(number: Decimal) -> str:
    """Write a decimal without exponent and without trailing zeros: 1E+3 is '1000', 1.50 is '1.5'."""
    text = str(number)  # the same as by a format where there is no exponent, in a third of the time
    if "E" in text:
        text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def to_array(numbers: Iterable[Decimal]) -> list[float]:
    """Cross the border from Decimal to float, for kernels that take arrays."""
    return [float(number) for number in numbers]


def money_from_float(number: float, exponent_places: int) -> Decimal:
    """Cross the border from float to Decimal, rounded half to even at a stated number of places."""
    assert isfinite(number), "NaN and infinity never leave; a missing number is None with a reason"
    return Decimal(repr(number)).quantize(_step(exponent_places), rounding=ROUND_HALF_EVEN, context=_FROM_FLOAT)


@cache
def _step(exponent_places: int) -> Decimal:
    return Decimal(1).scaleb(-exponent_places)
