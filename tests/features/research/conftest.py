"""A desk that also works on jobs of research and of backtests."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from paperdesk.features.backtests.jobs import JOBS as BACKTEST_JOBS
from paperdesk.features.research.jobs import JOBS
from paperdesk.infra.job_worker import Worker
from tests.desk import RunningDesk


@pytest.fixture
async def lab(desk: RunningDesk) -> AsyncIterator[RunningDesk]:
    """The desk with a worker."""
    working = asyncio.create_task(Worker(desk.runtime, {**BACKTEST_JOBS, **JOBS}).run())
    try:
        yield desk
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
