"""`paperdesk preferences ...`: what the caller prefers, and the account they start from."""

from typing import Annotated

import httpx
import typer

from paperdesk.doors.cli import choose, render
from paperdesk.doors.cli.client import Row
from paperdesk.doors.cli.options import Account, AsJson, desk_of

verbs = typer.Typer(no_args_is_help=True, help="What you prefer: time zone, currency, formats, default account.")

_TITLES = {
    "time_zone": "Time zone",
    "base_currency": "Base currency",
    "locale": "Locale",
    "number_format": "Numbers",
    "default_account_id": "Default account",
}
PATH = "/v1/me/preferences"


@verbs.command("show")
def show_preferences(context: typer.Context, *, as_json: AsJson = False) -> None:
    """Show what you prefer."""
    _show(desk_of(context).get(PATH), as_json=as_json)


@verbs.command("set")
def set_preferences(  # noqa: PLR0913 - each parameter is an option of the command line
    context: typer.Context,
    time_zone: Annotated[str | None, typer.Option("--time-zone", help="Such as Europe/Zurich.")] = None,
    base_currency: Annotated[str | None, typer.Option("--base-currency", help="Of accounts you open.")] = None,
    locale: Annotated[str | None, typer.Option("--locale", help="Such as en-US.")] = None,
    number_format: Annotated[str | None, typer.Option("--number-format", help="Such as 1'234.5.")] = None,
    account: Account = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Change what you prefer; what is not named stays."""
    desk = desk_of(context)
    chosen = None if account is None else choose.account(desk, account)["id"]
    said = {"time_zone": time_zone, "base_currency": base_currency, "locale": locale, "number_format": number_format}
    _show(desk.patch(PATH, **said, default_account_id=chosen), as_json=as_json)


@verbs.command("reset")
def reset_preferences(context: typer.Context, *, as_json: AsJson = False) -> None:
    """Have everything back as it was at first."""
    _show(desk_of(context).delete(PATH), as_json=as_json)


def _show(answer: httpx.Response, *, as_json: bool) -> None:
    if as_json:
        render.raw(answer)
        return
    kept: Row = answer.json()
    render.show(render.console(), render.card({title: render.plain(kept[name]) for name, title in _TITLES.items()}))
