"""A worker on the jobs of research in a process of its own, to be killed in the middle of a sweep."""

import asyncio
import sys
from pathlib import Path

import msgspec

from paperdesk.features.research.jobs import JOBS
from paperdesk.infra.crypto import TokenHasher, Vault
from paperdesk.infra.db import Server
from paperdesk.infra.job_worker import Worker
from paperdesk.infra.jobs import Rhythm
from paperdesk.infra.runtime import Runtime
from paperdesk.infra.settings import Settings

BRISK = Rhythm(look_s=0.1, heartbeat_s=0.2, drain_s=0.1)


async def work(home: str, arguments: str) -> None:
    server = Server(msgspec.json.decode(arguments))
    keys = TokenHasher(b"test" * 8), Vault({"first": bytes(32)})
    await Worker(Runtime(Settings(home=Path(home)), server, *keys), JOBS, {}, BRISK).run()


if __name__ == "__main__":
    asyncio.run(work(*sys.argv[1:]))
