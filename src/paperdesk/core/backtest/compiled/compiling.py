"""Make machine code of functions of numbers and arrays, once a machine: it is kept where numba keeps it.

`NUMBA_CACHE_DIR` says where; without it that is beside the source, or where that cannot be written to, in the
user's own cache. Where nothing can be written at all, every process compiles anew. Threads run compiled code at the
same time.

A call would count whoever looks at each array that it hands over, and uncount them again, which takes longer than most
of what is called. So nothing is counted but where arrays are made: whoever calls from Python holds them for as long.

Numba knows what it keeps by the source of the function's own file, and would not notice that a function which is called
from there, or a number that is named there, has changed in another one. So every function carries a hash of them as one
more value, which numba knows it by too.
"""

from collections.abc import Callable, Iterator
from hashlib import sha256
from types import CellType, FunctionType
from typing import Any, Final, TypeVar, cast

from numba import njit

_Function = TypeVar("_Function", bound=Callable[..., Any])
_STAMP: Final = "stamp"
# Typed for one option more, `_nrt`: whether arrays may be made, and whoever looks at them is counted.
_compiler: Final = cast("Callable[..., Callable[[FunctionType], object]]", njit)


def compiled(function: _Function) -> _Function:
    """Return a function as machine code; what it calls may stand in other files."""
    return _made(function, "called", _nrt=False)


def making(function: _Function) -> _Function:
    """Return a function as machine code that makes arrays, and counts who looks at them."""
    return _made(function, "making", _nrt=True)


def inlined(function: _Function) -> _Function:
    """Return a function as machine code that becomes part of whoever calls it: one that is asked at every bar."""
    return _made(function, "inlined", _nrt=False, forceinline=True)


def _made(function: _Function, how: str, **options: bool) -> _Function:
    known = _stamped(cast("FunctionType", function), how)
    try:
        made = _compiler(cache=True, nogil=True, error_model="numpy", **options)(known)
    except RuntimeError:  # there is no folder that it could be kept in
        made = _compiler(nogil=True, error_model="numpy", **options)(known)
    return cast("_Function", made)


def _stamped(function: FunctionType, how: str) -> FunctionType:
    """Return the same function with one more value around it, which none of its lines reads."""
    stamp = sha256("\n".join([how, *_names(function)]).encode()).hexdigest()
    code = function.__code__.replace(co_freevars=(_STAMP,))
    made = FunctionType(code, function.__globals__, function.__name__, function.__defaults__, (CellType(stamp),))
    made.__doc__, made.__module__, made.__qualname__ = function.__doc__, function.__module__, function.__qualname__
    made.__annotations__ = function.__annotations__
    return made


def _names(function: FunctionType) -> Iterator[str]:
    """Yield the lines of a function, and the numbers and compiled functions that it names, as they are now."""
    yield function.__code__.co_code.hex()
    yield from (repr(each) for each in function.__code__.co_consts if isinstance(each, int | float | str))
    for name in function.__code__.co_names:
        named = function.__globals__.get(name)
        called = getattr(named, "py_func", None)
        if called is not None:
            yield f"{name} {called.__closure__[0].cell_contents}"
        elif isinstance(named, int | float):
            yield f"{name} {named!r}"
