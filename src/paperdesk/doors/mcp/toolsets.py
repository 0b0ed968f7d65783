"""Which tools there are, and in which sets a connection may ask for them."""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from pydantic import BaseModel

from paperdesk.core.kernel.errors import Invalid, NotFound
from paperdesk.core.kernel.principal import Scope
from paperdesk.doors.mcp import (
    about,
    accounts,
    backtests,
    books,
    capsules,
    compat_accounts,
    compat_market,
    compat_orders,
    market,
    options,
    orders,
    research,
    saved_strategies,
    studies,
    sweeps,
    waiting,
    watching,
)
from paperdesk.doors.mcp.asking import Ask
from paperdesk.doors.mcp.tool import Effect, Tool
from paperdesk.infra.http import Body

DEFAULT: Final = "default"
ALL: Final = "all"


class ToolLine(BaseModel):
    """A tool, what it is for, and the set it is in."""

    name: str
    toolset: str
    purpose: str
    scope: Scope


class ToolLines(BaseModel):
    """The tools there are."""

    items: list[ToolLine]


class ListWish(Body):
    """Which toolset is meant; all of them without one."""

    toolset: str | None = None


async def list_all(ask: Ask, wish: ListWish) -> ToolLines:  # noqa: ARG001 - it is the same for everybody
    """Name every tool there is, those in toolsets that this connection did not ask for as well."""
    wanted = tuple(SETS) if wish.toolset is None else chosen(wish.toolset)
    lines = [
        ToolLine(name=tool.name, toolset=name, purpose=tool.purpose, scope=tool.scope)
        for name in wanted
        for tool in TOOLSETS[name]
    ]
    return ToolLines(items=lines)


# The sets, each tool in one of them.
SETS: Final[Mapping[str, tuple[Tool, ...]]] = {
    "desk": (*about.TOOLS, Tool("list_tools", Scope.READ, Effect.READS, list_all)),
    "accounts": accounts.TOOLS,
    "trading": (*orders.TOOLS, *waiting.TOOLS),
    "market": market.TOOLS,
    "options": options.TOOLS,
    "research": research.TOOLS,
    "sweeps": sweeps.TOOLS,
    "studies": studies.TOOLS,
    "strategies": saved_strategies.TOOLS,
    "backtests": (*backtests.TOOLS, *capsules.TOOLS),
    "books": books.TOOLS,
    "watching": watching.TOOLS,
    "compat": (*compat_accounts.TOOLS, *compat_market.TOOLS, *compat_orders.TOOLS),
}
# What a session pays for unless it asks for something else.
IN_DEFAULT: Final = ("desk", "accounts", "trading", "market")
TOOLSETS: Final[Mapping[str, tuple[Tool, ...]]] = {
    DEFAULT: tuple(tool for name in IN_DEFAULT for tool in SETS[name]),
    **SETS,
}


class UnknownToolset(Invalid):
    """A connection asks for sets of tools by their names."""


class UnknownTool(NotFound):
    """There is no such tool, or it is in a set that the connection did not ask for."""


def chosen(text: str) -> tuple[str, ...]:
    """Return the sets that a text names with commas between them. Raises UnknownToolset."""
    named = tuple(dict.fromkeys(each.strip().lower() for each in text.split(",") if each.strip()))
    if ALL in named:
        return tuple(SETS)
    strange = [each for each in named if each not in TOOLSETS]
    if strange or not named:
        raise UnknownToolset(
            f"There is no toolset {strange[0][:32]!r}." if strange else "Name a toolset.", toolsets=[*TOOLSETS, ALL]
        )
    return named if DEFAULT in named else ("desk", *(each for each in named if each != "desk"))


@cache
def tools_in(toolsets: tuple[str, ...]) -> Mapping[str, Tool]:
    """Return the tools of some sets by name, each once."""
    return {tool.name: tool for name in toolsets for tool in TOOLSETS[name]}


def tool_named(name: str, toolsets: tuple[str, ...]) -> Tool:
    """Return a tool. Raises UnknownTool, and says where it would be found."""
    found = tools_in(toolsets).get(name)
    if found is not None:
        return found
    elsewhere = [toolset for toolset, tools in SETS.items() if any(tool.name == name for tool in tools)]
    if elsewhere:
        raise UnknownTool(f"This connection did not ask for the toolset {elsewhere[0]!r}.", toolsets=elsewhere)
    raise UnknownTool(f"There is no tool {name[:64]!r}.", toolsets=[])


def schema_of(name: str) -> Mapping[str, Any] | None:
    """Return the schema of a tool's arguments, None where there is no such tool."""
    found = tools_in(tuple(SETS)).get(name)
    return None if found is None else found.input_schema
