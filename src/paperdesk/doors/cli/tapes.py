"""`paperdesk tapes ...` and `paperdesk datasets ...`: the time machine and what it plays."""

from http import HTTPStatus
from typing import Annotated, TypeAlias

import typer

from paperdesk.doors.cli import choose, render
from paperdesk.doors.cli.client import Desk, Row
from paperdesk.doors.cli.options import AsJson, Cursor, Limit, TapeName, TapeUnit, desk_of

verbs = typer.Typer(no_args_is_help=True, help="Play, pause, step and jump through recorded markets; import your own.")
dataset_verbs = typer.Typer(no_args_is_help=True, help="What tapes can be opened on.")

_TAPES = (
    render.ids(),
    render.sentences("Name", "name"),
    render.words("Kind", "kind"),
    render.instants("Tape time (UTC)", "at"),
    render.words("State", "state"),
    render.numbers("Speed", "speed"),
    render.words("Prices", "price_basis"),
)
_DATASETS = (
    render.ids(),
    render.sentences("Name", "name"),
    render.words("Kind", "kind"),
    render.numbers("Instruments", "instruments"),
    render.numbers("Rows", "rows"),
    render.words("Prices", "price_basis"),
    render.sentences("Licence", "licence"),
)


_QUALITY = (
    render.words("Symbol", "symbol"),
    render.numbers("Rows", "rows"),
    render.numbers("Coverage", "coverage_rate"),
    render.numbers("Missing", "missing"),
    render.numbers("Gaps", "gaps_total"),
    render.numbers("Behind", "behind"),
    render.numbers("Unchanged", "unchanged_max"),
    render.numbers("Outliers", "outliers_total"),
    render.numbers("Crossed", "crossed"),
)

# What a tape that ran ahead stopped at.
_STOPS = {
    "fill": " There was a fill.",
    "event": " Something happened.",
    "nothing_open": " No order is open that anything could happen to.",
}

SkipClosed: TypeAlias = Annotated[
    bool | None, typer.Option("--skip-closed/--keep-closed", help="Whether closed hours pass at once.")
]


@verbs.command("list")
def list_tapes(context: typer.Context, *, limit: Limit = 50, cursor: Cursor = None, as_json: AsJson = False) -> None:
    """List the tapes with their clocks."""
    answer = desk_of(context).get("/v1/tapes", limit=limit, cursor=cursor)
    render.listing(answer, _TAPES, "No tape yet. Open one: paperdesk tapes open DATASET", as_json=as_json)


@verbs.command("show")
def show_tape(context: typer.Context, tape: TapeName = None, *, as_json: AsJson = False) -> None:
    """Show one tape: its clock, and what its prices are and are not."""
    chosen = choose.tape(desk_of(context), tape)
    if as_json:
        render.document(chosen)
    else:
        _card(chosen)


@verbs.command("play")
def play_tape(
    context: typer.Context,
    tape: TapeName = None,
    *,
    speed: Annotated[str | None, typer.Option("--speed", help="Market seconds a second, or max.")] = None,
    skip_closed: SkipClosed = None,
    as_json: AsJson = False,
) -> None:
    """Let the tape's clock run."""
    command = {"action": "play", "speed": speed, "skip_closed": skip_closed}
    _control(desk_of(context), tape, command, as_json=as_json)


@verbs.command("pause")
def pause_tape(context: typer.Context, tape: TapeName = None, *, as_json: AsJson = False) -> None:
    """Stop the tape's clock where it is."""
    _control(desk_of(context), tape, {"action": "pause"}, as_json=as_json)


@verbs.command("step")
def step_tape(
    context: typer.Context,
    tape: TapeName = None,
    *,
    unit: Annotated[TapeUnit, typer.Option("--unit", help="What to step by.")] = "bar",
    count: Annotated[int, typer.Option("--count", min=1)] = 1,
    as_json: AsJson = False,
) -> None:
    """Move the tape on; answers when the fills this caused are booked."""
    _control(desk_of(context), tape, {"action": "step", "unit": unit, "count": count}, as_json=as_json)


@verbs.command("jump")
def jump_tape(
    context: typer.Context,
    to: Annotated[
        str,
        typer.Argument(
            help="A day (its close), an instant such as 2020-03-16T14:30:00Z, next_open, next_close, next_fill or "
            "next_event."
        ),
    ],
    tape: TapeName = None,
    *,
    account: Annotated[
        str | None, typer.Option("--account", help="Whose fill or event: number, name or id; anybody's when absent.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Move the tape on to a moment, or until something happens."""
    desk = desk_of(context)
    account_id = None if account is None else choose.account(desk, account)["id"]
    _control(desk, tape, {"action": "jump", "to": to, "account_id": account_id}, as_json=as_json)


@verbs.command("rewind")
def rewind_tape(  # noqa: PLR0913 - each parameter is an option of the command line
    context: typer.Context,
    to: Annotated[str, typer.Argument(help="A day (its close) or an instant that the tape has passed.")],
    tape: TapeName = None,
    *,
    name: Annotated[str | None, typer.Option("--name", help="What to call the branch.")] = None,
    account: Annotated[
        list[str] | None, typer.Option("--account", help="Fork this account onto it; may be repeated.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Open a branch of the tape that begins earlier; the tape itself never goes back."""
    desk = desk_of(context)
    forked = [choose.account(desk, wanted)["id"] for wanted in account or ()]
    answer = desk.post(
        f"/v1/tapes/{choose.tape(desk, tape)['id']}/rewind", to=to, name=name, account_ids=forked or None
    )
    if as_json:
        render.raw(answer)
    else:
        _card(answer.json())


@verbs.command("speed")
def set_tape_speed(
    context: typer.Context,
    speed: Annotated[str, typer.Argument(help="Market seconds a second, such as 3600, or max.")],
    tape: TapeName = None,
    *,
    skip_closed: SkipClosed = None,
    as_json: AsJson = False,
) -> None:
    """Set how fast the tape plays."""
    command = {"action": "speed", "speed": speed, "skip_closed": skip_closed}
    _control(desk_of(context), tape, command, as_json=as_json)


@verbs.command("open")
def open_tape(  # noqa: PLR0913 - each parameter is an option of the command line
    context: typer.Context,
    dataset: Annotated[str, typer.Argument(help="Name or id of a dataset.")],
    *,
    name: Annotated[str | None, typer.Option("--name", help="What to call it; the dataset's name when absent.")] = None,
    start: Annotated[str | None, typer.Option("--start", help="A day (2020-03-16) or an instant.")] = None,
    warm_up: Annotated[
        int | None, typer.Option("--warm-up", min=1, help="Sessions of history at the start; one, without a start.")
    ] = None,
    shared: Annotated[bool, typer.Option("--shared", help="Let only yourself control its clock.")] = False,
    as_json: AsJson = False,
) -> None:
    """Open a tape on a dataset."""
    desk = desk_of(context)
    chosen = choose.dataset(desk, dataset)
    if start is None and warm_up is None:
        warm_up = 1
    wish = {"start_at" if start and "T" in start else "start_on": start, "warm_up": warm_up, "shared": shared or None}
    answer = desk.post("/v1/tapes", dataset_id=chosen["id"], name=name or chosen["name"], **wish)
    if as_json:
        render.raw(answer)
    else:
        _card(answer.json())


@verbs.command("live")
def open_live_tape(
    context: typer.Context,
    symbols: Annotated[list[str], typer.Argument(help="What to watch.")],
    *,
    name: Annotated[str, typer.Option("--name", help="What to call it.")] = "Live",
    as_json: AsJson = False,
) -> None:
    """Open a tape that goes with the wall clock and records what the sources tell."""
    answer = desk_of(context).post("/v1/live/tapes", name=name, symbols=symbols)
    if as_json:
        render.raw(answer)
    else:
        _card(answer.json())


@dataset_verbs.command("list")
def list_datasets(context: typer.Context, *, limit: Limit = 50, cursor: Cursor = None, as_json: AsJson = False) -> None:
    """List the datasets with their licences."""
    answer = desk_of(context).get("/v1/datasets", limit=limit, cursor=cursor)
    render.listing(answer, _DATASETS, "No dataset yet. Import one: paperdesk tapes import FILE", as_json=as_json)


@dataset_verbs.command("quality")
def show_quality(
    context: typer.Context,
    dataset: Annotated[str, typer.Argument(help="Name or id of a dataset.")],
    *,
    tape: Annotated[str | None, typer.Option("--tape", help="As of this tape; needed for shared datasets.")] = None,
    as_json: AsJson = False,
) -> None:
    """Report what is missing, stale, out of line or crossed, symbol by symbol."""
    desk = desk_of(context)
    tape_id = None if tape is None else choose.tape(desk, tape)["id"]
    answer = desk.get(f"/v1/datasets/{choose.dataset(desk, dataset)['id']}/quality", tape_id=tape_id)
    render.listing(answer, _QUALITY, "No symbol has a row yet.", as_json=as_json)


@dataset_verbs.command("repair")
def repair_dataset(
    context: typer.Context,
    dataset: Annotated[str, typer.Argument(help="Name or id of the dataset with holes.")],
    *,
    donor: Annotated[str, typer.Option("--from", help="Name or id of the dataset that has the missing bars.")],
) -> None:
    """Fill the holes of a dataset from another one, as a new version."""
    desk = desk_of(context)
    own, other = (choose.dataset(desk, name)["id"] for name in (dataset, donor))
    answer = desk.post(f"/v1/datasets/{own}/repairs", from_dataset_id=other)
    render.say(f"Looking for holes. Follow it: paperdesk jobs show {answer.json()['job_id']}")


def _control(desk: Desk, wanted: str | None, command: Row, *, as_json: bool) -> None:
    tape_id = choose.tape(desk, wanted)["id"]
    answer = desk.post(f"/v1/tapes/{tape_id}/control", **command)
    if as_json:
        render.raw(answer)
        return
    tape: Row = answer.json()
    moving = " Still on its way." if answer.status_code == HTTPStatus.ACCEPTED else ""
    ended = " The recording ends here." if tape.get("has_ended") else ""
    stopped = _STOPS.get(tape.get("stopped_by") or "", "")
    pace = f" {_pace(tape)}" if tape["state"] == "playing" else ""
    render.say(f"{tape['name']}: {render.instant(tape['at'])} UTC, {tape['state']}{pace}.{moving}{stopped}{ended}")


def _pace(tape: Row) -> str:
    hours = ", without closed hours" if tape.get("skip_closed") else ""
    if tape["speed"] == "max":
        return "as fast as it goes"
    return f"at {render.number(tape['speed'])} market seconds a second{hours}"


def _card(tape: Row) -> None:
    lines = {
        "Name": render.plain(tape["name"]),
        "Kind": render.plain(tape["kind"]),
        "Tape time": render.instant(tape["at"]).append(" UTC"),
        "State": render.plain(tape["state"]),
        "Speed": render.plain(_pace(tape)),
        "Market": render.plain("open" if tape["session_open"] else "closed"),
        "Next open": render.instant(tape["next_open_at"]),
        "Next close": render.instant(tape["next_close_at"]),
        "Prices": render.plain(tape["price_basis"]),
        "Fields": render.plain(", ".join(tape["fields"])),
        "Survivorship": render.plain(tape["survivorship"]),
        "Source": render.plain(tape["source"]),
        "Licence": render.plain(tape["licence"]),
        "Provenance": render.plain(tape["provenance"]),
        "Id": render.plain(tape["id"]),
    }
    lines |= {f"Warning {nth}": render.plain(text) for nth, text in enumerate(tape.get("warnings") or [], start=1)}
    render.console().print(render.card(lines))
