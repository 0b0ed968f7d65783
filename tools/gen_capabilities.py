"""Count docs/capabilities.md and keep the counts in the README true.

Every id must be unique, every state and issue a known one, and every row called done must name a
test that exists. With `--check` nothing is written and a README that is out of step is an error.
"""

import argparse
import ast
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BEGIN = "<!-- capabilities:begin -->"
END = "<!-- capabilities:end -->"
STATES = ("done", "partly", "open")
COLUMNS = 5  # id, promise, state, issue, proving test
ISSUES = frozenset({"2", "3", "4", "5", "6", "later"})

_ID = re.compile(r"[SD]\d-[A-Z]?\d\d|\d\.\d+-\d\d")


@dataclass(frozen=True, slots=True)
class Capability:
    """One row of the table; `line` is where it stands, `test` is empty or `path::name`."""

    line: int
    group: str
    id: str
    promise: str
    state: str
    issue: str
    test: str


def read_table(text: str) -> list[Capability]:
    """Return the rows of the capability page; each belongs to the `##` heading above it.

    A row that lost or grew a column ends the program, so that none can be skipped unseen.
    """
    rows: list[Capability] = []
    group = ""
    for line, content in enumerate(text.splitlines(), 1):
        if content.startswith("## "):
            group = content[3:].strip()
        if not content.startswith("|"):
            continue
        cells = [cell.strip() for cell in content.split("|")[1:-1]]
        if len(cells) != COLUMNS:
            sys.exit(f"docs/capabilities.md line {line}: {len(cells)} columns instead of {COLUMNS}")
        if cells[0] not in {"id", "---"}:
            rows.append(Capability(line, group, *cells))
    return rows


def find_problems(rows: list[Capability], root: Path) -> Iterator[str]:
    """Yield one sentence for each row that breaks a rule of the table."""
    seen: dict[str, int] = {}
    for row in rows:
        where = f"line {row.line}, {row.id}:"
        if not _ID.fullmatch(row.id):
            yield f"{where} this is not a capability id"
        if row.id in seen:
            yield f"{where} the id already stands on line {seen[row.id]}"
        seen.setdefault(row.id, row.line)
        if not row.promise:
            yield f"{where} the row promises nothing"
        if row.state not in STATES:
            yield f"{where} the state {row.state!r} is none of {', '.join(STATES)}"
        if row.issue not in ISSUES:
            yield f"{where} no issue is called {row.issue!r}"
        if row.state == "done" and not row.test:
            yield f"{where} a done row names the test that proves it"
        if row.test and not test_exists(row.test.strip("`"), root):
            yield f"{where} there is no test {row.test}"


def test_exists(address: str, root: Path) -> bool:
    """Say whether `path::name` (or `path::Class::name`) is a test in the repository."""
    path, _, name = address.partition("::")
    source = root / path
    if not name or not source.is_file():
        return False
    text = source.read_text(encoding="utf-8")
    return name in set(_python_tests(ast.parse(text))) if source.suffix == ".py" else _is_titled(text, name)


def _python_tests(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            yield from (f"{node.name}::{inner}" for inner in _functions(node.body))
    yield from _functions(tree.body)


def _functions(body: list[ast.stmt]) -> Iterator[str]:
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test"):
            yield node.name


def _is_titled(text: str, name: str) -> bool:
    """Say whether a TypeScript test carries this title."""
    return re.search(rf"""\b(?:it|test)\(\s*(["'`]){re.escape(name)}\1""", text) is not None


def summary(rows: list[Capability]) -> str:
    """Return the counts as a Markdown table, one line a group and one for all."""
    lines = ["| | done | partly | open | all |", "|---|---|---|---|---|"]
    groups = dict.fromkeys(row.group for row in rows)
    lines.extend(_counts(group, [row for row in rows if row.group == group]) for group in groups)
    lines.append(_counts("**All**", rows))
    return "\n".join(lines)


def _counts(label: str, rows: list[Capability]) -> str:
    states = Counter(row.state for row in rows)
    figures = [str(states[state]) for state in STATES] + [str(len(rows))]
    return f"| {label} | {' | '.join(figures)} |"


def with_summary(page: str, table: str) -> str:
    """Return a page with the table between its two markers; a page without them is refused."""
    head, found_begin, rest = page.partition(BEGIN)
    _, found_end, tail = rest.partition(END)
    if not (found_begin and found_end):
        sys.exit(f"README.md needs the markers {BEGIN} and {END}")
    return f"{head}{BEGIN}\n{table}\n{END}{tail}"


def main(arguments: list[str] | None = None) -> int:
    """Check the table, then write the counts, or with `--check` compare them; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when the README is out of step")
    options = parser.parse_args(arguments)
    rows = read_table((ROOT / "docs" / "capabilities.md").read_text(encoding="utf-8"))
    problems = list(find_problems(rows, ROOT))
    readme = ROOT / "README.md"
    page = readme.read_text(encoding="utf-8")
    renewed = with_summary(page, summary(rows))
    if options.check and renewed != page:
        problems.append("README.md is out of step: run tools/gen_capabilities.py")
    sys.stdout.write(summary(rows) + "\n")
    sys.stderr.writelines(f"docs/capabilities.md {problem}\n" for problem in problems)
    if not problems and not options.check:
        readme.write_text(renewed, encoding="utf-8")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
