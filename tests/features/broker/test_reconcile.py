"""Books that agree pass; whatever is touched behind the engine's back is found, each damage by its name."""

from uuid import UUID

import pytest

from tests.desk import RunningDesk


async def _busy_account(desk: RunningDesk) -> str:
    """An account with fills on both sides, a cancelled order, a withdrawal and open orders on both sides."""
    tape_id, account_id = await desk.market()
    await desk.mine.order(account_id, "buy", "10")
    await desk.mine.step(tape_id)
    await desk.mine.order(account_id, "buy", "5")
    await desk.mine.order(account_id, "sell", "4")
    await desk.mine.step(tape_id)
    gone = await desk.mine.order(account_id, "buy", "1", limit_price="50.00")
    assert (await desk.mine.ask("DELETE", f"/v1/orders/{gone['id']}")).status_code == 200
    await desk.mine.post(f"/v1/accounts/{account_id}/transfers", {"amount": "-12.34"})
    await desk.mine.order(account_id, "buy", "2", limit_price="60.00", time_in_force="gtc")
    await desk.mine.order(account_id, "sell", "3", limit_price="900.00", time_in_force="gtc")
    return account_id


async def _found(desk: RunningDesk, account_id: str) -> set[str]:
    answer = await desk.mine.get(f"/v1/accounts/{account_id}/reconciliation")
    assert answer["balanced"] is (answer["problems"] == [])
    return {problem["code"] for problem in answer["problems"]}


async def test_books_agree_after_everything_an_account_can_do(desk: RunningDesk) -> None:
    assert await _found(desk, await _busy_account(desk)) == set()


async def test_a_new_account_agrees(desk: RunningDesk) -> None:
    _, account_id = await desk.market(cash="0")
    assert await _found(desk, account_id) == set()


async def test_the_books_of_another_tenant_are_not_shown(desk: RunningDesk) -> None:
    _, account_id = await desk.market()
    answer = await desk.theirs.ask("GET", f"/v1/accounts/{account_id}/reconciliation")
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_account")


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        ("update accounts set cash = cash + 0.01 where id = $1", "cash_differs"),
        ("update accounts set held = held - 1 where id = $1", "held_cash_differs"),
        ("update accounts set last_seq = last_seq + 1 where id = $1", "events_have_gaps"),
        ("update accounts set last_entry = last_entry - 1 where id = $1", "entries_have_gaps"),
        ("delete from events where account_id = $1 and seq = 2", "events_cannot_be_told"),
        ("delete from events where account_id = $1 and kind = 'order_cancelled'", "events_cannot_be_told"),
        ("delete from entries where account_id = $1 and number = 2", "entries_differs"),
        ("update entries set cash_change = 0 where account_id = $1 and number = 2", "cash_change_differs"),
        ("update entries set cash_after = 0 where account_id = $1 and number = 2", "cash_after_differs"),
        (
            (
                "update entries set postings = jsonb_set(postings, '{0,amount}', '\"1\"') "
                "where account_id = $1 and number = 2"
            ),
            "balance_differs",
        ),
        ("delete from orders where account_id = $1 and accepted_seq = 2", "orders_differs"),
        ("update orders set status = 'accepted' where account_id = $1 and status = 'cancelled'", "held_cash_differs"),
        ("update orders set filled_quantity = 9 where account_id = $1 and accepted_seq = 2", "filled_quantity_differs"),
        ("update orders set limit_price = 61 where account_id = $1 and limit_price = 60", "order_differs"),
        ("delete from fills where account_id = $1 and side = 'sell'", "fills_differs"),
        (
            (
                "insert into fills select gen_random_uuid(), tenant_id, account_id, order_id, instrument_id, symbol, "
                "side, quantity, price, fee, fact_seq, 1, reference, rule, ambiguous, rules_version, seq, at, "
                "recorded_at "
                "from fills where account_id = $1 and side = 'sell'"
            ),
            "filled_twice",
        ),
        ("update positions set quantity = quantity + 1 where account_id = $1", "sum_of_postings_differs"),
        ("update positions set reserved = 0 where account_id = $1", "reserved_differs"),
        ("update positions set cost = cost - 0.01 where account_id = $1", "position_differs"),
        ("update lots set cost = cost - 0.01 where account_id = $1", "open_lots_differs"),
        ("delete from lots where account_id = $1", "sum_of_lots_differs"),
        ("update fills set price = -price where account_id = $1 and side = 'sell'", "filled_value_differs"),
        ("update fills set price = 0 where account_id = $1 and side = 'sell'", "filled_value_differs"),
        (
            (
                "update entries set postings = jsonb_set(jsonb_set(postings, '{0,amount}', "
                "to_jsonb(((postings->0->>'amount')::numeric + 0.01)::text)), '{1,amount}', "
                "to_jsonb(((postings->1->>'amount')::numeric - 0.01)::text)) "
                "where account_id = $1 and postings->1->>'book' = 'realised'"
            ),
            "sum_of_postings_differs",
        ),
        ("update orders set limit_price = -60 where account_id = $1 and limit_price = 60", "order_differs"),
        ("update accounts set held = 0 where id = $1", "held_cash_differs"),
    ],
)
async def test_every_damage_is_found(desk: RunningDesk, damage: str, code: str) -> None:
    account_id = await _busy_account(desk)
    done = await desk.owner.execute(damage, UUID(account_id))
    assert not done.endswith(" 0"), "the test must break something"
    found = await _found(desk, account_id)
    assert code in found
