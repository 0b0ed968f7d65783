"""Keep the quotes warm that are about to be read: of what is held or ordered on live tapes.

Every process does it for the cache it reads; while a session is open, the recording of a live tape keeps what the
tape watches warm as well.
"""

import asyncio
from dataclasses import dataclass

from paperdesk.core.kernel.errors import PaperdeskError
from paperdesk.core.kernel.principal import Principal, Scope
from paperdesk.features.broker.popular_queries import popular_instruments
from paperdesk.features.marketdata.kept_sources import KeptSources
from paperdesk.features.marketdata.queries import SYMBOLS_MAX, every_live_tape
from paperdesk.features.marketdata.read_sourcing import read_sourcing
from paperdesk.features.marketdata.tapes import Shelf, Tape
from paperdesk.infra.rooms import keep_serving
from paperdesk.infra.runtime import Runtime
from paperdesk.infra.telemetry import log


@dataclass(frozen=True, slots=True)
class Warmer:
    """Asks at the start, and then every few minutes."""

    runtime: Runtime
    shelf: Shelf
    kept: KeptSources

    async def run(self) -> None:
        """Warm until cancelled."""
        await keep_serving("warmer", self._serve)

    async def _serve(self) -> None:
        while True:
            await warm_quotes(self)
            await asyncio.sleep(self.runtime.settings.warm_every_s)


async def warm_quotes(warmer: Warmer) -> None:
    """Ask once for the quotes of what each tenant holds or has ordered on live tapes, most accounts first."""
    async with warmer.runtime.as_system() as db:
        tapes = await every_live_tape(db)
        popular = await popular_instruments(db, [tape.id for tape in tapes])
    for tape in tapes:
        dataset = await warmer.shelf.dataset(tape.dataset_id)
        known = [dataset.instruments[each] for each in popular.get(tape.id, ()) if each in dataset.instruments]
        if known:
            await _warm(warmer, tape, [each.symbol for each in known[:SYMBOLS_MAX]])


async def _warm(warmer: Warmer, tape: Tape, symbols: list[str]) -> None:
    assert tape.tenant_id is not None, "a live tape belongs to who has the key"
    who = Principal(tape.tenant_id, tape.owner_id, frozenset({Scope.READ}))
    try:
        await warmer.kept.snapshots(await read_sourcing(warmer.runtime, who), symbols)
    except PaperdeskError as failure:
        # Nobody waits for this: who asks for a quote is told what its source says.
        log.info("quotes_not_warmed", tape_id=str(tape.id), code=failure.code)
