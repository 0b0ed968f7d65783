"""What an order may say about itself besides side, price and time, through REST."""

from typing import Any

import pytest

from tests.desk import RunningDesk, refused, wish


async def test_a_protected_order_is_limited_by_its_protection_and_says_at_which_price(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market(fill_model="ideal")
    far = await desk.mine.order(account_id, "buy", "10", protection_rate="0.005", time_in_force="gtc")
    near = await desk.mine.order(account_id, "buy", "10", protection_rate="0.02", time_in_force="gtc")
    # The last price was 100.00, and the next day opens at 101.00.
    assert [(each["protection_price"], each["limit_price"]) for each in (far, near)] == [("100.5", None), ("102", None)]
    await desk.mine.control(tape_id, "jump", to="next_open")
    await desk.mine.step(tape_id, "fact")
    far, near = [await desk.mine.get(f"/v1/orders/{each['id']}") for each in (far, near)]
    assert (far["status"], near["status"], near["average_fill_price"]) == ("accepted", "filled", "101")
    replaced = (await desk.mine.ask("PATCH", f"/v1/orders/{far['id']}", json={"quantity": "5"})).json()
    assert (replaced["protection_rate"], replaced["protection_price"]) == ("0.005", "101.5")
    assert (await desk.mine.get(f"/v1/accounts/{account_id}/reconciliation"))["balanced"]


async def test_a_protected_stop_does_not_chase_a_market_that_gapped(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market(fill_model="ideal")
    await desk.mine.order(account_id, "buy", "10")
    await desk.mine.step(tape_id, count=2)  # the market stands at 105, and opens at 104 to fall to 97
    terms = {"type": "stop", "time_in_force": "gtc", "stop_price": "104.50"}
    guarded = await desk.mine.order(account_id, "sell", "5", protection_rate="0.001", **terms)
    chasing = await desk.mine.order(account_id, "sell", "5", **terms)
    assert (guarded["protection_price"], chasing["protection_price"]) == ("104.4", None)
    await desk.mine.step(tape_id)
    found = [await desk.mine.get(f"/v1/orders/{each['id']}") for each in (guarded, chasing)]
    assert [each["status"] for each in found] == ["accepted", "filled"]
    assert all(each["triggered_at"] for each in found)
    assert (found[1]["average_fill_price"], found[0]["filled_quantity"]) == ("104", "0")


async def test_a_stop_is_triggered_by_what_its_sender_chose(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market("quotes", cash="100000")
    # 99.98 to 100.02 stands; then 100.00 to 100.04, and then 100.10 to 100.14.
    stops: dict[str, dict[str, Any]] = {
        source: await desk.mine.order(
            account_id, "buy", "1", type="stop", stop_price="100.04", trigger_source=source, time_in_force="gtc"
        )
        for source in ("quote", "mid")
    }
    assert [each["trigger_source"] for each in stops.values()] == ["quote", "mid"]

    async def triggered() -> dict[str, bool]:
        shown = {name: await desk.mine.get(f"/v1/orders/{each['id']}") for name, each in stops.items()}
        return {name: each["triggered_at"] is not None for name, each in shown.items()}

    await desk.mine.step(tape_id, "quote")
    assert await triggered() == {"quote": True, "mid": False}
    await desk.mine.step(tape_id, "quote")
    assert await triggered() == {"quote": True, "mid": True}
    missing = wish(account_id, "buy", "1", type="stop", stop_price="101", trigger_source="print")
    assert refused(await desk.mine.ask("POST", "/v1/orders", json=missing), 409, "trigger_not_told")["symbol"] == "ACME"
    market = await desk.mine.order(account_id, "buy", "1")
    assert (market["trigger_source"], market["protection_rate"], market["protection_price"]) == (None, None, None)


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        ({"limit_price": "100", "protection_rate": "0.02"}, "protection_not_allowed"),
        ({"protection_rate": "1"}, "protection_out_of_range"),
        ({"trigger_source": "mid"}, "trigger_source_not_allowed"),
        ({"trigger_source": "moon"}, "malformed_order"),
        ({"type": "stop", "stop_price": "120", "trigger_source": "quote"}, "trigger_not_told"),
    ],
)
async def test_a_flag_that_does_not_fit_is_refused(desk: RunningDesk, terms: dict[str, str], code: str) -> None:
    _, account_id = await desk.market()
    answer = await desk.mine.ask("POST", "/v1/orders", json=wish(account_id, "buy", "1", **terms))
    assert answer.json()["code"] == code


async def test_every_flag_of_an_order_does_what_it_says(desk: RunningDesk) -> None:
    """Reduce-only is cut down, a client id is an order's name, a position is closed, and the rest as above."""
    tape_id, account_id = await desk.market("quotes", cash="100000", fill_on_arrival=True)
    bought = await desk.mine.order(account_id, "buy", "10", protection_rate="0.01", client_order_id="in")
    assert (bought["status"], bought["protection_price"]) == ("filled", "101.02")
    terms = {"type": "stop", "stop_price": "99.00", "trigger_source": "mid", "time_in_force": "gtc"}
    stop = await desk.mine.order(account_id, "sell", "4", protection_rate="0.05", **terms)
    reduced = await desk.mine.order(account_id, "sell", "50", limit_price="105.00", reduce_only=True)  # type: ignore[arg-type]
    assert (reduced["quantity"], stop["trigger_source"], stop["protection_price"]) == ("6", "mid", "94.05")
    nothing = wish(account_id, "sell", "1", limit_price="105.00", reduce_only=True)
    refused(await desk.mine.ask("POST", "/v1/orders", json=nothing), 409, "nothing_to_reduce")
    again = wish(account_id, "buy", "10", protection_rate="0.01", client_order_id="in")
    assert (await desk.mine.ask("POST", "/v1/orders", json=again)).json()["id"] == bought["id"]
    other = again | {"protection_rate": "0.02"}
    refused(await desk.mine.ask("POST", "/v1/orders", json=other), 409, "client_order_id_taken")
    closed = await desk.mine.post(f"/v1/accounts/{account_id}/positions/ACME/close", {"cancel_orders": True})
    await desk.mine.step(tape_id, "fact")
    assert (await desk.mine.get(f"/v1/orders/{closed['id']}"))["filled_quantity"] in {"5", "10"}
    left = await desk.mine.rows("/v1/orders", account_id=account_id, status="cancelled")
    assert {each["id"] for each in left} == {stop["id"], reduced["id"]}
