"""Options that many verbs share, spelled once, and what a verb finds in its context."""

from typing import Annotated, Literal, TypeAlias, cast

import typer

from paperdesk.doors.cli.client import Desk

AsJson: TypeAlias = Annotated[bool, typer.Option("--json", help="Print the server's JSON.")]
Watch: TypeAlias = Annotated[bool, typer.Option("--watch", help="Ask again every second until Ctrl-C.")]
Account: TypeAlias = Annotated[
    str | None, typer.Option("--account", help="Number, name or id; the first account when absent.")
]
AccountName: TypeAlias = Annotated[
    str | None, typer.Argument(metavar="[ACCOUNT]", help="Number, name or id; the first account when absent.")
]
TapeName: TypeAlias = Annotated[
    str | None, typer.Argument(metavar="[TAPE]", help="Name or id; the first account's tape when absent.")
]
Limit: TypeAlias = Annotated[int, typer.Option("--limit", min=1, max=500, help="Rows of one page.")]
Cursor: TypeAlias = Annotated[str | None, typer.Option("--cursor", help="Go on where the last page ended.")]
Margin: TypeAlias = Annotated[
    Literal["cash", "reg_t", "portfolio"] | None, typer.Option("--margin", help="By which rules it may owe.")
]
Side: TypeAlias = Literal["buy", "sell"]
TimeInForce: TypeAlias = Literal["day", "gtc", "gtd", "ioc", "fok", "opg", "cls"]
OrderStatus: TypeAlias = Literal[
    "open", "closed", "all", "accepted", "partially_filled", "filled", "cancelled", "expired", "replaced", "rejected"
]
OrderSort: TypeAlias = Literal["newest", "oldest", "symbol"]
TapeUnit: TypeAlias = Literal["fact", "quote", "bar", "session"]


def margin_of(kind: str | None) -> dict[str, dict[str, str]]:
    """Return what a body says of margin; nothing where nothing was chosen."""
    return {} if kind is None else {"margin": {"kind": kind}}


def desk_of(context: typer.Context) -> Desk:
    """Return the desk that the root of the command line opened."""
    return cast("Desk", context.obj)
