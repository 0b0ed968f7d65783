"""`paperdesk mcp`: the desk as tools for models over standard input and output, and what clients need to start that."""

import json
import shutil
import sys
from collections.abc import Callable, Mapping
from typing import Annotated, Any, TypeAlias

import typer

from paperdesk.doors.cli import render
from paperdesk.doors.cli.client import Desk
from paperdesk.doors.cli.options import AsJson, desk_of

# Carries messages between standard input and output and the address of a desk, with a key, until the client is done.
Bridge: TypeAlias = Callable[[str, str], None]
Toolsets: TypeAlias = Annotated[
    str | None, typer.Option("--toolsets", help="Which tools are shown: names with commas between them, or all.")
]

NAME = "paperdesk"


def verbs_with(bridge: Bridge) -> typer.Typer:
    """Return the verbs over what carries the messages."""
    verbs = typer.Typer(
        invoke_without_command=True, help="The desk as tools for models, over standard input and output."
    )

    @verbs.callback()
    def serve(context: typer.Context, toolsets: Toolsets = None) -> None:
        """Serve a client that started this, until it closes its end; the desk has to run."""
        if context.invoked_subcommand is None:
            desk = desk_of(context)
            desk.get("/v1/me")  # a desk that does not answer, or a key that is none, is said in words of ours
            bridge(address_of(desk, toolsets), desk.bearer)

    verbs.command("install")(show_configuration)
    return verbs


def address_of(desk: Desk, toolsets: str | None) -> str:
    """Return the address of a desk for models."""
    return f"{desk.address}/mcp" + ("" if toolsets is None else f"?toolsets={toolsets}")


def show_configuration(context: typer.Context, toolsets: Toolsets = None, *, as_json: AsJson = False) -> None:
    """Print what to write into the configuration of the usual clients; each start reads the stored key."""
    desk = desk_of(context)
    started = command_of(desk, toolsets)
    found = configurations(started, address_of(desk, toolsets))
    if as_json:
        render.document(found)
        return
    for title, content in found.items():
        render.say(f"{title}:")
        typer.echo(content if isinstance(content, str) else json.dumps(content, indent=2))
        typer.echo()


def command_of(desk: Desk, toolsets: str | None) -> list[str]:
    """Return the words that start this program again, for this desk."""
    program = shutil.which(NAME)
    words = [program] if program else [sys.executable, "-m", "paperdesk.main"]
    words += ["--home", str(desk.home)]
    words += [] if desk.url is None else ["--url", desk.url]
    return [*words, "mcp", *([] if toolsets is None else ["--toolsets", toolsets])]


def configurations(started: list[str], address: str) -> Mapping[str, Any]:
    """Return what each of the usual clients is configured with."""
    program = {"command": started[0], "args": started[1:]}
    http = {"type": "http", "url": address, "headers": {"Authorization": "Bearer KEY_ID.SECRET"}}
    return {
        "Claude Code (a command)": " ".join(["claude", "mcp", "add", NAME, "--", *started]),
        "Claude Desktop, Cursor and others (mcpServers)": {"mcpServers": {NAME: program}},
        "Visual Studio Code (.vscode/mcp.json)": {"servers": {NAME: {"type": "stdio", **program}}},
        "Any client that speaks HTTP, with a key of its own": {"mcpServers": {NAME: http}},
    }
