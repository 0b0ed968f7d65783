"""Everything is traded on paper: no order leaves the desk, and nothing outside is asked for a fill."""

import re

from tests.architecture.sources import PACKAGE
from tests.desk import RunningDesk, refused, wish

OPTION, PAIR = "ACME240607C00100000", "BTC/USD"


async def test_every_kind_is_traded_on_paper_and_no_venue_is_asked(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market("mixed", cash="200000", margin={"kind": "reg_t"}, option_level=3)
    held = {"ACME": "10", OPTION: "1", PAIR: "0.5"}
    for symbol, quantity in held.items():
        await desk.mine.post("/v1/orders", wish(account_id, "buy", quantity) | {"symbol": symbol})
    await desk.mine.post("/v1/orders", wish(account_id, "sell", "5") | {"symbol": "BOLT"})
    off_tick = wish(account_id, "buy", "1", limit_price="100.001")
    refused(await desk.mine.ask("POST", "/v1/orders", json=off_tick), 422, "price_off_tick")
    await desk.mine.step(tape_id, count=2)
    orders = await desk.mine.rows("/v1/orders", account_id=account_id)
    assert {order["status"] for order in orders} == {"filled"}
    positions = await desk.mine.rows(f"/v1/accounts/{account_id}/positions")
    assert {each["symbol"]: each["quantity"] for each in positions} == held | {"BOLT": "-5"}
    account = await desk.mine.get(f"/v1/accounts/{account_id}")
    assert account["margin"]["maintenance_excess"] is not None
    assert account["equity"] is not None
    assert (await desk.mine.get(f"/v1/accounts/{account_id}/reconciliation"))["balanced"]
    assert desk.vendors.asked == []


def test_whatever_goes_out_only_reads() -> None:
    outbound = (PACKAGE / "infra" / "outbound.py").read_text(encoding="utf-8")
    sent = re.findall(r"_client\.(\w+)\((?:\s*\"(\w+)\")?", outbound)
    assert set(sent) <= {("stream", "GET"), ("aclose", "")}
    assert ("stream", "GET") in sent
