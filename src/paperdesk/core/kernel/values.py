"""Copies of frozen values with some fields changed.

Whatever events carry or change is a `msgspec.Struct`, because an engine makes and copies it all the time: that takes a
tenth of what a frozen dataclass takes. The rest are dataclasses, and who copies either need not know which. Who copies
structs alone, and for every order, takes `replace_struct`: to ask what a value is takes longer than to copy it.
"""

import dataclasses
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec import Struct

__all__ = ["replace", "replace_struct"]

_Value = TypeVar("_Value")


if TYPE_CHECKING:
    # The type checker knows what the original does with the fields of each class, structs included.
    from dataclasses import replace  # noqa: TID251 - here it is wrapped

    replace_struct = replace
else:
    from msgspec.structs import replace as replace_struct

    def replace(value: _Value, /, **changes: Any) -> _Value:  # noqa: ANN401 - whatever the fields hold
        """Return a frozen value with some fields changed."""
        if isinstance(value, Struct):
            return replace_struct(value, **changes)
        return dataclasses.replace(value, **changes)  # noqa: TID251 - and nowhere else
