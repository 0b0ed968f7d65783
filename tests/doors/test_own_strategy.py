"""A strategy from one's own file, run by the command line in its own process, on a paper account at a desk."""

import asyncio
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from paperdesk.doors.cli.app import LocalCommands, build_app
from tests.desk import FIRST_CLOSE
from tests.features.backtests.at_once import ran_backtest
from tests.mcp_door import Models

MINE = """
from paperdesk.core.strategy.library.trend import MovingAverageCross

class Mine(MovingAverageCross):
    name = "mine"
"""
OTHERS = """
from paperdesk.core.strategy.strategy import Strategy

class Idle(Strategy):
    name = "idle"

class Broken(Strategy):
    name = "broken"

    def on_bar(self, context):
        raise ValueError("not today")
"""


async def tried(models: Models, file: Path, *words: str) -> Result:
    """Say `paperdesk try` to the desk; its tapes begin at the first close."""
    local = LocalCommands(up=lambda _: 0, down=lambda _: False, doctor=lambda _: [], bridge=print)
    desk = {"PAPERDESK_URL": f"http://127.0.0.1:{models.port}", "PAPERDESK_KEY": models.desk.first.key.token}
    said = ["try", str(file), "ACME", "--from", FIRST_CLOSE, *words]
    return await asyncio.to_thread(lambda: CliRunner().invoke(build_app(local, Path()), said, env=desk))


async def test_a_strategy_of_ones_own_comes_to_what_the_same_one_in_a_backtest_does(
    models: Models, tmp_path: Path
) -> None:
    (tmp_path / "mine.py").write_text(MINE)
    mine = models.desk.mine
    tape_id = await mine.open_tape(models.desk.markets["waves"].id)
    words = ("--tape", tape_id, "--set", "fast=2", "--set", "slow=4", "--fill-model", "ideal", "--json")
    result = await tried(models, tmp_path / "mine.py", *words)
    assert result.exit_code == 0, result.output
    account: dict[str, Any] = json.loads(result.stdout)
    await mine.step(tape_id, count=60)
    run_id = await ran_backtest(
        models.desk, tape_id, strategy="sma_cross", parameters={"fast": 2, "slow": 4}, fill_model="ideal"
    )
    report = await mine.get(f"/v1/backtests/{run_id}/results")
    assert Decimal(account["equity"]) == Decimal(report["equity_after"])
    assert len(await mine.rows(f"/v1/accounts/{account['id']}/fills")) == report["fills"] > 1
    assert account["tape_id"] != tape_id


async def test_what_is_wrong_with_a_file_is_told_with_its_line(models: Models, tmp_path: Path) -> None:
    file = tmp_path / "others.py"
    file.write_text(OTHERS)
    tape_id = await models.desk.mine.open_tape(models.desk.markets["waves"].id)
    several = await tried(models, file, "--tape", tape_id)
    assert "Idle" not in several.output
    assert "no_strategy_in_file" in several.output
    assert "idle, broken" in several.output
    broken = await tried(models, file, "--tape", tape_id, "--strategy", "broken")
    assert broken.exit_code != 0
    assert "own_code_broke" in broken.output
    assert "ValueError in line 11 of others.py: not today" in broken.output
    file.write_text("def half(")
    assert "SyntaxError" in (await tried(models, file, "--tape", tape_id)).output


async def test_a_strategy_is_tried_for_some_bars_alone(models: Models, tmp_path: Path) -> None:
    file = tmp_path / "others.py"
    file.write_text(OTHERS)
    tape_id = await models.desk.mine.open_tape(models.desk.markets["waves"].id)
    result = await tried(models, file, "--tape", tape_id, "--strategy", "idle", "--bars", "3", "--cash", "500")
    assert result.exit_code == 0, result.output
    assert "500" in result.output
