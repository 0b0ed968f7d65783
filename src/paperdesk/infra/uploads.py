"""Files on their way in: what a request sent, or a job gathers, until the job that wants them has ended.

A job owns the file that its argument `upload` names, and the folder of its own id.
"""

import asyncio
import shutil
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from paperdesk.infra.settings import Settings

GRACE: Final = timedelta(hours=1)
"""How long a file that no job names may lie still: it may be on its way in."""


def uploads_in(settings: Settings) -> Path:
    """Return where files on their way in are kept."""
    return settings.directory / "uploads"


def folder_of_job(settings: Settings, job_id: UUID) -> Path:
    """Return the folder that is one job's alone."""
    return uploads_in(settings) / str(job_id)


async def clear_away(settings: Settings, job_id: UUID, arguments: Mapping[str, Any]) -> None:
    """Remove what a job that has ended was given, and what it gathered."""
    owned = [folder_of_job(settings, job_id)]
    if "upload" in arguments:
        owned.append(Path(arguments["upload"]))
    await asyncio.to_thread(_remove, owned)


async def clear_orphans(settings: Settings, wanted: Collection[str], now: datetime) -> None:
    """Remove what no open job wants, by name, once nobody has written to it for an hour."""
    await asyncio.to_thread(_remove_orphans, uploads_in(settings), wanted, (now - GRACE).timestamp())


def _remove(paths: Collection[Path]) -> None:
    for path in paths:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _remove_orphans(folder: Path, wanted: Collection[str], before: float) -> None:
    if folder.is_dir():
        _remove([path for path in folder.iterdir() if path.name not in wanted and path.stat().st_mtime < before])
