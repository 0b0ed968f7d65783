"""A database that is away, a disk that is full: 503, nothing acknowledged that is not stored, no hands needed."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.crash.clients import Attempt
from tests.crash.desk_process import folder_for_a_desk
from tests.crash.siege import Siege, siege

SEED = 2080
DISK_BYTES = 320 * 1024 * 1024
AWAY_S = 2.5


async def _refused(besieged: Siege) -> Attempt:
    """Place orders until the first that cannot be stored."""
    async with asyncio.timeout(60):
        while True:
            placed = await besieged.people[0].send(besieged.people[0].order())
            if placed.status == 503:
                return placed


async def _until_accepted(besieged: Siege) -> None:
    """Place orders until one is accepted again."""
    async with asyncio.timeout(60):
        while not (await besieged.people[0].send(besieged.people[0].order())).is_acknowledged:
            await asyncio.sleep(0.05)


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_a_database_that_is_away_is_answered_503_and_comes_back_by_itself() -> None:
    with folder_for_a_desk() as top:
        async with siege(top / "home", top / "up.log", SEED) as besieged:
            control = besieged.desk.cluster.cluster / "global" / "pg_control"
            hidden = control.with_suffix(".away")
            await besieged.control("play")
            async with besieged.load():
                await asyncio.sleep(0.5)
                control.rename(hidden)  # so that it cannot be revived yet
                besieged.desk.kill_database()
                begin = len(besieged.attempts)
                await asyncio.sleep(AWAY_S)
                meanwhile = besieged.attempts[begin + 2 * len(besieged.people) :]
                hidden.rename(control)
                await _until_accepted(besieged)
            assert {each.status for each in meanwhile} == {503}
            assert {each.answer["code"] for each in meanwhile} == {"database_unavailable"}
            await besieged.control("pause")
            await besieged.check()


@contextmanager
def _small_disk(folder: Path) -> Iterator[None]:
    folder.mkdir(mode=0o711)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES},mode=711", "paperdesk-test", str(folder)],
        check=False,
        capture_output=True,
        text=True,
    )
    if mounted.returncode != 0:
        pytest.skip(f"a small disk cannot be mounted here: {mounted.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def _fill(path: Path) -> None:
    """Write until not one more byte fits."""
    with path.open("wb", buffering=0) as ballast, suppress(OSError):
        for size in (1 << 20, 1 << 12, 1):
            with suppress(OSError):
                while True:
                    ballast.write(b"\0" * size)


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.skipif(os.geteuid() != 0 or shutil.which("mount") is None, reason="only root can mount a small disk")
async def test_a_full_disk_is_answered_503_and_works_again_once_there_is_space() -> None:
    with folder_for_a_desk() as top, _small_disk(top / "home"):
        async with siege(top / "home", top / "up.log", SEED) as besieged:
            server, ballast = besieged.desk.process, top / "home" / "ballast"
            await besieged.control("play")
            async with besieged.load():
                await asyncio.sleep(0.5)
                await asyncio.to_thread(_fill, ballast)
                refused = await _refused(besieged)
                await asyncio.sleep(3)
                ballast.unlink()
                await _until_accepted(besieged)
            assert refused.answer["code"] in ("database_unavailable", "outcome_unknown")
            await besieged.control("pause")
            await besieged.check()
            assert besieged.desk.process is server


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.skipif(os.geteuid() != 0 or shutil.which("mount") is None, reason="only root can mount a small disk")
@pytest.mark.nightly
async def test_a_database_that_fell_over_its_full_disk_is_revived_once_there_is_space() -> None:
    with folder_for_a_desk() as top, _small_disk(top / "home"):
        async with siege(top / "home", top / "up.log", SEED) as besieged:
            ballast, dead = top / "home" / "ballast", besieged.desk.postmaster
            async with besieged.load():
                await asyncio.sleep(0.5)
                await asyncio.to_thread(_fill, ballast)
                await _refused(besieged)
                besieged.desk.kill_database()  # its recovery needs space that is not there
                await asyncio.sleep(AWAY_S)
                ballast.unlink()
                await _until_accepted(besieged)
            assert besieged.desk.postmaster not in (dead, None)
            await besieged.check()
