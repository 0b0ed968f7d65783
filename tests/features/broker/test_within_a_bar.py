"""What happens within one bar of a day follows the written table of matching.py, told by REST."""

from decimal import Decimal
from typing import Any

from tests.desk import RunningDesk

GTC = {"time_in_force": "gtc"}


async def fills(desk: RunningDesk, account_id: str) -> list[tuple[str, str, bool]]:
    """Return what filled, the first one first: price, rule, and whether the bar left open what came first."""
    rows = await desk.mine.rows(f"/v1/accounts/{account_id}/fills")
    rows.sort(key=lambda each: each["seq"])
    return [(row["price"], row["rule"], row["ambiguous"]) for row in rows]


async def bracket(desk: RunningDesk, account_id: str, exits: tuple[str, str], **terms: str) -> None:
    """Buy ten with a target and a stop."""
    body: dict[str, Any] = {
        "account_id": account_id, "symbol": "ACME", "side": "buy", "quantity": "10", "order_class": "bracket",
        "take_profit": {"limit_price": exits[0]}, "stop_loss": {"stop_price": exits[1]}, **GTC, **terms,
    }  # fmt: skip
    await desk.mine.post("/v1/orders", body)


async def test_within_a_bar_a_gap_comes_first_then_stops_and_then_targets(desk: RunningDesk) -> None:
    tape_id, gapped = await desk.market(fill_model="ideal")
    both, entered, stopped = [await desk.mine.open_account(tape_id, fill_model="ideal") for _ in range(3)]
    await desk.mine.step(tape_id, count=1)
    await bracket(desk, gapped, ("110.00", "102.90"), type="market")
    await bracket(desk, both, ("106.50", "98.00"), type="market")
    await desk.mine.step(tape_id, count=1)  # bought at the open, 103.50; the day goes from 102.00 to 106.00
    await bracket(desk, entered, ("104.50", "98.00"), type="limit", limit_price="103.00")
    await bracket(desk, stopped, ("106.00", "98.00"), type="stop", stop_price="104.50")
    await desk.mine.step(tape_id, count=1)  # opens at 104.00, and goes from 105.00 to 97.00
    assert await fills(desk, gapped) == [("103.5", "open", False), ("102.9", "stop_in_range", False)]
    assert await fills(desk, both) == [("103.5", "open", False), ("98", "stop_in_range", False)]
    # Behind an entry in the range the stop fires with it, and the target, which lay in it too, does not.
    assert await fills(desk, entered) == [("103", "limit_in_range", False), ("98", "stop_in_range", False)]
    assert await fills(desk, stopped) == [("104.5", "stop_in_range", False), ("98", "stop_in_range", True)]


async def test_a_bar_that_reaches_both_exits_fills_the_stop_and_says_that_it_is_not_sure(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market(fill_model="ideal")
    await desk.mine.step(tape_id, count=6)
    await bracket(desk, account_id, ("107.50", "105.50"), type="market")
    await desk.mine.step(tape_id, count=1)  # opens at 106.00, and goes from 105.00 to 108.00
    assert await fills(desk, account_id) == [("106", "open", False), ("105.5", "stop_in_range", True)]


async def test_which_exit_comes_first_in_a_bar_that_reaches_both_is_a_rule_of_the_account(desk: RunningDesk) -> None:
    tape_id, _ = await desk.market(fill_model="ideal")
    # The bar opens at 106.00, and goes from 105.00 to 108.00: a target at 107.50, or a nearer one at 106.75.
    asked = {"neutral": ("107.50", "105.50"), "optimistic": ("107.50", "105.50"), "realistic": ("107.50", "105.50")}
    paths = {path: await desk.mine.open_account(tape_id, fill_model="ideal", bar_path=path) for path in asked}
    near = await desk.mine.open_account(tape_id, fill_model="ideal", bar_path="realistic")
    assert (await desk.mine.get(f"/v1/accounts/{near}"))["bar_path"] == "realistic"
    await desk.mine.step(tape_id, count=6)
    for path, exits in asked.items():
        await bracket(desk, paths[path], exits, type="market")
    await bracket(desk, near, ("106.75", "105.00"), type="market")
    await desk.mine.step(tape_id, count=1)
    stopped, gained = ("105.5", "stop_in_range", True), ("107.5", "limit_in_range", True)
    left = {path: (await fills(desk, account_id))[1:] for path, account_id in paths.items()}
    assert left == {"neutral": [stopped], "optimistic": [gained], "realistic": [stopped]}
    assert (await fills(desk, near))[1:] == [("106.75", "limit_in_range", True)]


async def test_of_two_stops_the_nearer_acts(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market(fill_model="ideal")
    await desk.mine.order(account_id, "buy", "20")
    await desk.mine.step(tape_id, count=1)
    far, near = [
        await desk.mine.order(account_id, "sell", "10", type="stop", stop_price=price, **GTC)
        for price in ("101.50", "102.50")
    ]
    await desk.mine.step(tape_id, count=1)  # goes down to 102.00
    rows = await desk.mine.rows(f"/v1/accounts/{account_id}/fills")
    assert [(row["order_id"], row["price"]) for row in rows if row["side"] == "sell"] == [(near["id"], "102.5")]
    await desk.mine.step(tape_id, count=1)  # goes down to 97.00
    rows = await desk.mine.rows(f"/v1/accounts/{account_id}/fills")
    assert {row["order_id"]: row["price"] for row in rows if row["side"] == "sell"} == {
        near["id"]: "102.5",
        far["id"]: "101.5",
    }


async def test_a_limit_at_the_lowest_price_is_touched_and_one_a_tick_above_it_is_crossed(desk: RunningDesk) -> None:
    tape_id, touching = await desk.market(fill_model="ideal")
    crossing = await desk.mine.open_account(tape_id, fill_model="realistic")
    for account_id in (touching, crossing):
        for limit in ("100.49", "100.50", "100.51"):
            await desk.mine.order(account_id, "buy", "10", limit_price=limit)
    await desk.mine.step(tape_id, count=1)  # goes down to 100.50
    assert sorted(await fills(desk, touching)) == [
        ("100.5", "limit_in_range", False),
        ("100.51", "limit_in_range", False),
    ]
    assert await fills(desk, crossing) == [("100.51", "limit_in_range", False)]
    for account_id, units in ((touching, "20"), (crossing, "10")):
        for limit in ("106.01", "106.00", "105.99"):
            await desk.mine.order(account_id, "sell", str(int(units) // 3), limit_price=limit)
    await desk.mine.step(tape_id, count=1)  # goes up to 106.00
    assert sorted(price for price, *_ in (await fills(desk, touching))[2:]) == ["105.99", "106"]
    assert [price for price, *_ in (await fills(desk, crossing))[1:]] == ["105.99"]


async def test_a_market_fill_on_a_bar_is_as_pessimistic_as_the_fill_model_that_is_chosen(desk: RunningDesk) -> None:
    tape_id, _ = await desk.market()
    chosen = ("ideal", "aggressive", "realistic", "conservative", "harsh")
    accounts = [await desk.mine.open_account(tape_id, fill_model=name, seed=1) for name in chosen]
    for account_id in accounts:
        await desk.mine.order(account_id, "buy", "10")
    await desk.mine.step(tape_id, count=1)  # opens at 101.00
    prices = [Decimal((await fills(desk, account_id))[0][0]) for account_id in accounts]
    assert prices[0] == Decimal(101)
    assert prices == sorted(set(prices)), "each is dearer than the one before"


async def test_a_limit_needs_a_touch_a_cross_or_a_cross_with_volume_as_its_model_says(desk: RunningDesk) -> None:
    tape_id, touching = await desk.market("minutes", cash="1000000", fill_model="ideal")
    crossing, by_volume = [
        await desk.mine.open_account(tape_id, cash="1000000", fill_model=name) for name in ("crossed", "realistic")
    ]
    for account_id in (touching, crossing, by_volume):
        for limit in ("100.00", "100.06"):
            await desk.mine.order(account_id, "buy", "100", limit_price=limit)
    await desk.mine.step(tape_id, unit="bar", count=1)  # goes down to 100.00, with a volume of 200
    filled = [await fills(desk, account_id) for account_id in (touching, crossing, by_volume)]
    assert sorted(price for price, *_ in filled[0]) == ["100", "100.06"]
    assert [price for price, *_ in filled[1]] == ["100.06"]
    rows = await desk.mine.rows(f"/v1/accounts/{by_volume}/fills")
    # A tenth of the volume, half of it in the range, and of that the fifth that traded beyond the limit.
    assert [(row["price"], row["quantity"]) for row in rows] == [("100.06", "2")]
