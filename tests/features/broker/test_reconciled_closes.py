"""At every close of a session what is new of an account is compared; what differs is told and never mended."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from paperdesk.features.broker import reconcile_closes
from tests.desk import RunningDesk
from tests.loglines import write_logs


async def _closes(desk: RunningDesk, account_id: str, count: int) -> list[dict[str, Any]]:
    """The comparisons of an account, newest first, once there are so many."""
    async with asyncio.timeout(30):
        while True:
            found = await desk.mine.get(f"/v1/accounts/{account_id}/reconciliation")
            if len(found["closes"]) >= count:
                return list(found["closes"])
            await asyncio.sleep(0.02)


async def _busy(desk: RunningDesk, tape_id: str, account_id: str) -> None:
    """Fill on both sides, cancel, take cash out, and leave orders open on both sides; one session passes."""
    await desk.mine.order(account_id, "buy", "10")
    gone = await desk.mine.order(account_id, "buy", "1", limit_price="50.00")
    assert (await desk.mine.ask("DELETE", f"/v1/orders/{gone['id']}")).status_code == 200
    await desk.mine.post(f"/v1/accounts/{account_id}/transfers", {"amount": "-12.34"})
    await desk.mine.order(account_id, "buy", "2", limit_price="60.00", time_in_force="gtc")
    await desk.mine.step(tape_id)
    await desk.mine.order(account_id, "sell", "3", limit_price="900.00", time_in_force="gtc")
    await desk.mine.order(account_id, "sell", "4")


async def test_every_close_compares_what_is_new_and_shows_what_came_of_it(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market()
    await _busy(desk, tape_id, account_id)
    (first,) = await _closes(desk, account_id, 1)
    assert first["closed_at"] == "2024-06-04T20:00:00Z"
    assert (first["balanced"], first["found"], first["problems"]) == (True, 0, [])
    await desk.mine.step(tape_id)
    second, again = await _closes(desk, account_id, 2)
    assert again == first
    assert (second["balanced"], second["closed_at"]) == (True, "2024-06-05T20:00:00Z")
    assert second["through_seq"] > first["through_seq"]
    assert desk.runtime.metrics.reconciled.labels("balanced")._value.get() == 2


async def test_a_close_that_brought_nothing_new_compares_nothing(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market()
    await _busy(desk, tape_id, account_id)
    await desk.mine.step(tape_id)
    await _closes(desk, account_id, 2)
    await desk.mine.step(tape_id)
    other = await desk.mine.open_account(tape_id)
    await desk.mine.step(tape_id)
    await _closes(desk, other, 1)
    assert len(await _closes(desk, account_id, 2)) == 2


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        ("update accounts set cash = cash + 0.01 where id = $1", "told_cash_differs"),
        ("update accounts set held = held - 1 where id = $1", "held_cash_differs"),
        ("update positions set quantity = quantity + 1 where account_id = $1", "position_differs"),
        ("update positions set reserved = 0 where account_id = $1", "reserved_differs"),
        ("update lots set cost = cost - 0.01 where account_id = $1", "sum_of_lots_differs"),
        ("update orders set limit_price = 61 where account_id = $1 and limit_price = 60", "order_differs"),
    ],
)
async def test_what_differs_is_told_at_every_close_and_never_mended(
    desk: RunningDesk, capsys: pytest.CaptureFixture[str], damage: str, code: str
) -> None:
    write_logs("error")
    tape_id, account_id = await desk.market()
    await _busy(desk, tape_id, account_id)
    await _closes(desk, account_id, 1)
    assert (await desk.owner.execute(damage, UUID(account_id))) != "UPDATE 0"
    # The sale that waits meets the next open, unless what it would meet was damaged: then the tape alone goes on.
    await desk.mine.step(tape_id)
    newest, *_ = await _closes(desk, account_id, 2)
    assert not newest["balanced"]
    assert code in {problem["code"] for problem in newest["problems"]}
    await desk.mine.step(tape_id)
    newest, *_ = await _closes(desk, account_id, 3)
    assert code in {problem["code"] for problem in newest["problems"]}
    assert desk.runtime.metrics.reconciled.labels("differs")._value.get() == 2
    assert code in capsys.readouterr().err


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        ("delete from fills where account_id = $1 and side = 'sell'", "fills_differs"),
        ("update entries set cash_after = 0 where account_id = $1 and number = 2", "cash_after_differs"),
        ("update orders set closed_reason = 'x' where account_id = $1 and status = 'filled'", "order_differs"),
        ("delete from orders where account_id = $1 and status = 'filled'", "orders_differs"),
        ("delete from events where account_id = $1 and seq = 2", "events_cannot_be_told"),
    ],
)
async def test_what_was_brought_about_since_is_compared_too(desk: RunningDesk, damage: str, code: str) -> None:
    tape_id, account_id = await desk.market()
    await _busy(desk, tape_id, account_id)
    await _closes(desk, account_id, 1)
    await desk.mine.step(tape_id)
    await _closes(desk, account_id, 2)
    await desk.owner.execute("delete from reconciliations where account_id = $1", UUID(account_id))
    await desk.owner.execute(damage, UUID(account_id))
    await desk.mine.step(tape_id)
    (newest,) = await _closes(desk, account_id, 1)
    assert code in {problem["code"] for problem in newest["problems"]}


async def test_a_close_goes_on_where_the_last_one_ended(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market()
    await _busy(desk, tape_id, account_id)
    (first,) = await _closes(desk, account_id, 1)
    # What was compared before is not read again, so that a long life costs no more than a day of it.
    await desk.owner.execute(
        "delete from events where account_id = $1 and seq <= $2", UUID(account_id), first["through_seq"]
    )
    await desk.mine.step(tape_id)
    newest, *_ = await _closes(desk, account_id, 2)
    assert newest["balanced"]


async def test_forks_and_new_epochs_agree_at_their_closes(desk: RunningDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconcile_closes, "EVENTS_AT_ONCE", 3)
    tape_id, account_id = await desk.market()
    await _busy(desk, tape_id, account_id)
    await desk.mine.step(tape_id)
    fork = (await desk.mine.post(f"/v1/accounts/{account_id}/forks", {}))["id"]
    await desk.mine.order(fork, "sell", "1")
    await desk.mine.post(f"/v1/accounts/{account_id}/reset", {"cash": "5000"})
    await desk.mine.order(account_id, "buy", "1")
    await desk.mine.step(tape_id)
    assert [each["balanced"] for each in await _closes(desk, fork, 1)] == [True]
    assert all(each["balanced"] for each in await _closes(desk, account_id, 3))


async def test_margined_books_options_and_their_end_agree_at_every_close(
    desk: RunningDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconcile_closes, "EVENTS_AT_ONCE", 4)
    tape_id, account_id = await desk.market("chain", cash="50000", margin={"kind": "reg_t"}, option_level=4)
    await desk.mine.order(account_id, "sell", "5")
    await desk.mine.order(account_id, "buy", "2", symbol="ACME240607C00100000")
    await desk.mine.order(account_id, "sell", "1", symbol="ACME240607P00100000")
    for count in range(1, 5):
        await desk.mine.step(tape_id)
        assert all(each["balanced"] for each in await _closes(desk, account_id, count))
