"""Strategies, chains and payoffs through REST."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests.desk import RunningDesk, refused

CALL, HIGH_CALL, PUT = "ACME240607C00100000", "ACME240607C00105000", "ACME240607P00100000"
MARGINED = {"margin": {"kind": "reg_t"}, "option_level": 4, "fill_model": "ideal", "cash": "20000"}


async def test_positions_are_shown_as_the_strategies_they_make(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market("chain", **MARGINED)
    await desk.mine.order(account_id, "buy", "2", symbol=CALL)
    await desk.mine.order(account_id, "sell", "1", symbol=HIGH_CALL)
    await desk.mine.step(tape_id)
    shown = await desk.mine.get(f"/v1/accounts/{account_id}/strategies")
    ratio = shown["items"][0]
    assert [(each["strategy"], each["units"]) for each in shown["items"]] == [("ratio", "1")]
    assert [(leg["symbol"], leg["quantity"]) for leg in ratio["legs"]] == [(CALL, "2"), (HIGH_CALL, "-1")]
    assert (ratio["payoff"]["max_profit"], ratio["payoff"]["max_loss"]) == (None, "550")
    assert ratio["payoff"]["break_evens"] == ["102.75"]
    (needed,) = shown["requirements"]
    assert needed["is_exact"]
    assert [each["strategy"] for each in needed["paired"]] == ["vertical", "long"]


async def test_an_account_without_margin_has_strategies_and_no_requirement(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market("chain", cash="20000")
    await desk.mine.order(account_id, "buy", "100")
    await desk.mine.order(account_id, "buy", "1", symbol=PUT)
    await desk.mine.step(tape_id)
    shown = await desk.mine.get(f"/v1/accounts/{account_id}/strategies")
    assert [each["strategy"] for each in shown["items"]] == ["protective_put"]
    assert shown["requirements"] == []


async def test_a_chain_shows_what_is_listed_by_now_and_what_its_quotes_imply(desk: RunningDesk) -> None:
    tape_id, _ = await desk.market("chain")
    asked = {"tape_id": tape_id, "underlying": "ACME"}
    contracts = await desk.mine.rows("/v1/options/contracts", **asked)
    assert [each["symbol"] for each in contracts] == [CALL, PUT, HIGH_CALL]
    assert (contracts[0]["strike"], contracts[0]["style"], contracts[0]["multiplier"]) == ("100", "american", "100")
    assert (await desk.mine.get("/v1/options/expirations", **asked))["items"] == ["2024-06-07"]
    assert (await desk.mine.get("/v1/options/strikes", **asked))["items"] == ["100", "105"]
    call, put, _ = await desk.mine.rows("/v1/options/chain", **asked, expires_on="2024-06-07")
    assert Decimal(0) < Decimal(call["implied_vol"]) < Decimal(3)
    assert Decimal(put["delta"]) < 0 < Decimal(call["delta"])
    assert await desk.mine.rows("/v1/options/contracts", **{**asked, "underlying": "BOLT"}) == []
    await desk.mine.step(tape_id, count=4)
    assert await desk.mine.rows("/v1/options/contracts", **asked) == []
    ended = await desk.mine.rows("/v1/options/chain", **asked, expired="true", right="put")
    assert [(each["symbol"], each["implied_vol"], each["reason"]) for each in ended] == [(PUT, None, "expired")]


def leg(symbol: str, quantity: str, price: str) -> dict[str, str]:
    return {"symbol": symbol, "quantity": quantity, "price": price}


async def test_a_payoff_is_drawn_without_any_position(desk: RunningDesk) -> None:
    body = {
        "legs": [leg(CALL, "1", "3"), leg(HIGH_CALL, "-1", "1.20")],
        "outlook": {"on": "2024-06-04", "spot": "101", "vol": "0.25"},
    }
    drawn = await desk.mine.post("/v1/options/payoff", body)
    assert drawn["strategy"] == "vertical"
    assert (drawn["payoff"]["max_profit"], drawn["payoff"]["max_loss"]) == ("320", "180")
    assert drawn["payoff"]["break_evens"] == ["101.8"]
    estimate = drawn["estimate"]
    assert len(estimate["corners"]) == 41
    assert Decimal(estimate["delta"]) > 0
    assert float(estimate["probability_of_profit"]) == pytest.approx(0.3596, abs=0.0001)
    assert estimate["distribution"] == "lognormal around 101, 0.0082 years, volatility 25.00%, drift 0.00%"


async def test_legs_that_end_on_different_days_have_a_value_and_no_payoff(desk: RunningDesk) -> None:
    far = "ACME240621C00100000"
    body = {
        "legs": [leg(CALL, "-1", "3"), leg(far, "1", "4"), leg("ACME", "10", "100")],
        "outlook": {"on": "2024-06-04", "spot": "101", "vol": "0.25"},
    }
    drawn = await desk.mine.post("/v1/options/payoff", body)
    assert (drawn["strategy"], drawn["payoff"]) == ("custom", None)
    assert drawn["reason"] == "A payoff needs legs on one underlying that expire on one day."
    assert drawn["estimate"]["probability_of_profit"] is None
    assert Decimal(drawn["estimate"]["vega_per_vol"]) > 0  # the later option has more of it
    refused(await desk.mine.ask("POST", "/v1/options/payoff", json={"legs": []}), 422, "malformed_request")


@pytest.mark.parametrize(
    ("legs", "strategy"),
    [
        ("+1 C0607:95 -2 C0607:100 +1 C0607:105", "butterfly"),
        ("+1 P0607:90 -1 P0607:95 -1 P0607:105 +1 P0607:110", "condor"),
        ("+1 P0607:90 -1 P0607:95 -1 C0607:105 +1 C0607:110", "iron_condor"),
        ("+1 P0607:95 -1 P0607:100 -1 C0607:100 +1 C0607:105", "iron_butterfly"),
        ("+1 C0607:100 +1 P0607:100", "straddle"),
        ("-1 C0607:105 -1 P0607:95", "strangle"),
        ("+100 ACME +1 P0607:95 -1 C0607:105", "collar"),
        ("-100 ACME -1 P0607:95 +1 C0607:105", "collar"),
        ("+1 C0607:100 -2 C0607:105", "ratio"),
        ("-1 C0607:100 +1 C0621:100", "calendar"),
        ("+1 P0607:100 -1 P0621:100", "calendar"),
        ("-1 C0607:105 +1 C0621:100", "diagonal"),
    ],
)
async def test_every_usual_strategy_is_recognised_by_its_legs(desk: RunningDesk, legs: str, strategy: str) -> None:
    words = legs.split()
    asked = []
    for quantity, what in zip(words[::2], words[1::2], strict=True):
        series, _, strike = what.partition(":")
        symbol = f"ACME24{series[1:]}{series[0]}{int(strike) * 1000:08}" if strike else what
        asked.append(leg(symbol, quantity.removeprefix("+"), "1"))
    drawn = await desk.mine.post("/v1/options/payoff", {"legs": asked})
    assert drawn["strategy"] == strategy


# Each higher sensitivity: the one it is the derivative of, by what, and in how small a step.
HIGHER = {
    "vanna_per_vol": ("delta", "vol"),
    "vomma_per_vol": ("vega_per_vol", "vol"),
    "ultima_per_vol": ("vomma_per_vol", "vol"),
    "zomma_per_vol": ("gamma", "vol"),
    "speed": ("gamma", "spot"),
    "charm_per_year": ("delta", "on"),
    "veta_per_vol_year": ("vega_per_vol", "on"),
    "color_per_year": ("gamma", "on"),
    "dual_delta": ("value", "strike"),
}
STEPS = {"vol": Decimal("0.002"), "spot": Decimal("0.1"), "on": Decimal(1), "strike": Decimal("0.5")}


async def estimate(desk: RunningDesk, right: str, moved: str = "", by: Decimal = Decimal(0)) -> dict[str, Decimal]:
    """Ask what a year's option on ACME comes to, with one of its terms moved."""
    terms = {"vol": Decimal("0.3"), "spot": Decimal(100), "on": Decimal(0), "strike": Decimal(105)}
    terms |= {moved: terms[moved] + by} if moved else {}
    on = date(2024, 6, 4) + timedelta(days=int(terms["on"]))
    symbol = f"ACME250606{right}{int(terms['strike'] * 1000):08}"
    market = {"spot": str(terms["spot"]), "vol": str(terms["vol"]), "rate": "0.04", "dividend_yield": "0.015"}
    body = {"legs": [leg(symbol, "1", "0")], "outlook": {"on": on.isoformat(), **market}}
    found = (await desk.mine.post("/v1/options/payoff", body))["estimate"]
    told = {name: Decimal(found[name]) for name in ("delta", "gamma", "vega_per_vol", *HIGHER)}
    return told | {"value": Decimal(found["corners"][20]["profit"])}


@pytest.mark.parametrize("right", ["C", "P"])
async def test_every_higher_greek_is_the_numeric_derivative_of_what_the_desk_tells(
    desk: RunningDesk, right: str
) -> None:
    told = await estimate(desk, right)
    moved = {
        term: (await estimate(desk, right, term, step), await estimate(desk, right, term, -step), step)
        for term, step in STEPS.items()
    }
    for name, (of, term) in HIGHER.items():
        up, down, step = moved[term]
        span = 2 * step / 365 if term == "on" else 2 * step
        assert float(told[name]) == pytest.approx(float((up[of] - down[of]) / span), rel=0.01, abs=1e-3), name
