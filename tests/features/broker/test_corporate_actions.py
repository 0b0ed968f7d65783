"""What companies do reaches accounts, orders and books through REST, on a tape that tells of it."""

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from paperdesk.features.marketdata.jobs import JOBS
from paperdesk.infra.job_worker import Worker
from tests.desk import RunningDesk, refused, wish

PRICES = """\
symbol,date,open,high,low,close,volume
ACME,2024-06-03,100.00,101.00,99.00,100.00,1000
ACME,2024-06-04,100.00,101.00,99.00,100.00,1000
ACME,2024-06-05,99.00,100.00,98.00,99.00,1000
ACME,2024-06-06,50.00,51.00,49.00,50.00,2000
ACME,2024-06-07,50.00,51.00,49.00,50.00,2000
ACME,2024-06-10,50.00,51.00,49.00,50.00,2000
ACME,2024-06-11,50.00,51.00,49.00,50.00,2000
BOLT,2024-06-03,20.00,21.00,19.00,20.00,500
BOLT,2024-06-04,20.00,21.00,19.00,20.00,500
BOLT,2024-06-05,20.00,21.00,19.00,20.00,500
BOLT,2024-06-06,20.00,21.00,19.00,20.00,500
BOLT,2024-06-07,20.00,21.00,19.00,20.00,500
ACME240621C00100000,2024-06-04,3.00,3.20,2.90,3.00,10
"""
ACTIONS = """\
symbol,kind,ex_on,announced_on,pay_on,amount,new_units,old_units,into,rate
ACME,cash_dividend,2024-06-05,2024-05-20,2024-06-07,1.00,,,,
ACME,split,2024-06-06,2024-06-04,,,2,1,,
BOLT,merger,2024-06-10,,,3.00,,,ACME,0.25
"""


@pytest.fixture
async def at_work(desk: RunningDesk) -> AsyncIterator[RunningDesk]:
    """The desk with somebody who does the jobs."""
    working = asyncio.create_task(Worker(desk.runtime, JOBS).run())
    yield desk
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)


async def job_of(desk: RunningDesk, path: str, content: str | bytes, **params: str) -> dict[str, Any]:
    """Upload a file, and return the job once it has ended."""
    answer = await desk.mine.ask("POST", path, params=params, content=content)
    assert answer.status_code == 202, answer.text
    return await desk.mine.ended(answer.json()["job_id"])


async def market_of(desk: RunningDesk) -> UUID:
    """Import the prices and what the companies do; return the dataset with both."""
    prices = await job_of(desk, "/v1/datasets", PRICES, name="Companies")
    done = await job_of(desk, f"/v1/datasets/{prices['result']['dataset_id']}/actions", ACTIONS)
    assert done["state"] == "done", done
    return UUID(done["result"]["dataset_id"])


@pytest.fixture
async def held(at_work: RunningDesk) -> tuple[str, str]:
    """A tape after the second session, and an account that bought 10 ACME and 10 BOLT in it."""
    tape_id = await at_work.mine.open_tape(await market_of(at_work))
    account_id = await at_work.mine.open_account(tape_id, fill_model="ideal")
    await at_work.mine.order(account_id, "buy", "10")
    await at_work.mine.order(account_id, "buy", "10", symbol="BOLT")
    await at_work.mine.step(tape_id)
    return tape_id, account_id


async def agree(desk: RunningDesk, account_id: str) -> None:
    found = await desk.mine.get(f"/v1/accounts/{account_id}/reconciliation")
    assert found["problems"] == [], found


async def units(desk: RunningDesk, account_id: str) -> dict[str, str]:
    rows = await desk.mine.rows(f"/v1/accounts/{account_id}/positions")
    return {row["symbol"]: row["quantity"] for row in rows}


async def worth(desk: RunningDesk, account_id: str) -> tuple[str, str, str]:
    account = await desk.mine.get(f"/v1/accounts/{account_id}")
    return account["cash"], account["claims"], account["equity"]


async def told(desk: RunningDesk, account_id: str) -> list[str]:
    return [row["description"] for row in await desk.mine.rows(f"/v1/accounts/{account_id}/ledger")]


async def test_a_dividend_counts_from_its_ex_date_and_is_cash_on_its_pay_date(
    at_work: RunningDesk, held: tuple[str, str]
) -> None:
    tape_id, account_id = held
    assert await worth(at_work, account_id) == ("8800", "0", "10000")
    await at_work.mine.control(tape_id, "step", unit="fact")
    assert (await at_work.mine.get(f"/v1/tapes/{tape_id}"))["at"] == "2024-06-05T04:00:00Z"
    assert await worth(at_work, account_id) == ("8800", "10", "10000"), "the price stands without the dividend"
    await at_work.mine.step(tape_id, count=2)
    assert await worth(at_work, account_id) == ("8800", "10", "10010")
    await at_work.mine.step(tape_id)
    assert await worth(at_work, account_id) == ("8810", "0", "10010")
    assert (await told(at_work, account_id))[0] == "Dividend of ACME received"
    points = await at_work.mine.rows(f"/v1/accounts/{account_id}/equity")
    assert [point["equity"] for point in points] == ["10000", "10000", "10000", "10010", "10010"]
    await agree(at_work, account_id)


async def test_a_dividend_is_paid_to_one_who_has_sold_and_holds_nothing(
    at_work: RunningDesk, held: tuple[str, str]
) -> None:
    tape_id, account_id = held
    await at_work.mine.control(tape_id, "step", unit="fact")
    for symbol in ("ACME", "BOLT"):
        await at_work.mine.post(f"/v1/accounts/{account_id}/positions/{symbol}/close", {})
    await at_work.mine.step(tape_id)
    assert await worth(at_work, account_id) == ("9990", "10", "10000")
    await at_work.mine.step(tape_id, count=4)
    assert await worth(at_work, account_id) == ("10000", "0", "10000")
    await agree(at_work, account_id)


async def test_resting_orders_follow_dividend_and_split(at_work: RunningDesk, held: tuple[str, str]) -> None:
    tape_id, account_id = held
    terms = {"limit_price": "80.01", "time_in_force": "gtc"}
    rests = (await at_work.mine.order(account_id, "buy", "5", **terms))["id"]
    keeps = await at_work.mine.post("/v1/orders", wish(account_id, "buy", "5", do_not_reduce=True, **terms))
    assert keeps["do_not_reduce"] is True

    async def shown(order_id: str) -> tuple[str, str]:
        order = await at_work.mine.get(f"/v1/orders/{order_id}")
        return order["quantity"], order["limit_price"]

    await at_work.mine.step(tape_id)
    assert [await shown(each) for each in (rests, keeps["id"])] == [("5", "79.01"), ("5", "80.01")]
    await at_work.mine.step(tape_id)
    assert [await shown(each) for each in (rests, keeps["id"])] == [("10", "39.5"), ("10", "40")]
    assert await units(at_work, account_id) == {"ACME": "20", "BOLT": "10"}
    await agree(at_work, account_id)


async def test_an_order_that_a_split_has_changed_is_known_by_what_was_asked_for(
    at_work: RunningDesk, held: tuple[str, str]
) -> None:
    tape_id, account_id = held
    body = wish(account_id, "buy", "5", limit_price="80.01", time_in_force="gtc", client_order_id="mine")
    first = await at_work.mine.post("/v1/orders", body)
    await at_work.mine.step(tape_id, count=2)
    again = await at_work.mine.ask("POST", "/v1/orders", json=body)
    assert (again.status_code, again.json()["id"]) == (200, first["id"])
    assert (again.json()["quantity"], again.json()["limit_price"]) == ("10", "39.5")
    looked_at = await at_work.mine.post("/v1/orders/preview", body)
    assert any("placed the same order before" in text for text in looked_at["warnings"])
    became = {**body, "quantity": "10", "limit_price": "39.5"}
    problem = refused(await at_work.mine.ask("POST", "/v1/orders", json=became), 409, "client_order_id_taken")
    assert problem["order_id"] == first["id"]
    assert (await at_work.mine.post("/v1/orders/preview", became))["refusal"]["code"] == "client_order_id_taken"


async def test_a_merger_turns_one_holding_into_another_and_cash(at_work: RunningDesk, held: tuple[str, str]) -> None:
    tape_id, account_id = held
    sells = wish(account_id, "sell", "10", symbol="BOLT", limit_price="90", time_in_force="gtc")
    rests = (await at_work.mine.post("/v1/orders", sells))["id"]
    await at_work.mine.step(tape_id, count=4)
    assert await units(at_work, account_id) == {"ACME": "22"}
    assert (await told(at_work, account_id))[0] == (
        "Merger: 10 BOLT became 30 USD and 2 ACME and 25 USD for a fraction"
    )
    order = await at_work.mine.get(f"/v1/orders/{rests}")
    assert (order["status"], order["closed_reason"]) == ("cancelled", "merger")
    assert await worth(at_work, account_id) == ("8865", "0", "9965")
    await agree(at_work, account_id)


async def test_nobody_is_told_of_an_action_before_it_is_announced(at_work: RunningDesk, held: tuple[str, str]) -> None:
    tape_id, _ = held

    async def known(**params: str) -> list[tuple[str, str]]:
        rows = await at_work.mine.rows(f"/v1/tapes/{tape_id}/corporate-actions", **params)
        return [(row["symbol"], row["kind"]) for row in rows]

    dividend, split, merger = ("ACME", "cash_dividend"), ("ACME", "split"), ("BOLT", "merger")
    assert await known() == [dividend, split]
    assert await known(symbols="BOLT,NOBODY") == []
    await at_work.mine.step(tape_id, count=3)
    assert await known() == [dividend, split]
    await at_work.mine.control(tape_id, "step", unit="fact")
    assert await known() == [dividend, split, merger]
    shown = (await at_work.mine.rows(f"/v1/tapes/{tape_id}/corporate-actions"))[1]
    assert (shown["new_units"], shown["old_units"], shown["amount"], shown["ex_on"]) == ("2", "1", None, "2024-06-06")
    assert shown["adjusts"] == [{"before": "ACME240621C00100000", "after": "ACME240621C00050000", "contracts": "2"}]
    another = await at_work.mine.rows("/v1/tapes")
    early = await at_work.mine.open_tape(UUID(another[0]["dataset_id"]))
    assert [row["kind"] for row in await at_work.mine.rows(f"/v1/tapes/{early}/corporate-actions")] == ["cash_dividend"]


async def test_activities_tell_of_everything_by_kind_and_time_page_by_page_or_as_a_file(
    at_work: RunningDesk, held: tuple[str, str]
) -> None:
    tape_id, account_id = held
    await at_work.mine.step(tape_id, count=4)
    path = f"/v1/accounts/{account_id}/activities"
    every = await at_work.mine.rows(path)
    kinds = ["merger", "dividend_payment", "split", "cash_dividend", "fill", "fill", "transfer"]
    assert [row["kind"] for row in every] == kinds
    assert (every[1]["cash_change"], every[3]["cash_change"], every[4]["cash_change"]) == ("10", "0", "-200")
    assert (every[4]["symbol"], every[4]["quantity"], every[4]["price"]) == ("BOLT", "10", "20")
    page = await at_work.mine.get(path, limit=3)
    assert page["items"] == every[:3]
    assert (await at_work.mine.get(path, limit=50, cursor=page["next_cursor"]))["items"] == every[3:]
    some = await at_work.mine.ask("GET", path, params=[("kind", "split"), ("kind", "merger")])
    assert [row["kind"] for row in some.json()["items"]] == ["merger", "split"]
    later = await at_work.mine.rows(path, after="2024-06-06T00:00:00Z", until="2024-06-08T00:00:00Z")
    assert [row["kind"] for row in later] == ["dividend_payment", "split"]
    file = await at_work.mine.ask("GET", f"{path}.csv", params={"kind": "dividend_payment"})
    assert file.headers["content-type"].startswith("text/csv")
    names, line = file.text.splitlines()
    assert names.startswith("id,seq,at,kind,description,symbol")
    assert ",dividend_payment,Dividend of ACME received," in line
    refused(await at_work.mine.ask("GET", path, params={"kind": "luck"}), 422, "malformed_request")


async def test_the_ledger_can_be_read_as_it_stood(at_work: RunningDesk, held: tuple[str, str]) -> None:
    tape_id, account_id = held
    await at_work.mine.step(tape_id, count=4)
    path = f"/v1/accounts/{account_id}/ledger"
    then = await at_work.mine.rows(path, as_of="2024-06-06T04:00:00Z")
    assert [row["kind"] for row in then] == ["split", "cash_dividend", "fill", "fill", "transfer"]
    assert await at_work.mine.rows(path, as_of="2024-06-03T00:00:00Z") == []


BAD = """\
symbol,kind,ex_on,amount,new_units,old_units,into,rate
ACME,cash_dividend,2024-06-05,1.00,,,,
NOBODY,cash_dividend,2024-06-05,1.00,,,,
ACME,gift,2024-06-05,1.00,,,,
ACME,split,2024-06-05,,2,,,
ACME,split,2024-06-05,,2,2,,
ACME,split,2024-06-05,1.00,2,1,,
ACME,cash_dividend,yesterday,1.00,,,,
ACME,cash_dividend,1900-01-01,1.00,,,,
ACME,merger,2024-06-05,one,,,,
ACME,spin_off,2024-06-05,,,,NOBODY,0.5
ACME,cash_dividend,,1.00,,,,
ACME,cash_dividend,2024-06-05,1.00,,,,
ACME,split
"""


async def test_every_bad_row_is_named_by_line_and_nothing_is_imported(at_work: RunningDesk) -> None:
    prices = await job_of(at_work, "/v1/datasets", PRICES, name="Companies")
    before = len(await at_work.mine.rows("/v1/datasets"))
    path = f"/v1/datasets/{prices['result']['dataset_id']}/actions"
    job = await job_of(at_work, path, BAD)
    assert job["state"] == "failed"
    assert [(problem["facts"]["line"], problem["code"]) for problem in job["problems"]] == [
        (3, "symbol_not_in_dataset"),
        (4, "unknown_kind"),
        (5, "missing_value"),
        (6, "malformed_corporate_action"),
        (7, "value_not_allowed"),
        (8, "malformed_cell"),
        (9, "day_beyond_calendar"),
        (10, "malformed_number"),
        (11, "symbol_not_in_dataset"),
        (12, "missing_value"),
        (13, "repeated_action"),
        (14, "malformed_row"),
    ]
    odd: dict[str | bytes, str] = {
        "symbol,kind\n": "missing_columns",
        "symbol,kind,ex_on\n": "empty_file",
        "symbol,kind,ex_on,luck\n": "unknown_columns",
        "": "empty_file",
        b"\xff\xfe": "malformed_text",
    }
    for content, code in odd.items():
        job = await job_of(at_work, path, content)
        assert [problem["code"] for problem in job["problems"]] == [code]
    assert len(await at_work.mine.rows("/v1/datasets")) == before


async def test_adjusted_prices_and_unknown_datasets_take_no_actions(at_work: RunningDesk) -> None:
    adjusted = await job_of(at_work, "/v1/datasets", PRICES, name="Adjusted", price_basis="total_return")
    path = f"/v1/datasets/{adjusted['result']['dataset_id']}/actions"
    refused(await at_work.mine.ask("POST", path, content=ACTIONS.encode()), 409, "prices_adjusted")
    path = f"/v1/datasets/{UUID(int=1)}/actions"
    refused(await at_work.mine.ask("POST", path, content=ACTIONS.encode()), 404, "unknown_dataset")
    assert list((at_work.runtime.settings.directory / "uploads").iterdir()) == []


async def test_bars_are_restated_for_what_has_happened_by_now(at_work: RunningDesk) -> None:
    tape_id = await at_work.mine.open_tape(await market_of(at_work), "2024-06-05T20:00:00Z")

    async def closes(adjustment: str) -> list[str]:
        bars = await at_work.mine.get("/v1/bars", tape_id=tape_id, symbol="ACME", adjustment=adjustment)
        assert bars["adjustment"] == adjustment
        return [bar["close"] for bar in bars["items"]]

    assert await closes("split") == await closes("raw") == ["100", "100", "99"]
    assert await closes("all") == ["99", "99", "99"]
    await at_work.mine.step(tape_id)
    assert await closes("split") == ["50", "50", "49.5", "50"]
    assert await closes("all") == ["49.5", "49.5", "49.5", "50"]
    assert await closes("raw") == ["100", "100", "99", "50"]


async def test_shares_bought_after_a_split_wash_a_sale_from_before_it(at_work: RunningDesk) -> None:
    tape_id = await at_work.mine.open_tape(await market_of(at_work))
    account_id = await at_work.mine.open_account(tape_id, fill_model="harsh", seed=4)
    await at_work.mine.order(account_id, "buy", "1")
    await at_work.mine.step(tape_id)
    await at_work.mine.order(account_id, "sell", "1")
    await at_work.mine.step(tape_id, count=2)
    (sold,) = (await at_work.mine.get(f"/v1/accounts/{account_id}/gains"))["items"]
    assert Decimal(sold["gain"]) < 0
    # A share was sold, and then split in two: one of the new ones stands for half of it.
    await at_work.mine.order(account_id, "buy", "1")
    await at_work.mine.step(tape_id)
    (washed,) = (await at_work.mine.get(f"/v1/accounts/{account_id}/gains"))["items"]
    half = -Decimal(sold["gain"]) / 2
    assert abs(Decimal(washed["disallowed_loss"]) - half) <= Decimal("0.01")
    (lot,) = await at_work.mine.rows(f"/v1/accounts/{account_id}/lots")
    assert lot["added_basis"] == washed["disallowed_loss"]


RENAMED = """\
symbol,kind,ex_on,announced_on,pay_on,amount,new_units,old_units,into,rate
ACME,cash_dividend,2024-06-05,2024-05-20,2024-06-07,1.00,,,,
ACME,split,2024-06-06,2024-06-04,,,2,1,,
BOLT,symbol_change,2024-06-07,2024-06-04,,,,,ACME,
"""


async def test_dividends_splits_and_changes_of_a_symbol_are_events_of_the_account(at_work: RunningDesk) -> None:
    prices = await job_of(at_work, "/v1/datasets", PRICES, name="Companies")
    done = await job_of(at_work, f"/v1/datasets/{prices['result']['dataset_id']}/actions", RENAMED)
    tape_id = await at_work.mine.open_tape(UUID(done["result"]["dataset_id"]))
    account_id = await at_work.mine.open_account(tape_id, fill_model="ideal")
    for symbol in ("ACME", "BOLT"):
        await at_work.mine.order(account_id, "buy", "10", symbol=symbol)
    await at_work.mine.step(tape_id, count=4)
    assert await units(at_work, account_id) == {"ACME": "30"}
    query = "select kind from events where account_id = $1 and kind similar to '(corporate|dividend)%' order by seq"
    kinds = [row["kind"] for row in await at_work.owner.fetch(query, UUID(account_id))]
    assert sorted(kinds) == ["corporate_action_applied", "corporate_action_applied", "dividend_earned", "dividend_paid"]
    told_kinds = [row["kind"] for row in await at_work.mine.rows(f"/v1/accounts/{account_id}/activities")]
    assert {"symbol_change", "split", "cash_dividend", "dividend_payment"} <= set(told_kinds)
    await agree(at_work, account_id)
