"""Parameters of strategies: named, with a default and a range, so that a mistyped one is told what was meant."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from typing import Final, TypeAlias, cast

from paperdesk.core.kernel.errors import Invalid

Value: TypeAlias = int | Decimal | str | bool


class UnknownParameter(Invalid):
    """The strategy has no parameter of that name."""


class ParameterOutOfRange(Invalid):
    """A parameter is not of the kind it must be, or lies outside its range."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a parameter may be: of the kind of its default, within a range or among choices."""

    default: Value
    at_least: int | Decimal | None = None
    at_most: int | Decimal | None = None
    choices: tuple[str, ...] = ()

    def read(self, name: str, given: object) -> Value:
        """Return a value that was given as the parameter needs it, or refuse it."""
        value = self._of_kind(given)
        if value is None:
            raise ParameterOutOfRange(f"{name} must be {self.said}.", parameter=name, value=str(given)[:64])
        return value

    @property
    def said(self) -> str:
        """Say what it may be, for people."""
        if self.choices:
            return f"one of {', '.join(self.choices)}"
        if isinstance(self.default, bool):
            return "true or false"
        if isinstance(self.default, str):
            return "a text"
        kind = "a whole number" if isinstance(self.default, int) else "a number"
        return f"{kind} from {self.at_least} to {self.at_most}"

    def _of_kind(self, given: object) -> Value | None:
        if isinstance(self.default, bool):
            return given if isinstance(given, bool) else None
        if isinstance(self.default, str):
            return given if isinstance(given, str) and given in self.choices else None
        number = _number(given)
        if number is None or not self._is_within(number):
            return None
        if isinstance(self.default, Decimal):
            return number
        return int(number) if number == number.to_integral_value() else None

    def _is_within(self, number: Decimal) -> bool:
        low, high = self.at_least, self.at_most
        return (low is None or number >= low) and (high is None or number <= high)


def _number(given: object) -> Decimal | None:
    if isinstance(given, bool) or not isinstance(given, int | float | str | Decimal):
        return None
    try:
        number = Decimal(str(given))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


# What a class states reads as the value that its objects have; the declaration is taken out when the class is made.


def whole(default: int, at_least: int, at_most: int) -> int:
    """Declare a parameter that is a whole number."""
    return cast("int", Parameter(default, at_least, at_most))


def number(default: str, at_least: str, at_most: str) -> Decimal:
    """Declare a parameter that is an exact number, such as a quantity or a rate (0.05 is five percent)."""
    return cast("Decimal", Parameter(Decimal(default), Decimal(at_least), Decimal(at_most)))


def choice(default: str, *others: str) -> str:
    """Declare a parameter that is one of a few words."""
    return cast("str", Parameter(default, choices=(default, *others)))


_SIMILAR: Final = 0.6


def read_parameters(declared: Mapping[str, Parameter], given: Mapping[str, object]) -> dict[str, Value]:
    """Return the value of every parameter: what was given, read and checked, and the defaults of the others."""
    for name in given:
        if name not in declared:
            raise UnknownParameter(_unknown(name, list(declared)), parameter=name[:64], known=list(declared))
    return {name: each.read(name, given[name]) if name in given else each.default for name, each in declared.items()}


def _unknown(name: str, known: Sequence[str]) -> str:
    meant = get_close_matches(name, known, 1, _SIMILAR)
    hint = f"did you mean {meant[0]}?" if meant else f"it has {', '.join(known) or 'none'}."
    return f"There is no parameter {name[:64]!r}; {hint}"
