"""A spread is built from a template on what a tape has shown, with its payoff, its chance and its Greeks."""

from decimal import Decimal
from typing import Any

from tests.desk import RunningDesk, refused

CALL, HIGH_CALL, PUT = "ACME240607C00100000", "ACME240607C00105000", "ACME240607P00100000"


async def spread(desk: RunningDesk, tape_id: str, template: str, **terms: Any) -> Any:  # noqa: ANN401 - any JSON
    body = {"tape_id": tape_id, "template": template, "underlying": "ACME", "expires_on": "2024-06-07", **terms}
    return await desk.mine.post("/v1/options/spreads", body)


async def test_a_spread_is_built_from_a_template_with_payoff_break_evens_chance_and_greeks(desk: RunningDesk) -> None:
    tape_id, _ = await desk.market("chain")
    quotes = {each["symbol"]: each for each in await desk.mine.rows(
        "/v1/options/chain", tape_id=tape_id, underlying="ACME", expires_on="2024-06-07"
    )}  # fmt: skip
    built = await spread(desk, tape_id, "bull_call", strikes=["100", "105"])
    assert [(each["symbol"], each["quantity"]) for each in built["legs"]] == [(CALL, "1"), (HIGH_CALL, "-1")]
    low, high = ((Decimal(each["bid"]) + Decimal(each["ask"])) / 2 for each in built["legs"])
    assert [Decimal(each["price"]) for each in built["legs"]] == [low, high]
    cost = (low - high) * 100
    assert built["strategy"] == "vertical"
    assert Decimal(built["payoff"]["max_loss"]) == cost
    assert Decimal(built["payoff"]["max_profit"]) == 500 - cost
    assert [Decimal(each) for each in built["payoff"]["break_evens"]] == [100 + cost / 100]
    told = [quotes[each]["implied_vol"] for each in (CALL, HIGH_CALL)]
    assert [each["implied_vol"] for each in built["legs"]] == told
    mean = (Decimal(told[0]) + Decimal(told[1])) / 2
    assert abs(Decimal(built["volatility"]) - mean) < Decimal("0.00001")
    estimate = built["estimate"]
    assert 0 < Decimal(estimate["probability_of_profit"]) < 1
    assert Decimal(estimate["delta"]) > 0
    drawn = {
        "legs": [
            {"symbol": each["symbol"], "quantity": each["quantity"], "price": each["price"]} for each in built["legs"]
        ],
        "outlook": {"on": "2024-06-03", "spot": built["spot"], "vol": built["volatility"]},
    }
    again = await desk.mine.post("/v1/options/payoff", drawn)
    assert (again["payoff"], again["estimate"]) == (built["payoff"], estimate)


async def test_a_width_takes_the_listed_strikes_nearest_to_the_price(desk: RunningDesk) -> None:
    tape_id, _ = await desk.market("chain")
    straddle = await spread(desk, tape_id, "long_straddle", width="5", units="3")
    assert [(each["symbol"], each["quantity"]) for each in straddle["legs"]] == [(PUT, "3"), (CALL, "3")]
    bull = await spread(desk, tape_id, "bull_call", width="5")
    assert [each["symbol"] for each in bull["legs"]] == [CALL, HIGH_CALL]


async def test_what_cannot_be_built_is_refused_by_name(desk: RunningDesk) -> None:
    tape_id, _ = await desk.market("chain")
    body = {"tape_id": tape_id, "template": "bull_call", "underlying": "ACME", "expires_on": "2024-06-07"}
    for terms, status, code in (
        ({}, 422, "strikes_or_width"),
        ({"strikes": ["100", "105"], "width": "5"}, 422, "strikes_or_width"),
        ({"strikes": ["105", "100"]}, 422, "strikes_do_not_fit"),
        ({"strikes": ["100"]}, 422, "strikes_do_not_fit"),
        ({"strikes": ["100", "102.5"]}, 404, "strike_not_listed"),
        ({"template": "bull_put", "strikes": ["100", "105"]}, 404, "strike_not_listed"),
        ({"width": "0.01"}, 422, "strikes_do_not_fit"),
        ({"width": "5", "expires_on": "2024-06-14"}, 422, "strikes_do_not_fit"),
        ({"width": "5", "underlying": "NOPE"}, 404, "unknown_symbol"),
        ({"template": "butterfly", "width": "5"}, 422, "malformed_request"),
    ):
        refused(await desk.mine.ask("POST", "/v1/options/spreads", json={**body, **terms}), status, code)
