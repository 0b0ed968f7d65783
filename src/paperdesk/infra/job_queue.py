"""The queue behind the jobs: procrastinate's rows, its workers' heartbeats, and what runs by the clock.

Imported late, by the worker alone, so that the first request does not wait for it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from procrastinate import App, BaseRetryStrategy, PsycopgConnector, RetryDecision
from procrastinate.jobs import Job as QueuedJob
from procrastinate.jobs import Status

from paperdesk.infra.db import SYSTEM_ROLE, Server
from paperdesk.infra.jobs import QUEUE, Rhythm, Schedule, TryAgainError

CONCURRENCY = 2
CONNECTIONS = 4


class _Pauses(BaseRetryStrategy):
    """Lets a job that asks for it run again after its pause, and one that its worker put down at once."""

    def get_retry_decision(self, *, exception: BaseException, job: QueuedJob) -> RetryDecision | None:  # noqa: ARG002
        if isinstance(exception, asyncio.CancelledError):
            return RetryDecision(retry_in={"seconds": 0})
        if isinstance(exception, TryAgainError):
            return RetryDecision(retry_in={"microseconds": round(exception.pause_s * 1e6)})
        return None


class JobQueue:
    """What a worker takes its jobs from, and where it says that it lives."""

    def __init__(self, server: Server, rhythm: Rhythm) -> None:
        """Prepare; connections are made by `open`."""
        self._rhythm = rhythm
        settings = {"options": f"-c role={SYSTEM_ROLE}"}
        connector = PsycopgConnector(conninfo=server.psycopg_url, kwargs=settings, max_size=CONNECTIONS)
        self.app = App(connector=connector)

    def offer(self, kind: str, run: Callable[[str], Awaitable[None]]) -> None:
        """Let a kind of job be run by a function of the job's id."""

        async def task(job_id: str) -> None:
            await run(job_id)

        self.app.task(name=kind, queue=QUEUE, retry=_Pauses())(task)

    def appoint(self, schedules: Mapping[str, Schedule], run: Callable[[str], Awaitable[None]]) -> None:
        """Let duties be done by the clock; of several processes one does each."""
        for name, schedule in schedules.items():

            async def task(timestamp: int, name: str = name) -> None:  # noqa: ARG001 - when it was due
                await run(name)

            self.app.periodic(cron=schedule.cron)(self.app.task(name=name, queue=QUEUE, queueing_lock=name)(task))

    async def serve(self) -> None:
        """Work until cancelled; what is under way then has a moment to end, and else is put back."""
        await self.app.run_worker_async(
            queues=[QUEUE],
            concurrency=CONCURRENCY,
            install_signal_handlers=False,
            delete_jobs="successful",
            fetch_job_polling_interval=self._rhythm.look_s,
            update_heartbeat_interval=self._rhythm.heartbeat_s,
            stalled_worker_timeout=self._rhythm.stalled_after_s,
            shutdown_graceful_timeout=self._rhythm.drain_s,
        )

    async def retry_stalled(self, is_worth_it: Callable[[str], Awaitable[bool]]) -> None:
        """Give the jobs of workers without a heartbeat to others, or let go of those that are not worth it."""
        rows = self.app.job_manager
        for stalled in await rows.get_stalled_jobs(seconds_since_heartbeat=self._rhythm.stalled_after_s):
            job_id = stalled.task_kwargs.get("job_id")
            if job_id is None or await is_worth_it(str(job_id)):
                await rows.retry_job(stalled)
            else:
                await rows.finish_job(stalled, Status.FAILED, delete_job=True)
