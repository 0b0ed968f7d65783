"""Indicators are those of strategies, over the bars that can be read; a scan picks symbols out by one of them."""

import math
from decimal import Decimal

import numpy as np

from paperdesk.core.strategy.indicators import rsi, sma
from paperdesk.features.marketdata.indicators import MEASURES
from tests.desk import RunningDesk, refused

LAST = "2024-06-12T20:00:00Z"


async def test_indicators_are_worked_out_from_the_bars_that_are_over(desk: RunningDesk) -> None:
    tape_id = await desk.mine.open_tape(desk.markets["waves"].id, "2024-07-12T20:00:00Z")
    of_acme = {"tape_id": tape_id, "symbol": "ACME"}
    bars = (await desk.mine.get("/v1/bars", **of_acme))["items"]
    told = await desk.mine.get("/v1/indicators", **of_acme)
    close = np.array([float(each["close"]) for each in bars])
    assert (told["bars"], told["at"], told["close"]) == (len(bars), bars[-1]["at"], bars[-1]["close"])
    assert set(told["values"]) == set(MEASURES)
    for name, found in {"sma_20": sma(close, 20), "rsi_14": rsi(close, 14)}.items():
        assert math.isclose(float(told["values"][name]), float(found[-1]), abs_tol=1e-6)
    assert told["values"]["sma_200"] is None
    assert told["reason"].startswith("too few bars")


async def test_nothing_is_known_of_what_has_not_been_shown(desk: RunningDesk) -> None:
    tape_id = await desk.mine.open_tape(desk.markets["daily"].id)
    unborn = await desk.mine.ask("GET", "/v1/indicators", params={"tape_id": tape_id, "symbol": "BOLT"})
    refused(unborn, 404, "unknown_symbol")
    assert (await desk.mine.get("/v1/scan", tape_id=tape_id, measure="sma_200"))["items"] == []


async def test_a_scan_picks_out_what_lies_between_values_the_highest_first(desk: RunningDesk) -> None:
    tape_id = await desk.mine.open_tape(desk.markets["daily"].id, LAST)
    of_tape = {"tape_id": tape_id, "measure": "return_1"}
    whole = await desk.mine.get("/v1/scan", **of_tape)
    values = [Decimal(each["value"]) for each in whole["items"]]
    assert whole["matching"] == len(values) > 1
    assert values == sorted(values, reverse=True)
    assert "MKTX" not in {each["symbol"] for each in whole["items"]}
    best = await desk.mine.get("/v1/scan", **of_tape, above=str(values[1]))
    assert [each["symbol"] for each in best["items"]] == [whole["items"][0]["symbol"]]
    least = await desk.mine.get("/v1/scan", **of_tape, below=str(values[0]), limit=1)
    assert (least["matching"], least["items"]) == (len(values) - 1, [whole["items"][1]])
    told = await desk.mine.get("/v1/indicators", tape_id=tape_id, symbol=whole["items"][0]["symbol"])
    assert told["values"]["return_1"] == whole["items"][0]["value"]
