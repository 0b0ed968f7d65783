"""Write src/paperdesk/client/{models,desk,async_desk,codes}.py from the OpenAPI file and the catalogue of errors.

Each operation is a method of the name it has in the file, each schema a class. With `--check` nothing is written and
a file that is out of step is an error.
"""

import argparse
import json
import keyword
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

ROOT = Path(__file__).resolve().parent.parent
API: Final = json.loads((ROOT / "docs" / "reference" / "openapi.json").read_text(encoding="utf-8"))
ERRORS: Final = json.loads((ROOT / "src/paperdesk/doors/reference/errors.json").read_text(encoding="utf-8"))
FOLDER: Final = ROOT / "src" / "paperdesk" / "client"
RUFF: Final = Path(sys.executable).parent / "ruff"

Node = dict[str, Any]
TEXTS: Final = {"uuid": "UUID", "date-time": "datetime", "date": "date", "decimal": "Decimal"}
PLAIN: Final = {"integer": "int", "number": "float", "boolean": "bool", "null": "None"}
JSON: Final = "application/json"
KEY: Final = "Idempotency-Key"
# What goes on for as long as somebody listens is no single answer; `follow` of the clients reads it.
GOES_ON: Final = "text/event-stream"


def class_name(schema: str) -> str:
    """Return the name of a schema as a class; of two of one name each is told by where it comes from."""
    parts = schema.split("__")
    owner = parts[2].title() if len(parts) > 1 else ""
    return owner + re.sub(r"[^A-Za-z0-9]", "", parts[-1])


def kind_of(hint: str) -> str:
    """Return what a reader of JSON can tell a type by."""
    if hint.startswith(("list[", "dict[", "Literal[")) or hint in {"int", "float", "bool", "None", "Any"}:
        return {"list": "list", "dict": "object", "Lite": "text"}.get(hint[:4], hint)
    if hint in {"str", *TEXTS.values()}:
        return "text"
    return "object" if "enum" not in API["components"]["schemas"].get(_BY_CLASS.get(hint, ""), {}) else "text"


def union(hints: list[str]) -> str:
    """Return one of several types; where JSON cannot tell them apart, the loosest that holds all of them."""
    told = list(dict.fromkeys(hints))
    texts = [hint for hint in told if kind_of(hint) == "text"]
    if len(texts) > 1:
        told = [*(hint for hint in told if hint not in texts), "str"]
    told.sort(key=lambda hint: hint == "None")
    kinds = [kind_of(hint) for hint in told]
    return "Any" if len(set(kinds)) < len(kinds) or "Any" in told else " | ".join(told)


def hint_of(node: Node) -> str:
    """Return the type of a schema."""
    match node:
        case {"$ref": str(reference)}:
            hint = class_name(reference.rpartition("/")[2])
        case {"anyOf": options} | {"oneOf": options} | {"allOf": options}:
            hint = union([hint_of(option) for option in options])
        case {"const": value}:
            hint = f"Literal[{value!r}]"
        case {"enum": values}:
            hint = f"Literal[{', '.join(map(repr, values))}]"
        case _:
            hint = _typed(node)
    return hint


def _typed(node: Node) -> str:
    match node:
        case {"type": "array"}:
            hint = f"list[{hint_of(node.get('items', {}))}]"
        case {"type": "object"}:
            inside = node.get("additionalProperties")
            hint = f"dict[str, {hint_of(inside) if isinstance(inside, dict) else 'Any'}]"
        case {"type": "string"}:
            hint = TEXTS.get(node.get("format", ""), "str")
        case {"type": list(kinds)}:
            hint = union([hint_of({**node, "type": kind}) for kind in kinds])
        case _:
            hint = PLAIN.get(node.get("type", ""), "Any")
    return hint


_BY_CLASS: Final = {class_name(name): name for name in API["components"]["schemas"]}


def identifier(name: str) -> str:
    """Return a name that Python takes."""
    plain = re.sub(r"\W", "_", name).lower()
    return f"{plain}_" if keyword.iskeyword(plain) else plain


def words_of(node: Node, otherwise: str) -> str:
    """Return what is said of something, in one line."""
    said = " ".join(str(node.get("description") or node.get("summary") or otherwise).split())
    return said.replace("\\", "").replace('"""', "'")


def models() -> Iterator[str]:
    """Yield the module of the shapes."""
    yield '"""The shapes of requests and answers."""'
    yield "from datetime import date, datetime"
    yield "from decimal import Decimal"
    yield "from typing import Any, Literal"
    yield "from uuid import UUID"
    yield "from msgspec import UNSET, Struct, UnsetType, field"
    schemas = {name: node for name, node in API["components"]["schemas"].items() if name != "Problem"}
    yield from (f"{class_name(name)} = {hint_of(node)}" for name, node in schemas.items() if "properties" not in node)
    for name, node in schemas.items():
        if "properties" in node:
            yield f"class {class_name(name)}(Struct, kw_only=True, frozen=True):"
            yield f'    """{words_of(node, "A shape.")}"""'
            yield from members(node)


def members(node: Node) -> Iterator[str]:
    """Yield the members of a shape; one that may be absent is absent unless it is given."""
    for name, each in node["properties"].items():
        own, hint = identifier(name), hint_of(each)
        is_needed, is_renamed = name in node.get("required", ()), own != name
        given = f"field(name={name!r}{'' if is_needed else ', default=UNSET'})"
        default = f" = {given}" if is_renamed else "" if is_needed else " = UNSET"
        may_be_null = "None" in hint.split(" | ")
        told = hint.removesuffix(" | None") + " | UnsetType" + " | None" * may_be_null
        yield f'    {own}: "{hint if is_needed else told}"{default}'


def is_waiting(status: str, answer: Node) -> bool:
    """Say whether an answer says that what was asked waits for a person: for clients that is an exception."""
    shape = answer.get("content", {}).get(JSON, {}).get("schema", {})
    return status == "202" and shape == {"$ref": "#/components/schemas/ApprovalOut"}


@dataclass(frozen=True)
class Operation:
    """One operation of the description."""

    method: str
    path: str
    node: Node

    @property
    def answer(self) -> str | None:
        """Return the type of what is answered: a shape, text, or nothing; None for what is no single answer."""
        told = self.node["responses"].items()
        answers = [answer for status, answer in told if status.startswith("2") and not is_waiting(status, answer)]
        contents = [answer.get("content", {}) for answer in answers]
        if any(GOES_ON in content for content in contents):
            return None
        shapes = [hint_of(content[JSON]["schema"]) for content in contents if content.get(JSON, {}).get("schema")]
        is_text = any(content and JSON not in content for content in contents)
        return union(shapes) if shapes else "str" if is_text else "None"

    @property
    def may_wait(self) -> bool:
        """Say whether it may be answered that what is asked waits for a person."""
        return any(is_waiting(*each) for each in self.node["responses"].items())

    @property
    def parameters(self) -> list[Node]:
        """Return the parameters, those of the path first; the key of a request is the client's own affair."""
        found = [each for each in self.node.get("parameters", ()) if each["name"] != KEY]
        return sorted(found, key=lambda each: (each["in"] != "path", not each["required"]))

    @property
    def is_keyed(self) -> bool:
        """Say whether the request may carry a key, by which it can be sent again."""
        return any(each["name"] == KEY for each in self.node.get("parameters", ()))

    def signature(self) -> str:
        """Return what the method takes."""
        first = [f"{identifier(each['name'])}: {hint_of(each['schema'])}" for each in self._of("path")]
        body = self.node.get("requestBody")
        if body is not None:
            first.append(f"body: {self._body(body)}{'' if body.get('required') else ' | None = None'}")
        rest = [f"{identifier(each['name'])}: {_optional(each)}" for each in (*self._of("query"), *self._of("header"))]
        return ", ".join(["self", *first, *(["*", *rest] if rest else [])])

    def _body(self, body: Node) -> str:
        shape = body["content"].get(JSON)
        if shape is None:
            return "bytes"
        schema = shape["schema"]
        return " | ".join(hint_of(each) for each in schema.get("oneOf", schema.get("anyOf", [schema])))

    def _of(self, place: str) -> list[Node]:
        return [each for each in self.parameters if each["in"] == place]

    def call(self) -> str:
        """Return the description of the request that the method makes."""
        parts = [repr(self.method.upper()), repr(self.path)]
        for name, place in (("at", "path"), ("query", "query"), ("headers", "header")):
            given = ", ".join(f"{each['name']!r}: {identifier(each['name'])}" for each in self._of(place))
            parts += [f"{name}={{{given}}}"] if given else []
        if "requestBody" in self.node:
            media = next(iter(self.node["requestBody"]["content"]))
            parts += ["body=body", *([f"media={media!r}"] if media != JSON else [])]
        parts += ["is_keyed=True"] if self.is_keyed else []
        parts += ["may_wait=True"] if self.may_wait else []
        return f"Call({', '.join(parts)})"


def _optional(parameter: Node) -> str:
    hint = hint_of(parameter["schema"])
    if parameter["required"]:
        return hint
    return f"{hint.removesuffix(' | None')} | None = None"


def operations() -> list[Operation]:
    """Return every operation that has one answer."""
    found = [Operation(method, path, node) for path, each in API["paths"].items() for method, node in each.items()]
    return [each for each in found if each.answer is not None]


def desk(prefix: str, keyword_: str, wait: str) -> Iterator[str]:
    """Yield the module of one kind of client: every operation as a method."""
    name, waits = f"{prefix}Desk", "that waits without blocking" if prefix else "that blocks"
    yield f'"""A client of every operation, {waits}."""'
    yield "from datetime import date, datetime"
    yield "from decimal import Decimal"
    yield "from typing import Any, Literal"
    yield "from uuid import UUID"
    yield "from paperdesk.client.calls import Call"
    used = sorted({word for each in operations() for word in _words(each) if word in _BY_CLASS})
    yield f"from paperdesk.client.models import {', '.join(used)}"
    yield f"from paperdesk.client.transport import {prefix}Transport"
    yield f"class {name}({prefix}Transport):"
    yield f'    """A desk at an address, {waits}."""'
    for each in operations():
        yield f"    {keyword_}def {each.node['operationId']}({each.signature()}) -> {each.answer}:"
        yield f'        """{words_of({"summary": each.node["summary"]}, "")}"""'
        asks = f"self.do({each.call()})" if each.answer == "None" else f"self.ask({each.call()}, {each.answer})"
        yield f"        {'' if each.answer == 'None' else 'return '}{wait}{asks}"


def _words(operation: Operation) -> list[str]:
    return re.findall(r"\w+", f"{operation.signature()} {operation.answer}")


def codes() -> Iterator[str]:
    """Yield the module of the codes."""
    every = sorted({each["code"] for kind in ERRORS.values() for each in kind})
    yield '"""Every code of a refusal, which a program reads."""'
    yield "from typing import Literal, TypeAlias"
    yield f"Code: TypeAlias = Literal[{', '.join(map(repr, every))}]"


def formatted(name: str, lines: Iterator[str]) -> str:
    """Return a module as ruff writes it, without imports that nothing uses."""
    mark = "# Written by tools/gen_typed_clients.py from the OpenAPI file; `make docs` writes it again."
    text = "\n".join([mark, *lines]) + "\n"
    for command in (["check", "--select", "F401,I", "--fix-only", "--quiet"], ["format", "--quiet"]):
        run = [str(RUFF), *command, "--stdin-filename", str(FOLDER / name), "-"]
        text = subprocess.run(run, input=text, capture_output=True, text=True, check=True, cwd=ROOT).stdout
    return text


def main(arguments: list[str]) -> int:
    """Write the modules, or check them; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when a file is out of step")
    modules = {
        "models.py": models(),
        "desk.py": desk("", "", ""),
        "async_desk.py": desk("Async", "async ", "await "),
        "codes.py": codes(),
    }
    is_check, stale = parser.parse_args(arguments).check, []
    for name, lines in modules.items():
        path, text = FOLDER / name, formatted(name, lines)
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if not is_check:
            path.write_text(text, encoding="utf-8")
    if is_check and stale:
        sys.stderr.write(f"src/paperdesk/client: {', '.join(stale)} out of step with the OpenAPI file; run make docs\n")
    return 1 if is_check and stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
