"""The list of tools over plain HTTP, for whoever wants to know what a model could do before one is let in."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from paperdesk.core.kernel.principal import Scope
from paperdesk.doors.mcp.tool import Tool
from paperdesk.doors.mcp.toolsets import ALL, SETS, chosen, tools_in
from paperdesk.features.identity.access import Caller
from paperdesk.infra.http import Page, PageOf
from paperdesk.infra.listing import ListRoute

router = APIRouter(prefix="/v1", tags=["models"], route_class=ListRoute)


class ToolOut(BaseModel):
    """A tool for models: what it is for, what a key needs for it, and what it takes."""

    name: str
    toolset: str
    purpose: str
    scope: Scope
    changes_nothing: bool
    arguments: dict[str, Any] = Field(description="Their JSON schema.")

    @classmethod
    def of(cls, tool: Tool) -> "ToolOut":
        """Show a tool."""
        return cls(
            name=tool.name,
            toolset=next(name for name, tools in SETS.items() if tool in tools),
            purpose=tool.purpose,
            scope=tool.scope,
            changes_nothing=tool.effect.value.read_only_hint is True,
            arguments=tool.input_schema,
        )


@router.get("/tools")
async def get_tools(
    who: Caller,  # noqa: ARG001 - the list is the same for everybody who is known
    page: Page,
    toolsets: Annotated[str, Query(description="Sets of tools, with commas between their names; or all.")] = ALL,
) -> PageOf[ToolOut]:
    """List the tools for models by name: all of them, or those of some sets."""
    tools = sorted(tools_in(chosen(toolsets)).items())
    rows, next_cursor = page.part([tool for _, tool in tools], lambda tool: (tool.name,), tuple[str])
    return PageOf(items=[ToolOut.of(tool) for tool in rows], next_cursor=next_cursor)
