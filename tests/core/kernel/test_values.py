"""A changed copy is the same whether the slots were copied or everything was built anew."""

import dataclasses
from dataclasses import dataclass
from decimal import Decimal

import msgspec
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


@dataclass(frozen=True)
class Loose:
    name: str
    size: Decimal
    parts: tuple[int, ...] = ()
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    low: int
    high: int

    def __post_init__(self) -> None:
        assert self.low <= self.high


PARTS = (st.text(), st.decimals(allow_nan=False), st.tuples(st.integers()), st.none() | st.text())
WHOLES = st.builds(Whole, *PARTS) | st.builds(Loose, *PARTS)
CHANGES = st.fixed_dictionaries(
    {}, optional={"name": st.text(), "size": st.decimals(allow_nan=False), "note": st.none() | st.text()}
)


@given(WHOLES, CHANGES)
def test_a_copy_has_the_changes_and_everything_else_as_it_was(whole: Whole | Loose, changes: dict[str, object]) -> None:
    before = repr(whole)
    copy = replace(whole, **changes)  # type: ignore[arg-type]
    assert copy == dataclasses.replace(whole, **changes)  # type: ignore[arg-type]
    assert type(copy) is type(whole)
    assert repr(whole) == before


KINDS = pytest.mark.parametrize("kind", [Whole, Loose])


@KINDS
def test_a_copy_is_frozen_like_its_original(kind: type[Whole | Loose]) -> None:
    copy = replace(kind("one", Decimal(1)), note="changed")
    with pytest.raises(dataclasses.FrozenInstanceError):
        copy.note = "again"  # type: ignore[misc]


@KINDS
def test_a_field_that_is_not_there_cannot_be_changed(kind: type[Whole | Loose]) -> None:
    with pytest.raises(KeyError):
        replace(kind("one", Decimal(1)), weight=1)  # type: ignore[call-arg]


def test_a_value_that_was_read_with_its_defaults_left_out_can_be_copied() -> None:
    read = msgspec.json.decode('{"name": "one", "size": "1"}', type=Loose)
    assert replace(read, note="new") == Loose("one", Decimal(1), note="new")


def test_a_value_that_checks_itself_is_not_copied_past_its_checks() -> None:
    with pytest.raises(AssertionError):
        replace(Checked(1, 2), low=3)
