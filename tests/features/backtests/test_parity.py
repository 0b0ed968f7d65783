"""A strategy run as a backtest and one that trades by REST, bar by bar, come to the same, to the cent."""

from decimal import Decimal
from typing import Any

import pytest

from paperdesk.core.strategy.catalogue import SHIPPED, made
from tests.desk import FIRST_CLOSE, RunningDesk
from tests.features.backtests.by_rest import Trader

# Shorter than the defaults, so that each strategy does something within forty days.
QUICK: dict[str, dict[str, Any]] = {
    "sma_cross": {"fast": 3, "slow": 8},
    "rsi_reversion": {"length": 4, "buy_below": 40},
    "breakout": {"entry": 6, "leave": 4, "stop_rate": "0.02"},
    "momentum_rotation": {"lookback": 5, "every": 4, "count": 1},
    "pairs": {"length": 8, "far": "1.2"},
    "grid": {"step": "0.01"},
    "dollar_cost_averaging": {"every": 5, "amount": "2000"},
    "martingale": {"fall": "0.02", "gain": "0.01", "fall_scale": "1.2", "stop": "0.05", "trend": 2, "trend_of": "1w"},
    "buy_and_hold": {},
    "volatility_target": {"length": 5, "target": "0.2"},
    "monthly_rebalance": {},
    "momentum": {"length": 3, "threshold": "0.01"},
    "band_reversion": {"length": 6, "deviations": "1"},
    "scalping": {"fast": 2, "slow": 5, "target": "0.02", "stop": "0.01"},
    "load_test": {"quantity": "1", "cap": "3"},
    "setup_trigger": {"timeframe": "1w", "length": 2, "trigger": 2, "window": 10_000},
}


def test_every_shipped_strategy_is_compared() -> None:
    # Those with options are compared where options are quoted, in test_options.py.
    assert QUICK.keys() == {name for name, kind in SHIPPED.items() if not kind.with_options}


@pytest.mark.parametrize("name", QUICK)
async def test_a_backtest_is_what_trading_by_rest_comes_to(lab: RunningDesk, name: str) -> None:
    kind = SHIPPED[name]
    symbols = ["ACME", "BOLT"][: max(kind.symbols_least, min(kind.symbols_most, 2))]
    rules = {"fill_model": "realistic", "fees": {"per_share": "0.005"}, "seed": 11}
    tape_id, account_id = await lab.market("waves", cash="100000", **rules)
    trader = Trader(lab.mine, tape_id, account_id, made(SHIPPED, name, symbols, QUICK[name]))
    await trader.start()
    while await trader.frame():
        pass
    ran = await lab.mine.post(
        "/v1/backtests",
        {
            "name": "Again", "tape_id": tape_id, "strategy": name, "symbols": symbols, "parameters": QUICK[name],
            "cash": "100000", "starts_at": FIRST_CLOSE, **rules,
        },
    )  # fmt: skip
    assert (await lab.mine.ended(ran["job_id"]))["state"] == "done"
    path = f"/v1/backtests/{ran['id']}"
    lived = await lab.mine.rows("/v1/orders", account_id=account_id)
    again = await lab.mine.rows(f"{path}/orders")
    assert [_essence(each) for each in reversed(lived)] == [_essence(each) for each in again]
    assert any(Decimal(each["filled_quantity"]) for each in lived), "it did something"
    results, account = await lab.mine.get(f"{path}/results"), await lab.mine.get(f"/v1/accounts/{account_id}")
    assert (results["equity_after"], results["failure"]) == (account["equity"], None)
    last = (await lab.mine.rows(f"{path}/equity"))[-1]
    assert (last["cash"], last["equity"]) == (account["cash"], account["equity"])


def _essence(order: dict[str, Any]) -> tuple[Any, ...]:
    average = order["average_fill_price"]
    return (
        *(order[name] for name in ("symbol", "side", "type", "quantity", "status", "filled_quantity", "fees")),
        None if average is None else Decimal(average).quantize(Decimal("0.000001")),
    )
