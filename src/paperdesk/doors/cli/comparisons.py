"""`paperdesk backtests compare`: runs side by side, the best of each measure marked."""

from typing import Annotated

import typer
from rich.text import Text

from paperdesk.doors.cli import choose, render
from paperdesk.doors.cli.client import Row
from paperdesk.doors.cli.options import AsJson, desk_of


def compare_backtests(
    context: typer.Context,
    backtest: Annotated[str, typer.Argument(metavar="BACKTEST", help="Id, name or the end of an id.")],
    others: Annotated[list[str], typer.Argument(help="Up to seven runs to compare it with.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Show runs side by side: every measure, the best with a star, and the same on the days that all know."""
    desk = desk_of(context)
    first, *rest = [choose.backtest_id(desk, wanted) for wanted in (backtest, *others)]
    answer = desk.send("GET", f"/v1/backtests/{first}/comparison", params={"with": rest})
    if as_json:
        render.raw(answer)
        return
    found: Row = answer.json()
    columns = [render.words("Measure", "name"), *map(_column, range(len(found["runs"])), found["runs"])]
    points = found["points"]
    for said, name in (("Each over its own time:", "measures"), (_common(points), "common_measures")):
        render.say(said)
        render.show(render.console(), render.table(columns, found[name]))


def _common(points: list[Row]) -> str:
    return f"On the {len(points)} days that all know, {points[0]['on']} to {points[-1]['on']}:"


def _column(place: int, run: Row) -> render.Column:
    def cell(measure: Row) -> Text:
        value = measure["values"][place]
        if value is None:
            return render.plain(None)
        is_best = place in measure["best"]
        return Text(f"{value:,.4f}{'*' if is_best else ' '}", style="bold" if is_best else "")

    return render.Column(f"{run['strategy']} {run['id'][-choose.ID_END :]}", cell, is_number=True)
