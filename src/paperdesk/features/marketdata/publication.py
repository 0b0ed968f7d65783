"""What tapes tell while they move, by channel: one topic of one symbol on one tape.

A channel says its state to whoever comes, and from then on what the tape brought since. A message is made and
encoded once, however many follow the channel, and holds nothing from after the tape's cursor.
"""

import asyncio
from collections.abc import Collection, Iterable, Mapping
from typing import Final

from paperdesk.core.broker.view import UnknownSymbol
from paperdesk.core.kernel.errors import Invalid, PaperdeskError
from paperdesk.core.kernel.ids import TapeId
from paperdesk.core.market.instruments import Instrument
from paperdesk.features.marketdata.channels import (
    Bars,
    Channel,
    ChannelKey,
    Depth,
    Moment,
    Prints,
    Quotes,
    Status,
    Topic,
)
from paperdesk.features.marketdata.tapes import Shelf, Tape, listed_instrument
from paperdesk.infra.bus import Subscription
from paperdesk.infra.rooms import keep_serving

CHANNELS_MAX: Final = 500
"""How many channels one subscriber may follow."""

_TURN: Final = 32
"""How many channels are told before others get their turn."""

_KINDS: Final[Mapping[Topic, type[Channel]]] = {
    "quotes": Quotes,
    "depth": Depth,
    "prints": Prints,
    "bars": Bars,
    "status": Status,
}


class TooManyChannels(Invalid):
    """One stream follows at most 500 channels of market data; open another, or unsubscribe."""


class Publication:
    """The channels somebody follows in this process, told as their tapes move."""

    def __init__(self, shelf: Shelf) -> None:
        """Start with nobody following anything."""
        self._shelf = shelf
        self._channels: dict[TapeId, dict[ChannelKey, Channel]] = {}
        self._moved: dict[TapeId, Tape] = {}
        self._has_moved = asyncio.Event()

    @property
    def is_followed(self) -> bool:
        """Say whether anybody follows anything."""
        return bool(self._channels)

    @property
    def followed(self) -> Collection[TapeId]:
        """Return the tapes of which somebody follows something."""
        return self._channels.keys()

    def moved(self, tape: Tape) -> None:
        """Take note of where a tape stands, whoever moved it or looked; older news than is known changes nothing."""
        known = self._moved.get(tape.id, tape)
        if tape.id in self._channels and (tape.cursor, tape.at) >= (known.cursor, known.at):
            self._moved[tape.id] = tape
            self._has_moved.set()

    async def run(self) -> None:
        """Tell what tapes bring until cancelled."""
        await keep_serving("publication", self._serve)

    async def _serve(self) -> None:
        while True:
            await self._has_moved.wait()
            self._has_moved.clear()
            while self._moved:
                _, tape = self._moved.popitem()
                await self.tell(tape)

    async def tell(self, tape: Tape) -> None:
        """Tell everyone who follows a tape what it has brought since."""
        now = Moment(tape, await self._shelf.dataset(tape.dataset_id))
        for number, channel in enumerate(list(self._channels.get(tape.id, {}).values()), 1):
            try:
                channel.advance(now)
            except PaperdeskError as error:
                channel.give_up(error)
                self._forget(channel.key)
            if number % _TURN == 0:
                await asyncio.sleep(0)

    def channels(self, now: Moment, keys: Iterable[ChannelKey]) -> list[Channel]:
        """Return channels of a tape: those that others follow already, or new ones; `admit` follows at once.

        Raises UnknownSymbol, BarsDoNotFit.
        """
        known = self._channels.get(now.tape.id, {})
        return [known.get(key) or _KINDS[key.topic](key, _listed(now, key.symbol), now) for key in keys]

    def admit(self, follower: Subscription, channels: Iterable[Channel]) -> None:
        """Let a subscriber hear channels from now on, their state first."""
        for channel in channels:
            self._channels.setdefault(channel.key.tape_id, {})[channel.key] = channel
            channel.admit(follower)

    def leave(self, follower: Subscription, keys: Iterable[ChannelKey]) -> None:
        """Let a subscriber hear channels no more."""
        for key in keys:
            channel = self._channels.get(key.tape_id, {}).get(key)
            if channel is not None and channel.dismiss(follower):
                self._forget(key)

    def _forget(self, key: ChannelKey) -> None:
        channels = self._channels.get(key.tape_id, {})
        channels.pop(key, None)
        if not channels:
            self._channels.pop(key.tape_id, None)
            self._moved.pop(key.tape_id, None)


def _listed(now: Moment, symbol: str) -> Instrument:
    instrument = listed_instrument(now.dataset, symbol, now.tape.cursor)
    if instrument is None:
        raise UnknownSymbol(f"{symbol[:32]!r} is not on this tape.", symbol=symbol[:32])
    return instrument
