"""`paperdesk backtests ...`: strategies over what a tape has shown."""

from typing import Annotated, Any

import typer
from rich.text import Text

from paperdesk.core.kernel.errors import Invalid
from paperdesk.doors.cli import choose, render
from paperdesk.doors.cli.client import Desk, Row
from paperdesk.doors.cli.jobs import follow_job
from paperdesk.doors.cli.options import AsJson, Cursor, Limit, Margin, desk_of, margin_of

verbs = typer.Typer(no_args_is_help=True, help="Strategies over what a tape has shown.")


class NotAParameter(Invalid):
    """A parameter is given as name=value."""


def _symbols(row: Row) -> Text:
    return render.plain(", ".join(row["symbols"]))


_RUNS = (
    render.ids(),
    render.words("Name", "name"),
    render.words("Strategy", "strategy"),
    render.Column("Symbols", _symbols),
    render.words("State", "state"),
    render.instants("Asked (UTC)", "asked_at"),
)
_STRATEGIES = (render.words("Name", "name"), render.sentences("What it does", "description"))
_PARAMETERS = (
    render.words("Parameter", "name"),
    render.words("Usually", "default"),
    render.sentences("What it may be", "said"),
)
_REFUSALS = (
    render.instants("At (UTC)", "at"),
    render.words("Symbol", "symbol"),
    render.sentences("Refused, because", "message"),
)
_EXITS = (
    render.Column("Left by", lambda row: render.plain((row["reason"] or "still held").replace("_", " "))),
    render.numbers("Round trips", "round_trips"),
    render.numbers("Gain", "gain"),
    render.numbers("Fees", "fees"),
)
_PERCENT = ("total_return", "cagr", "volatility", "max_drawdown", "win_rate", "exposure")
_PLAIN = ("sharpe", "sortino", "calmar", "profit_factor")


@verbs.command("strategies")
def list_strategies(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(help="Show the parameters of this one.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """List the strategies that can be run, or the parameters of one."""
    answer = desk_of(context).get("/v1/strategies", limit=500)
    chosen = [each for each in answer.json()["items"] if name in (None, each["name"])]
    if as_json or name is None or not chosen:
        render.listing(answer, _STRATEGIES, "No strategies.", as_json=as_json)
        return
    render.say(chosen[0]["description"])
    render.show(render.console(), render.table(_PARAMETERS, chosen[0]["parameters"]))


@verbs.command("run")
def run_backtest(  # noqa: PLR0913 - typer makes each option of an argument
    context: typer.Context,
    strategy: Annotated[str, typer.Argument(help="Its name; see: paperdesk backtests strategies.")],
    symbols: Annotated[list[str], typer.Argument(help="What it trades.")],
    *,
    tape: Annotated[str | None, typer.Option("--tape", help="Name or id; the first account's when absent.")] = None,
    parameters: Annotated[list[str] | None, typer.Option("--set", help="A parameter, as name=value.")] = None,
    cash: Annotated[str, typer.Option("--cash", help="What it begins with.")] = "100000",
    fill_model: Annotated[str, typer.Option("--fill-model", help="How its orders are filled.")] = "realistic",
    margin: Margin = None,
    bar_path: Annotated[
        str, typer.Option("--bar-path", help="What comes first inside a bar: neutral, optimistic or realistic.")
    ] = "neutral",
    starts_at: Annotated[str | None, typer.Option("--from", help="An instant; the tape's beginning if absent.")] = None,
    ends_at: Annotated[str | None, typer.Option("--to", help="An instant; the tape's clock if absent.")] = None,
    compiled: Annotated[bool, typer.Option("--compiled", help="By compiled code, where it comes to the same.")] = False,
    close_at_end: Annotated[bool, typer.Option("--close-at-end", help="Hold nothing when it ends.")] = False,
    as_json: AsJson = False,
) -> None:
    """Run a strategy to its end, and show what came of it."""
    desk = desk_of(context)
    body: dict[str, Any] = {
        "name": strategy, "tape_id": choose.tape(desk, tape)["id"], "strategy": strategy, "symbols": symbols,
        "parameters": dict(map(pair, parameters or ())), "cash": cash, "fill_model": fill_model, **margin_of(margin),
        "bar_path": bar_path,
        "mode": "compiled" if compiled else "events", "close_at_end": close_at_end,
    }  # fmt: skip
    body |= {name: at for name, at in (("starts_at", starts_at), ("ends_at", ends_at)) if at is not None}
    asked: Row = desk.post("/v1/backtests", **body).json()
    follow_job(desk, asked["job_id"], strategy)
    _show(desk, asked["id"], as_json=as_json)


@verbs.command("list")
def list_backtests(
    context: typer.Context, *, limit: Limit = 50, cursor: Cursor = None, as_json: AsJson = False
) -> None:
    """List runs, newest first."""
    answer = desk_of(context).get("/v1/backtests", limit=limit, cursor=cursor)
    render.listing(answer, _RUNS, "No backtests.", as_json=as_json)


@verbs.command("show")
def show_backtest(
    context: typer.Context,
    backtest: Annotated[str, typer.Argument(metavar="BACKTEST", help="Id or the end of an id.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Show what came of a run."""
    desk = desk_of(context)
    _show(desk, choose.backtest_id(desk, backtest), as_json=as_json)


@verbs.command("delete")
def delete_backtest(
    context: typer.Context, backtest: Annotated[str, typer.Argument(metavar="BACKTEST", help="Id or the end of an id.")]
) -> None:
    """Delete a run and what came of it."""
    desk = desk_of(context)
    desk.delete(f"/v1/backtests/{choose.backtest_id(desk, backtest)}")
    render.say("The backtest is deleted.")


def _show(desk: Desk, backtest_id: str, *, as_json: bool) -> None:
    answer = desk.get(f"/v1/backtests/{backtest_id}/results")
    if as_json:
        render.raw(answer)
        return
    found: Row = answer.json()
    render.console().print(render.card(_lines(found)))
    if found["by_exit_reason"]:
        render.show(render.console(), render.table(_EXITS, found["by_exit_reason"]))
    if found["refusals"]:
        render.show(render.console(), render.table(_REFUSALS, found["refusals"]))
    if found["failure"]:
        failure = found["failure"]
        render.say(f"The strategy broke at {failure['at']}: {failure['error']} ({failure['file']}:{failure['line']})")


def _lines(found: Row) -> dict[str, Text]:
    figures, reasons = found["figures"], found["reasons"]
    return {
        "From": render.instant(found["began_at"]),
        "To": render.instant(found["ended_at"]),
        "Equity before": render.number(found["equity_before"]),
        "Equity after": render.number(found["equity_after"]),
        "Fees": render.number(found["fees"]),
        "Funding": render.number(found["funding"]),
        "Fills": render.number(found["fills"]),
        **{_title(name): render.figure(figures, reasons, name, "+.2%") for name in _PERCENT},
        **{_title(name): render.figure(figures, reasons, name, ".2f") for name in _PLAIN},
        **selection_lines(found["selection"]),
    }


def selection_lines(found: Row) -> dict[str, Text]:
    """Say how much of a run may be owed to having tried often."""
    reasons = found["reasons"]
    return {
        "Runs of its family": render.number(found["trials"]),
        "Sharpe by luck": render.figure(found, reasons, "sharpe_by_luck", ".2f"),
        "Deflated Sharpe": render.figure(found, reasons, "deflated_sharpe", ".1%"),
        "Overfitting": render.figure(found, reasons, "overfitting_probability", ".1%"),
    }


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()


def pair(given: str) -> tuple[str, str]:
    """Return a parameter that is given as name=value; raises NotAParameter."""
    name, mark, value = given.partition("=")
    if not mark:
        raise NotAParameter(f"{given[:64]!r} is not name=value.", given=given[:64])
    return name, value
