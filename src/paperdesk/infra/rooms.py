"""Rooms that run by themselves for as long as the desk is open: the relay, the pump, the jobs."""

import asyncio
from collections.abc import Awaitable, Callable

from paperdesk.infra.telemetry import log

RETRY_S = 0.3


async def keep_serving(name: str, serve: Callable[[], Awaitable[None]]) -> None:
    """Serve until cancelled; a failure, such as a database that went away, is logged and waited out."""
    while True:
        try:
            await serve()
        except Exception as error:  # noqa: BLE001 - one of the eight places: a room must outlive any failure
            log.warning("room_interrupted", room=name, error=type(error).__name__, reason=str(error)[:200])
            await asyncio.sleep(RETRY_S)
