"""Headers of requests and answers, as the server hands them over: pairs of bytes, names in lower case.

Every request passes half a dozen doors, and the classes of the framework go over all headers for each that is set.
"""

from collections.abc import Iterable

from starlette.types import Message, Scope

Header = tuple[bytes, bytes]


def header_of(scope: Scope, name: bytes) -> str:
    """Return a header of a request, empty where it has none."""
    return next((value.decode("latin-1") for each, value in scope["headers"] if each == name), "")


def add_missing(start: Message, headers: Iterable[Header]) -> None:
    """Give the beginning of an answer the headers that it does not have yet."""
    there = {name for name, _ in start["headers"]}
    start["headers"] = [*start["headers"], *(each for each in headers if each[0] not in there)]
