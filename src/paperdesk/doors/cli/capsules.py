"""`paperdesk backtests report` and `capsule`, and `paperdesk verify`: a run as files, and the proof of one of them."""

import json
from pathlib import Path
from typing import Annotated

import typer

from paperdesk.core.kernel.errors import Invalid
from paperdesk.doors.cli import choose, render
from paperdesk.doors.cli.client import Row
from paperdesk.doors.cli.jobs import follow
from paperdesk.doors.cli.options import AsJson, desk_of

_FORMATS = ("html", "pdf", "xlsx", "parquet", "csv")


class UnknownReportFormat(Invalid):
    """A report is written as HTML, PDF, Excel, Parquet or CSV, as the ending of its file says."""


class NoCapsuleFile(Invalid):
    """What should be verified is not a file that holds a capsule."""


def save_report(
    context: typer.Context,
    backtest: Annotated[str, typer.Argument(metavar="BACKTEST", help="Id or the end of an id.")],
    *,
    to: Annotated[
        Path, typer.Option("--to", help="Where to write it: .html, .pdf, .xlsx, .parquet or .csv.", dir_okay=False)
    ],
    table: Annotated[
        str,
        typer.Option("--table", help="For .parquet and .csv: round_trips, curve, fills, orders, months or figures."),
    ] = "round_trips",
) -> None:
    """Save the report of a run as a file."""
    desk, form = desk_of(context), to.suffix.lower().removeprefix(".")
    if form not in _FORMATS:
        raise UnknownReportFormat(f"{to.name} ends in none of {', '.join(f'.{each}' for each in _FORMATS)}.")
    path = f"/v1/backtests/{choose.backtest_id(desk, backtest)}/report"
    to.write_bytes(desk.file(path, format=form, table=table))
    render.say(f"{to} has the report.")


def save_capsule(
    context: typer.Context,
    backtest: Annotated[str, typer.Argument(metavar="BACKTEST", help="Id or the end of an id.")],
    *,
    to: Annotated[
        Path | None, typer.Option("--to", help="Where to write it; a name of its own if absent.", dir_okay=False)
    ] = None,
) -> None:
    """Save a run as one file, by which anybody with the same prices can repeat it."""
    desk = desk_of(context)
    backtest_id = choose.backtest_id(desk, backtest)
    answer = desk.get(f"/v1/backtests/{backtest_id}/capsule")
    file = to or Path(f"{answer.json()['question']['strategy']}-{backtest_id[-8:]}.capsule.json")
    file.write_bytes(answer.content)
    render.say(f"{file} has the run: {answer.json()['hash']}")


def verify(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A capsule, as `paperdesk backtests capsule` writes it.")],
    *,
    tape: Annotated[
        str | None, typer.Option("--tape", help="A tape with such prices, unless on the capsule's own.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Repeat the run of a capsule, and say that it comes to the same bit for bit, or what differs."""
    capsule, desk = _read(file), desk_of(context)
    query = {} if tape is None else {"tape_id": choose.tape(desk, tape)["id"]}
    asked: Row = desk.send("POST", "/v1/capsules/verifications", json=capsule, params=query).json()
    ended: Row = follow(desk, f"/v1/capsules/verifications/{asked['id']}", "Verifying").json()
    found: Row | None = ended["verdict"]
    if found is None:
        render.say(f"The capsule was not verified: {ended['message']}")
        raise typer.Exit(1)
    if as_json:
        render.document(found)
    else:
        _say(found)
    if not found["is_reproduced"]:
        raise typer.Exit(1)


def _say(found: Row) -> None:
    if found["is_reproduced"]:
        render.say(f"Reproduced bit for bit: {found['capsule_hash']}")
    else:
        render.say("Not reproduced.")
    for each in (*found["causes"], *found["differences"]):
        render.say(each["said"])
    for each in found["differences"][:1]:
        render.say(f"Before: {_row(each['before'])}")
        render.say(f"Now:    {_row(each['now'])}")


def _row(row: Row | None) -> str:
    return "nothing that is known" if row is None else ", ".join(f"{name} {value}" for name, value in row.items())


def _read(file: Path) -> Row:
    try:
        found = json.loads(file.read_bytes())
    except (OSError, ValueError):
        found = None
    if not isinstance(found, dict):
        raise NoCapsuleFile(f"{file} is not a file that holds a capsule.")
    return found
