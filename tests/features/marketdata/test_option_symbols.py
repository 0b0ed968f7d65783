"""A padded option symbol and a compact one are the same instrument, wherever somebody writes either."""

import asyncio
from typing import Any

import pytest

from paperdesk.features.marketdata.jobs import JOBS
from paperdesk.infra.job_worker import Worker
from tests.desk import RunningDesk, wish
from tests.features.marketdata.test_import import sent

COMPACT, PADDED = "ACME240607C00100000", "ACME  240607C00100000"
ROWS = f"""\
symbol,date,open,high,low,close,volume
ACME,2024-06-03,100.00,101.00,99.00,100.00,1000
{PADDED},2024-06-03,3.00,3.20,2.90,3.00,50
ACME,2024-06-04,101.00,104.00,100.50,103.00,1000
{COMPACT},2024-06-04,3.50,4.60,3.40,4.20,50
ACME,2024-06-05,103.50,106.00,102.00,105.00,1000
{PADDED},2024-06-05,5.00,6.00,4.90,5.50,50
"""


@pytest.mark.parametrize("is_doubtful", [False, True], ids=["read as columns", "read row by row"])
async def test_a_file_may_write_one_option_in_both_notations(desk: RunningDesk, is_doubtful: bool) -> None:  # noqa: FBT001
    working = asyncio.create_task(Worker(desk.runtime, JOBS).run())
    rows = ROWS.replace("ACME,2024-06-03,100.00", '"ACME",2024-06-03,"100.00"') if is_doubtful else ROWS
    job = await sent(desk, rows.encode())
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    assert (job["state"], job["result"]) == ("done", job["result"] | {"rows": 6, "instruments": 2})
    tape_id = await desk.mine.open_tape(job["result"]["dataset_id"])
    await desk.mine.step(tape_id, count=2)
    listed = await desk.mine.rows("/v1/instruments", tape_id=tape_id, q="24")
    assert [row["symbol"] for row in listed] == [COMPACT]
    bars = await desk.mine.rows("/v1/bars", tape_id=tape_id, symbol=PADDED)
    assert [bar["close"] for bar in bars] == ["3", "4.2", "5.5"]


async def test_reads_take_both_and_answer_in_one(desk: RunningDesk) -> None:
    tape_id, _ = await desk.market("chain")
    of_tape: dict[str, Any] = {"tape_id": tape_id}
    for path, name in (
        ("/v1/bars", "symbol"),
        ("/v1/depth", "symbol"),
        ("/v1/prints", "symbol"),
        ("/v1/quotes", "symbols"),
    ):
        padded = await desk.mine.get(path, **of_tape, **{name: PADDED})
        assert padded == await desk.mine.get(path, **of_tape, **{name: COMPACT}), path
        assert PADDED not in str(padded), path


async def test_orders_positions_and_filters_take_both_and_keep_one(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market("chain", fill_model="ideal")
    bought = wish(account_id, "buy", "2") | {"symbol": PADDED, "client_order_id": "once"}
    order = await desk.mine.post("/v1/orders", bought)
    assert order["symbol"] == COMPACT
    again = await desk.mine.post("/v1/orders", bought | {"symbol": COMPACT})
    assert again["id"] == order["id"], "the same request, however it is written"
    assert (await desk.mine.post("/v1/orders/preview", bought | {"client_order_id": None}))["would_be_accepted"]
    await desk.mine.step(tape_id)
    account = f"/v1/accounts/{account_id}"
    for path in ("/v1/orders", f"{account}/fills", f"{account}/lots"):
        asked = {"account_id": account_id} if path == "/v1/orders" else {}
        rows = await desk.mine.rows(path, symbol=PADDED, **asked)
        assert [row["symbol"] for row in rows] == [COMPACT], path
    closing = await desk.mine.post(f"{account}/positions/{PADDED}/close", {})
    assert (closing["symbol"], closing["quantity"]) == (COMPACT, "2")
    cancelled = await desk.mine.ask("DELETE", "/v1/orders", params={"account_id": account_id, "symbol": PADDED})
    assert [row["id"] for row in cancelled.json()["items"]] == [closing["id"]]


async def test_what_only_looks_like_one_stays_as_it_is_written(desk: RunningDesk) -> None:
    tape_id, _ = await desk.market("chain")
    for symbol in ("ACME  240607X00100000", "ACME 240607C00100000"):
        (quote,) = (await desk.mine.get("/v1/quotes", tape_id=tape_id, symbols=symbol))["items"]
        assert (quote["symbol"], quote["bid"]) == (symbol, None)
