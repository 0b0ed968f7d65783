"""How much to buy, asked by REST: by a method, by a tolerance of risk, by a stop, by one's own past."""

from decimal import Decimal

from tests.desk import RunningDesk, refused

LATE = "2024-07-12T20:00:00Z"


async def test_an_account_is_told_how_much_to_buy_and_why(desk: RunningDesk) -> None:
    tape_id = await desk.mine.open_tape(desk.markets["waves"].id, LATE)
    account_id = await desk.mine.open_account(tape_id, "100000")
    asked = f"/v1/accounts/{account_id}/position-size"
    tenth = await desk.mine.get(asked, symbol="ACME", method="fixed_share")
    price = Decimal(tenth["price"])
    assert Decimal(tenth["units"]) == Decimal(10_000) // price
    assert Decimal(tenth["notional"]) == Decimal(tenth["units"]) * price
    assert (tenth["equity"], tenth["cash"], tenth["rules"], tenth["is_suggested"]) == ("100000", "100000", [], False)
    calm = await desk.mine.get(asked, symbol="ACME")
    assert (calm["method"], calm["is_suggested"]) == ("volatility_target", True)
    wanted = Decimal("0.16") / Decimal(calm["volatility"])
    assert abs(Decimal(calm["wanted_share"]) - wanted) < Decimal("0.00001")
    assert (await desk.mine.get(asked, symbol="ACME", tolerance="low"))["method"] == "fixed_share"
    near = str(price - 2)
    stopped = await desk.mine.get(asked, symbol="ACME", tolerance="high", stop_price=near)
    assert stopped["method"] == "max_loss"
    assert Decimal(stopped["wanted_share"]) == round(Decimal("0.02") * price / 2, 6)
    for method in ("risk_parity", "average_range", "fixed_amount"):
        assert Decimal((await desk.mine.get(asked, symbol="ACME", method=method))["units"]) > 0
    kelly = await desk.mine.get(asked, symbol="ACME", method="kelly", win_rate="0.6", payoff="1")
    assert kelly["wanted_share"] == "0.05"


async def test_what_is_not_known_is_asked_for_and_never_made_up(desk: RunningDesk) -> None:
    _, account_id = await desk.market()
    asked = f"/v1/accounts/{account_id}/position-size"

    async def told(**query: str) -> None:
        refused(await desk.mine.ask("GET", asked, params={"symbol": "ACME", **query}), 422, "unsized")

    await told(tolerance="high")  # Kelly, and the account has closed nothing yet
    await told(method="volatility_target")
    await told(method="average_range")
    await told(method="max_loss")
    strange = await desk.mine.ask("GET", asked, params={"symbol": "NOPE", "method": "fixed_share"})
    refused(strange, 404, "unknown_symbol")


async def test_kelly_goes_by_what_the_account_closed_once_there_is_enough_of_it(desk: RunningDesk) -> None:
    tape_id = await desk.mine.open_tape(desk.markets["waves"].id)
    account_id = await desk.mine.open_account(tape_id, "100000", fill_model="ideal")
    for side in ("buy", "sell") * 20:
        await desk.mine.order(account_id, side, "1")
        await desk.mine.step(tape_id)
    gains = [Decimal(each["gain"]) for each in await desk.mine.rows(f"/v1/accounts/{account_id}/gains")]
    won, lost = [each for each in gains if each > 0], [each for each in gains if each < 0]
    told = await desk.mine.get(f"/v1/accounts/{account_id}/position-size", symbol="ACME", tolerance="high")
    assert told["method"] == "kelly"
    assert abs(Decimal(told["win_rate"]) - Decimal(len(won)) / len(gains)) < Decimal("0.00001")
    payoff = (sum(won, Decimal(0)) / len(won)) / (-sum(lost, Decimal(0)) / len(lost))
    assert abs(Decimal(told["payoff"]) - payoff) < Decimal("0.00001")
