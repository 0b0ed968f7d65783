"""Collect the fragments of changelog.d into CHANGELOG.md, or check that they are well formed.

usage: python tools/changelog.py check
       python tools/changelog.py release 0.1.0 2026-01-31
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HEADINGS = {
    "added": "Added",
    "changed": "Changed",
    "fixed": "Fixed",
    "removed": "Removed",
    "security": "Security",
}
_NAME = re.compile(rf"[0-9]+(-[a-z0-9-]+)?\.({'|'.join(HEADINGS)})\.md")
_TITLE = "# Changelog\n"


def fragments(folder: Path) -> list[Path]:
    """Return the fragments of a folder, in order of their names; its README is not one."""
    return sorted(path for path in folder.glob("*.md") if path.name != "README.md")


def problems(folder: Path) -> list[str]:
    """Return what is wrong with the fragments, one sentence each; none means all is well."""
    found = fragments(folder)
    if not found:
        return ["changelog.d holds no fragment; write one (changelog.d/README.md says how)."]
    misnamed = [
        f"{path.name}: the name is <issue>.<kind>.md or <issue>-<word>.<kind>.md, kind one of {', '.join(HEADINGS)}."
        for path in found
        if not _NAME.fullmatch(path.name)
    ]
    return misnamed + [f"{path.name}: is empty." for path in found if not path.read_text().strip()]


def section(folder: Path, version: str, released_on: str) -> str:
    """Return the changelog's section for a release, grouped by kind."""
    lines = [f"## {version} ({released_on})", ""]
    for kind, heading in HEADINGS.items():
        texts = [path.read_text().strip() for path in fragments(folder) if path.name.endswith(f".{kind}.md")]
        if texts:
            lines += [f"### {heading}", "", *texts, ""]
    return "\n".join(lines)


def release(root: Path, version: str, released_on: str) -> None:
    """Put the fragments at the top of CHANGELOG.md and remove them."""
    folder, changelog = root / "changelog.d", root / "CHANGELOG.md"
    earlier = changelog.read_text().removeprefix(_TITLE).lstrip("\n") if changelog.is_file() else ""
    changelog.write_text(f"{_TITLE}\n{section(folder, version, released_on)}\n{earlier}".rstrip("\n") + "\n")
    for path in fragments(folder):
        path.unlink()


def main(words: list[str]) -> int:
    """Do what the words ask; return the exit code."""
    trouble = problems(ROOT / "changelog.d")
    for sentence in trouble:
        print(sentence, file=sys.stderr)
    if trouble:
        return 1
    match words:
        case ["check"]:
            return 0
        case ["release", version, released_on]:
            release(ROOT, version, released_on)
            return 0
        case _:
            print(__doc__, file=sys.stderr)
            return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
