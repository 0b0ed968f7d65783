"""Reports by REST: a page that needs nothing else, a print, sheets, columns and lines; what people wrote stays text."""

import io
import re
import zipfile
import zlib
from decimal import Decimal
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.desk import FIRST_CLOSE, RunningDesk, refused
from tests.features.backtests.at_once import ran_backtest

HOSTILE = '=<script>alert("1")</script> (\\'


@pytest.fixture
async def run(desk: RunningDesk) -> tuple[RunningDesk, str]:
    """A run of crossing averages over forty days with a hostile name, beside another symbol; and its address."""
    tape_id = await desk.mine.open_tape(desk.markets["waves"].id)
    await desk.mine.step(tape_id, count=60)
    terms = {"fees": {"per_share": "0.01"}, "fill_model": "ideal", "benchmark": "BOLT", "name": HOSTILE}
    more = {"parameters": {"fast": 3, "slow": 8}, "starts_at": FIRST_CLOSE, **terms}
    return desk, f"/v1/backtests/{await ran_backtest(desk, tape_id, 'sma_cross', **more)}"


async def file_of(desk: RunningDesk, path: str, **params: str) -> tuple[Any, bytes]:
    """Return the headers and the content of a report."""
    answer = await desk.mine.ask("GET", f"{path}/report", params=params)
    assert answer.status_code == 200, answer.text
    return answer.headers, answer.content


async def test_a_report_is_one_page_that_needs_nothing_else(run: tuple[RunningDesk, str]) -> None:
    desk, path = run
    headers, content = await file_of(desk, path)
    page = content.decode()
    assert headers["content-type"] == "text/html; charset=utf-8"
    assert headers["content-security-policy"] == "default-src 'none'; style-src 'unsafe-inline'"
    assert len(content) < 300_000
    for word in ("<script", "<link", "<img", "src=", "href=", "url(", "@import", "http:", "https:"):
        assert word not in page, word
    assert "=&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; (\\" in page
    assert "prefers-color-scheme:dark" in page
    capsule = await desk.mine.get(f"{path}/capsule")
    results = await desk.mine.get(f"{path}/results")
    luck = results["selection"]
    for told in (
        capsule["hash"], "sma_cross, version", "2024-06-03", "fills ideal, fees: per share 0.01", "Trials of",
        f"{results['figures']['sharpe']:,.2f}", f"{luck['deflated_sharpe']:.1%}", "BOLT, bought at the beginning",
    ):  # fmt: skip
        assert told in page, told
    for section in (
        "Warnings", "Equity", "Drawdown", "Figures", "Returns by month", "Deepest falls", "Returns from close to close",
        "Sharpe ratio of the last", "Where the result comes from", "By symbol and side", "By tag", "By reason to leave",
        "Worst and best",
        "Round trips",
    ):  # fmt: skip
        assert section in page, section
    assert page.count("<svg") == 6
    for each in results["by_exit_reason"]:
        assert f"<td>{(each['reason'] or 'still open').replace('_', ' ')}</td><td>{each['round_trips']}</td>" in page
    assert f"together {Decimal(results['equity_after']) - Decimal(100000):+,f}" in page
    assert "nobody said" in page.lower()


async def test_a_print_says_what_the_page_says(run: tuple[RunningDesk, str]) -> None:
    desk, path = run
    headers, content = await file_of(desk, path, format="pdf")
    assert (headers["content-type"], content[:8]) == ("application/pdf", b"%PDF-1.4")
    assert headers["content-disposition"].startswith('attachment; filename="sma_cross-')
    streams = re.findall(rb"stream\n(.*?)\nendstream", content, re.DOTALL)
    told = "\n".join(zlib.decompress(each).decode("cp1252") for each in streams)
    assert '(=<script>alert\\("1"\\)</script> \\(\\\\) Tj' in told
    for word in (
        "Deflated Sharpe ratio", "Trials of its family", "Returns by month", "ACME", "Drawdown", "By tag",
        "By reason to leave", "without a tag: ",
    ):  # fmt: skip
        assert word in told
    places = [int(each) for each in re.findall(rb"(\d{10}) 00000 n", content)]
    assert places
    assert all(content[place:].startswith(b"%d 0 obj" % number) for number, place in enumerate(places, 1))


async def test_a_workbook_has_every_table_and_no_formula(run: tuple[RunningDesk, str]) -> None:
    desk, path = run
    _, content = await file_of(desk, path, format="xlsx")
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        names = re.findall(r'<sheet name="([^"]+)"', book.read("xl/workbook.xml").decode())
        sheets = [book.read(each).decode() for each in book.namelist() if each.startswith("xl/worksheets/sheet")]
    assert names == ["Round trips", "Curve", "Fills", "Orders", "Months", "Figures"]
    assert not any("<f>" in each for each in sheets)
    trips = await desk.mine.rows(f"{path}/round-trips")
    assert sheets[0].count("<row ") == len(trips) + 1


@pytest.mark.parametrize(
    ("table", "rows"),
    [("round_trips", "round-trips"), ("curve", "equity"), ("fills", "fills"), ("orders", "orders"), ("months", None)],
)
async def test_tables_come_as_lines_and_as_columns(run: tuple[RunningDesk, str], table: str, rows: str | None) -> None:
    desk, path = run
    wanted = await desk.mine.rows(f"{path}/{rows or 'periods'}")
    _, content = await file_of(desk, path, format="csv", table=table)
    head, *lines = content.decode().splitlines()
    _, columns = await file_of(desk, path, format="parquet", table=table)
    found = pq.read_table(io.BytesIO(columns))
    assert found.column_names == head.split(",")
    assert found.num_rows == len(lines) == len(wanted) > 0
    money = {"round_trips": "fees", "curve": "equity", "fills": "price", "orders": "quantity", "months": "gain"}[table]
    assert str(found.schema.field(money).type).startswith("decimal128")
    told = [None if each[money] is None else Decimal(each[money]) for each in wanted]
    assert found.column(money).to_pylist() == told


async def test_figures_are_a_table_with_reasons(run: tuple[RunningDesk, str]) -> None:
    desk, path = run
    _, content = await file_of(desk, path, format="csv", table="figures")
    figures = (await desk.mine.get(f"{path}/results"))["figures"]
    assert len(content.decode().splitlines()) == len(figures) + 1


async def test_a_run_without_a_round_trip_or_a_month_has_a_report_too(desk: RunningDesk) -> None:
    tape_id, _ = await desk.market()
    await desk.mine.step(tape_id, count=2)
    run_id = await ran_backtest(desk, tape_id, "sma_cross", starts_at="2024-06-03T20:00:00Z")
    for form in ("html", "pdf", "xlsx", "csv", "parquet"):
        await file_of(desk, f"/v1/backtests/{run_id}", format=form)


async def test_there_is_no_report_of_a_run_that_has_not_ended_or_is_unknown(desk: RunningDesk) -> None:
    tape_id, _ = await desk.market()
    await desk.mine.step(tape_id, count=2)
    asked = {"name": "N", "tape_id": tape_id, "strategy": "buy_and_hold", "symbols": ["ACME"]}
    waiting = (await desk.mine.post("/v1/backtests", asked))["id"]
    refused(await desk.mine.ask("GET", f"/v1/backtests/{waiting}/report"), 409, "no_report_yet")
    refused(await desk.mine.ask("GET", f"/v1/backtests/{waiting}/report?format=doc"), 422, "malformed_request")
