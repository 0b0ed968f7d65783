"""What a paper counts, a program has counted: a figure written by hand is wrong after the next commit."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Generated pages count by themselves; a decision and a measurement tell what was so on their day.
OTHERS = ("docs/capabilities.md", "docs/benchmarks.md", "docs/decisions/", "docs/reference/")
GENERATED = re.compile(r"<!-- (\w+):begin -->.*?<!-- \1:end -->", re.DOTALL)
COUNTED = re.compile(
    r"\b(\d[\d,]*|(?:[a-z]+-)?(?:ten|dozen|twenty|thirty|forty|fifty|hundred)s?(?:-[a-z]+)?) "
    r"(?:\w+ )?(routes|operations|endpoints|tools|settings|error codes|tables|topics|tests|capabilities)\b"
)


def counts_by_hand(page: str) -> Iterator[str]:
    """Yield what a page says of how many there are, outside of what is generated."""
    for found in COUNTED.finditer(GENERATED.sub("", page)):
        yield found.group(0)


def papers() -> list[Path]:
    """Return the pages that people write."""
    pages = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
    return [page for page in pages if not str(page.relative_to(ROOT)).startswith((*OTHERS, "CHANGELOG"))]


@pytest.mark.parametrize("page", papers(), ids=lambda page: str(page.relative_to(ROOT)))
def test_papers_count_nothing_by_hand(page: Path) -> None:
    assert list(counts_by_hand(page.read_text(encoding="utf-8"))) == []


def test_the_readme_tells_counts_that_were_counted() -> None:
    counted = GENERATED.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    assert counted == ["capabilities", "doors"]


@pytest.mark.parametrize("seeded", ["There are 44 tools.", "It has 1,250 passing tests.", "thirty routes"])
def test_a_count_by_hand_is_found(seeded: str) -> None:
    assert list(counts_by_hand(seeded))


def test_a_count_that_was_generated_may_stay() -> None:
    assert list(counts_by_hand("<!-- all:begin -->\n44 tools\n<!-- all:end -->")) == []
