"""What a backtest stands on: what can be tested is listed, nothing of the desk is touched, no code is ever taken."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from paperdesk.core.strategy.catalogue import SHIPPED
from tests.desk import FIRST_CLOSE, RunningDesk, refused
from tests.features.backtests.at_once import ran_backtest

COSTS: dict[str, Any] = {"parameters": {"fast": 3, "slow": 8}, "fees": {"per_share": "0.01"}}


async def test_what_can_be_tested_is_listed_by_tape_symbol_and_range(desk: RunningDesk) -> None:
    tape_id = await desk.mine.open_tape(desk.markets["waves"].id)
    await desk.mine.step(tape_id, count=60)
    (tape,) = await desk.mine.rows("/v1/tapes")
    listed = await desk.mine.rows("/v1/instruments", tape_id=tape["id"])
    assert [each["symbol"] for each in listed] == ["ACME", "BOLT"]
    for each in listed:
        run_id = await ran_backtest(desk, tape["id"], "buy_and_hold", symbols=[each["symbol"]])
        results = await desk.mine.get(f"/v1/backtests/{run_id}/results")
        told = [datetime.fromisoformat(results[name]) for name in ("began_at", "ended_at")]
        assert told == [datetime.fromisoformat(tape[name]) for name in ("starts_at", "at")]
        assert each["first_on"] >= tape["starts_at"][:10]
        assert results["fills"] == 1
    asked = {"name": "None", "tape_id": tape["id"], "strategy": "buy_and_hold", "symbols": ["NONE"]}
    refused(await desk.mine.ask("POST", "/v1/backtests", json=asked), 404, "unknown_symbol")


async def test_a_backtest_stands_on_pinned_prices_apart_from_the_desk(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market("waves")
    await desk.mine.order(account_id, "buy", "5")
    await desk.mine.step(tape_id, count=30)
    ends_at = (await desk.mine.get(f"/v1/tapes/{tape_id}"))["at"]
    before, orders = await desk.footprint(account_id), await desk.mine.rows("/v1/orders", account_id=account_id)
    results: list[dict[str, Any]] = []
    run_id = ""
    for terms in ({}, {}, {"fill_model": "ideal"}):
        run_id = await ran_backtest(desk, tape_id, "sma_cross", **COSTS, **terms, ends_at=ends_at)
        results.append(await desk.mine.get(f"/v1/backtests/{run_id}/results"))
        if len(results) == 1:
            assert await desk.footprint(account_id) == before
            assert await desk.mine.rows("/v1/orders", account_id=account_id) == orders
            # The desk goes on; what was asked for ends where it ended.
            await desk.mine.step(tape_id, count=5)
            await desk.mine.order(account_id, "sell", "2")
    first, again, ideal = results
    assert first["evidence"] == again["evidence"]
    (dataset,) = [each for each in await desk.mine.rows("/v1/datasets") if each["id"] == str(desk.markets["waves"].id)]
    assert first["evidence"]["dataset_hash"] == dataset["content_hash"]
    # Fees are owed, spread and impact make prices worse, and days are those on which the market trades.
    assert Decimal(first["fees"]) > 0
    assert Decimal(first["equity_after"]) < Decimal(ideal["equity_after"])
    days = await desk.mine.rows(f"/v1/backtests/{run_id}/periods", by="day")
    assert all(datetime.fromisoformat(each["ended_at"]).weekday() < 5 for each in days)


@pytest.mark.parametrize("field", ["code", "source", "module", "file"])
async def test_code_is_never_taken_for_a_strategy(desk: RunningDesk, field: str) -> None:
    tape_id = await desk.mine.open_tape(desk.markets["waves"].id, FIRST_CLOSE)
    asked = {"name": "Mine", "tape_id": tape_id, "strategy": "sma_cross", "symbols": ["ACME"]}
    for path in ("/v1/backtests", "/v1/sweeps"):
        more = {} if path == "/v1/backtests" else {"ranges": {"fast": [3]}}
        sent = {**asked, **more, field: "import os\nos.abort()"}
        refused(await desk.mine.ask("POST", path, json=sent), 422, "malformed_request")
        for name in ("os:abort", "tests.strategies:Once", "../sma_cross", "paperdesk.core.strategy.library.trend"):
            answer = await desk.mine.ask("POST", path, json={**asked, **more, "strategy": name})
            refused(answer, 404, "no_such_strategy")
    assert {each.__module__.rpartition(".")[0] for each in SHIPPED.values()} == {"paperdesk.core.strategy.library"}
