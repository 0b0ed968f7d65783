"""Copies of frozen values with some fields changed, as often as an engine needs them.

`dataclasses.replace` builds every copy through `__init__`, which for an order of forty fields costs more
than the rule that changes it. Here the slots are copied instead, or where a value has none, its dictionary as a whole:
that costs a quarter again, so values of many fields that events change all the time leave their slots out.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import cache
from operator import attrgetter
from types import MemberDescriptorType
from typing import TYPE_CHECKING, Any, TypeVar

__all__ = ["replace"]

_Value = TypeVar("_Value")
_Setter = Callable[[Any, Any], None]


@dataclass(frozen=True, slots=True)
class _Slots:
    """How the fields of a class are read, all at once, and written, one by one; no setters where it has no slots."""

    names: frozenset[str]
    read: Callable[[Any], tuple[Any, ...]]
    setters: Mapping[str, _Setter]


@cache
def _slots_of(kind: type) -> _Slots:
    assert not hasattr(kind, "__post_init__"), f"{kind.__name__} has something to say about its copies"
    names = [each.name for each in fields(kind)]
    places = {name: getattr(kind, name, None) for name in names}
    setters = {name: place.__set__ for name, place in places.items() if isinstance(place, MemberDescriptorType)}
    assert len(setters) in {0, len(names)}, f"{kind.__name__} has slots for some of its fields only"
    return _Slots(frozenset(names), attrgetter(*names), setters)


if TYPE_CHECKING:
    # The type checker knows what the original does with the fields of each class.
    from dataclasses import replace
else:

    def replace(value: _Value, /, **changes: Any) -> _Value:  # noqa: ANN401 - whatever the fields hold
        """Return a frozen value with some fields changed; it has nothing to check about itself."""
        slots = _slots_of(type(value))
        copy = object.__new__(type(value))
        if not slots.setters:
            if not slots.names >= changes.keys():
                raise KeyError(*changes.keys() - slots.names)
            object.__setattr__(copy, "__dict__", value.__dict__ | changes)
            return copy
        for write, field in zip(slots.setters.values(), slots.read(value), strict=True):
            write(copy, field)
        for name, field in changes.items():
            slots.setters[name](copy, field)
        return copy
