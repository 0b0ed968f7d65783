"""Make machine code of functions of numbers and arrays, once a machine: it is kept where numba keeps it.

`NUMBA_CACHE_DIR` says where; without it that is beside the source, or where that cannot be written to, in the
user's own cache. Where nothing can be written at all, every process compiles anew. Threads run compiled code at the
same time.

A call would count whoever looks at each array that it hands over, and uncount them again, which takes longer than most
of what is called. So nothing is counted but where arrays are made: whoever calls from Python holds them for as long.
What Python does not call has no way in from there, which would take as long to compile as the function itself and keep
it from becoming part of the only one that calls it.

Numba knows what it keeps by the source of the function's own file, and would not notice that a function which is called
from there, or a number that is named there, has changed in another one. So every function carries a hash of them as one
more value, which numba knows it by too.
"""

from collections.abc import Callable, Iterator
from hashlib import sha256
from types import CellType, FunctionType
from typing import Any, Final, TypeVar, cast

from numba import njit
from numba.extending import register_jitable

_Function = TypeVar("_Function", bound=Callable[..., Any])
_STAMP: Final = "stamp"
# Typed for options that numba has for itself: `_nrt`, whether arrays may be made and looks at them are counted, and the
# ways in.
_entrance: Final = cast("Callable[..., Callable[[FunctionType], object]]", njit)
_part: Final = cast("Callable[..., Callable[[FunctionType], object]]", register_jitable)
_OPTIONS: Final = {"nogil": True, "error_model": "numpy"}
_OF_A_PART: Final = {"_nrt": False, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}


def compiled(function: _Function) -> _Function:
    """Return a function as machine code that Python may call; what it calls itself may stand in other files."""
    return _kept(function, "called, nothing counted", _nrt=False)


def making(function: _Function) -> _Function:
    """Return a function as machine code that makes arrays, and counts who looks at them."""
    return _kept(function, "called, counted", _nrt=True)


def inner(function: _Function) -> _Function:
    """Return a function that compiled ones call as machine code; for Python it stays what it is."""
    known = _stamped(cast("FunctionType", function), "inner")
    return cast("_Function", _part(**_OPTIONS, **_OF_A_PART)(known))


def inlined(function: _Function) -> _Function:
    """Return the same for what becomes part of whoever calls it: one that is asked at every bar."""
    known = _stamped(cast("FunctionType", function), "inlined")
    return cast("_Function", _part(**_OPTIONS, **_OF_A_PART, forceinline=True)(known))


def _kept(function: _Function, how: str, **options: bool) -> _Function:
    known = _stamped(cast("FunctionType", function), how)
    try:
        made = _entrance(cache=True, **_OPTIONS, **options)(known)
    except RuntimeError:  # there is no folder that it could be kept in
        made = _entrance(**_OPTIONS, **options)(known)
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
        called = getattr(named, "py_func", named)
        if isinstance(called, FunctionType) and called.__code__.co_freevars == (_STAMP,):
            assert called.__closure__, "what is stamped carries it"
            yield f"{name} {called.__closure__[0].cell_contents}"
        elif isinstance(named, int | float):
            yield f"{name} {named!r}"
