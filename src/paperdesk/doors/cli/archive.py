"""`paperdesk archive`: everything that a desk keeps of the caller, in one file."""

from pathlib import Path
from typing import Annotated

import typer

from paperdesk.doors.cli import render
from paperdesk.doors.cli.options import desk_of


def save_archive(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="Where to write it.", dir_okay=False)] = Path("paperdesk.zip"),
) -> None:
    """Save everything that this desk keeps of you as one zip; the key needs `admin`."""
    file.write_bytes(desk_of(context).archive("/v1/me/archive"))
    render.say(f"{file} has everything that this desk keeps of you.")
