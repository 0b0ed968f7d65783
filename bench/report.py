"""Reports of a run of ten years of days: `python -m bench.report`.

The run is that of bench.backtests, on the exact engine over a recorded tape, beside its own symbol as a benchmark.
How soon Chromium shows the page is told where node, Chromium and the web app's packages are.
"""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import numpy as np
from rich.console import Console
from rich.table import Table

from bench.backtests import FAST, LOTS, SLOW, TERMS, tape_of
from bench.machine import look_around
from bench.random_bars import DAYS, FEW, account_at, daily, timed
from paperdesk.core.backtest.runner import Stretch, run_backtest
from paperdesk.core.backtest.trials import Selection
from paperdesk.core.kernel.ids import DatasetId, TapeId
from paperdesk.core.market.instruments import Kind
from paperdesk.core.strategy.library.trend import MovingAverageCross
from paperdesk.features.backtests.backtests import Backtest
from paperdesk.features.backtests.evidence import with_evidence
from paperdesk.features.backtests.report import Yardstick, report_of
from paperdesk.features.backtests.report_page import page_of
from paperdesk.features.backtests.report_print import print_of
from paperdesk.features.backtests.report_tables import as_columns, as_lines, as_sheets, tables_of
from paperdesk.features.backtests.tape_market import TapeMarket
from paperdesk.features.backtests.told_run import told_run
from paperdesk.features.marketdata.feeds.columns import BarColumns
from paperdesk.features.marketdata.feeds.dataset import open_dataset
from paperdesk.features.marketdata.feeds.series import Named, series_of
from paperdesk.features.marketdata.feeds.writer import write_dataset

PAGE_MAX_MS, PAGE_MAX_KB, OPENS_MAX_MS = 800.0, 300.0, 1000.0
WEB: Final = Path(__file__).resolve().parents[1] / "web"
# From asking for the file to its first picture, the best of five new pages of one browser.
OPENING: Final = """
import { createRequire } from "node:module";
const { chromium } = createRequire(process.cwd() + "/package.json")("playwright-core");
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
const taken = [];
for (let n = 0; n < 5; n++) {
  const page = await browser.newPage();
  const began = performance.now();
  await page.goto(process.argv[1], { waitUntil: "load" });
  await page.screenshot();
  taken.push(performance.now() - began);
  await page.close();
}
await browser.close();
console.log(Math.min(...taken));
"""


def ran(folder: Path) -> tuple[Backtest, dict[str, Any], TapeMarket]:
    """Return the run, what came of it, and its market."""
    bars = daily()
    columns = BarColumns(
        bars.open_at, bars.at, bars.open, bars.high, bars.low, bars.close, np.full(len(bars), 1_000_000)
    )
    write_dataset(TERMS, [series_of(Named("ACME", "Acme", Kind.EQUITY), TERMS, columns, (2, 0))], folder)
    market = TapeMarket(tape_of(open_dataset(folder)), open_dataset(folder))
    account, stretch, nobody = account_at(market.at_of(0)), Stretch(0, market.tape.cursor), UUID(int=0)
    strategy = MovingAverageCross(["ACME"], {"fast": FAST, "slow": SLOW, "quantity": LOTS})
    asked = Backtest(
        id=nobody, job_id=nobody, name="Ten years of days", tape_id=TapeId(nobody), dataset_id=DatasetId(nobody),
        strategy=strategy.name, version=strategy.version, symbols=["ACME"], parameters=strategy.values,
        rules=account.rules, currency=account.currency, cash=account.cash, stretch=stretch,
        asked_at=datetime(2024, 1, 1, tzinfo=UTC), benchmark="ACME",
    )  # fmt: skip
    by = Yardstick(cache(lambda symbol: market.history_of(symbol, stretch.upto)), 252, Decimal(0), "ACME")
    report = report_of(run_backtest(market, account, strategy, stretch), by)
    return asked, with_evidence(report, asked, market), market


def opened_ms(page: bytes) -> float | None:
    """Return how soon Chromium shows a page, in milliseconds; None where there is no Chromium to ask."""
    if not (shutil.which("node") and Path("/usr/bin/chromium").exists() and (WEB / "node_modules").is_dir()):
        return None
    with tempfile.NamedTemporaryFile(suffix=".html") as file:
        file.write(page)
        file.flush()
        words = ["node", "--input-type=module", "-e", OPENING, f"file://{file.name}"]
        said = subprocess.run(words, cwd=WEB, check=True, capture_output=True, text=True)
    return float(said.stdout)


def main() -> int:
    """Print what each file takes, and say whether the page keeps to its goals."""
    console = Console()
    with tempfile.TemporaryDirectory() as folder:
        asked, report, market = ran(Path(folder) / "bars")
        luck = Selection(1, 0.5, 0.0, None, {"overfitting_probability": "no other trial"})
        tables = tables_of(report)

        def told() -> Any:  # noqa: ANN401 - what a report is made of
            return told_run(asked, report, luck, market)

        makers: dict[str, Callable[[], bytes]] = {
            "HTML": lambda: page_of(told()).encode(),
            "PDF": lambda: print_of(told()),
            "Excel": lambda: as_sheets(list(tables.values())),
            "Parquet, the curve": lambda: as_columns(tables["curve"]),
            "CSV, the curve": lambda: as_lines(tables["curve"]),
        }
        table = Table("file", "ms", "kB", title=f"{DAYS:,} days, {report['fills']} fills ({look_around()})")
        found = {name: (timed(make, FEW), len(make()) / 1000) for name, make in makers.items()}
        for name, (ms, size) in found.items():
            table.add_row(name, f"{ms:,.1f}", f"{size:,.1f}")
        shown = opened_ms(makers["HTML"]())
        console.print(table)
    ms, size = found["HTML"]
    console.print(f"HTML in {ms:.0f} ms, goal {PAGE_MAX_MS:.0f}; {size:.0f} kB, goal {PAGE_MAX_KB:.0f}")
    console.print("No Chromium to open it." if shown is None else f"Open in {shown:.0f} ms, goal {OPENS_MAX_MS:.0f}")
    is_met = ms <= PAGE_MAX_MS and size <= PAGE_MAX_KB and (shown is None or shown <= OPENS_MAX_MS)
    return 0 if is_met else 1


if __name__ == "__main__":
    sys.exit(main())
