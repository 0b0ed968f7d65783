"""Alpaca's rule of cover: each short leg of an order of several legs is covered inside the same order."""

from decimal import Decimal
from typing import Any

import pytest

from paperdesk.core.broker.commands import ComboLeg
from paperdesk.core.broker.orders import Intent, Side
from paperdesk.core.market.instruments import Instrument
from paperdesk.doors.alpaca.leg_cover import LegNotCovered, check_covered
from tests.dialect import Dialect
from tests.scenery import option

CALL, DEARER, PUT = "ACME240621C00100000", "ACME240621C00105000", "ACME240621P00100000"
NEAR, FAR, OTHER = option("C", "100", days=30), option("C", "105", days=60), option("P", "100", days=60)


def refusal(*legs: tuple[Instrument, Side, int, Intent | None], held: dict[str, Decimal] | None = None) -> str | None:
    """Return which leg is not covered, None when all are."""
    asked = []
    for of, side, ratio, intent in legs:
        assert of.contract is not None
        asked.append((ComboLeg(of.symbol, side, Decimal(ratio), intent), of.contract))
    try:
        check_covered(asked, Decimal(1), held or {})
    except LegNotCovered as refused:
        return str(refused.facts["symbol"])
    return None


def test_a_short_leg_is_covered_by_a_long_one_of_its_right_that_ends_with_it_or_later() -> None:
    assert refusal((NEAR, Side.SELL, 1, None), (FAR, Side.BUY, 1, None)) is None
    assert refusal((FAR, Side.SELL, 1, None), (NEAR, Side.BUY, 1, None)) == FAR.symbol
    assert refusal((FAR, Side.SELL, 1, None), (OTHER, Side.BUY, 1, None)) == FAR.symbol
    assert refusal((NEAR, Side.SELL, 2, None), (FAR, Side.BUY, 1, None)) == NEAR.symbol


def test_only_legs_that_open_need_cover_or_give_it() -> None:
    closing = (NEAR, Side.BUY, 1, Intent.BUY_TO_CLOSE)
    assert refusal(closing, (FAR, Side.SELL, 1, Intent.SELL_TO_OPEN)) == FAR.symbol
    assert refusal((NEAR, Side.SELL, 1, Intent.SELL_TO_CLOSE), (FAR, Side.BUY, 1, None)) is None


def test_without_an_intent_a_leg_closes_what_is_held_as_far_as_all_of_it_does() -> None:
    roll = (FAR, Side.SELL, 1, None), (OTHER, Side.BUY, 1, None)
    assert refusal(*roll, held={FAR.symbol: Decimal(1)}) is None
    assert refusal(*roll, held={FAR.symbol: Decimal("0.5")}) == FAR.symbol
    lone = (NEAR, Side.BUY, 1, None), (NEAR, Side.SELL, 1, None)
    assert refusal(*lone, held={NEAR.symbol: Decimal(-1)}) == NEAR.symbol


def mleg(*legs: dict[str, Any]) -> dict[str, Any]:
    told = [{"ratio_qty": "1", **leg} for leg in legs]
    return {"order_class": "mleg", "type": "market", "time_in_force": "day", "qty": "1", "legs": told}


@pytest.fixture
async def trader(dialect: Dialect) -> Dialect:
    """An account that may write options, on a market that quotes them."""
    await dialect.open("pit", cash="100000", margin={"kind": "reg_t"}, option_level=4)
    return dialect


async def test_a_lone_short_cannot_be_rolled_in_one_order_and_a_spread_can_be_placed(trader: Dialect) -> None:
    lone = {"symbol": CALL, "side": "sell", "type": "market", "time_in_force": "day", "qty": "1"}
    assert (await trader.ask("POST", "/v2/orders", json=lone)).status_code == 200
    await trader.desk.mine.step(trader.tape_id, unit="quote", count=8)
    roll = mleg({"symbol": CALL, "side": "buy", "position_intent": "buy_to_close"}, {"symbol": DEARER, "side": "sell"})
    before = await trader.desk.footprint(trader.account_id)
    answer = await trader.ask("POST", "/v2/orders", json=roll)
    assert (answer.status_code, answer.json()["code"]) == (403, 40310000)
    assert answer.json()["message"].startswith(f"{DEARER} is sold short and not covered inside the order")
    assert await trader.desk.footprint(trader.account_id) == before
    spread = mleg({"symbol": CALL, "side": "sell"}, {"symbol": DEARER, "side": "buy"})
    placed = await trader.ask("POST", "/v2/orders", json=spread)
    assert (placed.status_code, len(placed.json()["legs"])) == (200, 2)
    short = mleg({"symbol": PUT, "side": "sell"}, {"symbol": DEARER, "side": "buy"})
    assert (await trader.ask("POST", "/v2/orders", json=short)).status_code == 403
