"""Make machine code of functions of numbers and arrays, once a machine: it is kept where numba keeps it.

`NUMBA_CACHE_DIR` says where; without it that is beside the source, or where that cannot be written to, in the
user's own cache. Threads run compiled code at the same time.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

_Function = TypeVar("_Function", bound=Callable[..., Any])


def compiled(function: _Function) -> _Function:
    """Return a function as machine code. What it calls must stand in its own file: a change elsewhere goes unseen."""
    return cast("_Function", njit(cache=True, nogil=True, error_model="numpy")(function))
