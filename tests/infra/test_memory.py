"""Memory in large pages: what is filled is taken, what is mostly empty is not, and nothing in it changes."""

import mmap
import sys
from pathlib import Path

import pytest

from paperdesk.infra.memory import PAGE, filled, take_large_pages

MAPPING = """\
{start:x}-{end:x} {rights} 00000000 00:00 0 {name}
Size:               {size} kB
Rss:                {rss} kB
VmFlags: rd wr mr mw me ac
"""


def mapping(start: int, end: int, rss: int, rights: str = "rw-p", name: str = "") -> str:
    """Return what Linux says of a mapping."""
    return MAPPING.format(start=start, end=end, size=(end - start) // 1024, rss=rss // 1024, rights=rights, name=name)


def test_whole_large_pages_of_filled_memory_are_taken() -> None:
    """A page that is only half in the mapping belongs to somebody else."""
    start, end = 5 * PAGE + 4096, 9 * PAGE + 8192
    assert [*filled(mapping(start, end, end - start))] == [(6 * PAGE, 3 * PAGE)]
    assert [*filled(mapping(start, end, end - start, name="[heap]"))] == [(6 * PAGE, 3 * PAGE)]


def test_mostly_empty_memory_is_left_alone() -> None:
    """A stack of eight megabytes, of which a hundred kilobytes are used, would become eight."""
    assert [*filled(mapping(0, 4 * PAGE, 3 * PAGE))] == [(0, 4 * PAGE)]
    assert [*filled(mapping(0, 4 * PAGE, 3 * PAGE - 1024))] == []


def test_memory_of_files_and_of_others_is_left_alone() -> None:
    """Code is shared, stacks grow, and what cannot be written is not ours to move."""
    for each in ("r-xp", "rw-s", "r--p"):
        assert [*filled(mapping(0, 4 * PAGE, 4 * PAGE, rights=each))] == []
    assert [*filled(mapping(0, 4 * PAGE, 4 * PAGE, name="[stack]"))] == []
    assert [*filled(mapping(0, 4 * PAGE, 4 * PAGE, name="/usr/bin/python3"))] == []


def test_one_mapping_after_the_other_is_looked_at() -> None:
    """What is said of one is not taken for the next."""
    told = mapping(0, PAGE, 0) + mapping(2 * PAGE, 4 * PAGE, 2 * PAGE) + mapping(8 * PAGE, 9 * PAGE, PAGE)
    assert [*filled(told)] == [(2 * PAGE, 2 * PAGE), (8 * PAGE, PAGE)]


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux")
def test_what_is_in_memory_stays_as_it_is() -> None:
    """Whether the system does it or not, as before 6.1, the bytes are the same."""
    with mmap.mmap(-1, 8 * PAGE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as ours:
        ours.write(bytes(range(256)) * (8 * PAGE // 256))
        assert any(size >= 7 * PAGE for _, size in filled(Path("/proc/self/smaps").read_text()))
        assert take_large_pages() >= 0
        assert ours[:] == bytes(range(256)) * (8 * PAGE // 256)
