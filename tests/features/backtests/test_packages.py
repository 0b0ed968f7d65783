"""Strategies of installed packages: run where the operator named their package, and told by doctor where they break."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from paperdesk.core.strategy.catalogue import NoSuchStrategy
from paperdesk.doors.cli.doctor import check_strategies
from paperdesk.infra.strategy_packages import KNOWN, Unusable, bring_in
from tests.desk import RunningDesk, refused
from tests.features.backtests.at_once import ran_backtest

STRATEGY = """\
from decimal import Decimal

from paperdesk.core.strategy.parameters import whole
from paperdesk.core.strategy.strategy import Strategy


class Steady(Strategy):
    \"\"\"Hold so many, always.\"\"\"

    name = "{name}"
    version = 3
    units = whole(7, 1, 100)

    def on_bar(self, context):
        context.hold(self.symbol, Decimal(self.units))
"""
Installing = Callable[..., None]


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Installing]:
    """Install a package, as an installer leaves it: its module, and metadata with its entry points."""
    monkeypatch.syspath_prepend(tmp_path)

    def install(package: str, source: str, entry: str = "Steady", group: str = "paperdesk.strategies") -> None:
        module, meta = package.replace("-", "_"), tmp_path / f"{package.replace('-', '_')}-1.4.dist-info"
        (tmp_path / f"{module}.py").write_text(source, encoding="utf-8")
        meta.mkdir()
        (meta / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.4\n", encoding="utf-8")
        (meta / "entry_points.txt").write_text(f"[{group}]\nits = {module}:{entry}\n", encoding="utf-8")

    yield install
    bring_in("")
    for each in [name for name in sys.modules if name.startswith("extra_")]:
        del sys.modules[each]


async def test_a_strategy_of_a_package_that_was_named_is_listed_and_run_with_its_version(
    desk: RunningDesk, installed: Installing
) -> None:
    installed("extra-steady", STRATEGY.format(name="steady"))
    tape_id = await desk.mine.open_tape(desk.markets["waves"].id)
    await desk.mine.step(tape_id, count=10)
    asked = {"name": "A run", "tape_id": tape_id, "strategy": "steady", "symbols": ["ACME"]}
    refused(await desk.mine.ask("POST", "/v1/backtests", json=asked), 404, "no_such_strategy")
    assert bring_in(" extra-steady, ") == []
    (shown,) = [each for each in await desk.mine.rows("/v1/strategies") if each["name"] == "steady"]
    told = ("extra-steady 1.4", 3, "Hold so many, always.")
    assert (shown["package"], shown["version"], shown["description"]) == told
    run_id = await ran_backtest(desk, tape_id, "steady", parameters={"units": 9})
    assert (await desk.mine.get(f"/v1/backtests/{run_id}"))["version"] == 3
    (position,) = await desk.mine.rows(f"/v1/backtests/{run_id}/positions")
    assert position["quantity"] == "9"
    assert {each["package"] for each in await desk.mine.rows("/v1/strategies")} == {None, "extra-steady 1.4"}


def test_what_is_installed_runs_nothing_until_it_is_named(installed: Installing) -> None:
    installed("extra-quiet", "raise SystemError('this ran')")
    assert bring_in("") == []
    assert "extra_quiet" not in sys.modules


@pytest.mark.parametrize(
    ("source", "entry", "reason"),
    [
        ("raise RuntimeError('half a package')", "Steady", "RuntimeError: half a package"),
        (
            "import nobody_has_it",
            "Steady",
            "ModuleNotFoundError: No module named 'nobody_has_it'",
        ),
        ("Steady = 3", "Steady", "is no strategy with a name"),
        (STRATEGY.format(name=""), "Steady", "is no strategy with a name"),
        (STRATEGY.format(name="grid"), "Steady", "there is a strategy 'grid' already"),
    ],
)
def test_a_package_that_breaks_is_told_and_stops_no_other(
    installed: Installing, source: str, entry: str, reason: str
) -> None:
    installed("extra-broken", source, entry)
    installed("extra-steady", STRATEGY.format(name="steady"))
    unusable = bring_in("extra-broken,extra-steady")
    assert unusable == [Unusable("extra-broken", "its", reason)]
    assert "steady" in KNOWN
    check = check_strategies([each.said for each in unusable])
    assert (check.ok, check.found) == (False, f"extra-broken (its): {reason}")
    assert check_strategies([]).ok


def test_a_package_that_is_not_there_or_offers_nothing_is_told(installed: Installing) -> None:
    installed("extra-other", "x = 1", "x", group="console_scripts")
    assert [each.said for each in bring_in("extra-none,extra-other")] == [
        "extra-none: is not installed",
        "extra-other: has no entry point in the group paperdesk.strategies",
    ]


def test_a_strategy_whose_package_was_taken_out_is_unknown_again(installed: Installing) -> None:
    installed("extra-steady", STRATEGY.format(name="steady"))
    bring_in("extra-steady")
    bring_in("")
    from paperdesk.core.strategy.catalogue import made  # noqa: PLC0415 - beside what it shows

    with pytest.raises(NoSuchStrategy):
        made(KNOWN, "steady", ["ACME"], {})
