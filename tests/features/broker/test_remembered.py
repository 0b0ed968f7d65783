"""An order that is decided by what the writer remembers does what it would have done otherwise, or nothing."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from paperdesk.core.broker.commands import (
    CancelOrder,
    CancelOrders,
    ClosePosition,
    Command,
    PlaceOrder,
    ReplaceOrder,
    StopLoss,
    TakeProfit,
    TransferCash,
)
from paperdesk.core.broker.orders import OrderClass, OrderType, Side, TimeInForce
from paperdesk.core.kernel.errors import PaperdeskError
from paperdesk.core.kernel.ids import AccountId, EntryId, OrderId, uuid7, uuid_from_text
from paperdesk.core.kernel.values import replace
from paperdesk.features.broker import remembered
from paperdesk.features.broker.order_writer import OrderWriter
from paperdesk.infra.crypto import entropy
from paperdesk.infra.db import APP_ROLE, OutcomeUnknown
from paperdesk.infra.work import tenants_setting
from tests.desk import RunningDesk, refused, wish


def guesses(desk: RunningDesk, outcome: str) -> float:
    """Count the batches that were decided by memory, by what came of it."""
    return float(desk.runtime.metrics.guesses.labels(outcome)._value.get())


async def known_account(desk: RunningDesk, market: str = "quotes", **rules: Any) -> tuple[str, str]:  # noqa: ANN401 - any JSON
    """Open an account of mine and let the writer get to know it and its position in ACME."""
    tape_id, account_id = await desk.market(market, **{"fill_on_arrival": True, **rules})
    await desk.mine.order(account_id, "buy", "1")
    return tape_id, account_id


@asynccontextmanager
async def another_process(desk: RunningDesk) -> AsyncIterator[OrderWriter]:
    """Let a writer work that knows nothing of the desk's own."""
    writer = OrderWriter(desk.runtime, desk.rooms.shelf, desk.relay)
    task = asyncio.create_task(writer.run())
    try:
        yield writer
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await writer.close()


def fresh(desk: RunningDesk) -> UUID:
    return uuid7(desk.runtime.clock.now(), entropy())


def transfer(desk: RunningDesk, account_id: str, amount: str) -> TransferCash:
    return TransferCash(AccountId(uuid_from_text(account_id)), EntryId(fresh(desk)), Decimal(amount))


async def test_the_next_order_is_decided_by_what_is_remembered(desk: RunningDesk) -> None:
    _, account_id = await known_account(desk, cash="1000")
    assert (guesses(desk, "stood"), guesses(desk, "moved")) == (0, 0)
    second = await desk.mine.order(account_id, "buy", "2")
    sold = await desk.mine.order(account_id, "sell", "3")
    assert (second["status"], sold["status"], sold["average_fill_price"]) == ("filled", "filled", "99.98")
    problem = refused(
        await desk.mine.ask("POST", "/v1/orders", json=wish(account_id, "sell", "1")), 409, "insufficient_shares"
    )
    assert problem["available"] == "0"
    assert (guesses(desk, "stood"), guesses(desk, "moved")) == (3, 0)
    account = await desk.mine.get(f"/v1/accounts/{account_id}")
    assert (account["cash"], account["last_seq"]) == ("999.88", 7)


async def test_an_account_that_another_process_moved_is_decided_on_as_it_is(desk: RunningDesk) -> None:
    _, account_id = await known_account(desk, cash="1000")
    async with another_process(desk) as writer:
        await writer.submit(desk.first.principal, transfer(desk, account_id, "-899"))
    before = await desk.footprint(account_id)
    answer = await desk.mine.ask("POST", "/v1/orders", json=wish(account_id, "buy", "1"))
    assert refused(answer, 409, "insufficient_buying_power")["available"] == "0.98"
    assert await desk.footprint(account_id) == before
    assert (guesses(desk, "stood"), guesses(desk, "moved")) == (0, 1)
    await desk.mine.ask("POST", "/v1/orders", json=wish(account_id, "buy", "1"))
    assert guesses(desk, "stood") == 1  # what it found instead is remembered


async def test_rules_that_changed_hold_for_the_next_order(desk: RunningDesk) -> None:
    _, account_id = await known_account(desk)
    fees = '{"name": "a dollar", "per_share": "0", "order_minimum": "1"}'
    change = "update accounts set rules = jsonb_set(rules, '{fees}', $2::text::jsonb) where id = $1"
    await desk.owner.execute(change, UUID(account_id), fees)
    assert (await desk.mine.order(account_id, "buy", "1"))["fees"] == "1"
    assert guesses(desk, "moved") == 1


async def test_a_tape_that_moved_shows_its_new_quote_to_the_next_order(desk: RunningDesk) -> None:
    tape_id, account_id = await known_account(desk)
    await desk.mine.step(tape_id, "fact", 2)
    order = await desk.mine.order(account_id, "buy", "1")
    assert (order["average_fill_price"], guesses(desk, "stood")) == ("100.14", 0)
    assert (await desk.mine.order(account_id, "buy", "1"))["average_fill_price"] == "100.14"
    assert guesses(desk, "stood") == 1


async def test_an_order_that_the_tape_filled_is_not_sold_twice(desk: RunningDesk) -> None:
    tape_id, account_id = await known_account(desk, "daily", fill_on_arrival=False)
    await desk.mine.step(tape_id)
    assert (await desk.mine.order(account_id, "sell", "1"))["status"] == "accepted"
    await desk.mine.step(tape_id)
    again = await desk.mine.ask("POST", "/v1/orders", json=wish(account_id, "sell", "1"))
    assert refused(again, 409, "insufficient_shares")["available"] == "0"


async def test_an_account_of_another_tenant_is_not_found_however_well_it_is_remembered(desk: RunningDesk) -> None:
    _, mine = await known_account(desk)
    tape_id = await desk.theirs.open_tape(desk.markets["quotes"].id, "2024-06-03T14:00:00Z")
    theirs = await desk.theirs.open_account(tape_id, fill_on_arrival=True)
    await desk.theirs.order(theirs, "buy", "1")
    before = await desk.footprint(theirs), await desk.footprint(mine)
    refused(await desk.mine.ask("POST", "/v1/orders", json=wish(theirs, "buy", "1")), 404, "unknown_account")
    answers = await asyncio.gather(
        desk.mine.ask("POST", "/v1/orders", json=wish(theirs, "buy", "1")),
        desk.theirs.ask("POST", "/v1/orders", json=wish(mine, "buy", "1")),
    )
    for answer in answers:
        refused(answer, 404, "unknown_account")
    assert (await desk.footprint(theirs), await desk.footprint(mine)) == before
    assert (await desk.theirs.order(theirs, "buy", "1"))["status"] == "filled"


async def test_the_database_asks_for_tenants_only_as_long_as_it_is_asked(desk: RunningDesk) -> None:
    _, account_id = await known_account(desk)
    ids = [UUID(account_id)]
    version = await desk.owner.fetchval("select xmin::text from accounts where id = any($1)", ids)
    db = await desk.runtime.server.connect(APP_ROLE)
    try:
        ask = "select unmoved($1, '{}', '{}', $2, $3, '{}', '{}')"
        mine, theirs = (tenants_setting([each.principal.tenant_id]) for each in (desk.first, desk.second))
        assert await db.fetchval(ask, mine, ids, [version])
        assert not await db.fetchval(ask, theirs, ids, [version])
        assert not await db.fetchval(ask, mine, ids, ["0"])
        assert await db.fetchval("select count(*) from accounts") == 0
    finally:
        await db.close()


async def test_a_name_that_is_taken_is_answered_as_ever(desk: RunningDesk) -> None:
    _, account_id = await known_account(desk)
    body = wish(account_id, "buy", "1", client_order_id="mine")
    first = await desk.mine.ask("POST", "/v1/orders", json=body)
    assert (first.status_code, guesses(desk, "stood")) == (201, 1)
    before = await desk.footprint(account_id)
    again = await desk.mine.ask("POST", "/v1/orders", json=body)
    assert (again.status_code, again.json()) == (200, first.json())
    refused(await desk.mine.ask("POST", "/v1/orders", json={**body, "quantity": "2"}), 409, "client_order_id_taken")
    assert await desk.footprint(account_id) == before
    assert guesses(desk, "moved") == 2


async def test_only_the_latest_accounts_are_remembered(desk: RunningDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered, "KEPT_MAX", 1)
    tape_id, one = await known_account(desk)
    other = await desk.mine.open_account(tape_id, fill_on_arrival=True)
    for account_id in (other, one):
        assert (await desk.mine.order(account_id, "buy", "1"))["status"] == "filled"
    assert guesses(desk, "stood") == 0
    await desk.mine.order(one, "buy", "1")
    assert guesses(desk, "stood") == 1


async def test_lots_that_are_too_many_to_remember_are_loaded(
    desk: RunningDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remembered, "LOTS_MAX", 1)
    _, account_id = await known_account(desk)
    await desk.mine.order(account_id, "buy", "2")
    assert (await desk.mine.order(account_id, "sell", "2"))["status"] == "filled"
    assert guesses(desk, "stood") == 1  # the second purchase
    lots = "select quantity from lots where account_id = $1 order by opened_seq"
    assert [row[0] for row in await desk.owner.fetch(lots, UUID(account_id))] == [0, 1]


async def cancelled(desk: RunningDesk, order: dict[str, Any]) -> bool:
    answer = await desk.mine.ask("DELETE", f"/v1/orders/{order['id']}")
    return bool(answer.json()["status"] == "cancelled")


async def test_an_order_on_margin_is_decided_by_the_book_and_the_open_orders_that_are_remembered(
    desk: RunningDesk,
) -> None:
    _, account_id = await known_account(desk, margin={"kind": "reg_t"}, cash="5000")
    waiting = await desk.mine.order(account_id, "buy", "150", limit_price="99.00")
    assert (waiting["status"], guesses(desk, "stood")) == ("accepted", 1)
    body = wish(account_id, "buy", "60", limit_price="99.00")
    refused(await desk.mine.ask("POST", "/v1/orders", json=body), 409, "insufficient_buying_power")
    assert await cancelled(desk, waiting)
    assert (await desk.mine.ask("POST", "/v1/orders", json=body)).status_code == 201
    assert (guesses(desk, "stood"), guesses(desk, "moved")) == (4, 0)


async def test_an_order_that_waits_is_cancelled_by_memory_until_its_tape_moves(desk: RunningDesk) -> None:
    tape_id, account_id = await known_account(desk)
    one, other = [await desk.mine.order(account_id, "buy", "1", limit_price="50.00") for _ in range(2)]
    assert await cancelled(desk, one)
    assert guesses(desk, "stood") == 3
    await desk.mine.step(tape_id, "fact")
    assert await cancelled(desk, other)
    assert guesses(desk, "stood") == 3
    refused(await desk.mine.ask("DELETE", f"/v1/orders/{one['id']}"), 409, "order_already_closed")


async def test_orders_that_are_too_many_to_remember_are_loaded(
    desk: RunningDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remembered, "ORDERS_MAX", 1)
    _, account_id = await known_account(desk)
    one, _ = [await desk.mine.order(account_id, "buy", "1", limit_price="50.00") for _ in range(2)]
    assert await cancelled(desk, one)
    assert guesses(desk, "stood") == 2


@asynccontextmanager
async def held_up(desk: RunningDesk, account_id: str) -> AsyncIterator[asyncpg.Connection]:
    """Hold the lock on an account while the block lasts, and commit."""
    other = await desk.runtime.server.connect()
    try:
        async with other.transaction():
            await other.execute("select from accounts where id = $1 for update", UUID(account_id))
            yield other
    finally:
        await other.close()


WAITING = "select pid from pg_stat_activity where wait_event_type = 'Lock' and query like '%unmoved(%'"


async def writer_waits(desk: RunningDesk) -> int:
    """Return the database process of the writer once it waits for a lock."""
    async with asyncio.timeout(30):
        while (pid := await desk.owner.fetchval(WAITING)) is None:
            await asyncio.sleep(0.01)
    return int(pid)


async def test_an_account_that_moves_while_the_writer_waits_for_it_has_moved(desk: RunningDesk) -> None:
    _, account_id = await known_account(desk)
    async with held_up(desk, account_id) as other:
        asking = asyncio.create_task(desk.mine.ask("POST", "/v1/orders", json=wish(account_id, "buy", "1")))
        await writer_waits(desk)
        await other.execute("update accounts set cash = 5 where id = $1", UUID(account_id))
    assert refused(await asking, 409, "insufficient_buying_power")["available"] == "5"
    assert guesses(desk, "moved") == 1


async def test_an_account_that_was_only_locked_has_not_moved(desk: RunningDesk) -> None:
    _, account_id = await known_account(desk)
    async with held_up(desk, account_id):
        asking = asyncio.create_task(desk.mine.order(account_id, "buy", "1"))
        await writer_waits(desk)
    assert (await asking)["status"] == "filled"
    assert guesses(desk, "stood") == 1


async def test_a_writer_whose_statement_is_cut_off_does_not_say_that_nothing_happened(desk: RunningDesk) -> None:
    _, account_id = await known_account(desk)
    body = wish(account_id, "buy", "1", client_order_id="cut-off")
    before = await desk.footprint(account_id)
    async with held_up(desk, account_id):
        asking = asyncio.create_task(desk.mine.ask("POST", "/v1/orders", json=body))
        await desk.owner.execute("select pg_terminate_backend($1)", await writer_waits(desk))
        refused(await asking, 503, OutcomeUnknown.code)
    assert await desk.footprint(account_id) == before
    assert (await desk.mine.ask("POST", "/v1/orders", json=body)).status_code == 201
    assert guesses(desk, "stood") == 0  # a new connection knows nothing
    assert (await desk.mine.ask("POST", "/v1/orders", json=body)).status_code == 200


def any_command(chance: random.Random, desk: RunningDesk, account_id: str, placed: list[OrderId]) -> Command:
    """Return something that somebody may ask, most often an order; what it places is noted."""
    account = AccountId(uuid_from_text(account_id))
    match chance.choice(["order"] * 6 + ["bracket", "close", "cancel", "cancel one", "replace", "transfer"]):
        case "close":
            return ClosePosition(account, OrderId(fresh(desk)), "ACME", percent=Decimal(50))
        case "cancel":
            return CancelOrders(account)
        case "cancel one" if placed:
            return CancelOrder(account, chance.choice(placed[-6:]))
        case "replace" if placed:
            placed.append(OrderId(fresh(desk)))
            price = chance.choice([Decimal("98.50"), Decimal("101.50")])
            return ReplaceOrder(account, chance.choice(placed[-6:-1] or placed), placed[-1], limit_price=price)
        case "transfer":
            return transfer(desk, account_id, chance.choice(["100", "-50"]))
        case kind:
            return any_order(chance, desk, account, placed, is_bracket=kind == "bracket")


def any_order(
    chance: random.Random, desk: RunningDesk, account: AccountId, placed: list[OrderId], *, is_bracket: bool
) -> PlaceOrder:
    """Return an order that may fill at once or wait, alone or with exits."""
    placed.append(OrderId(fresh(desk)))
    limit = chance.choice([None, None, Decimal("99.00"), Decimal("101.00")])
    order = PlaceOrder(
        account_id=account,
        order_id=placed[-1],
        symbol="ACME",
        side=chance.choice([Side.BUY, Side.BUY, Side.SELL]),
        type=OrderType.MARKET if limit is None else OrderType.LIMIT,
        quantity=Decimal(chance.randint(1, 9)),
        limit_price=limit,
        time_in_force=chance.choice([TimeInForce.DAY, TimeInForce.IOC, TimeInForce.GTC]),
    )
    if not is_bracket:
        return order
    bracket = replace(order, side=Side.BUY, time_in_force=TimeInForce.GTC, order_class=OrderClass.BRACKET)
    return replace(bracket, take_profit=TakeProfit(Decimal(120)), stop_loss=StopLoss(Decimal(80)))


# What two accounts have in common that were asked the same: everything but ids and what follows from them.
ALIKE = {
    "accounts": "cash, held, last_seq, last_entry, last_at",
    "orders": "accepted_seq, side, type, quantity, limit_price, status, filled_quantity, filled_value, fees,"
    " hold_price, closed_reason, accepted_at, accepted_fact, updated_at, matched_through, expires_at",
    "fills": "seq, side, quantity, price, fee, fact_seq, rule",
    "entries": "number, seq, kind, description, postings, cash_change, cash_after",
    "positions": "instrument_id, quantity, reserved, cost",
    "lots": "opened_seq, opened_at, quantity, cost",
    "events": "seq, kind, subject, at",
}


async def rows_of(desk: RunningDesk, account_id: str) -> dict[str, list[str]]:
    rows: dict[str, list[str]] = {}
    for table, columns in ALIKE.items():
        key = "id" if table == "accounts" else "account_id"
        query = f"select ({columns})::text from {table} where {key} = $1 order by 1"
        rows[table] = [row[0] for row in await desk.owner.fetch(query, UUID(account_id))]
    return rows


async def outcome(writer: OrderWriter, desk: RunningDesk, command: Command) -> str:
    try:
        return type(await writer.submit(desk.first.principal, command)).__name__
    except PaperdeskError as refusal:
        return refusal.code


@pytest.mark.parametrize("rules", [{}, {"margin": {"kind": "reg_t"}}], ids=["cash", "margin"])
@pytest.mark.parametrize("is_by_hand", [True, False])
@pytest.mark.parametrize("seed", [0, *(pytest.param(each, marks=pytest.mark.nightly) for each in (1, 2))])
async def test_whoever_remembers_writes_the_same_rows_as_who_does_not(
    desk: RunningDesk, seed: int, rules: dict[str, Any], *, is_by_hand: bool
) -> None:
    terms = {"fill_on_arrival": is_by_hand, "cash": "3000", **rules}
    tape_id, known = await desk.market("quotes", **terms)
    loaded = await desk.mine.open_account(tape_id, **terms)
    one, other = random.Random(seed), random.Random(seed)
    placed: tuple[list[OrderId], list[OrderId]] = [], []
    for number in range(60):
        ours = await outcome(desk.rooms.writer, desk, any_command(one, desk, known, placed[0]))
        async with another_process(desk) as forgetful:
            theirs = await outcome(forgetful, desk, any_command(other, desk, loaded, placed[1]))
        assert ours == theirs
        if number in {20, 35, 50}:
            await desk.mine.step(tape_id, "fact")
    assert await rows_of(desk, known) == await rows_of(desk, loaded)
    assert guesses(desk, "stood") > 25
