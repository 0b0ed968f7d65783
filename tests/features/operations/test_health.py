"""Monitors read how database, quotes and trading are, each at an address of its own and without a key."""

import asyncio

from tests.desk import RunningDesk


async def test_database_quotes_and_trading_tell_how_they_are(desk: RunningDesk) -> None:
    monitor = desk.visitor()
    database = await monitor.get("/health/database")
    assert database["answered_ms"] >= 0
    assert {pool["name"] for pool in database["pools"]} == {"app", "system"}
    async with asyncio.timeout(30):
        while not (await monitor.get("/health/quotes"))["are_moving"]:
            await asyncio.sleep(0.01)
    trading = await monitor.get("/health/trading")
    most = desk.runtime.settings.writer_queue_max
    assert trading == {
        "orders_are_taken": True, "waiting": 0, "waiting_max": most, "quotes": {"are_moving": True},
    }  # fmt: skip
    await desk.rooms.writer.drain()
    assert (await monitor.get("/health/trading"))["orders_are_taken"] is False


async def test_orders_positions_and_changes_of_orders_have_routes(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market()
    await desk.mine.order(account_id, "buy", "2")
    await desk.mine.step(tape_id)
    working = await desk.mine.order(account_id, "buy", "1", limit_price="90", time_in_force="gtc")
    changed = await desk.mine.ask("PATCH", f"/v1/orders/{working['id']}", json={"quantity": "3"})
    orders = await desk.mine.rows("/v1/orders", account_id=account_id, status="open")
    assert [(each["id"], each["quantity"]) for each in orders] == [(changed.json()["id"], "3")]
    (held,) = await desk.mine.rows(f"/v1/accounts/{account_id}/positions")
    assert (held["symbol"], held["quantity"]) == ("ACME", "2")
    for probe in ("live", "ready"):
        assert (await desk.visitor().ask("GET", f"/health/{probe}")).status_code == 200
