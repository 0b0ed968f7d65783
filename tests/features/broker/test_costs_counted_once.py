"""What a fill costs is in its price or among its fees, once; and equity moves by nothing but postings and prices."""

from decimal import Decimal
from typing import Any

from paperdesk.core.broker.fill_models import FILL_MODELS
from tests.desk import RunningDesk

CASH, UNITS = Decimal(100_000), Decimal(10)
FEES = {"per_share": "0.005", "order_minimum": "1.00"}


async def test_every_fill_model_says_what_it_adds_and_cash_pays_for_it_once(desk: RunningDesk) -> None:
    added: dict[str, Decimal] = {}
    tape_id = await desk.mine.open_tape(desk.markets["daily"].id, "2024-06-03T20:00:00Z")
    accounts = {
        name: await desk.mine.open_account(tape_id, str(CASH), fill_model=name, fees=FEES, seed=7)
        for name in sorted(FILL_MODELS)
    }
    for side in ("buy", "sell"):
        for account_id in accounts.values():
            await desk.mine.order(account_id, side, str(UNITS), time_in_force="gtc")
        await desk.mine.step(tape_id)
    for name, account_id in accounts.items():
        cash = CASH
        for fill in reversed(await desk.mine.rows(f"/v1/accounts/{account_id}/fills")):
            told = await desk.mine.get(f"/v1/fills/{fill['id']}/explanation")
            parts = {part: Decimal(amount) for part, amount in told["parts"].items()}
            assert sum(parts.values()) == Decimal(fill["price"]), name
            added[name] = added.get(name, Decimal(0)) + abs(Decimal(fill["price"]) - parts["base"])
            sign = -1 if fill["side"] == "buy" else 1
            value = Decimal(fill["price"]) * Decimal(fill["quantity"])
            cash += sign * value.quantize(Decimal("0.01")) - Decimal(fill["fee"])
        account = await desk.mine.get(f"/v1/accounts/{account_id}")
        assert Decimal(account["cash"]) == cash, name
    assert added["ideal"] == 0
    assert added["realistic"] > 0


async def test_equity_is_what_was_put_in_and_what_the_postings_and_open_gains_say(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market(cash=str(CASH), fees=FEES, margin={"kind": "reg_t"})
    for side, units in (("buy", "30"), ("sell", "10"), ("sell", "35"), ("buy", "5")):
        await desk.mine.order(account_id, side, units)
        await desk.mine.step(tape_id)
        await equity_follows(desk, account_id)


async def equity_follows(desk: RunningDesk, account_id: str) -> None:
    """Compare equity with all postings that are not between cash and what it holds, and what its positions gained."""
    account: dict[str, Any] = await desk.mine.get(f"/v1/accounts/{account_id}")
    lines = [line for entry in await desk.mine.rows(f"/v1/accounts/{account_id}/ledger") for line in entry["postings"]]
    moved = -sum(Decimal(each["amount"]) for each in lines if each["book"] not in {"cash", "securities", "claims"})
    held = await desk.mine.rows(f"/v1/accounts/{account_id}/positions")
    assert Decimal(account["equity"]) == moved + sum(Decimal(each["unrealised_pl"]) for each in held)
    assert Decimal(account["cash"]) == sum(Decimal(each["amount"]) for each in lines if each["book"] == "cash")
