"""`paperdesk strategies ...`: shipped strategies as somebody keeps them, in versions."""

from typing import Annotated, Any, Literal

import typer
from rich.text import Text

from paperdesk.doors.cli import choose, render
from paperdesk.doors.cli.backtests import pair
from paperdesk.doors.cli.client import Desk, Row
from paperdesk.doors.cli.jobs import follow_job
from paperdesk.doors.cli.options import AsJson, Cursor, Limit, desk_of
from paperdesk.doors.cli.sweeps import parameters_of

verbs = typer.Typer(no_args_is_help=True, help="Strategies that you keep, in versions.")
Saved = Annotated[str, typer.Argument(metavar="STRATEGY", help="Name, id, or the end of an id.")]
Parameters = Annotated[list[str] | None, typer.Option("--set", help="A parameter, as name=value.")]
Note = Annotated[str, typer.Option("--note", help="What is to be remembered of this version.")]
Switch = Literal["activate", "deactivate", "publish", "withdraw"]


def _state(row: Row) -> Text:
    return render.plain(("on" if row["is_active"] else "off") + (", published" if row["is_published"] else ""))


def _symbols(row: Row) -> Text:
    return render.plain(", ".join(row["symbols"]))


def _figures(name: str, form: str) -> render.Column:
    return render.Column(
        name.replace("_", " ").capitalize(), lambda row: render.figure(row["figures"], row["reasons"], name, form)
    )


_STRATEGIES = (
    render.ids(),
    render.words("Name", "name"),
    render.words("Strategy", "strategy"),
    render.Column("Symbols", lambda row: _symbols(row["newest"])),
    render.numbers("Version", "version"),
    render.Column("State", _state),
    render.instants("Changed (UTC)", "changed_at"),
)
_VERSIONS = (
    render.numbers("Version", "number"),
    render.Column("Symbols", _symbols),
    render.Column("Parameters", parameters_of),
    render.sentences("Note", "note"),
    render.instants("Made (UTC)", "made_at"),
)
_RUNS = (
    render.ids("Backtest", "backtest_id"),
    render.numbers("Version", "version"),
    render.words("Name", "name"),
    _figures("total_return", "+.2%"),
    _figures("sharpe", ".2f"),
    _figures("max_drawdown", "+.2%"),
    render.instants("Ended (UTC)", "ended_at"),
)


@verbs.command("list")
def list_strategies(
    context: typer.Context, *, limit: Limit = 50, cursor: Cursor = None, as_json: AsJson = False
) -> None:
    """List your strategies and those that are published, newest first."""
    answer = desk_of(context).get("/v1/saved-strategies", limit=limit, cursor=cursor)
    render.listing(answer, _STRATEGIES, "No strategies are saved.", as_json=as_json)


@verbs.command("save")
def save_strategy(  # noqa: PLR0913 - typer makes each option of an argument
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="What you call it.")],
    strategy: Annotated[str, typer.Argument(help="Which one; see: paperdesk backtests strategies.")],
    symbols: Annotated[list[str], typer.Argument(help="What it trades.")],
    *,
    parameters: Parameters = None,
    note: Note = "",
    is_published: Annotated[bool, typer.Option("--publish", help="Let everybody of the tenant run it.")] = False,
    as_json: AsJson = False,
) -> None:
    """Save a strategy with its symbols and parameters."""
    body = {"name": name, "strategy": strategy, "symbols": symbols, "note": note, "is_published": is_published}
    answer = desk_of(context).post("/v1/saved-strategies", **body, parameters=dict(map(pair, parameters or ())))
    _show(answer.json(), answer, as_json=as_json)


@verbs.command("show")
def show_strategy(context: typer.Context, strategy: Saved, *, as_json: AsJson = False) -> None:
    """Show a strategy and its newest version."""
    desk = desk_of(context)
    answer = desk.get(f"/v1/saved-strategies/{choose.saved_strategy_id(desk, strategy)}")
    _show(answer.json(), answer, as_json=as_json)


@verbs.command("change")
def change_strategy(  # noqa: PLR0913 - typer makes each option of an argument
    context: typer.Context,
    strategy: Saved,
    *,
    name: Annotated[str | None, typer.Option("--name", help="Another name.")] = None,
    symbols: Annotated[list[str] | None, typer.Option("--symbol", help="What it trades instead.")] = None,
    parameters: Parameters = None,
    note: Note = "",
    as_json: AsJson = False,
) -> None:
    """Change a strategy; other symbols or parameters make a new version."""
    desk = desk_of(context)
    body: dict[str, Any] = {"name": name, "symbols": symbols or None, "note": note}
    if parameters:
        body["parameters"] = dict(map(pair, parameters))
    named = {key: value for key, value in body.items() if value is not None}
    answer = desk.patch(f"/v1/saved-strategies/{choose.saved_strategy_id(desk, strategy)}", **named)
    _show(answer.json(), answer, as_json=as_json)


@verbs.command("switch")
def switch_strategy(
    context: typer.Context,
    strategy: Saved,
    action: Annotated[Switch, typer.Argument(help="activate, deactivate, publish or withdraw.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Switch a strategy on or off, publish it in the tenant or withdraw it."""
    desk = desk_of(context)
    answer = desk.post(f"/v1/saved-strategies/{choose.saved_strategy_id(desk, strategy)}/{action}")
    _show(answer.json(), answer, as_json=as_json)


@verbs.command("delete")
def delete_strategy(context: typer.Context, strategy: Saved) -> None:
    """Delete a strategy with its versions; its backtests stay."""
    desk = desk_of(context)
    desk.delete(f"/v1/saved-strategies/{choose.saved_strategy_id(desk, strategy)}")
    render.console().print("Deleted.")


@verbs.command("versions")
def list_versions(
    context: typer.Context, strategy: Saved, *, limit: Limit = 50, cursor: Cursor = None, as_json: AsJson = False
) -> None:
    """List every version of a strategy, oldest first."""
    desk = desk_of(context)
    path = f"/v1/saved-strategies/{choose.saved_strategy_id(desk, strategy)}/versions"
    render.listing(desk.get(path, limit=limit, cursor=cursor), _VERSIONS, "No versions.", as_json=as_json)


@verbs.command("run")
def run_strategy(  # noqa: PLR0913 - typer makes each option of an argument
    context: typer.Context,
    strategy: Saved,
    *,
    tape: Annotated[str | None, typer.Option("--tape", help="Name or id; the first account's when absent.")] = None,
    cash: Annotated[str, typer.Option("--cash", help="What it begins with.")] = "100000",
    fill_model: Annotated[str, typer.Option("--fill-model", help="How its orders are filled.")] = "realistic",
    compiled: Annotated[bool, typer.Option("--compiled", help="By compiled code, where it comes to the same.")] = False,
    as_json: AsJson = False,
) -> None:
    """Run the newest version of a strategy to its end, and show what it has brought."""
    desk = desk_of(context)
    saved_id = choose.saved_strategy_id(desk, strategy)
    body = {"name": strategy, "tape_id": choose.tape(desk, tape)["id"], "cash": cash, "fill_model": fill_model}
    path = f"/v1/saved-strategies/{saved_id}"
    asked: Row = desk.post(f"{path}/backtests", **body, mode="compiled" if compiled else "events").json()
    follow_job(desk, asked["job_id"], strategy)
    _show_performance(desk, saved_id, "sharpe", as_json=as_json)


@verbs.command("performance")
def show_performance(
    context: typer.Context,
    strategy: Saved,
    *,
    by: Annotated[str, typer.Option("--by", help="The measure by which a backtest is the best.")] = "sharpe",
    as_json: AsJson = False,
) -> None:
    """Show what a strategy has brought: its latest and its best backtest, in all and by version."""
    desk = desk_of(context)
    _show_performance(desk, choose.saved_strategy_id(desk, strategy), by, as_json=as_json)


@verbs.command("history")
def list_performance(
    context: typer.Context, strategy: Saved, *, limit: Limit = 50, cursor: Cursor = None, as_json: AsJson = False
) -> None:
    """List the ended backtests of a strategy, oldest first."""
    desk = desk_of(context)
    path = f"/v1/saved-strategies/{choose.saved_strategy_id(desk, strategy)}/performance/history"
    render.listing(desk.get(path, limit=limit, cursor=cursor), _RUNS, "No backtest of it has ended.", as_json=as_json)


def _show(found: Row, answer: Any, *, as_json: bool) -> None:  # noqa: ANN401 - what the desk answered
    if as_json:
        render.raw(answer)
        return
    newest = found["newest"]
    lines = {
        "Name": render.plain(found["name"]),
        "Strategy": render.plain(found["strategy"]),
        "State": _state(found),
        "Version": render.number(found["version"]),
        "Symbols": _symbols(newest),
        "Parameters": parameters_of(newest),
        "Note": render.plain(newest["note"]),
    }
    render.console().print(render.card(lines))


def _show_performance(desk: Desk, saved_id: str, by: str, *, as_json: bool) -> None:
    answer = desk.get(f"/v1/saved-strategies/{saved_id}/performance", by=by)
    if as_json:
        render.raw(answer)
        return
    found: Row = answer.json()
    lines = {"Backtests": render.number(found["runs"])}
    for title, name in (("Latest", "latest"), ("Best", "best")):
        run = found[name] or {"figures": {}, "reasons": {"total_return": found["reasons"].get(name)}}
        lines[title] = render.figure(run["figures"], run["reasons"], "total_return", "+.2%")
    render.console().print(render.card(lines))
    latest = [each["latest"] for each in found["versions"]]
    if latest:
        render.show(render.console(), render.table(_RUNS, latest))
