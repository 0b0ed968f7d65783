"""Copies of frozen values with some fields changed, as often as an engine needs them.

`dataclasses.replace` builds every copy through `__init__`, which for an order of forty fields costs more
than the rule that changes it. Here the slots are copied instead.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar

__all__ = ["replace"]

_Value = TypeVar("_Value")
_Setter = Callable[[Any, Any], None]


@dataclass(frozen=True, slots=True)
class _Slots:
    """How the fields of a class are read, all at once, and written, one by one."""

    read: Callable[[Any], tuple[Any, ...]]
    setters: Mapping[str, _Setter]


@cache
def _slots_of(kind: type) -> _Slots:
    assert not hasattr(kind, "__post_init__"), f"{kind.__name__} has something to say about its copies"
    names = [each.name for each in fields(kind)]
    return _Slots(attrgetter(*names), {name: getattr(kind, name).__set__ for name in names})


if TYPE_CHECKING:
    # The type checker knows what the original does with the fields of each class.
    from dataclasses import replace
else:

    def replace(value: _Value, /, **changes: Any) -> _Value:  # noqa: ANN401 - whatever the fields hold
        """Return a frozen value with some fields changed; it has slots, and nothing to check about itself."""
        slots = _slots_of(type(value))
        copy = object.__new__(type(value))
        for write, field in zip(slots.setters.values(), slots.read(value), strict=True):
            write(copy, field)
        for name, field in changes.items():
            slots.setters[name](copy, field)
        return copy
