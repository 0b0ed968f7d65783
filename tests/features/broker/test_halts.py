"""Halts and auctions reach orders through REST, on a tape that tells of them as they happen."""

from uuid import UUID

from tests.desk import RunningDesk, refused, wish
from tests.features.broker.test_corporate_actions import at_work as at_work  # noqa: PLC0414 - a fixture
from tests.features.broker.test_corporate_actions import job_of

PRICES = """\
symbol,date,open,high,low,close,volume
ACME,2024-06-03,100.00,101.00,99.00,100.00,1000
ACME,2024-06-04,80.00,81.00,79.00,80.00,1000
ACME,2024-06-05,90.00,92.00,88.00,91.00,1000
ACME,2024-06-06,92.00,93.00,91.00,92.00,1000
BOLT,2024-06-03,20.00,21.00,19.00,20.00,500
BOLT,2024-06-04,20.00,21.00,19.00,20.00,500
BOLT,2024-06-05,20.00,21.00,19.00,20.00,500
BOLT,2024-06-06,20.00,21.00,19.00,20.00,500
"""
HALTS = """\
symbol,halted_at,reason,resumed_at
ACME,2024-06-04T12:00:00Z,news,2024-06-05T13:30:00Z
"""
AUCTIONS = """\
symbol,session_on,auction,price,volume
ACME,2024-06-05,closing,91.50,800
ACME,2024-06-06,opening,92.25,
"""


async def market_of(desk: RunningDesk) -> UUID:
    """Import prices, then halts beside them, then auctions beside both."""
    done = await job_of(desk, "/v1/datasets", PRICES, name="Halted")
    for what, rows in (("halts", HALTS), ("auctions", AUCTIONS)):
        done = await job_of(desk, f"/v1/datasets/{done['result']['dataset_id']}/{what}", rows)
        assert done["state"] == "done", done
    return UUID(done["result"]["dataset_id"])


async def test_while_an_instrument_is_halted_its_orders_wait_and_everybody_is_told_since_when_and_why(
    at_work: RunningDesk,
) -> None:
    mine = at_work.mine
    tape_id = await mine.open_tape(await market_of(at_work))
    account_id = await mine.open_account(tape_id, fill_model="ideal")
    assert await mine.rows(f"/v1/tapes/{tape_id}/halts") == []
    await mine.control(tape_id, "jump", to="next_open")
    (quote, other) = (await mine.get("/v1/quotes", tape_id=tape_id, symbols="ACME,BOLT"))["items"]
    assert quote["halted"] == {"since": "2024-06-04T12:00:00Z", "reason": "news"}
    assert (quote["last"], other["halted"]) == ("100", None)
    ioc = wish(account_id, "buy", "1", time_in_force="ioc")
    problem = refused(await mine.ask("POST", "/v1/orders", json=ioc), 409, "instrument_halted")
    assert (problem["reason"], problem["halted_at"]) == ("news", "2024-06-04T12:00:00Z")
    shown = await mine.post("/v1/orders/preview", wish(account_id, "buy", "1"))
    assert (shown["expected_fill"], shown["unfilled_reason"]) == (None, "halted")
    assert any("halted" in warning for warning in shown["warnings"])
    order = await mine.order(account_id, "buy", "10", time_in_force="gtc")
    await mine.step(tape_id)
    assert (await mine.get(f"/v1/orders/{order['id']}"))["filled_quantity"] == "0"
    (halt,) = await mine.rows(f"/v1/tapes/{tape_id}/halts", symbols="ACME")
    assert (halt["symbol"], halt["reason"], halt["resumed_at"]) == ("ACME", "news", None)
    await mine.step(tape_id)
    filled = await mine.get(f"/v1/orders/{order['id']}")
    assert (filled["filled_quantity"], filled["average_fill_price"]) == ("10", "90")
    (halt,) = await mine.rows(f"/v1/tapes/{tape_id}/halts")
    assert halt["resumed_at"] == "2024-06-05T13:30:00Z"
    assert await mine.rows(f"/v1/tapes/{tape_id}/halts", symbols="BOLT") == []
    bars = await mine.get("/v1/bars", tape_id=tape_id, symbol="ACME")
    assert [bar["close"] for bar in bars["items"]] == ["100", "91"]


async def test_an_auction_order_gets_the_print_of_its_auction_where_the_tape_has_one(at_work: RunningDesk) -> None:
    mine = at_work.mine
    tape_id = await mine.open_tape(await market_of(at_work), "2024-06-04T20:00:00Z")
    account_id = await mine.open_account(tape_id, fill_model="ideal")
    closing = await mine.order(account_id, "buy", "10", time_in_force="cls")
    official = await mine.order(account_id, "buy", "10", symbol="BOLT", time_in_force="cls")
    await mine.step(tape_id)
    opening = await mine.order(account_id, "sell", "10", time_in_force="opg")
    await mine.step(tape_id)
    fills = {fill["order_id"]: fill for fill in await mine.rows(f"/v1/accounts/{account_id}/fills")}
    assert [fills[each["id"]]["price"] for each in (closing, official, opening)] == ["91.5", "20", "92.25"]
    told = await mine.get(f"/v1/fills/{fills[closing['id']]['id']}/explanation")
    assert told["rules"] == ["closing_auction"]
    assert "The auction's price was 91.5" in told["sentence"]
    told = await mine.get(f"/v1/fills/{fills[official['id']]['id']}/explanation")
    assert "official_close_used" in told["rules"]


async def test_the_prints_of_a_day_name_its_auctions(at_work: RunningDesk) -> None:
    mine = at_work.mine
    tape_id = await mine.open_tape(await market_of(at_work), "2024-06-05T20:00:00Z")
    shown = await mine.get("/v1/prints", tape_id=tape_id, symbol="ACME")
    closing = {"at": "2024-06-05T20:00:00Z", "kind": "closing_auction", "price": "91.5", "size": "800"}
    assert shown["items"] == [closing]
    await mine.control(tape_id, "jump", to="next_open")
    shown = await mine.get("/v1/prints", tape_id=tape_id, symbol="ACME")
    opening = {"at": "2024-06-06T13:30:00Z", "kind": "opening_auction", "price": "92.25", "size": None}
    assert shown["items"] == [opening]
