"""`paperdesk try`: a strategy of one's own, from a file, on a paper account and a tape that are made for it."""

from pathlib import Path
from typing import Annotated, Any

import typer

from paperdesk.doors.cli import choose, render
from paperdesk.doors.cli.backtests import pair
from paperdesk.doors.cli.client import Desk, Row
from paperdesk.doors.cli.jobs import progress_bar
from paperdesk.doors.cli.options import AsJson, desk_of
from paperdesk.doors.cli.own_code import run_own, strategy_in
from paperdesk.doors.cli.trader import Trader


def try_strategy(  # noqa: PLR0913 - typer makes each option of an argument
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A file of Python with a strategy in it.")],
    symbols: Annotated[list[str], typer.Argument(help="What it trades.")],
    *,
    name: Annotated[str | None, typer.Option("--strategy", help="Its name, where the file holds several.")] = None,
    tape: Annotated[str | None, typer.Option("--tape", help="Whose prices; the first account's when absent.")] = None,
    starts_at: Annotated[str | None, typer.Option("--from", help="An instant; the first there is if absent.")] = None,
    bars: Annotated[int | None, typer.Option("--bars", min=1, help="How many; all there are if absent.")] = None,
    interval: Annotated[str, typer.Option("--interval", help="How long a bar of the tape is.")] = "1d",
    cash: Annotated[str, typer.Option("--cash", help="What it begins with.")] = "100000",
    fill_model: Annotated[str, typer.Option("--fill-model", help="How orders are filled.")] = "realistic",
    parameters: Annotated[list[str] | None, typer.Option("--set", help="A parameter, as name=value.")] = None,
    as_json: AsJson = False,
) -> None:
    """Run a strategy of your own, in this process, on a paper account of its own, bar by bar."""
    strategy = strategy_in(file, name)([each.upper() for each in symbols], dict(map(pair, parameters or ())))
    desk = desk_of(context)
    found = choose.tape(desk, tape)
    own = desk.post("/v1/tapes", name=f"Try {file.stem}"[:64], dataset_id=found["dataset_id"], start_at=starts_at)
    asked: dict[str, Any] = {"name": f"Try {file.stem}"[:64], "cash": cash, "fill_model": fill_model}
    account: Row = desk.post("/v1/accounts", tape_id=own.json()["id"], **asked).json()
    trader = Trader(desk, account, strategy, interval)
    try:
        run_own(file, lambda: _drive(trader, bars, file.stem))
    finally:
        _show(desk, account, trader, as_json=as_json)


def _drive(trader: Trader, bars: int | None, title: str) -> None:
    with progress_bar() as bar:
        line = bar.add_task(title, total=bars)
        trader.start()
        done = 0
        while (bars is None or done < bars) and trader.frame():
            done += 1
            bar.update(line, completed=done)


def _show(desk: Desk, account: Row, trader: Trader, *, as_json: bool) -> None:
    answer = desk.get(f"/v1/accounts/{account['id']}")
    if as_json:
        render.raw(answer)
        return
    for told in trader.refused:
        render.say(f"Refused: {told}")
    now: Row = answer.json()
    lines = {"Account": now["number"], "Equity": now["equity"], "Cash": now["cash"], "Fills": trader.fills}
    render.console().print(render.card({title: render.number(value) for title, value in lines.items()}))
