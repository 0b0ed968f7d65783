"""A changed copy is the same whether the slots were copied or everything was built anew."""

import dataclasses
from dataclasses import dataclass
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperdesk.core.kernel.values import replace


@dataclass(frozen=True, slots=True)
class Base:
    name: str
    size: Decimal


@dataclass(frozen=True, slots=True)
class Whole(Base):
    parts: tuple[int, ...] = ()
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    low: int
    high: int

    def __post_init__(self) -> None:
        assert self.low <= self.high


WHOLES = st.builds(Whole, st.text(), st.decimals(allow_nan=False), st.tuples(st.integers()), st.none() | st.text())
CHANGES = st.fixed_dictionaries(
    {}, optional={"name": st.text(), "size": st.decimals(allow_nan=False), "note": st.none() | st.text()}
)


@given(WHOLES, CHANGES)
def test_a_copy_has_the_changes_and_everything_else_as_it_was(whole: Whole, changes: dict[str, object]) -> None:
    before = repr(whole)
    copy = replace(whole, **changes)  # type: ignore[arg-type]
    assert copy == dataclasses.replace(whole, **changes)  # type: ignore[arg-type]
    assert type(copy) is Whole
    assert repr(whole) == before


def test_a_copy_is_frozen_like_its_original() -> None:
    copy = replace(Whole("one", Decimal(1)), note="changed")
    with pytest.raises(dataclasses.FrozenInstanceError):
        copy.note = "again"  # type: ignore[misc]


def test_a_field_that_is_not_there_cannot_be_changed() -> None:
    with pytest.raises(KeyError):
        replace(Whole("one", Decimal(1)), weight=1)  # type: ignore[call-arg]


def test_a_value_that_checks_itself_is_not_copied_past_its_checks() -> None:
    with pytest.raises(AssertionError):
        replace(Checked(1, 2), low=3)
