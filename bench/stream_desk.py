"""A desk whose one tape brings twenty quotes a second, for `bench.stream`: `python -m bench.stream_desk port`.

One person may hold as many streams as the benchmark has subscribers, and the pump looks a little more often than
quotes come, so that none is passed over. When it stops it writes down when each message was due.
"""

import asyncio
import json
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Final

from bench.furnish import OPENS_AT, TERMS
from paperdesk.core.kernel.ids import DatasetId
from paperdesk.core.kernel.principal import Principal
from paperdesk.doors import worker
from paperdesk.doors.desk import Desk
from paperdesk.features.identity.found_desk import FoundDesk, found_desk
from paperdesk.features.marketdata.feeds.given_quotes import QuoteRow, write_quotes
from paperdesk.features.marketdata.open_tape import OpenTape, open_tape
from paperdesk.features.marketdata.store import insert_dataset
from paperdesk.features.marketdata.tapes import Tape
from paperdesk.infra.settings import Settings
from paperdesk.infra.telemetry import configure_logs
from paperdesk.infra.work import UnitOfWork
from paperdesk.serving import bound, listener_of, loop_factory, running_desk

SYMBOLS: Final = ("BANA", "BBNB")
QUOTES_A_SECOND: Final = 10
LASTS_S: Final = 120
FRAME_S: Final = 0.08
GREETING, MOMENTS = "stream-desk.json", "stream-moments.json"


def quote_rows() -> Iterator[QuoteRow]:
    """Yield another quote of each symbol every tenth of a second."""
    for number in range(LASTS_S * QUOTES_A_SECOND):
        at = OPENS_AT + timedelta(seconds=number / QUOTES_A_SECOND)
        bid = 100 + Decimal(number % 100) / 100
        for symbol in SYMBOLS:
            yield QuoteRow(symbol, at, bid, bid + Decimal("0.02"))


async def furnished(desk: Desk, who: Principal) -> Tape:
    """Open the tape."""
    runtime = desk.runtime
    async with runtime.work(who) as work:
        dataset_id = DatasetId(work.new_id())
        manifest = write_quotes(TERMS, list(quote_rows()), runtime.settings.datasets / str(dataset_id))
    async with runtime.as_system() as db:
        await insert_dataset(UnitOfWork(who, runtime.clock.now(), db), dataset_id, manifest, None)
    async with runtime.work(who) as work:
        return await open_tape(work, desk.shelf, OpenTape(dataset_id, "Benchmark", OPENS_AT))


async def serve(port: int, subscribers: int) -> None:
    """Serve until told to stop."""
    caps = {"streams_per_person": subscribers, "streams_max": subscribers}
    settings = Settings().model_copy(update={"port": port, **caps})
    worker.FRAME_S = FRAME_S
    moments: dict[int, float] = {}
    async with running_desk(settings) as desk:
        founded = await found_desk(desk.runtime, FoundDesk())
        tape = await furnished(desk, founded.principal)
        moved = desk.publication.moved

        def noted(tape: Tape) -> None:
            moments.setdefault(tape.cursor, time.time())
            moved(tape)

        setattr(desk.publication, "moved", noted)  # noqa: B010 - the one place where the desk is watched
        listener = listener_of(desk)
        listener.stop_on_signals()
        kept = {"token": founded.key.token, "tape_id": str(tape.id)}
        listening = bound(settings)
        (settings.directory / GREETING).write_text(json.dumps(kept))
        await listener.serve([listening])
    (settings.directory / MOMENTS).write_text(json.dumps(moments))


if __name__ == "__main__":
    configure_logs("json", "warning")
    Path(Settings().directory).mkdir(parents=True, exist_ok=True)
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        runner.run(serve(int(sys.argv[1]), int(sys.argv[2])))
