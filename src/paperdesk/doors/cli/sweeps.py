"""`paperdesk sweeps ...`: a strategy with many parameters over what a tape has shown."""

from typing import Annotated, Any, Final

import typer
from rich.text import Text

from paperdesk.core.kernel.errors import Invalid
from paperdesk.doors.cli import choose, render
from paperdesk.doors.cli.backtests import pair, selection_lines
from paperdesk.doors.cli.client import Desk, Row
from paperdesk.doors.cli.jobs import follow
from paperdesk.doors.cli.options import AsJson, Cursor, Limit, Margin, desk_of, margin_of

verbs = typer.Typer(no_args_is_help=True, help="A strategy with many parameters over what a tape has shown.")

_MEASURES: Final = ("sharpe", "total_return", "cagr", "max_drawdown", "calmar", "volatility")


class NotARange(Invalid):
    """A range is given as name=from:to, name=from:to:step, or name=one,other."""


def _done(row: Row) -> Text:
    return render.plain(f"{row['ended_trials']} of {row['trials']}")


def parameters_of(row: Row) -> Text:
    """Say which parameters were chosen, if any were."""
    chosen = row["parameters"]
    return render.plain(None if chosen is None else ", ".join(f"{name}={value}" for name, value in chosen.items()))


_SWEEPS = (
    render.ids(),
    render.words("Name", "name"),
    render.words("Strategy", "strategy"),
    render.Column("Trials", _done),
    render.words("State", "state"),
    render.instants("Asked (UTC)", "asked_at"),
)
_TRIALS = (
    render.numbers("Trial", "number"),
    render.Column("Parameters", parameters_of),
    *(render.figures(name.replace("_", " ").capitalize(), name, ".4f") for name in _MEASURES),
    render.sentences("Reason", "reason"),
)


@verbs.command("run")
def run_sweep(  # noqa: PLR0913 - typer makes each option of an argument
    context: typer.Context,
    strategy: Annotated[str, typer.Argument(help="Its name; see: paperdesk backtests strategies.")],
    symbols: Annotated[list[str], typer.Argument(help="What it trades.")],
    *,
    ranges: Annotated[list[str], typer.Option("--range", help="name=from:to:step, or name=one,other.")],
    tape: Annotated[str | None, typer.Option("--tape", help="Name or id; the first account's when absent.")] = None,
    parameters: Annotated[list[str] | None, typer.Option("--set", help="What stays, as name=value.")] = None,
    draws: Annotated[int | None, typer.Option("--random", help="Draw so many combinations.")] = None,
    learned: Annotated[int | None, typer.Option("--learned", help="Choose so many, each by those before.")] = None,
    seed: Annotated[int, typer.Option("--seed", help="Which ones are drawn.")] = 0,
    objective: Annotated[str | None, typer.Option("--by", help="The measure of the best; sharpe if absent.")] = None,
    only_end: Annotated[bool, typer.Option("--only-end", help="Only what each comes to, best by return.")] = False,
    cash: Annotated[str, typer.Option("--cash", help="What each begins with.")] = "100000",
    fill_model: Annotated[str, typer.Option("--fill-model", help="How orders are filled.")] = "realistic",
    margin: Margin = None,
    starts_at: Annotated[str | None, typer.Option("--from", help="An instant; the tape's beginning if absent.")] = None,
    ends_at: Annotated[str | None, typer.Option("--to", help="An instant; the tape's clock if absent.")] = None,
    compiled: Annotated[bool, typer.Option("--compiled", help="By compiled code, where it comes to the same.")] = False,
    as_json: AsJson = False,
) -> None:
    """Run a strategy with every combination of some parameters, and show the best."""
    desk = desk_of(context)
    objective = objective or ("total_return" if only_end else "sharpe")
    body: dict[str, Any] = {
        "name": strategy, "tape_id": choose.tape(desk, tape)["id"], "strategy": strategy, "symbols": symbols,
        "parameters": dict(map(pair, parameters or ())), "ranges": dict(map(range_given, ranges)), "cash": cash,
        "fill_model": fill_model, "mode": "compiled" if compiled else "events", "objective": objective,
        "only_end": only_end,
        **_search(draws, learned), "search_seed": seed, **margin_of(margin),
        "starts_at": starts_at, "ends_at": ends_at,
    }  # fmt: skip
    asked: Row = desk.post("/v1/sweeps", **body).json()
    follow(desk, f"/v1/sweeps/{asked['id']}", strategy)
    _show(desk, asked["id"], objective, as_json=as_json)


def _search(draws: int | None, learned: int | None) -> dict[str, Any]:
    if learned is not None:
        return {"search": "learned", "trials": learned}
    return {"search": "grid" if draws is None else "random", "trials": draws}


@verbs.command("list")
def list_sweeps(context: typer.Context, *, limit: Limit = 50, cursor: Cursor = None, as_json: AsJson = False) -> None:
    """List sweeps, newest first."""
    answer = desk_of(context).get("/v1/sweeps", limit=limit, cursor=cursor)
    render.listing(answer, _SWEEPS, "No sweeps.", as_json=as_json)


@verbs.command("show")
def show_sweep(
    context: typer.Context,
    sweep: Annotated[str, typer.Argument(metavar="SWEEP", help="Id or the end of an id.")],
    *,
    by: Annotated[str, typer.Option("--by", help="The measure they are sorted by.")] = "sharpe",
    as_json: AsJson = False,
) -> None:
    """Show a sweep, and the ten trials with most of a measure."""
    desk = desk_of(context)
    _show(desk, choose.sweep_id(desk, sweep), by, as_json=as_json)


@verbs.command("cancel")
def cancel_sweep(
    context: typer.Context, sweep: Annotated[str, typer.Argument(metavar="SWEEP", help="Id or the end of an id.")]
) -> None:
    """Stop a sweep where it is; the trials it has come to are kept."""
    desk = desk_of(context)
    found: Row = desk.post(f"/v1/sweeps/{choose.sweep_id(desk, sweep)}/cancel").json()
    render.say(f"The sweep is {found['state']} after {found['ended_trials']} of {found['trials']} trials.")


@verbs.command("resume")
def resume_sweep(
    context: typer.Context,
    sweep: Annotated[str, typer.Argument(metavar="SWEEP", help="Id or the end of an id.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Run what of a sweep is missing, and show the best."""
    desk = desk_of(context)
    found: Row = desk.post(f"/v1/sweeps/{choose.sweep_id(desk, sweep)}/resume").json()
    follow(desk, f"/v1/sweeps/{found['id']}", found["strategy"])
    _show(desk, found["id"], found["objective"], as_json=as_json)


@verbs.command("delete")
def delete_sweep(
    context: typer.Context, sweep: Annotated[str, typer.Argument(metavar="SWEEP", help="Id or the end of an id.")]
) -> None:
    """Delete a sweep; that its trials were tried stays counted."""
    desk = desk_of(context)
    desk.delete(f"/v1/sweeps/{choose.sweep_id(desk, sweep)}")
    render.say("The sweep is deleted.")


def _show(desk: Desk, sweep_id: str, by: str, *, as_json: bool) -> None:
    answer = desk.get(f"/v1/sweeps/{sweep_id}")
    if as_json:
        render.raw(answer)
        return
    found: Row = answer.json()
    render.console().print(render.card(_lines(found)))
    trials = desk.get(f"/v1/sweeps/{sweep_id}/trials", by=by, limit=10).json()["items"]
    render.show(render.console(), render.table(_TRIALS, trials))


def _lines(found: Row) -> dict[str, Text]:
    best = found["best"]
    card = {
        "Strategy": render.plain(found["strategy"]),
        "State": render.plain(found["state"]),
        "Trials": _done(found),
        "Best by": render.plain(found["objective"]),
        "Best": render.plain(None if best is None else parameters_of(best)),
    }
    return card if found["selection"] is None else {**card, **selection_lines(found["selection"])}


def range_given(given: str) -> tuple[str, Any]:
    """Return a parameter with its values as the desk takes them; raises NotARange."""
    name, mark, values = given.partition("=")
    if not mark or not values:
        raise NotARange(f"{given[:64]!r} is not name=from:to:step or name=one,other.", given=given[:64])
    if ":" not in values:
        return name, values.split(",")
    at_least, at_most, *step = values.split(":")
    if len(step) > 1:
        raise NotARange(f"{given[:64]!r} is not name=from:to:step.", given=given[:64])
    steps = {"at_least": at_least, "at_most": at_most}
    return name, {**steps, "step": step[0]} if step else steps
