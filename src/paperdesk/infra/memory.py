"""Memory that stays, in pages of two megabytes: a processor finds its way in few large pages sooner than in many small.

An order touches a few hundred thousand bytes of a server all over its memory, and between two orders the processor
forgets where they are.
"""

import ctypes
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

PAGE: Final = 2 << 20
# Linux's words for "make large pages of this when it suits you", since 2.6.38, and for "do it now", since 6.1.
_WHEN_IT_SUITS: Final = 14
_NOW: Final = 25
# Private memory that can be written and is no file's, and how many kilobytes of it are filled.
_MAPPING: Final = re.compile(
    r"^(\w+)-(\w+) rw-p \w+ 00:00 0 +(?:\[heap\])?$.*?^Rss: +(\d+) kB$", re.MULTILINE | re.DOTALL
)


def take_large_pages() -> int:
    """Ask the system to keep in large pages what this process has filled; return how many bytes it did it for.

    Zero where it cannot: before Linux 6.1 it does so by and by, and elsewhere not at all. Nothing else changes.
    """
    if sys.platform != "linux":
        return 0
    advise = ctypes.CDLL(None).madvise
    taken = 0
    for start, size in filled(Path("/proc/self/smaps").read_text()):
        where, length = ctypes.c_void_p(start), ctypes.c_size_t(size)
        advise(where, length, _WHEN_IT_SUITS)
        if advise(where, length, _NOW) == 0:
            taken += size
    return taken


def filled(mappings: str) -> Iterator[tuple[int, int]]:
    """Yield start and size of the whole large pages in private memory of which most is in use.

    What is mostly empty, as a thread's stack is, would only grow.
    """
    for found in _MAPPING.finditer(mappings):
        start, end = int(found[1], 16), int(found[2], 16)
        first, last = -(-start // PAGE) * PAGE, end // PAGE * PAGE
        if first < last and int(found[3]) * 1024 * 4 >= (end - start) * 3:
            yield first, last - first
