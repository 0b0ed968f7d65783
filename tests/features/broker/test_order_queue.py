"""Batches of commands: never two of one account at once, in the order they came, and no smaller than they need be."""

import asyncio
from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

import pytest

from paperdesk.core.broker.commands import TransferCash
from paperdesk.core.kernel.ids import AccountId, EntryId, TenantId, UserId
from paperdesk.core.kernel.principal import Principal
from paperdesk.features.broker.order_queue import OrderQueue, Waiting, WriterBusy

NOBODY = UUID(int=0)
WHO = Principal(TenantId(NOBODY), UserId(NOBODY), frozenset())
Asked = Waiting[int]


def asked(account: int, amount: int = 1) -> Asked:
    command = TransferCash(AccountId(UUID(int=account)), EntryId(NOBODY), Decimal(amount))
    return Waiting(WHO, command, asyncio.get_running_loop().create_future())


def queue_of(*waiting: Asked, most: int = 100) -> OrderQueue[int]:
    queue: OrderQueue[int] = OrderQueue(most)
    for each in waiting:
        queue.put(each)
    return queue


async def is_waiting(task: asyncio.Task[Sequence[Asked]]) -> bool:
    await asyncio.sleep(0.01)
    return not task.done()


async def test_whatever_waits_is_one_batch_in_its_order() -> None:
    commands = [asked(1), asked(2), asked(1)]
    assert list(await queue_of(*commands).take(10)) == commands


async def test_a_batch_is_bounded_and_the_rest_keeps_its_place() -> None:
    commands = [asked(n) for n in range(5)]
    queue = queue_of(*commands)
    first = await queue.take(2)
    queue.done(first)
    assert [list(first), list(await queue.take(9))] == [commands[:2], commands[2:]]


async def test_an_account_has_one_batch_at_a_time_and_its_commands_keep_their_order() -> None:
    queue = queue_of(asked(1))
    first = await queue.take(10)
    mine, other, mine_too = asked(1, 2), asked(2), asked(1, 3)
    for each in (mine, other, mine_too):
        queue.put(each)
    second = await queue.take(10)
    assert list(second) == [other]
    queue.done(first)
    queue.done(second)
    assert list(await queue.take(10)) == [mine, mine_too]


async def test_a_hot_account_waits_for_its_own_batch_and_for_nothing_else() -> None:
    queue = queue_of(asked(1))
    first = await queue.take(10)
    queue.put(asked(1))
    second = asyncio.create_task(queue.take(10))
    assert await is_waiting(second)
    queue.done(first)
    assert len(await second) == 1


async def test_a_second_batch_begins_only_when_it_is_as_large_as_the_first() -> None:
    queue = queue_of(*(asked(n) for n in range(3)))
    first = await queue.take(10)
    queue.put(asked(10))
    queue.put(asked(11))
    second = asyncio.create_task(queue.take(10))
    assert await is_waiting(second)
    queue.put(asked(12))
    assert len(await second) == len(first)


async def test_what_waits_is_taken_when_nothing_is_under_way_any_more() -> None:
    queue = queue_of(*(asked(n) for n in range(3)))
    first = await queue.take(10)
    queue.put(asked(10))
    second = asyncio.create_task(queue.take(10))
    assert await is_waiting(second)
    queue.done(first)
    assert len(await second) == 1


async def test_too_many_are_turned_away() -> None:
    queue = queue_of(asked(1), most=1)
    with pytest.raises(WriterBusy):
        queue.put(asked(2))
