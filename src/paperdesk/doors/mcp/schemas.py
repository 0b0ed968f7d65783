"""JSON schemas as a model reads them: the same shapes with fewer words, because every session pays for each byte."""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel

# What a schema says to people who build forms, or a second time.
_IDLE: Final = frozenset({"title", "examples", "$defs"})
# What only a validator reads of an answer: what it gives is always whole, and its words stand in the reference.
_IDLE_IN_ANSWERS: Final = _IDLE | {"required", "format", "description", "default", "enum", "const"}
# An absent default is no default, and that numbers are text shows where they are used.
_SAID_ANYWAY: Final = (("default", None), ("format", "decimal"))
_REFERENCE: Final = "#/$defs/"

Node = dict[str, Any]


def arguments_schema(wish: type[BaseModel]) -> Node:
    """Return the schema of a tool's arguments."""
    whole = wish.model_json_schema()
    if not wish.model_config.get("json_schema_extra"):
        whole.pop("description", None)
    return _Shortening(whole.get("$defs", {}), is_answer=False).of(whole)


def answer_schema(answer: type[BaseModel]) -> Node:
    """Return the schema of what a tool answers."""
    whole = answer.model_json_schema(mode="serialization")
    return _Shortening(whole.get("$defs", {}), is_answer=True).of(whole)


class _Shortening:
    """Leaves out words, absent defaults and definitions; each is put where it is used."""

    def __init__(self, definitions: Mapping[str, Node], *, is_answer: bool) -> None:
        """Prepare for one schema."""
        self._definitions = definitions
        self._is_answer = is_answer
        self._idle = _IDLE_IN_ANSWERS if is_answer else _IDLE

    def of(self, node: Node, within: tuple[str, ...] = ()) -> Node:
        """Return a node in short."""
        named = str(node.get("$ref", "")).removeprefix(_REFERENCE)
        if named in within:
            return {"type": "object"}  # a part of itself is not spelled out again
        if named:
            defined = {name: each for name, each in self._definitions[named].items() if name != "description"}
            rest = {name: each for name, each in node.items() if name != "$ref"}
            return self.of({**defined, **rest}, (*within, named))
        short: Node = {}
        for name, value in node.items():
            if name == "anyOf":
                short |= self._choice([self.of(each, within) for each in value])
            elif name == "properties":
                short[name] = {key: self.of(each, within) for key, each in value.items()}
            elif name not in self._idle and (name, value) not in _SAID_ANYWAY:
                short[name] = self.of(value, within) if isinstance(value, dict) and name != "default" else value
        return short

    def _choice(self, options: list[Node]) -> Node:
        """Return a choice; an argument that may be null is told as one that may be absent, an answer has two types."""
        given = [each for each in options if each != {"type": "null"}]
        if len(given) == 1 and len(options) > 1 and isinstance(given[0].get("type"), str):
            return given[0] | ({"type": [given[0]["type"], "null"]} if self._is_answer else {})
        return {"anyOf": options}
