"""`paperdesk market ...`: what moved, what an instrument did, its quotes and prints, and its options."""

from typing import Annotated, TypeAlias

import typer

from paperdesk.doors.cli import choose, render
from paperdesk.doors.cli.client import PAGE_ROWS_MAX, Row
from paperdesk.doors.cli.options import AsJson, Cursor, desk_of

verbs = typer.Typer(no_args_is_help=True, help="Read a tape's market as of its time: movers, figures, quotes, chains.")

Tape: TypeAlias = Annotated[
    str | None, typer.Option("--tape", help="Name or id; the first account's tape when absent.")
]
Symbol: TypeAlias = Annotated[str, typer.Argument(help="Such as AAPL.")]
On: TypeAlias = Annotated[
    str | None, typer.Option("--on", help="A market day, as 2024-06-03; the tape's today if absent.")
]
Rows: TypeAlias = Annotated[int, typer.Option("--limit", min=1, max=1000, help="The newest so many rows.")]

_FIGURES = (
    render.words("Symbol", "symbol"),
    render.numbers("Last", "last"),
    render.numbers("Change", "change", signed=True),
    render.numbers("%", "change_percent", signed=True),
    render.numbers("Low", "low"),
    render.numbers("High", "high"),
    render.numbers("Volume", "volume"),
    render.Column("", lambda row: render.plain(row.get("reason") or ""), folds_to=render.WORDS_WIDTH),
)
_QUOTES = (
    render.instants("At (UTC)", "at"),
    render.numbers("Bid size", "bid_size"),
    render.numbers("Bid", "bid"),
    render.numbers("Ask", "ask"),
    render.numbers("Ask size", "ask_size"),
)
_PRINTS = (
    render.instants("At (UTC)", "at"),
    render.words("Kind", "kind"),
    render.numbers("Price", "price"),
    render.numbers("Size", "size"),
)
_CHAIN = (
    render.words("Contract", "symbol"),
    render.words("Expires", "expires_on"),
    render.words("Right", "right"),
    render.numbers("Strike", "strike"),
    render.numbers("Bid", "bid"),
    render.numbers("Ask", "ask"),
    render.numbers("Volume", "volume"),
    render.numbers("Volatility", "implied_vol"),
    render.numbers("Delta", "delta"),
)


@verbs.command("movers")
def show_movers(
    context: typer.Context,
    tape: Tape = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=50)] = 10,
    *,
    as_json: AsJson = False,
) -> None:
    """Show what rose most, fell most and most changed hands of in the last 24 hours."""
    desk = desk_of(context)
    answer = desk.get("/v1/movers", tape_id=choose.tape(desk, tape)["id"], limit=limit)
    if as_json:
        render.raw(answer)
        return
    found: Row = answer.json()
    for title, name in (("Rose most", "gainers"), ("Fell most", "losers"), ("Most active", "most_active")):
        render.say(f"{title}:" if found[name] else f"{title}: nothing.")
        if found[name]:
            render.show(render.console(), render.table(_FIGURES, found[name]))


@verbs.command("figures")
def show_figures(
    context: typer.Context,
    symbols: Annotated[list[str] | None, typer.Argument(help="Such as AAPL MSFT; everything when absent.")] = None,
    *,
    tape: Tape = None,
    as_json: AsJson = False,
) -> None:
    """Show what instruments did in the last 24 hours."""
    desk = desk_of(context)
    answer = desk.get("/v1/statistics", tape_id=choose.tape(desk, tape)["id"], symbols=",".join(symbols or ()))
    render.listing(answer, _FIGURES, "Nothing is listed yet.", as_json=as_json)


@verbs.command("quotes")
def list_quotes(  # noqa: PLR0913 - each parameter is an option of the command line
    context: typer.Context,
    symbol: Symbol,
    *,
    tape: Tape = None,
    on: On = None,
    limit: Rows = 50,
    as_json: AsJson = False,
) -> None:
    """List the newest quotes of a symbol on a market day."""
    _day(context, "/v1/quotes/history", (symbol, tape, on, limit), _QUOTES, as_json=as_json)


@verbs.command("prints")
def list_prints(  # noqa: PLR0913 - each parameter is an option of the command line
    context: typer.Context,
    symbol: Symbol,
    *,
    tape: Tape = None,
    on: On = None,
    limit: Rows = 50,
    as_json: AsJson = False,
) -> None:
    """List the newest prints of a symbol on a market day."""
    _day(context, "/v1/prints", (symbol, tape, on, limit), _PRINTS, as_json=as_json)


@verbs.command("chain")
def show_chain(  # noqa: PLR0913 - each parameter is an option of the command line
    context: typer.Context,
    underlying: Symbol,
    *,
    tape: Tape = None,
    right: Annotated[str | None, typer.Option("--right", help="call or put.")] = None,
    after: Annotated[str | None, typer.Option("--from", help="The first expiry, as 2024-06-07.")] = None,
    until: Annotated[str | None, typer.Option("--to", help="The last expiry.")] = None,
    delta: Annotated[str | None, typer.Option("--delta", help="The nearest to this, of each expiry and right.")] = None,
    band: Annotated[
        str | None, typer.Option("--band", help="How far strikes may be from the price: 0.1 is 10%.")
    ] = None,
    moneyness: Annotated[str | None, typer.Option("--moneyness", help="itm, atm or otm.")] = None,
    volume: Annotated[str | None, typer.Option("--volume", help="At least so much volume today.")] = None,
    cursor: Cursor = None,
    as_json: AsJson = False,
) -> None:
    """Show the options on an underlying with their quotes and what those imply."""
    desk = desk_of(context)
    answer = desk.get(
        "/v1/options/chain",
        tape_id=choose.tape(desk, tape)["id"],
        underlying=underlying,
        right=right,
        expires_from=after,
        expires_to=until,
        delta=delta,
        band=band,
        moneyness=moneyness,
        volume_min=volume,
        limit=PAGE_ROWS_MAX,
        cursor=cursor,
    )
    render.listing(answer, _CHAIN, "No such option is listed by now.", as_json=as_json)


def _day(
    context: typer.Context,
    path: str,
    asked: tuple[str, str | None, str | None, int],
    columns: tuple[render.Column, ...],
    *,
    as_json: bool,
) -> None:
    symbol, tape, on, limit = asked
    desk = desk_of(context)
    answer = desk.get(path, tape_id=choose.tape(desk, tape)["id"], symbol=symbol, on=on, limit=limit)
    if as_json:
        render.raw(answer)
        return
    found: Row = answer.json()
    if found["items"]:
        render.show(render.console(), render.table(columns, found["items"]))
    else:
        render.say(found["reason"] or f"Nothing on {found['on']}.")
