"""A worker in a process of its own, to be killed: it takes a job and never ends it."""

import asyncio
import sys
from pathlib import Path
from typing import Any

import msgspec

from paperdesk.infra.crypto import TokenHasher, Vault
from paperdesk.infra.db import Server
from paperdesk.infra.job_worker import Worker
from paperdesk.infra.jobs import Job, Rhythm
from paperdesk.infra.runtime import Runtime
from paperdesk.infra.settings import Settings

PATIENT = Rhythm(look_s=0.1, heartbeat_s=0.2, drain_s=0.1)


async def linger(job: Job) -> dict[str, Any]:
    await job.progress(0.3, "Begun by a worker that will die")
    await asyncio.sleep(3600)
    return {}


async def work(home: str, arguments: str) -> None:
    server = Server(msgspec.json.decode(arguments))
    await Worker(
        Runtime(Settings(home=Path(home)), server, TokenHasher(b"test" * 8), Vault({"first": bytes(32)})),
        {"greet": linger},
        {},
        PATIENT,
    ).run()


if __name__ == "__main__":
    asyncio.run(work(*sys.argv[1:]))
