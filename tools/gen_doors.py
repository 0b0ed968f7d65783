"""Write docs/reference/doors.md, and its counts into the README: which use case stands behind which door.

A use case is an asynchronous function in a file of its own name that a door calls; what a route, a tool or a verb
calls is read from the source. The command line stands before REST, so what its addresses lead to is behind it too.
With `--check` nothing is written and a page that is out of step is an error.
"""

import argparse
import ast
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "paperdesk"
PAGE = ROOT / "docs" / "reference" / "doors.md"
README = ROOT / "README.md"
BEGIN, END = "<!-- doors:begin -->", "<!-- doors:end -->"
# Every door, and how a sentence names it.
DOORS = {
    "REST": "by REST",
    "command line": "by the command line",
    "Alpaca": "by Alpaca's dialect",
    "models": "by models",
    "stream": "by the stream",
}
VERBS = {"get": "GET", "post": "POST", "put": "PUT", "patch": "PATCH", "delete": "DELETE"}


@dataclass
class Module:
    """One source file: what it imports by which name, its functions, and texts that it has named."""

    imports: dict[str, str] = field(default_factory=dict[str, str])
    functions: dict[str, ast.AST] = field(default_factory=dict[str, ast.AST])
    texts: dict[str, str] = field(default_factory=dict[str, str])


@cache
def module(path: Path) -> Module:
    """Read a source file."""
    found = Module()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom):
            found.imports |= {each.asname or each.name: f"{node.module}.{each.name}" for each in node.names}
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found.functions[node.name] = node
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found.texts[node.targets[0].id] = _text(node.value)
    return found


@cache
def use_cases() -> dict[str, str]:
    """Return every use case by the address of its function: `feature/name`."""
    return {
        f"paperdesk.features.{path.parent.name}.{path.stem}.{path.stem}": f"{path.parent.name}/{path.stem}"
        for path in sorted((PACKAGE / "features").glob("*/*.py"))
        if isinstance(module(path).functions.get(path.stem), ast.AsyncFunctionDef)
    }


def called(path: Path, node: ast.AST, seen: frozenset[str] = frozenset()) -> set[str]:
    """Return the use cases that a piece of a file calls, by itself or by other functions of that file."""
    names = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
    own = module(path)
    found = {use_cases()[own.imports[name]] for name in names if own.imports.get(name) in use_cases()}
    for name in (names & own.functions.keys()) - seen:
        found |= called(path, own.functions[name], seen | names)
    return found


def in_files(paths: Iterable[Path]) -> set[str]:
    """Return the use cases that whole files call."""
    return set().union(*(called(path, ast.parse(path.read_text(encoding="utf-8"))) for path in paths))


def routes() -> dict[tuple[str, str], set[str]]:
    """Return what stands behind each address of REST: method and path, with `{}` for what is named in it."""
    found: dict[tuple[str, str], set[str]] = {}
    for path in sorted((PACKAGE / "features").glob("*/*routes.py")):
        prefixes = _prefixes(path)
        for function in module(path).functions.values():
            for router, method, address in _addresses(function):
                found[method, _pattern(prefixes.get(router, "") + address)] = called(path, function)
        for method, address, endpoint in _plain(path):
            found[method, _pattern(address)] = called(path, module(path).functions[endpoint])
    return found


def _prefixes(path: Path) -> dict[str, str]:
    """Return the prefix of each router of a file."""
    found = {}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and isinstance(node.targets[0], ast.Name):
            given = {each.arg: each.value for each in node.value.keywords}
            if isinstance(prefix := given.get("prefix"), ast.Constant):
                found[node.targets[0].id] = str(prefix.value)
    return found


def _addresses(function: ast.AST) -> Iterator[tuple[str, str, str]]:
    """Yield router, method and path of a function that is a route."""
    for each in getattr(function, "decorator_list", ()):
        match each:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id=router), attr=verb), args=[ast.Constant(value=path), *_]
            ):
                if verb in VERBS:
                    yield router, VERBS[verb], str(path)


def _plain(path: Path) -> Iterator[tuple[str, str, str]]:
    """Yield method, path and endpoint of the routes outside the framework."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Call(
                func=ast.Name(id="HotRoute"),
                args=[ast.Constant(value=method), ast.Constant(value=address), _, ast.Name(id=endpoint), *_],
            ):
                yield str(method), str(address), endpoint


def _pattern(address: str) -> str:
    return re.sub(r"{[^}]*}", "{}", address)


def by_command_line() -> set[str]:
    """Return what the verbs of the command line lead to, through the addresses that each of them asks."""
    behind, found = routes(), set[str]()
    for path in sorted((PACKAGE / "doors" / "cli").glob("*.py")):
        for function in module(path).functions.values():
            nodes = list(ast.walk(function))
            texts = module(path).texts
            said = {_pattern(_text(each)) for each in nodes}
            said |= {texts.get(each.id, "") for each in nodes if isinstance(each, ast.Name)}
            methods = {VERBS.get(each.attr, "") for each in nodes if isinstance(each, ast.Attribute)} | said
            asked = (uses for (method, address), uses in behind.items() if method in methods and address in said)
            found = found.union(*asked)
    return found


def _text(node: ast.AST) -> str:
    """Return a text of the source, with `{}` for what is put into it."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    parts = getattr(node, "values", ())
    return "".join(str(each.value) if isinstance(each, ast.Constant) else "{}" for each in parts)


def behind_doors() -> dict[str, set[str]]:
    """Return the use cases behind each door."""
    doors = PACKAGE / "doors"
    return {
        "REST": set[str]().union(*routes().values()),
        "command line": by_command_line(),
        "Alpaca": in_files(sorted((doors / "alpaca").glob("*.py"))),
        "models": in_files(sorted((doors / "mcp").glob("*.py"))),
        "stream": in_files(sorted((doors / "stream").glob("*.py"))),
    }


def counts(behind: dict[str, set[str]]) -> str:
    """Return how many use cases stand behind each door, as a sentence."""
    told = [f"{len(behind[door])} {named}" for door, named in DOORS.items()]
    return f"{len(set().union(*behind.values()))} use cases can be asked for: {', '.join(told[:-1])} and {told[-1]}."


def page(behind: dict[str, set[str]]) -> str:
    """Return the page."""
    every = sorted(set[str]().union(*behind.values()))
    lines = [
        "# Doors",
        "",
        "What changes something, and by which door it can be asked for; this page is generated by `make docs`.",
        counts(behind),
        (
            "What is only read is told by [the OpenAPI file](openapi.json), [Tools for models](mcp_tools.md), "
            "[what of Alpaca's API is spoken here](alpaca_coverage.md) and [The stream](../explanation/stream.md)."
        ),
        "",
        f"| use case | {' | '.join(DOORS)} |",
        f"|---{'|---' * len(DOORS)}|",
    ]
    lines += [f"| `{each}` | {' | '.join('yes' if each in behind[door] else '' for door in DOORS)} |" for each in every]
    return "\n".join(lines) + "\n"


def with_counts(readme: str, sentence: str) -> str:
    """Return the README with the sentence between its two markers."""
    head, found_begin, rest = readme.partition(BEGIN)
    _, found_end, tail = rest.partition(END)
    if not (found_begin and found_end):
        sys.exit(f"README.md needs the markers {BEGIN} and {END}")
    return f"{head}{BEGIN}\n{sentence}\n{END}{tail}"


def main(arguments: list[str]) -> int:
    """Write page and counts, or check them; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when something is out of step")
    behind, readme = behind_doors(), README.read_text(encoding="utf-8")
    wanted = {PAGE: page(behind), README: with_counts(readme, counts(behind))}
    stale = [path for path, text in wanted.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    if parser.parse_args(arguments).check:
        sys.stderr.writelines(f"{path.relative_to(ROOT)} is out of step; run make docs\n" for path in stale)
        return 1 if stale else 0
    for path in stale:
        path.write_text(wanted[path], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
