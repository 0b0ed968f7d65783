"""Costs in a run and on paper: slippage, commission, maker, taker and funding, each stated once and counted once."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

from paperdesk.core.strategy.catalogue import SHIPPED, made
from tests.desk import RunningDesk
from tests.features.backtests.by_rest import Trader

PAIR = "BTC/USD"
CASH = Decimal(1_000_000)
STARTS_AT = "2024-06-03T00:00:00Z"
COSTS: dict[str, Any] = {
    "fill_model": "realistic",
    "fees": {"value_rate": "0.001", "maker_rate": "0.0002", "taker_rate": "0.0004"},
    "margin": {"funding": {"daily_rate": "0.0003"}},
    "seed": 5,
}


async def lived(desk: RunningDesk, strategy: str, parameters: dict[str, Any]) -> tuple[str, str]:
    """Let a strategy trade by REST to the end of a tape, and return tape and account."""
    tape_id = await desk.mine.open_tape(desk.markets["hours"].id, STARTS_AT)
    account_id = await desk.mine.open_account(tape_id, cash=str(CASH), **COSTS)
    trader = Trader(desk.mine, tape_id, account_id, made(SHIPPED, strategy, [PAIR], parameters), "30m")
    await trader.start()
    while await trader.frame():
        pass
    return tape_id, account_id


async def ran(desk: RunningDesk, tape_id: str, strategy: str, parameters: dict[str, Any]) -> str:
    asked = {"name": "Again", "tape_id": tape_id, "strategy": strategy, "symbols": [PAIR], "parameters": parameters}
    made_ = await desk.mine.post("/v1/backtests", {**asked, "cash": str(CASH), "starts_at": STARTS_AT, **COSTS})
    assert (await desk.mine.ended(made_["job_id"]))["state"] == "done"
    return f"/v1/backtests/{made_['id']}"


async def costs(desk: RunningDesk, account_id: str) -> dict[str, Decimal]:
    """Return what an account paid by kind, from its ledger, and for slippage from what its fills explain."""
    paid: defaultdict[str, Decimal] = defaultdict(Decimal)
    for entry in await desk.mine.rows(f"/v1/accounts/{account_id}/ledger"):
        for line in entry["postings"]:
            if line["book"] in {"fees", "funding"}:
                paid[line["fee_kind"] or line["book"]] += Decimal(line["amount"])
    for fill in await desk.mine.rows(f"/v1/accounts/{account_id}/fills"):
        parts = (await desk.mine.get(f"/v1/fills/{fill['id']}/explanation"))["parts"]
        sign = 1 if fill["side"] == "buy" else -1
        paid["slippage"] += sign * (Decimal(fill["price"]) - Decimal(parts["base"])) * Decimal(fill["quantity"])
    return dict(paid)


async def test_each_cost_is_counted_once_and_a_run_pays_what_an_account_on_paper_pays(lab: RunningDesk) -> None:
    strategy, parameters = "scalping", {"fast": 1, "slow": 3, "target": "0.005", "stop": "0.05"}
    tape_id, account_id = await lived(lab, strategy, parameters)
    results = await lab.mine.get(f"{await ran(lab, tape_id, strategy, parameters)}/results")
    account, paid = await lab.mine.get(f"/v1/accounts/{account_id}"), await costs(lab, account_id)
    assert (results["equity_after"], results["failure"]) == (account["equity"], None)
    fees = sum(paid[kind] for kind in ("commission", "maker", "taker"))
    assert (Decimal(results["fees"]), Decimal(results["funding"])) == (fees, paid["funding"])
    assert min(paid.values()) > 0
    assert await at_references(lab, account_id) - sum(paid.values()) == Decimal(account["cash"])


async def at_references(desk: RunningDesk, account_id: str) -> Decimal:
    """Return the cash an account would have if each fill were at the price it was made from, and nothing cost more."""
    cash = CASH
    for fill in await desk.mine.rows(f"/v1/accounts/{account_id}/fills"):
        base = (await desk.mine.get(f"/v1/fills/{fill['id']}/explanation"))["parts"]["base"]
        cash += (1 if fill["side"] == "sell" else -1) * Decimal(base) * Decimal(fill["quantity"])
    return cash
