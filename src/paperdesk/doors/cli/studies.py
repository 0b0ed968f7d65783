"""`paperdesk studies ...`: how far what a strategy brought can be believed."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final

import typer
from rich.text import Text

from paperdesk.doors.cli import choose, render
from paperdesk.doors.cli.backtests import pair
from paperdesk.doors.cli.client import Desk, Row
from paperdesk.doors.cli.jobs import follow
from paperdesk.doors.cli.options import AsJson, Cursor, Limit, desk_of
from paperdesk.doors.cli.sweeps import parameters_of, range_given

verbs = typer.Typer(no_args_is_help=True, help="How far what a strategy brought can be believed.")
Strategy = Annotated[str, typer.Argument(help="Its name; see: paperdesk backtests strategies.")]
Symbols = Annotated[list[str], typer.Argument(help="What it trades.")]
TapeOption = Annotated[str | None, typer.Option("--tape", help="Name or id; the first account's when absent.")]
Parameters = Annotated[list[str] | None, typer.Option("--set", help="A parameter, as name=value.")]
Cash = Annotated[str, typer.Option("--cash", help="What each run begins with.")]
FillModel = Annotated[str, typer.Option("--fill-model", help="How orders are filled.")]

_STUDIES = (
    render.ids(),
    render.words("Kind", "kind"),
    render.words("Name", "name"),
    render.words("Strategy", "strategy"),
    render.words("State", "state"),
    render.instants("Asked (UTC)", "asked_at"),
)
_SPLITS = (
    render.numbers("Split", "number"),
    render.Column("Tests", lambda row: render.plain(" ".join(map(str, row["groups"])))),
    render.Column("Chosen", parameters_of),
    render.figures("Inside", "inside", ".2f"),
    render.figures("Outside", "outside", ".2f"),
)
_PATHS = (
    render.numbers("Path", "number"),
    render.figures("Sharpe", "sharpe", ".2f"),
    render.figures("Return", "total_return", "+.2%"),
    render.figures("Drawdown", "max_drawdown", "+.2%"),
)

_LEAKS = (
    render.words("Test", "test"),
    render.instants("Bar (UTC)", "bar_at"),
    render.words("What", "what"),
    render.words("Was", "was"),
    render.words("Came", "came"),
    render.instants("Cut (UTC)", "cut_at"),
)

_WORST = (
    render.numbers("Run", "number"),
    render.Column("Parameters", parameters_of),
    render.figures("Fees times", "fees", ".2f"),
    render.figures("Slippage, bp", "slippage_bps", ".1f"),
    render.figures("Half spread, bp", "half_spread_bps", ".1f"),
    render.numbers("Late", "delay_bars"),
    render.figures("Return", "total_return", "+.2%"),
    render.figures("Sharpe", "sharpe", ".2f"),
)


@verbs.command("cross-validate")
def cross_validate(  # noqa: PLR0913 - typer makes each option of an argument
    context: typer.Context,
    strategy: Strategy,
    symbols: Symbols,
    *,
    ranges: Annotated[list[str], typer.Option("--range", help="name=from:to:step, or name=one,other.")],
    groups: Annotated[int, typer.Option("--groups", help="In how many groups the sessions are cut.")] = 6,
    tested: Annotated[int, typer.Option("--test", help="How many of them a split tests.")] = 2,
    purge: Annotated[int, typer.Option("--purge", help="Sessions beside a tested stretch that are left out.")] = 1,
    embargo: Annotated[int, typer.Option("--embargo", help="So many more after it.")] = 5,
    tape: TapeOption = None,
    parameters: Parameters = None,
    objective: Annotated[str, typer.Option("--by", help="sharpe or total_return.")] = "sharpe",
    cash: Cash = "100000",
    fill_model: FillModel = "realistic",
    compiled: Annotated[bool, typer.Option("--compiled", help="By compiled code, where it comes to the same.")] = False,
    as_json: AsJson = False,
) -> None:
    """Test what a sweep chooses out of sample, in every combination of groups of sessions."""
    desk = desk_of(context)
    body = _asked(desk, strategy, symbols, tape, parameters) | {
        "ranges": dict(map(range_given, ranges)), "cash": cash, "fill_model": fill_model, "objective": objective,
        "mode": "compiled" if compiled else "events", "groups": groups, "tested": tested, "purge": purge,
        "embargo": embargo,
    }  # fmt: skip
    _followed(desk, "cross-validation", body, as_json=as_json)


@verbs.command("leaks")
def find_leaks(  # noqa: PLR0913 - typer makes each option of an argument
    context: typer.Context,
    strategy: Strategy,
    symbols: Symbols,
    *,
    cuts: Annotated[int, typer.Option("--cuts", help="At how many bars the data end.")] = 24,
    tape: TapeOption = None,
    parameters: Parameters = None,
    cash: Cash = "100000",
    fill_model: FillModel = "realistic",
    as_json: AsJson = False,
) -> None:
    """Find out whether a strategy sees the future, and at which bar."""
    desk = desk_of(context)
    body = _asked(desk, strategy, symbols, tape, parameters) | {"cuts": cuts, "cash": cash, "fill_model": fill_model}
    _followed(desk, "leaks", body, as_json=as_json)


@verbs.command("jitter")
def shake(  # noqa: PLR0913 - typer makes each option of an argument
    context: typer.Context,
    strategy: Strategy,
    symbols: Symbols,
    *,
    runs: Annotated[int, typer.Option("--runs", help="How often it is shaken.")] = 100,
    seed: Annotated[int, typer.Option("--seed", help="Equal seeds shake alike.")] = 0,
    shake_parameters: Annotated[float, typer.Option("--shake", help="Parameters move within this share.")] = 0.1,
    shake_fees: Annotated[float, typer.Option("--shake-fees", help="Fees move within this share.")] = 0.5,
    slippage: Annotated[float, typer.Option("--slippage", help="Up to so many basis points more.")] = 2.0,
    half_spread: Annotated[float, typer.Option("--half-spread", help="Up to so many basis points more.")] = 1.0,
    delay: Annotated[int, typer.Option("--delay", help="Bars are told up to so many bars late.")] = 0,
    tape: TapeOption = None,
    parameters: Parameters = None,
    cash: Cash = "100000",
    fill_model: FillModel = "realistic",
    as_json: AsJson = False,
) -> None:
    """Shake parameters and frictions a little, many times, and show how the figures spread."""
    desk = desk_of(context)
    body = _asked(desk, strategy, symbols, tape, parameters) | {
        "cash": cash, "fill_model": fill_model, "runs": runs, "jitter_seed": seed, "shake_fees": shake_fees,
        "shake_parameters": shake_parameters, "slippage_bps": slippage, "half_spread_bps": half_spread,
        "delay_bars": delay,
    }  # fmt: skip
    _followed(desk, "jitter", body, as_json=as_json)


@verbs.command("list")
def list_studies(context: typer.Context, *, limit: Limit = 50, cursor: Cursor = None, as_json: AsJson = False) -> None:
    """List studies, newest first."""
    answer = desk_of(context).get("/v1/studies", limit=limit, cursor=cursor)
    render.listing(answer, _STUDIES, "No studies.", as_json=as_json)


@verbs.command("show")
def show_study(
    context: typer.Context,
    study: Annotated[str, typer.Argument(metavar="STUDY", help="Id or the end of an id.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Show what came of a study."""
    desk = desk_of(context)
    _show(desk, choose.study_id(desk, study), as_json=as_json)


def _asked(
    desk: Desk, strategy: str, symbols: list[str], tape: str | None, parameters: list[str] | None
) -> dict[str, Any]:
    its = {"name": strategy, "strategy": strategy, "symbols": symbols, "parameters": dict(map(pair, parameters or ()))}
    return {**its, "tape_id": choose.tape(desk, tape)["id"]}


def _followed(desk: Desk, kind: str, body: dict[str, Any], *, as_json: bool) -> None:
    asked: Row = desk.post(f"/v1/studies/{kind}", **body).json()
    follow(desk, f"/v1/studies/{asked['id']}", asked["name"])
    _show(desk, asked["id"], as_json=as_json)


def _show(desk: Desk, study_id: str, *, as_json: bool) -> None:
    answer = desk.get(f"/v1/studies/{study_id}")
    if as_json:
        render.raw(answer)
        return
    found: Row = answer.json()
    lines = {name: render.plain(str(found[name])) for name in ("kind", "strategy", "state")}
    for kind, shown in _SHOWN.items():
        if found[kind] is not None:
            shown(lines, found[kind])
            return
    render.console().print(render.card(lines))


def _show_cross_validation(lines: dict[str, Text], found: Row) -> None:
    quantiles, reasons = found["sharpe_quantiles"], found["reasons"]
    lines["Trials"] = render.number(found["trials"])
    for name, share in (("Sharpe, worst in twenty", "0.05"), ("Sharpe, middle", "0.5")):
        lines[name] = render.figure({"sharpe_quantiles": quantiles.get(share)}, reasons, "sharpe_quantiles", ".2f")
    lines["Paths that lose"] = render.figure(found, reasons, "share_losing", ".0%")
    lines["Overfitting"] = render.figure(found, reasons, "overfitting_probability", ".0%")
    render.console().print(render.card(lines))
    render.show(render.console(), render.table(_SPLITS, found["splits"]))
    render.show(render.console(), render.table(_PATHS, found["paths"]))


def _show_leaks(lines: dict[str, Text], found: Row) -> None:
    warm_up, shift = found["warm_up"], found["shift"]
    lines["Sees the future"] = render.plain("no" if found["is_clean"] else f"yes: {found['leaks_in_all']} times")
    lines["Warm-up declared"] = render.number(warm_up["declared"])
    lines["Settled after"] = render.plain(warm_up["reason"] if warm_up["settled"] is None else str(warm_up["settled"]))
    for name, run in (("Return", shift["as_it_is"]), ("Return, a bar late", shift["a_bar_late"])):
        lines[name] = render.figure(run, {}, "total_return", "+.2%")
    render.console().print(render.card(lines))
    render.show(render.console(), render.table(_LEAKS, found["leaks"]))


def _show_jitter(lines: dict[str, Text], found: Row) -> None:
    nothing: Row = {"was": None, "quantiles": {}}
    for title, name, form in (("Return", "total_return", "+.2%"), ("Sharpe", "sharpe", ".2f")):
        spread = found["figures"].get(name, nothing)
        told = {"was": spread["was"], **spread["quantiles"]}
        for said, key in (("", "was"), (", middle", "0.5"), (", worst in twenty", "0.05")):
            lines[title + said] = render.figure(told, {key: found["reasons"].get(name)}, key, form)
    lines["Runs that lose"] = render.figure(found, found["reasons"], "share_losing", ".0%")
    render.console().print(render.card(lines))
    render.show(render.console(), render.table(_WORST, found["worst"]))


_SHOWN: Final[Mapping[str, Callable[[dict[str, Text], Row], None]]] = {
    "cross_validation": _show_cross_validation,
    "leaks": _show_leaks,
    "jitter": _show_jitter,
}
