"""The prints of auctions from a file, and in a dataset: a row each.

    symbol,session_on,auction,price,volume
    ACME,2024-06-03,closing,101.25,480000

A tape tells of an opening auction as the session opens, before its first price, and of a closing one as it closes,
before its last. The volume may be left empty.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from paperdesk.core.kernel.errors import Invalid
from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.core.kernel.money import ZERO, decimal_from_text, places, plain
from paperdesk.core.market.facts import Auction, AuctionFact, Phase
from paperdesk.core.market.halts import Halt
from paperdesk.core.market.instruments import Instrument
from paperdesk.core.market.merge import UNNUMBERED, phase_of
from paperdesk.core.market.sessions import Calendar, Session
from paperdesk.features.marketdata.feeds.beside import SymbolNotInDataset, TextRow
from paperdesk.features.marketdata.feeds.columns import SCALE_MAX
from paperdesk.features.marketdata.feeds.lines import Findings, MalformedCell, MissingValue, Row

AUCTION_COLUMNS: Final = ("symbol", "session_on", "auction", "price", "volume")
AUCTIONS_REQUIRED: Final = AUCTION_COLUMNS[:4]
AUCTIONS_FILE: Final = "auctions.parquet"
_MOMENT: Final = timedelta(microseconds=1)


class UnknownAuction(Invalid):
    """A row names an auction that a session does not have."""


class NoSessionThatDay(Invalid):
    """A row names a day on which the market stays shut, or that its calendar does not reach."""


class RepeatedAuction(Invalid):
    """A row tells of an auction that an earlier one told of."""


@dataclass(slots=True)
class AuctionReader:
    """Reads rows against the instruments of one dataset and its calendar, each auction once."""

    instruments: Mapping[str, Instrument]
    market: Calendar
    seen: dict[tuple[str, date, str], int] = field(default_factory=dict[tuple[str, date, str], int])

    def read(self, rows: Iterable[Row], findings: Findings) -> list[AuctionFact]:
        """Return the prints of all good rows in their order; a row with a fault is reported and left out."""
        found: list[AuctionFact] = []
        for line, row in rows:
            try:
                found.append(self._print(line, {name: (row.get(name) or "").strip() for name in AUCTION_COLUMNS}))
            except Invalid as fault:
                findings.add(line, fault.code, fault.message)
        return sorted(found, key=lambda each: (each.at, phase_of(each), each.instrument_id.int))

    def _print(self, line: int, row: Mapping[str, str]) -> AuctionFact:
        for name in AUCTIONS_REQUIRED:
            if not row[name]:
                raise MissingValue(f"the {name} is missing")
        if row["symbol"] not in self.instruments:
            raise SymbolNotInDataset(f"{row['symbol'][:32]!r} has no prices in the dataset")
        if row["auction"] not in list(Auction):
            raise UnknownAuction(f"{row['auction'][:40]!r} is neither opening nor closing")
        session, auction = self._session(row["session_on"]), Auction(row["auction"])
        first = self.seen.setdefault((row["symbol"], session.on, auction.value), line)
        if first != line:
            raise RepeatedAuction(f"line {first} tells of the same auction")
        at = session.opens_at if auction is Auction.OPENING else session.closes_at
        price = _number(row, "price")
        if not price:
            raise MalformedCell("an auction has a price above zero")
        volume = _number(row, "volume") if row["volume"] else None
        return AuctionFact(UNNUMBERED, at, self.instruments[row["symbol"]].id, auction, price, volume)

    def _session(self, text: str) -> Session:
        try:
            day = date.fromisoformat(text)
        except ValueError:
            raise MalformedCell(f"{text[:40]!r} is not a date such as 2024-01-31 (session_on)") from None
        is_known = self.market.first <= day <= self.market.last
        session = self.market.session_on(day) if is_known else None
        if session is None:
            raise NoSessionThatDay(f"the {self.market.name} calendar has no session on {day}")
        return session


def auctions_held(
    auctions: Iterable[AuctionFact], sessions: Iterable[Session], halts: Mapping[InstrumentId, Sequence[Halt]]
) -> dict[Phase, list[AuctionFact]]:
    """Return the auctions of some sessions by phase, without those that fall into a halt."""
    bells = {at for session in sessions for at in (session.opens_at, session.closes_at)}
    found: dict[Phase, list[AuctionFact]] = {Phase.CLOSING_AUCTION: [], Phase.OPENING_AUCTION: []}
    for fact in auctions:
        phase = phase_of(fact)
        if fact.at in bells and not any(halt.hides(fact.at, phase) for halt in halts.get(fact.instrument_id, ())):
            found[phase].append(fact)
    return found


def auction_row(fact: AuctionFact, symbol: str, market: Calendar) -> TextRow:
    """Write the print of an auction as the row that it is read from."""
    # A market that never rests closes as the next day begins.
    within = fact.at if fact.auction is Auction.OPENING else fact.at - _MOMENT
    return {
        "symbol": symbol,
        "session_on": market.day_of(within).isoformat(),
        "auction": fact.auction.value,
        "price": plain(fact.price),
        "volume": None if fact.volume is None else plain(fact.volume),
    }


def _number(row: Mapping[str, str], name: str) -> Decimal:
    number = decimal_from_text(row[name])
    if number < ZERO or places(number) > SCALE_MAX:
        raise MalformedCell(f"{row[name][:40]!r} is below zero or finer than {SCALE_MAX} places ({name})")
    return number
