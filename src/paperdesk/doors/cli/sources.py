"""`paperdesk sources ...`: the vendors of live prices, their keys, and who is asked about what."""

from typing import Annotated

import typer
from rich.text import Text

from paperdesk.doors.cli import render
from paperdesk.doors.cli.client import Row
from paperdesk.doors.cli.options import AsJson, desk_of

verbs = typer.Typer(no_args_is_help=True, help="Vendors of live prices: set their keys, try them, choose among them.")

Source = Annotated[str, typer.Argument(help="Its name, as in: paperdesk sources list")]


def _left(source: Row) -> Text:
    return render.plain(f"{source['calls_left']} of {source['calls_per_minute']}")


_SOURCES = (
    render.words("Source", "name"),
    render.words("Condition", "condition"),
    render.instants("Key set (UTC)", "key_set_at"),
    render.Column("Calls left", _left, is_number=True),
    render.numbers("Today", "calls_today"),
    render.Column("Tells", lambda source: render.plain(", ".join(source["tells"])), folds_to=render.WORDS_WIDTH),
    render.Column("Failed last", lambda source: render.plain((source["last_failure"] or {}).get("code"))),
)
_ROWS = (
    render.words("Subject", "subject"),
    render.Column("Asked in turn", lambda row: render.plain(", ".join(row["sources"]))),
    render.Column("By", lambda row: render.plain("you" if row["is_chosen"] else "the settings")),
)


@verbs.command("list")
def list_sources(context: typer.Context, *, as_json: AsJson = False) -> None:
    """List the sources with what is left of their calls, and who is asked about what."""
    answer = desk_of(context).get("/v1/sources")
    if as_json:
        render.raw(answer)
        return
    found: Row = answer.json()
    render.show(render.console(), render.table(_SOURCES, found["items"]))
    render.show(render.console(), render.table(_ROWS, found["rows"]))


@verbs.command("set")
def set_source_key(
    context: typer.Context,
    source: Source,
    *,
    key_id: Annotated[str | None, typer.Option("--key-id", help="The id of the key, which only Alpaca's have.")] = None,
) -> None:
    """Set the key of a source; the secret is asked for, so that it stands in no history."""
    secret = typer.prompt("Secret", hide_input=True, err=True)
    body = {"secret": secret, **({} if key_id is None else {"key_id": key_id})}
    desk_of(context).send("PUT", f"/v1/sources/{source}/key", json=body)
    render.say(f"The key of {source} is set. Try it: paperdesk sources test {source}")


@verbs.command("forget")
def forget_source_key(context: typer.Context, source: Source) -> None:
    """Forget the key of a source."""
    desk_of(context).delete(f"/v1/sources/{source}/key")
    render.say(f"The key of {source} is forgotten.")


@verbs.command("test")
def try_source(context: typer.Context, source: Source, *, as_json: AsJson = False) -> None:
    """Ask a source the least there is to ask, to see whether its key is good."""
    answer = desk_of(context).post(f"/v1/sources/{source}/test")
    if as_json:
        render.raw(answer)
        return
    told: Row = answer.json()
    delayed = ", delayed" if told["is_delayed"] else ""
    render.say(f"{told['source']} answers ({told['feed']}{delayed}).")


@verbs.command("ask")
def ask_sources(
    context: typer.Context,
    subject: Annotated[str, typer.Argument(help="quotes, bars, chains, instruments, actions or yields.")],
    sources: Annotated[
        list[str] | None, typer.Argument(help="Who is asked, in turn; without any, whom the settings name.")
    ] = None,
) -> None:
    """Choose which sources are asked about a subject, in turn until one answers."""
    desk, path = desk_of(context), f"/v1/source-rows/{subject}"
    if sources:
        desk.send("PUT", path, json={"sources": sources})
        render.say(f"Asked about {subject} in turn: {', '.join(sources)}.")
    else:
        desk.delete(path)
        render.say(f"The settings say who is asked about {subject}.")


@verbs.command("refresh")
def forget_answers(context: typer.Context) -> None:
    """Forget what the sources told, so that they are asked anew."""
    desk_of(context).delete("/v1/live/answers")
    render.say("The sources are asked anew from the next question on.")
