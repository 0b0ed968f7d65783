"""Copies of frozen values with some fields changed.

Whatever events carry or change is a `msgspec.Struct`, because an engine makes and copies it all the time: that takes a
tenth of what a frozen dataclass takes. The rest are dataclasses, and who copies either need not know which.
"""

import dataclasses
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace as replaced_struct

__all__ = ["replace"]

_Value = TypeVar("_Value")


if TYPE_CHECKING:
    # The type checker knows what the original does with the fields of each class, structs included.
    from dataclasses import replace  # noqa: TID251 - here it is wrapped
else:

    def replace(value: _Value, /, **changes: Any) -> _Value:  # noqa: ANN401 - whatever the fields hold
        """Return a frozen value with some fields changed."""
        if isinstance(value, Struct):
            return replaced_struct(value, **changes)
        return dataclasses.replace(value, **changes)  # noqa: TID251 - and nowhere else
