"""Many commands share a commit, and nobody's refusal is anybody else's business."""

import asyncio
from collections.abc import Sequence
from decimal import Decimal

import pytest
from sqlalchemy import text

from paperdesk.core.broker.commands import CancelOrder, Command, PlaceOrder, TransferCash
from paperdesk.core.broker.engine import UnknownOrder
from paperdesk.core.broker.orders import OrderType, Side
from paperdesk.core.kernel.errors import PaperdeskError
from paperdesk.core.kernel.ids import AccountId, EntryId, OrderId, uuid_from_text
from paperdesk.core.kernel.principal import Principal
from paperdesk.features.broker.answers import Answer, Placed
from paperdesk.features.broker.deciding import IdempotencyKeyTaken, UnknownAccount
from paperdesk.features.broker.order_writer import OrderWriter, WriterBusy
from paperdesk.features.broker.work import BrokerWork
from paperdesk.infra.crypto import entropy
from paperdesk.infra.settings import Settings
from tests.desk import LAST_CLOSE, RunningDesk, refused, wish


async def together(desk: RunningDesk, asked: Sequence[tuple[Principal, Command]]) -> list[object]:
    """Submit commands so that they are one batch of the writer, and return what came of each."""
    before = batches(desk)
    tasks = [asyncio.create_task(desk.rooms.writer.submit(who, command)) for who, command in asked]
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert batches(desk) == (before[0] + 1, before[1] + len(asked))
    return list(answers)


def batches(desk: RunningDesk) -> tuple[float, float]:
    """Return how many batches the writer has taken, and how many commands in all."""
    (metric,) = desk.runtime.metrics.batch.collect()
    found = {sample.name.rpartition("_")[2]: sample.value for sample in metric.samples}
    return found["count"], found["sum"]


def account(text: str) -> AccountId:
    return AccountId(uuid_from_text(text))


def buying(desk: RunningDesk, account_id: str, quantity: int = 1) -> PlaceOrder:
    order_id = OrderId(BrokerWork(desk.first.principal, desk.runtime.clock.now(), desk.rooms.writer).new_id())
    return PlaceOrder(account(account_id), order_id, "ACME", Side.BUY, OrderType.MARKET, Decimal(quantity))


def deposit(account_id: str, amount: str, key: EntryId | None = None) -> TransferCash:
    entry_id = key or EntryId(uuid_from_text(f"00000000-0000-0000-{entropy()[:2].hex()}-{entropy()[:6].hex()}"))
    return TransferCash(account(account_id), entry_id, Decimal(amount))


async def two_accounts(desk: RunningDesk) -> tuple[str, str]:
    """An account of mine and one of theirs, each on a tape of its own."""
    _, mine = await desk.market()
    tape_id = await desk.theirs.open_tape(desk.markets["quotes"].id, "2024-06-03T14:00:00Z")
    return mine, await desk.theirs.open_account(tape_id)


async def test_swapped_accounts_in_one_batch_are_refused_and_the_rest_is_committed(desk: RunningDesk) -> None:
    mine, theirs = await two_accounts(desk)
    me, they = desk.first.principal, desk.second.principal
    their_order = await desk.theirs.order(theirs, "buy", "1")
    their_order_id = OrderId(uuid_from_text(their_order["id"]))
    before = await desk.footprint(theirs)
    answers = await together(
        desk,
        [
            (me, buying(desk, mine)),
            (me, buying(desk, theirs)),
            (they, buying(desk, mine)),
            (me, deposit(theirs, "-100")),
            (they, deposit(mine, "-100")),
            (me, CancelOrder(account(theirs), their_order_id)),
            (me, CancelOrder(account(mine), their_order_id)),
            (me, deposit(mine, "1")),
        ],
    )
    assert [type(answer) for answer in answers[1:7]] == [UnknownAccount] * 5 + [UnknownOrder]
    assert isinstance(answers[0], Placed)
    assert not isinstance(answers[7], BaseException)
    assert await desk.footprint(theirs) == before
    (waiting,) = await desk.mine.rows("/v1/orders", account_id=mine)
    assert waiting["status"] == "accepted"
    assert (await desk.mine.get(f"/v1/accounts/{mine}"))["cash"] == "10001"


async def test_an_order_of_another_market_named_beside_its_owner_breaks_no_batch(desk: RunningDesk) -> None:
    _, mine = await desk.market("closes")
    theirs = await desk.theirs.open_account(await desk.theirs.open_tape(desk.markets["daily"].id, LAST_CLOSE))
    theirs_too = await desk.theirs.open_account(await desk.theirs.open_tape(desk.markets["closes"].id))
    their_order = await desk.theirs.order(theirs, "buy", "1", symbol="BOLT")
    answers = await together(
        desk,
        [
            (desk.first.principal, CancelOrder(account(mine), OrderId(uuid_from_text(their_order["id"])))),
            (desk.second.principal, deposit(theirs_too, "5")),
        ],
    )
    assert isinstance(answers[0], UnknownOrder)
    assert not isinstance(answers[1], BaseException)


async def test_commands_of_one_account_in_one_batch_see_each_other(desk: RunningDesk) -> None:
    _, mine = await desk.market(cash="1000")
    me = desk.first.principal
    answers = await together(desk, [(me, buying(desk, mine, 6)), (me, buying(desk, mine, 6))])
    assert isinstance(answers[0], Placed)
    assert getattr(answers[1], "code", None) == "insufficient_buying_power"
    assert len(await desk.mine.rows("/v1/orders", account_id=mine)) == 1


async def test_the_same_transfer_twice_in_one_batch_is_one_transfer(desk: RunningDesk) -> None:
    _, mine = await desk.market()
    me, key = desk.first.principal, deposit(mine, "1").entry_id
    answers = await together(
        desk, [(me, deposit(mine, "50", key)), (me, deposit(mine, "50", key)), (me, deposit(mine, "51", key))]
    )
    assert [getattr(answer, "is_new", None) for answer in answers] == [True, False, None]
    assert isinstance(answers[2], IdempotencyKeyTaken)
    assert (await desk.mine.get(f"/v1/accounts/{mine}"))["cash"] == "10050"


async def test_the_same_order_at_once_from_many_sides_is_one_order(desk: RunningDesk) -> None:
    _, mine = await desk.market()
    body = wish(mine, "buy", "1", client_order_id="only-once")
    answers = await asyncio.gather(*(desk.mine.ask("POST", "/v1/orders", json=body) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len(await desk.mine.rows("/v1/orders", account_id=mine)) == 1


async def test_an_answer_is_foreseen_while_it_is_written_and_holds_only_if_it_has_come_true(desk: RunningDesk) -> None:
    _, mine = await desk.market()
    writer, me = desk.rooms.writer, desk.first.principal
    await writer.submit(me, buying(desk, mine))
    told: list[Answer] = []
    seen: list[object] = []

    def prepare(answer: Answer) -> None:
        told.append(answer)
        seen.append([each for each in asyncio.all_tasks() if each is asked and not each.done()])

    asked = asyncio.create_task(writer.submit(me, buying(desk, mine), prepare))
    assert await asked is told[-1]
    assert seen == [[asked]]
    # What the writer remembers has moved meanwhile: what was foreseen did not come true.
    async with desk.runtime.as_system() as db:
        await db.execute(text("update accounts set cash = cash + 7 where id = :id"), {"id": mine})
        await db.commit()
    asked = asyncio.create_task(writer.submit(me, buying(desk, mine), prepare))
    assert await asked is not told[-1]
    assert len(told) == 2
    asked = asyncio.create_task(writer.submit(me, buying(desk, mine, 10**9), prepare))
    with pytest.raises(PaperdeskError):
        await asked
    assert len(told) == 2
    assert len(await desk.mine.rows("/v1/orders", account_id=mine)) == 3


async def test_a_full_queue_says_so_and_does_nothing(desk: RunningDesk) -> None:
    _, mine = await desk.market()
    small = Settings(home=desk.runtime.settings.home, writer_queue_max=1)
    desk.runtime.settings = small
    idle = OrderWriter(desk.runtime, desk.rooms.shelf, desk.relay)  # nobody runs it
    waiting = asyncio.create_task(idle.submit(desk.first.principal, deposit(mine, "1")))
    await asyncio.sleep(0)
    with pytest.raises(WriterBusy):
        await idle.submit(desk.first.principal, deposit(mine, "1"))
    desk.app.state.writer = idle
    answer = await desk.mine.ask("POST", "/v1/orders", json=wish(mine, "buy", "1"))
    refused(answer, 503, "writer_busy")
    assert answer.headers["retry-after"] == "1"
    waiting.cancel()
    assert (await desk.mine.get(f"/v1/accounts/{mine}"))["last_seq"] == 1


async def test_who_stops_waiting_does_not_undo_the_order(desk: RunningDesk) -> None:
    _, mine = await desk.market()
    command = buying(desk, mine)
    asking = asyncio.create_task(desk.rooms.writer.submit(desk.first.principal, command))
    await asyncio.sleep(0)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    await desk.rooms.writer.submit(desk.first.principal, deposit(mine, "1"))  # the writer still works
    (order,) = await desk.mine.rows("/v1/orders", account_id=mine)
    assert order["id"] == str(command.order_id)
