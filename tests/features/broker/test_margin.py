"""Margined accounts through REST, on real bars and on a real database, each story reconciled.

The account opens at the close of the first day, at 100.00; the second opens at 101.00 and closes at 103.00, the
third opens at 103.50 and closes at 105.00, the fourth opens at 104.00 and closes at 98.00.
"""

from decimal import Decimal
from typing import Any

from tests.desk import RunningDesk, refused, wish

FREE = {"borrow": {"easy_rate": "0"}, "interest": {"debit_rate": "0"}}
REG_T = {"kind": "reg_t", **FREE}


async def account(desk: RunningDesk, account_id: str) -> dict[str, Any]:
    """Return an account once its books have been reconciled."""
    books = await desk.mine.get(f"/v1/accounts/{account_id}/reconciliation")
    assert (books["balanced"], books["problems"]) == (True, [])
    assert all(close["balanced"] for close in books["closes"])
    found: dict[str, Any] = await desk.mine.get(f"/v1/accounts/{account_id}")
    return found


async def positions(desk: RunningDesk, account_id: str) -> list[tuple[str, str, str]]:
    rows = await desk.mine.rows(f"/v1/accounts/{account_id}/positions")
    return [(row["quantity"], row["reserved"], row["cost_basis"]) for row in rows]


async def test_a_short_sale_is_owed_marked_and_bought_back(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market(margin=REG_T)
    await desk.mine.order(account_id, "sell", "100")
    assert (await account(desk, account_id))["held_cash"] == "3000"
    await desk.mine.step(tape_id)
    assert await positions(desk, account_id) == [("-100", "0", "-10098")]
    found = await account(desk, account_id)
    assert (found["cash"], found["market_value"], found["equity"]) == ("20098", "-10300", "9798")
    assert found["margin"] == {
        "kind": "reg_t",
        "regime": "realtime_block",
        "initial_requirement": "5150",
        "maintenance_requirement": "3090",
        "maintenance_excess": "6708",
        "set_aside": "0",
        "isolated": "0",
        "memorandum": "4951",
        "buying_power": "26832",
        "overnight_buying_power": "9902",
        "day_trades": 0,
        "is_warned": False,
        "calls": [],
        "recalls": [],
        "frozen_until": None,
        "scan": None,
    }
    order = await desk.mine.post(f"/v1/accounts/{account_id}/positions/ACME/close", {})
    assert (order["side"], order["quantity"]) == ("buy", "100")
    await desk.mine.step(tape_id)
    assert await positions(desk, account_id) == []
    assert (await account(desk, account_id))["cash"] == "9746"


async def test_a_sale_across_zero_closes_and_opens_in_one_order(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market(margin=REG_T)
    await desk.mine.order(account_id, "buy", "10")
    await desk.mine.step(tape_id)
    await desk.mine.order(account_id, "sell", "15", limit_price="104.50")
    assert (await account(desk, account_id))["held_cash"] == "156.75"
    assert await positions(desk, account_id) == [("10", "10", "1010.2")]
    await desk.mine.step(tape_id)
    assert await positions(desk, account_id) == [("-5", "0", "-522.5")]
    assert (await account(desk, account_id))["held_cash"] == "0"


async def test_a_purchase_on_credit_owes_cash_until_it_is_sold(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market(margin=REG_T)
    await desk.mine.order(account_id, "buy", "200")
    await desk.mine.step(tape_id)
    found = await account(desk, account_id)
    assert (found["cash"], found["margin"]["maintenance_excess"]) == ("-10204", "5246")
    answer = await desk.mine.ask("POST", "/v1/orders", json=wish(account_id, "buy", "300"))
    facts = refused(answer, 409, "insufficient_buying_power")
    assert (facts["needed"], facts["available"], facts["rule"]) == ("7726.5", "5246", "realtime_block")


async def test_orders_share_margin_after_a_restart_as_before(desk: RunningDesk) -> None:
    _, account_id = await desk.market(margin=REG_T)
    first = await desk.mine.order(account_id, "buy", "100", limit_price="90.00", time_in_force="gtc")
    await desk.mine.order(account_id, "sell", "100", limit_price="120.00", time_in_force="gtc")
    assert (await account(desk, account_id))["held_cash"] == "2250"
    await desk.mine.ask("DELETE", f"/v1/orders/{first['id']}")
    assert (await account(desk, account_id))["held_cash"] == "3600"
    await desk.mine.ask("DELETE", f"/v1/orders?account_id={account_id}")
    assert (await account(desk, account_id))["held_cash"] == "0"


async def test_what_nobody_lends_is_refused_by_name(desk: RunningDesk) -> None:
    _, account_id = await desk.market(margin={**REG_T, "borrow": {"rates": {"ACME": None}}})
    answer = await desk.mine.ask("POST", "/v1/orders", json=wish(account_id, "sell", "1"))
    refused(answer, 409, "not_borrowable")


async def test_a_withdrawal_from_a_margined_account_takes_no_borrowed_cash(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market(margin=REG_T)
    await desk.mine.order(account_id, "sell", "100")
    await desk.mine.step(tape_id)
    answer = await desk.mine.ask("POST", f"/v1/accounts/{account_id}/transfers", json={"amount": "-5000"})
    assert refused(answer, 409, "insufficient_cash")["available"] == "4951"
    await desk.mine.post(f"/v1/accounts/{account_id}/transfers", {"amount": "-4951"})
    assert (await account(desk, account_id))["margin"]["memorandum"] == "0"


async def test_by_hand_a_short_sale_fills_as_it_arrives(desk: RunningDesk) -> None:
    _, account_id = await desk.market("quotes", margin=REG_T, fill_on_arrival=True)
    order = await desk.mine.order(account_id, "sell", "10")
    assert order["status"] == "filled"
    assert await positions(desk, account_id) == [("-10", "0", "-999.8")]
    order = await desk.mine.order(account_id, "buy", "15")
    assert order["status"] == "filled"
    assert await positions(desk, account_id) == [("5", "0", "500.1")]
    assert (await account(desk, account_id))["margin"]["kind"] == "reg_t"


async def test_an_account_that_cannot_owe_shows_no_margin(desk: RunningDesk) -> None:
    _, account_id = await desk.market()
    found = await account(desk, account_id)
    assert (found["margin"], found["buying_power"]) == (None, "10000")


async def ledger(desk: RunningDesk, account_id: str) -> list[tuple[str, str, str]]:
    rows = await desk.mine.rows(f"/v1/accounts/{account_id}/ledger")
    return [(row["kind"], row["description"], row["cash_change"]) for row in reversed(rows)]


async def test_nights_cost_interest_and_borrow_fees_without_any_order(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market(margin={"kind": "reg_t", "borrow": {"easy_rate": "0.36"}})
    await desk.mine.order(account_id, "sell", "10")
    await desk.mine.step(tape_id, count=4)
    assert (await ledger(desk, account_id))[2:] == [
        ("borrow_fee", "Borrowing ACME worth 1030 for one night at 36 %", "-1.03"),
        ("borrow_fee", "Borrowing ACME worth 1050 for one night at 36 %", "-1.05"),
        ("borrow_fee", "Borrowing ACME worth 980 for one night at 36 %", "-0.98"),
        ("borrow_fee", "Borrowing ACME worth 1010 for 3 nights at 36 %", "-3.03"),
    ]
    await account(desk, account_id)


async def test_a_debit_pays_interest_and_cash_alone_earns_it(desk: RunningDesk) -> None:
    rates = {"kind": "reg_t", "interest": {"debit_rate": "0.36", "credit_rate": "0.036"}}
    tape_id, account_id = await desk.market(margin=rates)
    await desk.mine.step(tape_id)
    assert (await ledger(desk, account_id))[1:] == [
        ("interest", "Interest on a balance of 10000 for one night at 3.6 %", "1")
    ]
    await desk.mine.order(account_id, "buy", "200")
    await desk.mine.step(tape_id, count=2)
    assert (await ledger(desk, account_id))[-1] == (
        "interest",
        "Interest on a debit of 10702 for one night at 36 %",
        "-10.7",
    )
    await account(desk, account_id)


async def test_a_call_is_shown_and_positions_are_closed_when_nobody_answers_it(desk: RunningDesk) -> None:
    """300 units bought at 101.02 need half of their value over the close; when the payment period ends, some go."""
    tape_id, account_id = await desk.market(margin=REG_T)
    await desk.mine.order(account_id, "buy", "300")
    await desk.mine.step(tape_id)
    (call,) = (await account(desk, account_id))["margin"]["calls"]
    assert call == {"kind": "reg_t", "amount": "4856", "issued_on": "2024-06-04", "due_on": "2024-06-07"}
    await desk.mine.step(tape_id, count=3)
    (order,) = await desk.mine.rows("/v1/orders", account_id=account_id, status="open")
    assert (order["side"], order["type"], order["quantity"]) == ("sell", "market", "91")
    await desk.mine.step(tape_id)
    found = await account(desk, account_id)
    assert found["margin"]["calls"] == []
    assert await positions(desk, account_id) == [("209", "0", "21113.18")]


async def test_a_cash_account_shows_its_unsettled_cash_and_its_violations(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market(cash="1100")
    await desk.mine.order(account_id, "buy", "10")
    await desk.mine.step(tape_id)
    await desk.mine.order(account_id, "sell", "10")
    await desk.mine.step(tape_id)
    found = await account(desk, account_id)
    assert (found["unsettled_cash"], found["good_faith_violations"]) == ("1034.8", [])
    await desk.mine.step(tape_id)
    assert (await account(desk, account_id))["unsettled_cash"] == "0"


PORTFOLIO = {"kind": "portfolio", **FREE}
PUT = "ACME240607P00100000"


async def test_under_portfolio_margin_a_hedge_lowers_what_the_book_needs_and_the_array_says_why(
    desk: RunningDesk,
) -> None:
    tape_id, bare_id = await desk.market("chain", cash="200000", margin=PORTFOLIO, fill_model="ideal")
    hedged_id = await desk.mine.open_account(tape_id, "200000", margin=PORTFOLIO, fill_model="ideal")
    for account_id in (bare_id, hedged_id):
        await desk.mine.order(account_id, "buy", "3000")
    assert (await account(desk, bare_id))["held_cash"] == "45000"  # 15 % of 300,000
    await desk.mine.order(hedged_id, "buy", "30", symbol=PUT)
    await desk.mine.step(tape_id)
    alone = (await account(desk, bare_id))["margin"]
    (shares,) = alone["scan"]
    # 3,000 units at 103.00 lose 15 % at the worst point.
    assert shares["worst"] == {"price_move": "-0.15", "vol_factor": "1", "result": "-46350"}
    assert alone["maintenance_requirement"] == alone["initial_requirement"] == shares["requirement"] == "46350"
    assert (len(shares["array"]), alone["overnight_buying_power"]) == (33, None)
    (together,) = (await account(desk, hedged_id))["margin"]["scan"]
    assert (together["underlying"], together["minimum"]) == ("ACME", "1125")  # 37.5 cents, 100 times, for 30 contracts
    assert Decimal(together["requirement"]) < Decimal(shares["requirement"]) / 2
    assert together["worst"] in together["array"]
    assert Decimal(together["worst"]["result"]) == -Decimal(together["requirement"])


async def test_portfolio_margin_takes_a_hundred_thousand_and_real_time(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market(cash="50000", margin=PORTFOLIO)
    answer = await desk.mine.ask("POST", "/v1/orders", json=wish(account_id, "buy", "1"))
    assert refused(answer, 409, "minimum_equity_missing")["needed"] == "100000"
    body = {"name": "Other", "tape_id": tape_id, "margin": {"kind": "portfolio", "regime": "legacy_pdt"}}
    refused(await desk.mine.ask("POST", "/v1/accounts", json=body), 422, "regime_not_allowed")


async def test_what_is_hard_to_borrow_is_recalled_and_bought_in(desk: RunningDesk) -> None:
    borrow = {"easy_rate": "0", "rates": {"ACME": "0"}, "recall_rate": "1"}
    tape_id, account_id = await desk.market(margin={**REG_T, "borrow": borrow})
    await desk.mine.order(account_id, "sell", "10")
    await desk.mine.step(tape_id)
    (recall,) = (await account(desk, account_id))["margin"]["recalls"]
    assert recall == {"symbol": "ACME", "units": "10", "issued_on": "2024-06-04", "due_on": "2024-06-07"}
    answer = await desk.mine.ask("POST", "/v1/orders", json=wish(account_id, "sell", "1"))
    assert refused(answer, 409, "borrow_recalled")["due_on"] == "2024-06-07"
    await desk.mine.step(tape_id, count=3)
    (order,) = await desk.mine.rows("/v1/orders", account_id=account_id, status="open")
    assert (order["side"], order["quantity"], order["client_order_id"][:7]) == ("buy", "10", "buy-in-")
    await desk.mine.step(tape_id)
    assert await positions(desk, account_id) == []
    assert (await account(desk, account_id))["margin"]["recalls"] == []


async def test_an_account_that_sold_too_early_too_often_buys_with_settled_cash_alone(desk: RunningDesk) -> None:
    _, account_id = await desk.market("quotes", cash="1010", fill_on_arrival=True)
    await desk.mine.order(account_id, "buy", "10")
    await desk.mine.order(account_id, "sell", "10")
    for _ in range(3):
        await desk.mine.order(account_id, "buy", "9")
        await desk.mine.order(account_id, "sell", "9")
    found = await account(desk, account_id)
    assert found["good_faith_violations"] == ["2024-06-03"] * 3
    assert found["restricted_until"] == "2024-09-01"
    answer = await desk.mine.ask("POST", "/v1/orders", json=wish(account_id, "buy", "1"))
    facts = refused(answer, 409, "settled_cash_only")
    assert (facts["rule"], facts["until"]) == ("good_faith", "2024-09-01")


async def test_what_fell_by_a_tenth_is_sold_short_above_the_bid_alone_until_the_next_session_is_over(
    desk: RunningDesk,
) -> None:
    tape_id, account_id = await desk.market("falls", margin=REG_T)
    early = await desk.mine.order(account_id, "sell", "1", time_in_force="gtc", limit_price="96.50")
    await desk.mine.step(tape_id)
    answer = await desk.mine.ask("POST", "/v1/orders", json=wish(account_id, "sell", "10"))
    facts = refused(answer, 409, "short_sale_restricted")
    assert (facts["symbol"], facts["rule"]) == ("ACME", "rule_201")
    preview = await desk.mine.post("/v1/orders/preview", wish(account_id, "sell", "10"))
    assert preview["refusal"]["code"] == "short_sale_restricted"
    order = await desk.mine.order(account_id, "sell", "10", limit_price="93.00")
    await desk.mine.step(tape_id)
    assert (await desk.mine.get(f"/v1/orders/{order['id']}"))["average_fill_price"] == "93"
    await desk.mine.order(account_id, "sell", "10")
    await desk.mine.step(tape_id)
    assert (await positions(desk, account_id))[0][0] == "-20"
    assert (await desk.mine.get(f"/v1/orders/{early['id']}"))["status"] == "accepted"
    await account(desk, account_id)
