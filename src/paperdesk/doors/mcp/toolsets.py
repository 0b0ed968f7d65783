"""Which tools there are, and in which sets a connection may ask for them."""

from collections.abc import Mapping
from functools import cache
from typing import Final

from paperdesk.core.kernel.errors import Invalid, NotFound
from paperdesk.doors.mcp import about, accounts, market, orders
from paperdesk.doors.mcp.tool import Tool

DEFAULT: Final = "default"
ALL: Final = "all"
# Sets by name. What stands in the default set is what a session pays for unless it asks for something else.
TOOLSETS: Final[Mapping[str, tuple[Tool, ...]]] = {
    DEFAULT: (*about.TOOLS, *accounts.TOOLS, *orders.TOOLS, *market.TOOLS),
}


class UnknownToolset(Invalid):
    """A connection asks for sets of tools by their names."""


class UnknownTool(NotFound):
    """There is no such tool, or it is in a set that the connection did not ask for."""


def chosen(text: str) -> tuple[str, ...]:
    """Return the sets that a text names with commas between them. Raises UnknownToolset."""
    named = tuple(dict.fromkeys(each.strip().lower() for each in text.split(",") if each.strip()))
    if ALL in named:
        return tuple(TOOLSETS)
    strange = [each for each in named if each not in TOOLSETS]
    if strange or not named:
        raise UnknownToolset(
            f"There is no toolset {strange[0][:32]!r}." if strange else "Name a toolset.", toolsets=[*TOOLSETS, ALL]
        )
    return named


@cache
def tools_in(toolsets: tuple[str, ...]) -> Mapping[str, Tool]:
    """Return the tools of some sets by name, each once."""
    return {tool.name: tool for name in toolsets for tool in TOOLSETS[name]}


def tool_named(name: str, toolsets: tuple[str, ...]) -> Tool:
    """Return a tool. Raises UnknownTool, and says where it would be found."""
    found = tools_in(toolsets).get(name)
    if found is not None:
        return found
    elsewhere = [toolset for toolset, tools in TOOLSETS.items() if any(tool.name == name for tool in tools)]
    if elsewhere:
        raise UnknownTool(f"This connection did not ask for the toolset {elsewhere[0]!r}.", toolsets=elsewhere)
    raise UnknownTool(f"There is no tool {name[:64]!r}.", toolsets=[])
