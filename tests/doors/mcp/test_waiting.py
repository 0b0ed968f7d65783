"""Waiting for an order: told as it happens, with progress, and never longer than asked."""

import asyncio
from typing import get_args

import pytest

from tests.mcp_door import Mode, Models, answered, refused

BOTH = pytest.mark.parametrize("mode", get_args(Mode))


@BOTH
async def test_waiting_ends_when_the_order_does_and_tells_progress(models: Models, mode: Mode) -> None:
    await models.open()
    order = await models.desk.mine.order(models.account_id, "buy", "3")
    told: list[tuple[float, float | None]] = []
    is_waiting = asyncio.Event()

    async def tell(progress: float, total: float | None, message: str | None) -> None:
        del message
        told.append((progress, total))
        is_waiting.set()

    async with models.client(mode) as client:
        arguments = {"order_id": order["id"], "timeout_s": 60}
        call = asyncio.create_task(client.call_tool("wait_for_order", arguments, progress_callback=tell))
        await is_waiting.wait()
        assert not call.done()
        await models.desk.mine.step(models.tape_id)
        waited = answered(await call)
    assert (waited["happened"], waited["order"]["status"]) == (True, "filled")
    assert told[0] == (0.0, 3.0)


async def test_what_has_ended_is_told_at_once_and_what_has_not_when_the_time_is_up(models: Models) -> None:
    await models.open()
    order = await models.desk.mine.order(models.account_id, "buy", "3")
    waited = await models.call("wait_for_order", order_id=order["id"], timeout_s=0)
    assert (waited["happened"], waited["order"]["status"]) == (False, "accepted")
    await models.desk.mine.step(models.tape_id)
    waited = await models.call("wait_for_order", order_id=order["id"], timeout_s=60)
    assert (waited["happened"], waited["order"]["status"]) == (True, "filled")


async def test_nobody_waits_for_ever(models: Models) -> None:
    await models.open()
    order = await models.desk.mine.order(models.account_id, "buy", "3")
    async with models.client() as client:
        endless = {"order_id": order["id"], "timeout_s": 100_000}
        refused(await client.call_tool("wait_for_order", endless), "malformed_request")


async def test_a_tape_is_moved_and_its_fills_are_made_when_that_is_answered(models: Models) -> None:
    await models.open()
    order = await models.call("place_order", symbol="ACME", side="buy", type="market", quantity="1")
    before = await models.call("get_clock")
    clock = await models.call("control_tape", action="step", unit="session")
    assert clock["reached"]
    assert clock["at"] > before["at"]
    assert (await models.call("get_order", order_id=order["id"]))["status"] == "filled"
