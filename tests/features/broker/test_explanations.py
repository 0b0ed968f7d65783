"""Every fill explains itself through REST and in the stream, and an account chooses how it is filled."""

from decimal import Decimal
from uuid import UUID, uuid4

import msgspec
import pytest

from tests.desk import RunningDesk, refused

OPENED_AT = Decimal(101)  # the bar after the account was opened


async def explained(desk: RunningDesk, account_id: str) -> list[dict[str, object]]:
    """Return the explanation of every fill, newest first."""
    fills = await desk.mine.rows(f"/v1/accounts/{account_id}/fills")
    return [await desk.mine.get(f"/v1/fills/{fill['id']}/explanation") for fill in fills]


async def test_the_parts_of_a_fill_sum_to_its_price_and_say_what_was_seen(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market()
    await desk.mine.order(account_id, "buy", "10")
    await desk.mine.step(tape_id)
    (told,) = await explained(desk, account_id)
    parts = told["parts"]
    assert isinstance(parts, dict)
    assert sum(map(Decimal, parts.values())) == Decimal("101.02") == Decimal(str(told["price"]))
    assert (parts["base"], parts["spread"], parts["latency"]) == ("101", "0.00808", "0.00202")
    assert (told["fact"], told["base"]) == ("open", "open")
    assert told["seen"] == {"price": "101", "trailing_volume": "1000000000"}
    assert (told["fill_model"], told["rules_version"], told["seed"], told["draws"]) == ("realistic", 2, 0, {})
    assert told["rules"] == ["open"]
    assert str(told["sentence"]).startswith("Bought 10 ACME at 101.02. The bar opened at 101; half the spread added")


async def test_a_large_order_says_why_it_got_a_part(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market(cash="100000000000")
    order = await desk.mine.order(account_id, "buy", "40000000")
    await desk.mine.step(tape_id)
    close, first = await explained(desk, account_id)
    assert (first["quantity"], close["quantity"]) == ("25000000", "15000000")  # a quarter of a tenth of the volume
    assert "volume_share" in first["rules"]  # type: ignore[operator]
    parts = first["parts"]
    assert isinstance(parts, dict)
    assert parts["impact"] == "0.07984757"  # 101 x 50 bps x sqrt(1/40)
    assert (await desk.mine.get(f"/v1/orders/{order['id']}"))["status"] == "filled"
    assert (await desk.mine.get(f"/v1/accounts/{account_id}/reconciliation"))["balanced"]


async def test_the_stream_carries_the_explanation_with_the_fill(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market()
    await desk.mine.order(account_id, "buy", "10")
    await desk.mine.step(tape_id)
    query = "select payload from events where account_id = $1 and kind = 'order_filled'"
    payload = msgspec.json.decode(await desk.owner.fetchval(query, UUID(account_id)))
    assert payload["fill"]["explanation"]["parts"]["base"] == "101.0"


@pytest.mark.parametrize(("model", "price"), [("ideal", "101"), ("deterministic", "101"), ("alpaca_paper", "101.02")])
async def test_an_account_chooses_its_fill_model_and_its_seed(desk: RunningDesk, model: str, price: str) -> None:
    tape_id, account_id = await desk.market(fill_model=model, seed=7)
    account = await desk.mine.get(f"/v1/accounts/{account_id}")
    assert (account["fill_model"], account["seed"]) == (model, 7)
    await desk.mine.order(account_id, "buy", "10")
    await desk.mine.step(tape_id)
    newest = (await explained(desk, account_id))[-1]
    assert (newest["price"], newest["fill_model"], newest["seed"]) == (price, model, 7)


async def test_a_harsh_venue_rejects_some_orders_and_the_books_agree(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market(fill_model="harsh", seed=1)
    orders = [await desk.mine.order(account_id, "buy", "1") for _ in range(40)]
    rejected = [order for order in orders if order["status"] == "rejected"]
    assert 0 < len(rejected) < 8
    assert {order["closed_reason"] for order in rejected} == {"rejected_by_venue"}
    await desk.mine.step(tape_id)
    assert (await desk.mine.get(f"/v1/accounts/{account_id}/reconciliation"))["balanced"]
    other = await desk.mine.open_account(tape_id, fill_model="harsh", seed=1)
    assert other != account_id


async def test_a_fill_from_before_has_no_explanation_and_says_so(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market()
    await desk.mine.order(account_id, "buy", "10")
    await desk.mine.step(tape_id)
    (fill,) = await desk.mine.rows(f"/v1/accounts/{account_id}/fills")
    await desk.owner.execute("update fills set explanation = null where id = $1", UUID(fill["id"]))
    refused(await desk.mine.ask("GET", f"/v1/fills/{fill['id']}/explanation"), 404, "fill_not_explained")
    refused(await desk.mine.ask("GET", f"/v1/fills/{uuid4()}/explanation"), 404, "unknown_fill")


@pytest.mark.parametrize(
    ("model", "price", "parts"),
    [
        ("midpoint", "100", {"base": "100", "spread": "0", "impact": "0"}),
        ("spread:0.5", "100.01", {"base": "100", "spread": "0.01", "impact": "0"}),
        ("spread:-0.5", "99.99", {"base": "100", "spread": "-0.01", "impact": "0"}),
        ("size:1", "100.03", {"base": "100", "spread": "0.02", "impact": "0.01"}),
        ("size:0.5", "100.03", {"base": "100", "spread": "0.02", "impact": "0.005"}),
    ],
)
async def test_a_model_may_take_any_share_of_the_spread_and_more_of_it_the_larger_the_order(
    desk: RunningDesk, model: str, price: str, parts: dict[str, str]
) -> None:
    """99.98 to 100.02 is quoted, and 200 are offered: 50 of them take a quarter of the share of 0.04."""
    _, account_id = await desk.market("quotes", cash="100000", fill_model=model, fill_on_arrival=True)
    units = "50" if model.startswith("size") else "10"
    await desk.mine.order(account_id, "buy", units)
    (told,) = await explained(desk, account_id)
    found = told["parts"]
    assert isinstance(found, dict)
    assert (told["price"], {name: found[name] for name in parts}) == (price, parts)
    assert sum(map(Decimal, found.values())) == Decimal(price)


async def test_where_nobody_quotes_the_midpoint_is_the_last_print(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market(fill_model="midpoint")
    await desk.mine.order(account_id, "buy", "10")
    await desk.mine.step(tape_id)
    (told,) = await explained(desk, account_id)
    assert (told["price"], told["fact"]) == ("101", "open")


async def test_more_than_is_quoted_fills_in_parts_and_each_costs_by_its_size(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market("quotes", cash="100000", fill_model="size:1", fill_on_arrival=True)
    order = await desk.mine.order(account_id, "buy", "202")
    assert (order["status"], order["filled_quantity"]) == ("partially_filled", "200")
    await desk.mine.step(tape_id, "fact")
    second, first = await explained(desk, account_id)
    assert (first["quantity"], first["price"], second["quantity"], second["price"]) == ("200", "100.06", "2", "100.06")
    assert "quoted_size" in first["rules"]  # type: ignore[operator]


@pytest.mark.parametrize(
    ("symbol", "side", "price"),
    [("ACME240621C00105000", "buy", "2.85"), ("ACME240621C00100000", "sell", "5.4"), ("ACME", "buy", "100.02")],
)
async def test_options_are_priced_inside_their_spread_on_the_steps_of_their_class(
    desk: RunningDesk, symbol: str, side: str, price: str
) -> None:
    rules = {"margin": {"kind": "reg_t"}, "option_level": 4}
    _, account_id = await desk.market("pit", cash="100000", fill_model="inside", fill_on_arrival=True, **rules)
    await desk.mine.order(account_id, side, "1", symbol=symbol)
    (told,) = await explained(desk, account_id)
    assert told["price"] == price


async def test_a_fill_model_that_does_not_exist_is_refused_with_those_that_do(desk: RunningDesk) -> None:
    tape_id, _ = await desk.market()
    body = {"name": "Practice", "tape_id": tape_id, "fill_model": "spread:2"}
    refused(await desk.mine.ask("POST", "/v1/accounts", json=body), 422, "unknown_fill_model")


async def test_an_account_is_filled_again_under_a_model_with_a_figure(desk: RunningDesk) -> None:
    _, account_id = await desk.market("quotes", cash="100000", fill_model="spread:1", fill_on_arrival=True)
    await desk.mine.order(account_id, "buy", "10")
    answer = await desk.mine.post(f"/v1/accounts/{account_id}/rescore", {"fill_model": "spread:-1"})
    assert [each["gain"] for each in answer["rescore"]["orders"]] == ["0.4"]


async def test_a_realistic_day_adds_spread_size_volatility_and_time_of_day_in_money(desk: RunningDesk) -> None:
    """Closes that swing by a tenth are more than three times as volatile as usual, and the day opens."""
    tape_id = await desk.mine.open_tape(desk.markets["swings"].id, "2024-06-17T20:00:00Z")
    account_id = await desk.mine.open_account(tape_id, fill_model="realistic_day", cash="100000")
    await desk.mine.order(account_id, "buy", "10")
    await desk.mine.step(tape_id)
    (told,) = await explained(desk, account_id)
    parts = told["parts"]
    assert isinstance(parts, dict)
    assert (parts["base"], parts["spread"], parts["impact"]) == ("100", "0.008", "0.00005")
    # Twice as much again for three times the usual volatility, and three tenths of all of that.
    assert (parts["volatility"], parts["time_of_day"], parts["latency"]) == ("0.0161", "0.007245", "0.002")
    assert sum(map(Decimal, parts.values())) == Decimal("100.04") == Decimal(str(told["price"]))
    assert told["rules"] == ["open", "first_half_hour"]
    seen = told["seen"]
    assert isinstance(seen, dict)
    assert Decimal(seen["volatility"]) > 1
    assert "a market that moves more than usual added 0.0161, the time of day added 0.007245" in str(told["sentence"])
    assert (await desk.mine.get(f"/v1/accounts/{account_id}/reconciliation"))["balanced"]


async def test_costs_go_up_in_the_half_hours_at_the_bells_and_only_there(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market("quotes", cash="100000", fill_model="realistic_day", fill_on_arrival=True)
    await desk.mine.order(account_id, "buy", "10")  # at ten o'clock, half an hour after the bell
    await desk.mine.step(tape_id, "fact")
    await desk.mine.order(account_id, "buy", "5")
    after, within = await explained(desk, account_id)
    assert (within["price"], after["price"]) == ("100.03", "100.04")
    assert [each["rules"] for each in (within, after)] == [
        ["quote", "first_half_hour", "volatility_unknown"], ["quote", "volatility_unknown"],
    ]  # fmt: skip


async def test_noise_follows_the_seed_and_a_blend_weighs_it(desk: RunningDesk) -> None:
    tape_id, _ = await desk.market()
    seeds = {"noise:0.01": (1, 1, 2), "blend:realistic=0.9+noise:0.01=0.1": (1, 1, 2), "test": (1, 2, 3)}
    accounts = [
        (model, await desk.mine.open_account(tape_id, fill_model=model, seed=seed))
        for model, some in seeds.items()
        for seed in some
    ]
    for _, account_id in accounts:
        await desk.mine.order(account_id, "buy", "10")
    await desk.mine.step(tape_id)
    told = [(await explained(desk, account_id))[0] for _, account_id in accounts]
    prices = [Decimal(str(each["price"])) for each in told]
    assert (prices[0] == prices[1], prices[0] == prices[2], prices[3] == prices[4]) == (True, False, True)
    assert prices[6:] == [OPENED_AT] * 3
    assert [each["fill_model"] for each in told] == [model for model, _ in accounts]
    assert [sorted(each["draws"]) for each in told] == [["noise"]] * 6 + [[]] * 3  # type: ignore[call-overload]
    whole, tenth = (Decimal(told[number]["parts"]["noise"]) for number in (0, 3))  # type: ignore[index]
    assert abs(whole) <= OPENED_AT / 100
    assert abs(tenth * 10 - whole) < Decimal("0.00000002")


@pytest.mark.parametrize(
    ("preset", "bought_at"),
    [("conservative", "100.04"), ("realistic", "100.02"), ("options", "100.02"), ("aggressive", "100.01")],
)
async def test_a_preset_is_chosen_by_its_name(desk: RunningDesk, preset: str, bought_at: str) -> None:
    _, account_id = await desk.market("quotes", cash="100000", fill_model=preset, fill_on_arrival=True)
    order = await desk.mine.order(account_id, "buy", "10")
    assert order["average_fill_price"] == bought_at
