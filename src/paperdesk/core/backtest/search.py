"""Which parameters a sweep tries: every combination of some values, or so many of them drawn by a seed.

Combinations are numbered from 1; the last parameter changes first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from math import prod
from typing import Final

from paperdesk.core.kernel.errors import Invalid
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.strategy.parameters import Parameter, Value, read_parameters
from paperdesk.core.synthetic.chance import stream

TRIALS_MAX: Final = 10_000
Axes = Mapping[str, Sequence[Value]]


class Search(StrEnum):
    """How combinations are chosen: all of them, some by chance, or each by what came of those before."""

    GRID = "grid"
    RANDOM = "random"
    LEARNED = "learned"


class EmptyRange(Invalid):
    """A range of a sweep holds no value."""


class TooManyTrials(Invalid):
    """A sweep tries more combinations than one sweep may."""


class ParameterTwice(Invalid):
    """A parameter of a sweep is given both as a value and as a range."""


class NothingToSearch(Invalid):
    """A sweep has no parameter that changes."""


@dataclass(frozen=True, slots=True)
class Steps:
    """Values from one number to another, both of them within, a step apart."""

    at_least: Decimal
    at_most: Decimal
    step: Decimal

    def values(self, name: str) -> list[Decimal]:
        """Return the values, lowest first; raises EmptyRange or TooManyTrials."""
        if self.step <= ZERO or self.at_most < self.at_least:
            raise EmptyRange(f"The range of {name[:64]} holds no value: it ends before it begins.", parameter=name[:64])
        count = int((self.at_most - self.at_least) / self.step) + 1
        check_count(count)
        return [self.at_least + number * self.step for number in range(count)]


Range = Steps | Sequence[object]


def check_count(trials: int, at_most: int = TRIALS_MAX) -> None:
    """Refuse more trials than one sweep may have."""
    if trials > at_most:
        said = f"{trials:,} combinations are more than the {at_most:,} of one sweep; take wider steps, or draw some."
        raise TooManyTrials(said, trials=trials, at_most=at_most)


def axes_of(declared: Mapping[str, Parameter], fixed: Mapping[str, object], ranges: Mapping[str, Range]) -> Axes:
    """Return every value of each range, read as its parameter takes it; each value once.

    Raises NothingToSearch, EmptyRange, ParameterTwice, TooManyTrials, UnknownParameter and ParameterOutOfRange.
    """
    if not ranges:
        raise NothingToSearch("Name at least one parameter with the values it is to take.")
    return {name: _values(declared, fixed, name, each) for name, each in ranges.items()}


def _values(
    declared: Mapping[str, Parameter], fixed: Mapping[str, object], name: str, wanted: Range
) -> tuple[Value, ...]:
    if name in fixed:
        raise ParameterTwice(f"{name[:64]} has a value and a range; leave one of them out.", parameter=name[:64])
    given = wanted.values(name) if isinstance(wanted, Steps) else list(wanted)
    if not given:
        raise EmptyRange(f"The range of {name[:64]} holds no value.", parameter=name[:64])
    return tuple(dict.fromkeys(read_parameters(declared, {name: each})[name] for each in given))


def combinations_of(axes: Axes, search: Search, trials: int, seed: int) -> list[dict[str, Value]]:
    """Return the combinations that are tried in their order: all, or `trials` different ones drawn by a seed."""
    total = prod(len(values) for values in axes.values())
    if search is Search.GRID or trials >= total:
        return [_combination(axes, number) for number in range(total)]
    return [_combination(axes, number) for number in _drawn(total, trials, seed)]


def size_of(axes: Axes, search: Search, trials: int | None) -> int:
    """Return how many combinations are tried; raises TooManyTrials."""
    total = prod(len(values) for values in axes.values())
    wanted = total if search is Search.GRID or trials is None else min(trials, total)
    check_count(wanted)
    return wanted


def _drawn(total: int, trials: int, seed: int) -> list[int]:
    chance = stream(seed, "trials")
    if total <= 2 * TRIALS_MAX:
        return [int(each) for each in chance.permutation(total)[:trials]]
    found: dict[int, None] = {}
    while len(found) < trials:
        found[int(chance.random() * total)] = None
    return list(found)


def _combination(axes: Axes, number: int) -> dict[str, Value]:
    chosen: dict[str, Value] = {}
    for name, values in reversed(list(axes.items())):
        number, place = divmod(number, len(values))
        chosen[name] = values[place]
    return {name: chosen[name] for name in axes}
