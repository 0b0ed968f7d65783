"""A live tape for a test: a key, an open session, and ways to wait for what its sources tell."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from paperdesk.core.kernel.ids import DatasetId
from paperdesk.features.marketdata import record_live
from paperdesk.features.marketdata.feeds.live import LiveDataset
from paperdesk.features.marketdata.tapes import Shelf
from paperdesk.infra.clock import FrozenClock
from tests.desk import RunningDesk
from tests.vendor_stand import KEYS


@pytest.fixture
async def live(desk: RunningDesk, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> tuple[RunningDesk, str]:
    """The desk in an open session, with a key, and a live tape that watches ACME."""
    monkeypatch.setattr(record_live, "TICK_S", 0.02)
    clock.advance(timedelta(hours=3, minutes=31))
    key_id, secret = KEYS["alpaca"]
    key = {"key_id": key_id, "secret": secret}
    (await desk.mine.ask("PUT", "/v1/sources/alpaca/key", json=key)).raise_for_status()
    (await desk.mine.ask("PUT", "/v1/source-rows/quotes", json={"sources": ["alpaca"]})).raise_for_status()
    tape = await desk.mine.post("/v1/live/tapes", {"name": "Today", "symbols": ["ACME"]})
    assert (tape["kind"], tape["label"], tape["can_control"], tape["session_open"]) == ("live", "live", False, True)
    await until(lambda: quote_of(desk, tape["id"]), lambda quote: quote["bid"] == "100")
    return desk, tape["id"]


async def until(look: Callable[[], Awaitable[Any]], is_there: Callable[[Any], bool]) -> Any:  # noqa: ANN401 - any JSON
    """Look until something is there, and return it."""
    async with asyncio.timeout(30):
        while not is_there(found := await look()):
            await asyncio.sleep(0.02)
    return found


async def quote_of(desk: RunningDesk, tape_id: str) -> Any:  # noqa: ANN401 - any JSON
    """Return the standing quote of ACME."""
    return (await desk.mine.get("/v1/quotes", tape_id=tape_id, symbols="ACME"))["items"][0]


async def fills_of(desk: RunningDesk, account_id: str) -> list[dict[str, Any]]:
    """Return the fills of an account."""
    return await desk.mine.rows(f"/v1/accounts/{account_id}/fills")


async def recording(desk: RunningDesk, tape_id: str) -> LiveDataset:
    """Read the recording of a live tape anew from the disk."""
    tape = await desk.mine.get(f"/v1/tapes/{tape_id}")
    dataset = await Shelf(desk.runtime.settings.datasets).dataset(DatasetId(UUID(tape["dataset_id"])))
    assert isinstance(dataset, LiveDataset)
    return dataset
