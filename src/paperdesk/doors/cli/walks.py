"""`paperdesk walk-forwards ...`: parameters chosen on one stretch and traded on the next, to the end of a tape."""

from typing import Annotated, Any

import typer
from rich.text import Text

from paperdesk.doors.cli import choose, render
from paperdesk.doors.cli.backtests import pair
from paperdesk.doors.cli.client import Desk, Row
from paperdesk.doors.cli.jobs import follow
from paperdesk.doors.cli.options import AsJson, Cursor, Limit, desk_of
from paperdesk.doors.cli.sweeps import parameters_of, range_given

verbs = typer.Typer(no_args_is_help=True, help="Parameters chosen on one stretch, and traded on the next.")


def _done(row: Row) -> Text:
    return render.plain(f"{row['ended_folds']} of {row['fold_count']}")


_WALKS = (
    render.ids(),
    render.words("Name", "name"),
    render.words("Strategy", "strategy"),
    render.Column("Folds", _done),
    render.words("State", "state"),
    render.instants("Asked (UTC)", "asked_at"),
)
_FOLDS = (
    render.numbers("Fold", "number"),
    render.Column("Chosen", parameters_of),
    render.figures("Sharpe before", "sharpe_before", ".2f"),
    render.figures("Sharpe", "sharpe", ".2f"),
    render.figures("Return", "total_return", "+.2%"),
    render.figures("Drawdown", "max_drawdown", "+.2%"),
    render.sentences("Reason", "reason"),
)


@verbs.command("run")
def run_walk_forward(  # noqa: PLR0913 - typer makes each option of an argument
    context: typer.Context,
    strategy: Annotated[str, typer.Argument(help="Its name; see: paperdesk backtests strategies.")],
    symbols: Annotated[list[str], typer.Argument(help="What it trades.")],
    *,
    ranges: Annotated[list[str], typer.Option("--range", help="name=from:to:step, or name=one,other.")],
    choose_on: Annotated[int, typer.Option("--choose-on", help="Sessions that parameters are chosen on.")] = 504,
    trade_on: Annotated[int, typer.Option("--trade", help="Sessions that are then traded.")] = 126,
    anchored: Annotated[bool, typer.Option("--anchored", help="Choose on all sessions from the beginning.")] = False,
    tape: Annotated[str | None, typer.Option("--tape", help="Name or id; the first account's when absent.")] = None,
    parameters: Annotated[list[str] | None, typer.Option("--set", help="What stays, as name=value.")] = None,
    objective: Annotated[str, typer.Option("--by", help="The measure that is chosen by.")] = "sharpe",
    cash: Annotated[str, typer.Option("--cash", help="What each begins with.")] = "100000",
    fill_model: Annotated[str, typer.Option("--fill-model", help="How orders are filled.")] = "realistic",
    compiled: Annotated[bool, typer.Option("--compiled", help="By compiled code, where it comes to the same.")] = False,
    as_json: AsJson = False,
) -> None:
    """Walk a strategy forward to the end of a tape, and show what was kept of what was promised."""
    desk = desk_of(context)
    body: dict[str, Any] = {
        "name": strategy, "tape_id": choose.tape(desk, tape)["id"], "strategy": strategy, "symbols": symbols,
        "parameters": dict(map(pair, parameters or ())), "ranges": dict(map(range_given, ranges)), "cash": cash,
        "fill_model": fill_model, "mode": "compiled" if compiled else "events", "objective": objective,
        "walk": "anchored" if anchored else "rolling", "choose_on": choose_on, "trade_on": trade_on,
    }  # fmt: skip
    asked: Row = desk.post("/v1/walk-forwards", **body).json()
    follow(desk, f"/v1/walk-forwards/{asked['id']}", strategy)
    _show(desk, asked["id"], as_json=as_json)


@verbs.command("list")
def list_walk_forwards(
    context: typer.Context, *, limit: Limit = 50, cursor: Cursor = None, as_json: AsJson = False
) -> None:
    """List walks forward, newest first."""
    answer = desk_of(context).get("/v1/walk-forwards", limit=limit, cursor=cursor)
    render.listing(answer, _WALKS, "No walks forward.", as_json=as_json)


@verbs.command("show")
def show_walk_forward(
    context: typer.Context,
    walk: Annotated[str, typer.Argument(metavar="WALK", help="Id or the end of an id.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Show every fold, and what was kept."""
    desk = desk_of(context)
    _show(desk, choose.walk_id(desk, walk), as_json=as_json)


@verbs.command("cancel")
def cancel_walk_forward(
    context: typer.Context, walk: Annotated[str, typer.Argument(metavar="WALK", help="Id or the end of an id.")]
) -> None:
    """Stop a walk forward; the folds it has come to are kept."""
    desk = desk_of(context)
    found: Row = desk.post(f"/v1/walk-forwards/{choose.walk_id(desk, walk)}/cancel").json()
    render.say(f"The walk forward is {found['state']}; {found['ended_folds']} of {found['fold_count']} folds are kept.")


@verbs.command("resume")
def resume_walk_forward(
    context: typer.Context,
    walk: Annotated[str, typer.Argument(metavar="WALK", help="Id or the end of an id.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Run the folds of a walk forward that are missing, and show what was kept."""
    desk = desk_of(context)
    found: Row = desk.post(f"/v1/walk-forwards/{choose.walk_id(desk, walk)}/resume").json()
    follow(desk, f"/v1/walk-forwards/{found['id']}", found["strategy"])
    _show(desk, found["id"], as_json=as_json)


def _show(desk: Desk, walk_id: str, *, as_json: bool) -> None:
    answer = desk.get(f"/v1/walk-forwards/{walk_id}")
    if as_json:
        render.raw(answer)
        return
    found: Row = answer.json()
    render.console().print(render.card(_lines(found)))
    render.show(render.console(), render.table(_FOLDS, found["folds"]))


def _lines(found: Row) -> dict[str, Text]:
    figures, reasons = found["figures"], found["reasons"]
    return {
        "Strategy": render.plain(found["strategy"]),
        "State": render.plain(found["state"]),
        "Folds": _done(found),
        "Total return": render.figure(figures, reasons, "total_return", "+.2%"),
        "Sharpe": render.figure(figures, reasons, "sharpe", ".2f"),
        "Sharpe kept": render.figure(found, reasons, "sharpe_kept", ".0%"),
        "Return kept": render.figure(found, reasons, "return_kept", ".0%"),
        "Runs of its family": render.number(found["family_trials"]),
    }
