"""SIGKILL under load: nothing acknowledged is lost, nothing happens twice, and nobody has to help."""

import os
import random
import sys
from collections.abc import Sequence

import pytest

from tests.crash.desk_process import folder_for_a_desk
from tests.crash.siege import BOTH, DATABASE, SERVER, siege


async def _endure(victims: Sequence[str], capsys: pytest.CaptureFixture[str]) -> None:
    seed = int(os.environ.get("CRASH_SEED", random.randrange(1 << 32)))
    with folder_for_a_desk() as top:
        async with siege(top / "home", top / "up.log", seed) as besieged:
            with capsys.disabled():
                sys.stderr.write(f"\ncrash proof, CRASH_SEED={seed}\n")
            for victim in victims:
                await besieged.round(victim)
            assert all(besieged.happened.values()), besieged.happened
            with capsys.disabled():
                sys.stderr.writelines(f"{line}\n" for line in besieged.report())


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_nothing_acknowledged_is_lost_in_three_deaths(capsys: pytest.CaptureFixture[str]) -> None:
    await _endure((SERVER, DATABASE, SERVER), capsys)


@pytest.mark.nightly
@pytest.mark.timeout(1800)
async def test_nothing_acknowledged_is_lost_in_twenty_four_deaths(capsys: pytest.CaptureFixture[str]) -> None:
    await _endure((SERVER, DATABASE, SERVER, BOTH) * 6, capsys)
