"""A backtest by REST sizes its positions by five rules that are told apart by what is bought."""

from decimal import Decimal
from typing import Any

import numpy as np

from paperdesk.core.strategy.indicators import volatility
from tests.desk import FIRST_CLOSE, RunningDesk

CASH = Decimal(100_000)
CROSS = {"fast": 3, "slow": 8}


async def first_purchase(lab: RunningDesk, tape_id: str, **sizing: Any) -> tuple[Decimal, str]:  # noqa: ANN401 - any
    """Run a backtest, and return the units it bought first and when it asked for them."""
    ran = await lab.mine.post(
        "/v1/backtests",
        {
            "name": "Sized", "tape_id": tape_id, "strategy": "sma_cross", "symbols": ["ACME"],
            "parameters": CROSS | sizing, "cash": str(CASH), "starts_at": FIRST_CLOSE, "fill_model": "ideal",
        },
    )  # fmt: skip
    assert (await lab.mine.ended(ran["job_id"]))["state"] == "done"
    orders = await lab.mine.rows(f"/v1/backtests/{ran['id']}/orders")
    first = next(each for each in orders if each["side"] == "buy")
    return Decimal(first["quantity"]), first["accepted_at"]


async def test_five_rules_size_a_position_each_in_its_own_way(lab: RunningDesk) -> None:
    tape_id = await lab.mine.open_tape(lab.markets["waves"].id, "2024-07-12T20:00:00Z")
    bars = (await lab.mine.get("/v1/bars", tape_id=tape_id, symbol="ACME"))["items"]
    closes = {each["at"]: Decimal(each["close"]) for each in bars}

    units, at = await first_purchase(lab, tape_id, quantity="37")
    assert units == 37
    price = closes[at]
    units, _ = await first_purchase(lab, tape_id, sizing="fixed_value", amount="8000")
    assert units == 8000 // price
    units, _ = await first_purchase(lab, tape_id, sizing="percent_equity", percent="0.25")
    assert units == CASH * Decimal("0.25") // price
    units, _ = await first_purchase(lab, tape_id, sizing="kelly", percent="0.2")
    assert units == CASH * Decimal("0.2") // price  # it has not closed anything yet
    units, at = await first_purchase(lab, tape_id, sizing="volatility_based")
    known = [float(each) for instant, each in closes.items() if instant <= at]
    moved = Decimal(str(float(volatility(np.array(known), 20)[-1])))
    share = min(Decimal("0.16") / (moved * Decimal(252).sqrt()), Decimal(1))
    assert units == CASH * share // closes[at]
