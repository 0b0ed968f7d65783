"""Every option an account ever held is told: open, closed by orders, or ended otherwise; and its price history."""

from decimal import Decimal

from tests.desk import RunningDesk

CALL, PUT, HIGH_CALL = "ACME240607C00100000", "ACME240607P00100000", "ACME240607C00105000"


async def test_open_closed_and_ended_options_are_all_told(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market("chain", cash="20000")
    for symbol in (CALL, PUT, HIGH_CALL):
        await desk.mine.order(account_id, "buy", "1", symbol=symbol)
    await desk.mine.order(account_id, "buy", "1")  # a share is no option
    await desk.mine.step(tape_id)
    path = f"/v1/accounts/{account_id}/option-positions"
    held = {each["symbol"]: each for each in await desk.mine.rows(path)}
    assert {symbol: (each["state"], each["quantity"]) for symbol, each in held.items()} == dict.fromkeys(
        (CALL, PUT, HIGH_CALL), ("open", "1")
    )
    await desk.mine.order(account_id, "sell", "1", symbol=CALL, time_in_force="gtc")
    await desk.mine.step(tape_id, count=3)  # the seventh of June is the last day of all three
    held = {each["symbol"]: each for each in await desk.mine.rows(path)}
    assert {symbol: each["state"] for symbol, each in held.items()} == {
        CALL: "closed",
        PUT: "ended",
        HIGH_CALL: "ended",
    }
    call = held[CALL]
    fills = [each for each in await desk.mine.rows(f"/v1/accounts/{account_id}/fills") if each["symbol"] == CALL]
    sold, bought = fills
    assert Decimal(call["premium"]) == (Decimal(sold["price"]) - Decimal(bought["price"])) * 100
    assert (call["opened_at"], call["last_fill_at"]) == (bought["at"], sold["at"])
    assert (call["bought"], call["sold"], call["quantity"], call["expires_on"]) == ("1", "1", "0", "2024-06-07")
    assert {each["symbol"] for each in await desk.mine.rows(path, state="ended")} == {PUT, HIGH_CALL}


async def test_the_price_history_of_a_contract_is_read_like_any_other(desk: RunningDesk) -> None:
    tape_id, _ = await desk.market("chain")
    await desk.mine.step(tape_id)
    bars = await desk.mine.get("/v1/bars", tape_id=tape_id, symbol=CALL)
    assert [(each["at"][:10], each["close"], each["volume"]) for each in bars["items"]] == [
        ("2024-06-03", "3", "50"),
        ("2024-06-04", "4.2", "50"),
    ]
    preset = await desk.mine.post("/v1/tapes", {"preset": "calm_market", "seed": 7, "detail": "minute"})
    chain = await desk.mine.rows("/v1/options/chain", tape_id=preset["id"], underlying="SPY", band="0.01", delta="0.5")
    past = await desk.mine.get("/v1/quotes/history", tape_id=preset["id"], symbol=chain[0]["symbol"], limit=1000)
    assert 0 < len(past["items"]) <= 390
    assert (past["items"][-1]["bid"], past["items"][-1]["ask"]) == (chain[0]["bid"], chain[0]["ask"])
    assert past["items"] == sorted(past["items"], key=lambda each: str(each["at"]))
