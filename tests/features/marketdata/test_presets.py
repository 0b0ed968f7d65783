"""Synthetic markets by name: opened through REST, the same for a seed, labelled, and without a future."""

import hashlib
import time
from typing import Any

import pytest

from tests.desk import RunningDesk, refused

BEGINS = "2025-06-02T20:00:00Z"


async def opened(desk: RunningDesk, **asked: object) -> dict[str, Any]:
    tape: dict[str, Any] = await desk.mine.post("/v1/tapes", {"preset": "fair_market", "seed": 7, **asked})
    return tape


async def test_presets_are_listed_with_what_they_promise(desk: RunningDesk) -> None:
    presets = {row["name"]: row for row in await desk.mine.rows("/v1/tape-presets")}
    assert {"calm_market", "volatile_market", "trending_up", "trending_down", "flash_crash", "earnings"} < set(presets)
    assert presets["trending_up"]["label"] == "predictable by construction"
    assert presets["fair_market"]["label"] is None
    truth = await desk.mine.get("/v1/tape-presets/truth")
    betas = {row["symbol"]: row["betas"] for row in truth["items"]}
    assert betas["SPY"] == {fund: float(fund == "SPY") for fund in truth["factor_funds"]}


async def test_a_preset_opens_at_its_first_day_and_says_what_it_is(desk: RunningDesk) -> None:
    tape = await opened(desk, preset="earnings")
    assert (tape["name"], tape["at"]) == ("Earnings season", "2025-07-11T20:00:00Z")
    assert (tape["kind"], tape["label"], tape["seed"], tape["survivorship"]) == (
        "synthetic",
        "synthetic",
        7,
        "complete",
    )
    falling = await opened(desk, preset="trending_down")
    assert falling["label"] == "synthetic, predictable by construction"
    quotes = await desk.mine.get("/v1/quotes", tape_id=tape["id"], symbols="AAPL,VIX,DGS10,BTC/USD")
    assert quotes["source"] == "synthetic"
    assert all(row["last"] for row in quotes["items"])
    bars = await desk.mine.get("/v1/bars", tape_id=tape["id"], symbol="SPY", limit=600)
    assert (bars["source"], len(bars["items"])) == ("synthetic", 600)
    assert len(await desk.mine.rows("/v1/instruments", tape_id=tape["id"], limit=500)) == 126


async def test_a_seed_is_a_market_and_another_seed_another(desk: RunningDesk) -> None:
    async def closes(tape: dict[str, Any]) -> list[str]:
        bars = await desk.mine.get("/v1/bars", tape_id=tape["id"], symbol="MSFT", limit=5)
        return [bar["close"] for bar in bars["items"]]

    one, same, other = [await opened(desk, seed=seed) for seed in (7, 7, 8)]
    assert one["dataset_id"] == same["dataset_id"] != other["dataset_id"]
    assert await closes(one) == await closes(same) != await closes(other)
    drawn = await opened(desk, seed=None)
    assert isinstance(drawn["seed"], int)


async def test_orders_fill_on_a_synthetic_market(desk: RunningDesk) -> None:
    tape = await opened(desk)
    account_id = await desk.mine.open_account(tape["id"])
    wish = {"account_id": account_id, "symbol": "AAPL", "side": "buy", "type": "market", "quantity": "10"}
    order = await desk.mine.post("/v1/orders", wish)
    await desk.mine.step(tape["id"])
    filled = await desk.mine.get(f"/v1/orders/{order['id']}")
    assert filled["status"] == "filled"
    assert (await desk.mine.get(f"/v1/accounts/{account_id}/reconciliation"))["balanced"]


async def test_no_tape_begins_in_the_invented_history(desk: RunningDesk) -> None:
    """What was before is drawn so that it meets the roster's prices: who stood there would know them."""
    asked = {"preset": "fair_market", "seed": 7, "start_at": "2025-06-02T19:59:59Z"}
    refused(await desk.mine.ask("POST", "/v1/tapes", json=asked), 422, "starts_before_tape")
    tape = await opened(desk)
    again = {"dataset_id": tape["dataset_id"], "name": "Again", "start_on": "2024-06-03"}
    refused(await desk.mine.ask("POST", "/v1/tapes", json=again), 422, "starts_before_tape")


async def test_a_sealed_seed_is_told_at_the_end_and_meets_its_commitment(desk: RunningDesk) -> None:
    tape = await opened(desk, seed=None, sealed=True)
    assert (tape["seed"], tape["seed_salt"]) == (None, None)
    assert "seed" not in tape["source"]
    asked = {"dataset_id": tape["dataset_id"], "name": "Ahead", "start_on": "2026-01-05"}
    refused(await desk.mine.ask("POST", "/v1/tapes", json=asked), 409, "sealed_market")
    told = await desk.mine.control(tape["id"], "jump", to="2026-12-31T21:00:00Z")
    assert told["has_ended"]
    stated = f"{told['preset']}/{told['seed']}/{told['seed_salt']}"
    assert hashlib.sha256(stated.encode()).hexdigest() == tape["seed_commitment"]


@pytest.mark.parametrize(
    "asked",
    [
        {"preset": "fair_market", "seed": -1},
        {"preset": "fair_market", "seed": 2**48},
        {"preset": "fair_market", "warm_up": 5},
        {"preset": "fair_market", "dataset_id": "0192f0c1-7b1e-7a3c-8000-3f5d5f9d9a11"},
        {"dataset_id": "0192f0c1-7b1e-7a3c-8000-3f5d5f9d9a11", "name": "Run", "seed": 7, "start_on": "2025-06-03"},
        {"dataset_id": "0192f0c1-7b1e-7a3c-8000-3f5d5f9d9a11", "start_on": "2025-06-03"},
        {"seed": 7},
    ],
)
async def test_a_tape_is_of_a_dataset_or_of_a_preset(desk: RunningDesk, asked: dict[str, Any]) -> None:
    refused(await desk.mine.ask("POST", "/v1/tapes", json=asked), 422, "malformed_request")


async def test_an_unknown_preset_is_refused_by_name(desk: RunningDesk) -> None:
    refused(await desk.mine.ask("POST", "/v1/tapes", json={"preset": "moon"}), 404, "unknown_preset")


async def test_orders_meet_real_quotes_and_minute_bars(desk: RunningDesk) -> None:
    """By the minute there are quotes with sizes: a market order takes what is quoted, a limit waits for its price."""
    tape = await opened(desk, detail="minute")
    assert (tape["detail"], tape["fields"][:2]) == ("minute", ["bid", "ask"])
    account_id = await desk.mine.open_account(tape["id"], cash="10000000")
    await desk.mine.control(tape["id"], "jump", to="2025-06-03T15:00:00Z")

    async def placed(symbol: str, kind: str, quantity: str, **more: str) -> str:
        wish = {"account_id": account_id, "symbol": symbol, "side": "buy", "type": kind, "quantity": quantity, **more}
        return str((await desk.mine.post("/v1/orders", wish))["id"])

    quote = (await desk.mine.get("/v1/quotes", tape_id=tape["id"], symbols="SPY"))["items"][0]
    assert quote["derived_from"] is None
    assert float(quote["bid"]) <= float(quote["last"]) <= float(quote["ask"])
    market_id = await placed("SPY", "market", "10")
    resting_id = await placed("SPY", "limit", "10", limit_price=str(round(float(quote["bid"]) * 0.98, 2)))
    large_id = await placed("SIZE", "limit", "5000", limit_price="200", time_in_force="day")
    await desk.mine.control(tape["id"], "step", unit="bar", count=5)
    assert (await desk.mine.get(f"/v1/orders/{market_id}"))["status"] == "filled"
    assert (await desk.mine.get(f"/v1/orders/{resting_id}"))["status"] == "accepted"
    fills = await desk.mine.rows(f"/v1/accounts/{account_id}/fills")
    assert {"quote", "open", "close", "limit_in_range"} >= {fill["rule"] for fill in fills}
    assert any(fill["order_id"] == large_id for fill in fills)
    assert (await desk.mine.get(f"/v1/accounts/{account_id}/reconciliation"))["balanced"]


async def test_a_day_of_minutes_with_working_orders_is_played_in_seconds(desk: RunningDesk) -> None:
    tape = await opened(desk, detail="minute")
    account_id = await desk.mine.open_account(tape["id"], cash="10000000")
    for symbol in ("SPY", "AAPL", "TLT", "BTC/USD", "XOM"):
        wish = {"account_id": account_id, "symbol": symbol, "side": "buy", "type": "limit", "quantity": "1"}
        await desk.mine.post("/v1/orders", {**wish, "limit_price": "1", "time_in_force": "gtc"})
    began = time.process_time()  # of its own, whatever else the machine does
    await desk.mine.control(tape["id"], "step", unit="session")
    assert time.process_time() - began < 10


async def test_bars_by_the_minute_make_the_day(desk: RunningDesk) -> None:
    tape = await opened(desk, detail="minute")
    await desk.mine.step(tape["id"])
    asked = {"tape_id": tape["id"], "symbol": "AAPL"}
    minutes = (await desk.mine.get("/v1/bars", **asked, interval="1m", limit=390))["items"]
    hours = (await desk.mine.get("/v1/bars", **asked, interval="1h", limit=7))["items"]
    (day,) = (await desk.mine.get("/v1/bars", **asked, interval="1d", limit=1))["items"]
    for bars in (minutes, hours):
        assert (bars[0]["open"], bars[-1]["close"]) == (day["open"], day["close"])
        assert max(float(bar["high"]) for bar in bars) == float(day["high"])
        assert sum(int(bar["volume"]) for bar in bars) == int(day["volume"])
    assert minutes[0]["at"] == "2025-06-03T13:31:00Z"


async def test_option_chains_are_quoted_and_traded(desk: RunningDesk) -> None:
    tape = await opened(desk, detail="minute")
    found = await desk.mine.rows("/v1/instruments", tape_id=tape["id"], q="AAPL250815C", limit=200)
    symbols = [row["symbol"] for row in found]
    assert "AAPL250815C00225000" in symbols or "AAPL250815C00220000" in symbols
    quotes = await desk.mine.get("/v1/quotes", tape_id=tape["id"], symbols=",".join(symbols))
    asks = [(float(row["bid"]), float(row["ask"])) for row in quotes["items"]]
    assert len(asks) > 20
    assert all(bid < ask for bid, ask in asks)
    account_id = await desk.mine.open_account(tape["id"], cash="100000")
    wish = {"account_id": account_id, "symbol": symbols[len(symbols) // 2], "side": "buy", "type": "market"}
    order = await desk.mine.post("/v1/orders", {**wish, "quantity": "2"})
    await desk.mine.control(tape["id"], "step", unit="bar", count=3)
    assert (await desk.mine.get(f"/v1/orders/{order['id']}"))["status"] == "filled"
    (held,) = await desk.mine.rows(f"/v1/accounts/{account_id}/positions")
    assert (held["symbol"], held["quantity"]) == (wish["symbol"], "2")
    of = {"tape_id": tape["id"], "underlying": "AAPL", "expires_on": "2025-08-15"}
    assert len(await desk.mine.rows("/v1/options/chain", **of)) == 2 * len(symbols)
    said = await desk.mine.get(f"/v1/accounts/{account_id}/expiries", on="2025-08-15")
    assert [each["fate"] in {"expires", "exercised"} for each in said["items"]] == [True]
    assert (await desk.mine.get(f"/v1/accounts/{account_id}/reconciliation"))["balanced"]


@pytest.mark.parametrize("detail", ["daily", "minute"])
async def test_dividends_are_paid_to_who_holds(desk: RunningDesk, detail: str) -> None:
    tape = await opened(desk, detail=detail)
    account_id = await desk.mine.open_account(tape["id"], cash="100000")
    wish = {"account_id": account_id, "symbol": "INTC", "side": "buy", "type": "market", "quantity": "100"}
    await desk.mine.post("/v1/orders", wish)
    await desk.mine.control(tape["id"], "jump", to="2025-06-20T20:00:00Z")
    entries = await desk.mine.rows(f"/v1/accounts/{account_id}/ledger")
    assert any("dividend" in row["kind"] for row in entries), {row["kind"] for row in entries}
    assert (await desk.mine.get(f"/v1/accounts/{account_id}/reconciliation"))["balanced"]
