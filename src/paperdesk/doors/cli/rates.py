"""`paperdesk rates ...`: how often the people of a tenant may ask."""

from typing import Annotated

import httpx
import typer

from paperdesk.doors.cli import render
from paperdesk.doors.cli.options import AsJson, desk_of

verbs = typer.Typer(no_args_is_help=True, help="How often the people of your tenant may ask.")


@verbs.command("show")
def show_rates(context: typer.Context, *, as_json: AsJson = False) -> None:
    """Show how often you may ask."""
    _show(desk_of(context).get("/v1/rates"), as_json=as_json)


@verbs.command("set")
def set_rates(  # noqa: PLR0913 - each parameter is an option of the command line
    context: typer.Context,
    minute: Annotated[int | None, typer.Option("--a-minute", help="Requests of a person.")] = None,
    second: Annotated[int | None, typer.Option("--a-second", help="Requests of a person.")] = None,
    settings: Annotated[int | None, typer.Option("--settings-a-minute", help="Changes of one's profile.")] = None,
    administration: Annotated[
        int | None, typer.Option("--administration-a-minute", help="For whoever administers.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Set how often the people of your tenant may ask; what is not given is as often as the desk allows."""
    rates = {
        "requests_per_minute": minute,
        "requests_per_second": second,
        "settings_per_minute": settings,
        "administration_per_minute": administration,
    }
    _show(desk_of(context).send("PUT", "/v1/rates", json=rates), as_json=as_json)


def _show(answer: httpx.Response, *, as_json: bool) -> None:
    if as_json:
        render.raw(answer)
        return
    rates = answer.json()
    lines = {name.replace("_", " "): "without end" if each is None else each for name, each in rates.items()}
    render.show(render.console(), render.card({name: render.plain(each) for name, each in lines.items()}))
