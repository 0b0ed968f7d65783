"""Write docs/reference/errors.md, and the same as JSON for the desk's own /docs/errors, from the error classes.

Every module of the package is imported, so that no error can be forgotten. With `--check` nothing
is written and a page that is out of step is an error.
"""

import argparse
import inspect
import json
import pkgutil
import sys
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

import paperdesk  # noqa: E402 - found through the line above, installed or not
from paperdesk.core.kernel.errors import KINDS, PaperdeskError, catalogue, kind_of  # noqa: E402
from paperdesk.doors.problems import TITLES, status_of  # noqa: E402

PAGE = ROOT / "docs" / "reference" / "errors.md"
SERVED = ROOT / "src" / "paperdesk" / "doors" / "reference" / "errors.json"
NOT_OURS = ("paperdesk.migrations",)  # alembic runs these; importing them alone fails

HEAD = """\
# Errors

Every error is answered as `application/problem+json` with a stable `code`, a sentence in `detail` and a `request_id`.
Programs read the code; what else a problem holds depends on it.
This page is generated from the code by `make docs`.
"""
BUG = {"code": "internal", "status": 500, "meaning": "Something broke on our side; the request id finds it in the log."}


def import_everything() -> None:
    """Import every module of the package, so that every error class exists."""
    for module in pkgutil.walk_packages(paperdesk.__path__, "paperdesk."):
        if not module.name.startswith(NOT_OURS):
            import_module(module.name)


def sentence(error: type[PaperdeskError]) -> str:
    """Return the first paragraph of a class's docstring, on one line."""
    return " ".join((inspect.getdoc(error) or "").split("\n\n")[0].split())


def doubles() -> list[str]:
    """Return the codes that more than one class would answer with."""
    count = Counter(error.code for error in catalogue() if error is not PaperdeskError)
    return sorted(code for code, times in count.items() if times > 1)


def tables() -> dict[str, list[dict[str, Any]]]:
    """Return one table a kind by its title, the kind itself first, and last what is a bug."""
    errors = list(catalogue())
    found: dict[str, list[dict[str, Any]]] = {}
    for kind in KINDS:
        leaves = [error for error in errors if kind_of(error) is kind and error is not kind]
        found[TITLES[kind]] = [
            {"code": error.code, "status": status_of(error), "meaning": sentence(error)} for error in (kind, *leaves)
        ]
    return found | {"Internal error": [BUG]}


def page() -> Iterator[str]:
    """Yield the page, a table at a time."""
    yield HEAD
    for title, rows in tables().items():
        lines = ['| <a id="{code}"></a>`{code}` | {status} | {meaning} |\n'.format(**row) for row in rows]
        yield f"\n## {title}\n\n| code | status | what it means |\n|---|---|---|\n" + "".join(lines)


def texts() -> dict[Path, str]:
    """Return what is written, by file."""
    return {PAGE: "".join(page()), SERVED: json.dumps(tables(), indent=1, ensure_ascii=False) + "\n"}


def main(arguments: list[str]) -> int:
    """Write the page, or check it; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when the page is out of step")
    is_check = parser.parse_args(arguments).check
    import_everything()
    if doubles():
        sys.stderr.write(f"more than one error class is called {', '.join(doubles())}\n")
        return 1
    for file, text in texts().items():
        if not is_check:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        elif not file.exists() or file.read_text(encoding="utf-8") != text:
            sys.stderr.write(f"{file.relative_to(ROOT)} is out of step with the code; run `make docs`\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
