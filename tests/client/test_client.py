"""The generated clients ask a real desk, and understand all that it answers."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import httpx
import msgspec
import pytest

from paperdesk.client import AsyncDesk, Desk, NotFound, RateLimited, Refused, Waits
from paperdesk.client import models as shapes
from paperdesk.client.models import ControlTapeBody, OrderOut, PlaceOrderBody, ReplaceOrderBody
from paperdesk.infra.clock import FrozenClock
from tests.desk import HERE, RunningDesk
from tests.mcp_door import Models
from tools import gen_typed_clients


@pytest.fixture
async def client(desk: RunningDesk) -> AsyncIterator[AsyncDesk]:
    """A client with the first tenant's key."""
    async with AsyncDesk(HERE, desk.first.key.token, transport=httpx.ASGITransport(desk.app)) as found:
        yield found


def buying(account_id: UUID, quantity: int = 3, client_order_id: str | None = None) -> PlaceOrderBody:
    return PlaceOrderBody(
        account_id=account_id,
        symbol="ACME",
        side="buy",
        type="limit",
        quantity=Decimal(quantity),
        limit_price=Decimal(90),
        time_in_force="gtc",
        client_order_id=client_order_id,
    )


def test_the_clients_are_those_of_the_openapi_file() -> None:
    assert gen_typed_clients.main(["--check"]) == 0, "make docs writes them"


def test_every_shape_can_be_read() -> None:
    structs = [each for each in vars(shapes).values() if isinstance(each, type) and issubclass(each, msgspec.Struct)]
    assert OrderOut in structs
    for each in structs:
        msgspec.json.Decoder(each)


async def test_an_order_is_placed_replaced_and_cancelled_with_numbers_as_numbers(
    desk: RunningDesk, client: AsyncDesk
) -> None:
    tape_id, account_id = map(UUID, await desk.market())
    placed = await client.post_order(buying(account_id, client_order_id="mine"))
    assert (placed.quantity, placed.limit_price, placed.status) == (Decimal(3), Decimal(90), "accepted")
    assert placed == await client.post_order(buying(account_id, client_order_id="mine"))
    replaced = await client.patch_order(placed.id, ReplaceOrderBody(quantity=Decimal(2)))
    assert (replaced.replaces, replaced.quantity) == (placed.id, Decimal(2))
    assert (await client.delete_order(replaced.id)).status == "cancelled"
    at_market = PlaceOrderBody(account_id=account_id, symbol="ACME", side="buy", type="market", quantity=Decimal(1))
    await client.post_order(at_market)
    await client.post_control(tape_id, ControlTapeBody(action="step", unit="session"))
    (held,) = [each async for each in client.every(client.get_positions, account_id)]
    assert (held.symbol, held.quantity) == ("ACME", Decimal(1))
    statuses = [each.status async for each in client.every(client.get_orders, account_id=account_id, sort="oldest")]
    assert statuses == ["replaced", "cancelled", "filled"]


async def test_all_pages_of_a_list_are_read(desk: RunningDesk, client: AsyncDesk) -> None:
    _, account_id = map(UUID, await desk.market())
    placed = [(await client.post_order(buying(account_id, 1))).id for _ in range(5)]
    found = client.every(client.get_orders, account_id=account_id, sort="oldest", limit=2)
    assert [each.id async for each in found] == placed


async def test_a_refusal_is_an_exception_of_its_kind_with_a_code(desk: RunningDesk, client: AsyncDesk) -> None:
    _, account_id = map(UUID, await desk.market())
    with pytest.raises(Refused) as found:
        await client.post_order(buying(account_id, 1000))
    assert (found.value.code, found.value.facts["available"]) == ("insufficient_buying_power", "10000")
    with pytest.raises(NotFound) as absent:
        await client.get_account(UUID(int=1))
    assert absent.value.code == "unknown_account"


async def test_who_asks_too_often_waits_as_long_as_the_desk_says(desk: RunningDesk, clock: FrozenClock) -> None:
    limits = {"requests_per_minute": 2}
    key = await desk.mine.post("/v1/keys", {"name": "Slow", "scopes": ["read"], "limits": limits})
    token, waits = f"{key['key_id']}.{key['secret']}", list[float]()

    async def wait(seconds: float) -> None:
        waits.append(seconds)
        clock.advance(timedelta(seconds=seconds))

    async with AsyncDesk(HERE, token, transport=httpx.ASGITransport(desk.app), pause=wait) as patient:
        for _ in range(3):
            await patient.read_me()
    assert len(waits) == 1
    async with AsyncDesk(HERE, token, transport=httpx.ASGITransport(desk.app), patience_s=0) as impatient:
        with pytest.raises(RateLimited) as refusal:
            await impatient.read_me()
    assert refusal.value.code == "too_many_requests"


async def test_the_one_that_blocks_does_the_same(models: Models) -> None:
    await models.open()
    account_id = UUID(models.account_id)

    def trade() -> list[OrderOut]:
        with Desk(f"http://127.0.0.1:{models.port}", models.desk.first.key.token) as desk:
            placed = desk.post_order(buying(account_id))
            replaced = desk.patch_order(placed.id, ReplaceOrderBody(limit_price=Decimal("91.5")))
            desk.delete_order(replaced.id)
            with pytest.raises(Refused) as refusal:
                desk.delete_order(replaced.id)
            assert refusal.value.code == "order_already_closed"
            return list(desk.every(desk.get_orders, account_id=account_id, sort="oldest", limit=1))

    orders = await asyncio.to_thread(trade)
    found = [(each.status, each.limit_price) for each in orders]
    assert found == [("replaced", Decimal(90)), ("cancelled", Decimal("91.5"))]


async def test_an_order_that_waits_for_a_person_is_an_exception_that_names_its_approval(desk: RunningDesk) -> None:
    _, account_id = await desk.market()
    key = await desk.mine.post(
        "/v1/keys", {"name": "Asks", "scopes": ["read", "trade"], "limits": {"approval_above": "100"}}
    )
    async with AsyncDesk(HERE, f"{key['key_id']}.{key['secret']}", transport=httpx.ASGITransport(desk.app)) as bot:
        with pytest.raises(Waits) as waits:
            await bot.post_order(buying(UUID(account_id)))
        (waiting,) = (await bot.get_approvals(status="waiting")).items
    assert (waits.value.code, waits.value.facts["approval_id"]) == ("approval_pending", str(waiting.id))
