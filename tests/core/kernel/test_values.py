"""A changed copy has the changes and everything else, whether it is of a struct or of a dataclass."""

import dataclasses
from dataclasses import dataclass
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperdesk.core.kernel.values import replace


class Struct(msgspec.Struct, frozen=True):
    name: str
    size: Decimal
    parts: tuple[int, ...] = ()
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Slotted:
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


PARTS = {"name": st.text(), "size": st.decimals(allow_nan=False), "parts": st.tuples(st.integers())}
CHANGES = st.fixed_dictionaries(
    {}, optional={"name": st.text(), "size": st.decimals(allow_nan=False), "note": st.none() | st.text()}
)
KINDS = pytest.mark.parametrize("kind", [Struct, Slotted])


@KINDS
@given(parts=st.fixed_dictionaries(PARTS), changes=CHANGES)
def test_a_copy_has_the_changes_and_everything_else_as_it_was(
    kind: type[Struct | Slotted], parts: dict[str, object], changes: dict[str, object]
) -> None:
    whole = kind(**parts)  # type: ignore[arg-type]
    before = repr(whole)
    copy = replace(whole, **changes)  # type: ignore[arg-type]
    assert copy == kind(**parts | changes)  # type: ignore[arg-type]
    assert type(copy) is type(whole)
    assert repr(whole) == before


@KINDS
def test_a_copy_is_frozen_like_its_original(kind: type[Struct | Slotted]) -> None:
    copy = replace(kind("one", Decimal(1)), note="changed")
    with pytest.raises((AttributeError, dataclasses.FrozenInstanceError)):
        copy.note = "again"  # type: ignore[misc]


@KINDS
def test_a_field_that_is_not_there_cannot_be_changed(kind: type[Struct | Slotted]) -> None:
    with pytest.raises(TypeError):
        replace(kind("one", Decimal(1)), weight=1)  # type: ignore[call-arg]


def test_a_value_that_checks_itself_is_not_copied_past_its_checks() -> None:
    with pytest.raises(AssertionError):
        replace(Checked(1, 2), low=3)
