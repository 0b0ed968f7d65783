"""What a tool is: a name, the permission it needs, what it does to the desk, and the function that answers."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Any, get_type_hints

from mcp_types import Tool as ToolOnWire
from mcp_types import ToolAnnotations
from pydantic import BaseModel, ValidationError

from paperdesk.core.kernel.principal import Scope
from paperdesk.doors.mcp.asking import Ask
from paperdesk.doors.mcp.schemas import answer_schema, arguments_schema
from paperdesk.doors.problems import malformed


class Effect(Enum):
    """What a call does to the desk: nothing, adds to it, acts in a way that cannot be undone, or ends what works."""

    READS = ToolAnnotations(read_only_hint=True, open_world_hint=False)
    ADDS = ToolAnnotations(read_only_hint=False, destructive_hint=False, idempotent_hint=False, open_world_hint=False)
    ACTS = ToolAnnotations(read_only_hint=False, destructive_hint=True, idempotent_hint=False, open_world_hint=False)
    ENDS = ToolAnnotations(read_only_hint=False, destructive_hint=True, idempotent_hint=True, open_world_hint=False)


Run = Callable[[Ask, Any], Awaitable[BaseModel]]


@dataclass(frozen=True)
class Tool:
    """One tool. What it takes and answers is read from the signature of its function, what it is for from the text."""

    name: str
    scope: Scope
    effect: Effect
    run: Run
    told: str | None = None
    """In place of the first words of the function, where several tools share one."""

    @cached_property
    def wish(self) -> type[BaseModel]:
        """Return the shape of the arguments."""
        return self._hint("wish")

    @cached_property
    def answer(self) -> type[BaseModel]:
        """Return the shape of the answer."""
        return self._hint("return")

    @cached_property
    def purpose(self) -> str:
        """Return what the tool is for, in one paragraph."""
        return " ".join((self.told or self.run.__doc__ or "").split())

    @cached_property
    def input_schema(self) -> dict[str, Any]:
        """Return the schema of the arguments."""
        return arguments_schema(self.wish)

    @cached_property
    def on_wire(self) -> ToolOnWire:
        """Return the tool as a client is told of it."""
        return ToolOnWire(
            name=self.name,
            description=self.purpose,
            input_schema=self.input_schema,
            output_schema=answer_schema(self.answer),
            annotations=self.effect.value,
        )

    def read(self, arguments: dict[str, Any] | None) -> BaseModel:
        """Read arguments; raises MalformedRequest with each field that is wrong, and never says what was sent."""
        try:
            return self.wish.model_validate(arguments or {})
        except ValidationError as error:
            raise malformed("arguments", error.errors()) from None

    def _hint(self, name: str) -> type[BaseModel]:
        hint: type[BaseModel] = get_type_hints(self.run)[name]
        assert issubclass(hint, BaseModel), f"{self.name} says what it takes and answers"
        return hint
