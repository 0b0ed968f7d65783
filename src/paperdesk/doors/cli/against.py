"""`paperdesk backtests against`: a run beside what a paper account did over the same time."""

from typing import Annotated

import typer

from paperdesk.doors.cli import choose, render
from paperdesk.doors.cli.client import Row
from paperdesk.doors.cli.options import AccountName, AsJson, desk_of

_MISSING = (
    render.words("Missing", "missing"),
    render.instants("At (UTC)", "at"),
    render.words("Side", "side"),
    render.numbers("Quantity", "quantity"),
    render.words("Symbol", "symbol"),
    render.sentences("Because", "reason"),
)
_PAIRS = (
    render.instants("At (UTC)", "at"),
    render.words("Side", "side"),
    render.numbers("Quantity", "quantity"),
    render.words("Symbol", "symbol"),
    render.figures("Later, s", "delay_s", ".0f"),
    render.figures("Slippage, bp", "slippage_bps", "+.2f"),
    render.numbers("Fees beyond", "fees_beyond"),
)


def compare(
    context: typer.Context,
    backtest: Annotated[str, typer.Argument(metavar="BACKTEST", help="Id or the end of an id.")],
    account: AccountName = None,
    *,
    within_s: Annotated[int, typer.Option("--within", help="So many seconds apart orders may be the same.")] = 86_400,
    as_json: AsJson = False,
) -> None:
    """Compare a run with a paper account: orders that differ or are missing on a side, fees, and drift."""
    desk = desk_of(context)
    account_id = choose.account(desk, account)["id"]
    path = f"/v1/backtests/{choose.backtest_id(desk, backtest)}/against/{account_id}"
    answer = desk.get(path, within_s=within_s)
    if as_json:
        render.raw(answer)
        return
    _show(answer.json())


def _show(found: Row) -> None:
    lines = {
        "Orders that are the same": render.number(found["same_orders"]),
        "Orders that differ": render.number(len(found["orders"]) - found["same_orders"]),
        "Fees of the run": render.number(found["run_fees"]),
        "Fees on paper": render.number(found["paper_fees"]),
        "Drift": render.figure(found, {"drift": "; ".join(found["notes"])}, "drift", "+.4%"),
    }
    render.console().print(render.card(lines))
    differing = [{**each, **each["run"]} for each in found["orders"] if not each["is_same"]]
    if differing:
        render.show(render.console(), render.table(_PAIRS, differing))
    missing = [
        {**each["order"], "reason": each["reason"], "missing": side}
        for side, rows in (("on paper", found["missing_on_paper"]), ("in the run", found["missing_in_run"]))
        for each in rows
    ]
    if missing:
        render.show(render.console(), render.table(_MISSING, missing))
    for note in found["notes"]:
        render.say(note)


def add_to(verbs: typer.Typer) -> None:
    """Make it a verb of backtests."""
    verbs.command("against")(compare)
