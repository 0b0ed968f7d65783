"""Write docs/reference/settings.md from the fields of infra/settings.py and what stands below each.

The source is read and not run, so that nothing of this machine's environment can reach the page.
With `--check` nothing is written and a page that is out of step is an error.
"""

import argparse
import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "paperdesk" / "infra" / "settings.py"
PAGE = ROOT / "docs" / "reference" / "settings.md"
PREFIX = "PAPERDESK_"
NOT_SET = "not set"

HEAD = """\
# Settings

Each setting is an environment variable, read once when the program starts.
The options `--home`, `--host` and `--port` of `paperdesk` come before them.
Commands that ask a server also take its address and a key from `PAPERDESK_URL` and `PAPERDESK_KEY`.
This page is generated from the code by `make docs`.

| variable | without it | what it is |
|---|---|---|
"""


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: the variable that sets it, what holds without it, and its sentence."""

    variable: str
    default: str
    meaning: str


def settings_in(source: str) -> Iterator[Setting]:
    """Yield the settings that a module declares; one without a sentence ends the program."""
    (declared,) = (node for node in ast.parse(source).body if isinstance(node, ast.ClassDef))
    for field, below in pairwise([*declared.body, ast.Pass()]):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            if not isinstance(below, ast.Expr) or not isinstance(below.value, ast.Constant):
                sys.exit(f"infra/settings.py line {field.lineno}: {field.target.id} has no sentence below it")
            yield _setting(field.target.id, field.value, str(below.value.value))


def _setting(name: str, value: ast.expr | None, meaning: str) -> Setting:
    variable, default = f"{PREFIX}{name.upper()}", value
    if isinstance(value, ast.Call) and ast.unparse(value.func) == "Field":
        given = {keyword.arg: keyword.value for keyword in value.keywords}
        variable, default = str(ast.literal_eval(given["validation_alias"])), given["default"]
    return Setting(variable, _shown(default), meaning)


def _shown(default: ast.expr | None) -> str:
    if isinstance(default, ast.Call):
        default = default.args[0]
    if isinstance(default, ast.Constant):
        return NOT_SET if default.value is None else f"`{default.value!s}`"
    return "the system's own"


def page() -> str:
    """Return the page as it should be."""
    rows = (f"| `{one.variable}` | {one.default} | {one.meaning} |" for one in settings_in(SOURCE.read_text("utf-8")))
    return HEAD + "\n".join(rows) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Write the page, or with `--check` compare it; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when the page is out of step")
    options = parser.parse_args(arguments)
    wanted = page()
    if not options.check:
        PAGE.write_text(wanted, encoding="utf-8")
    elif not PAGE.is_file() or PAGE.read_text(encoding="utf-8") != wanted:
        sys.stderr.write("docs/reference/settings.md is out of step: run tools/gen_settings.py\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
