"""What funds hold from a file, and in a dataset: a row for each line of a report.

    fund,held_on,known_at,symbol,name,weight_rate,quantity,market_value
    ACMX,2024-05-31,2024-06-04T12:00:00Z,BOLT,Bolt Works Inc.,0.0425,1200,24000

Everything after `known_at` may be left empty but the symbol and the name together.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from paperdesk.core.kernel.errors import Invalid
from paperdesk.core.kernel.money import decimal_from_text, places, plain
from paperdesk.core.kernel.time import instant_from_text, instant_text
from paperdesk.core.market.fund_holdings import FundHolding
from paperdesk.core.market.instruments import Instrument
from paperdesk.core.market.sessions import Calendar
from paperdesk.features.marketdata.feeds.beside import SymbolNotInDataset, TextRow
from paperdesk.features.marketdata.feeds.columns import SCALE_MAX
from paperdesk.features.marketdata.feeds.lines import Findings, MalformedCell, MissingValue, Row

HOLDING_COLUMNS: Final = ("fund", "held_on", "known_at", "symbol", "name", "weight_rate", "quantity", "market_value")
HOLDINGS_REQUIRED: Final = HOLDING_COLUMNS[:3]
HOLDINGS_FILE: Final = "holdings.parquet"


class KnownBeforeHeld(Invalid):
    """A report cannot be known before the day it tells of has begun."""


class RepeatedHolding(Invalid):
    """A row tells of a holding that an earlier row of the same report told of."""


@dataclass(slots=True)
class HoldingReader:
    """Reads rows against the instruments of one dataset and its calendar, each holding of a report once."""

    instruments: Mapping[str, Instrument]
    market: Calendar
    seen: dict[tuple[str, ...], int] = field(default_factory=dict[tuple[str, ...], int])

    def read(self, rows: Iterable[Row], findings: Findings) -> list[FundHolding]:
        """Return the holdings of all good rows in their order; a row with a fault is reported and left out."""
        found: list[FundHolding] = []
        for line, row in rows:
            try:
                found.append(self._holding(line, {name: (row.get(name) or "").strip() for name in HOLDING_COLUMNS}))
            except Invalid as fault:
                findings.add(line, fault.code, fault.message)
        return found

    def _holding(self, line: int, row: Mapping[str, str]) -> FundHolding:
        for name in HOLDINGS_REQUIRED:
            if not row[name]:
                raise MissingValue(f"the {name} is missing")
        if not row["symbol"] and not row["name"]:
            raise MissingValue("the symbol and the name are missing")
        if row["fund"] not in self.instruments:
            raise SymbolNotInDataset(f"{row['fund'][:32]!r} has no prices in the dataset")
        held_on, known_at = _day(row["held_on"]), instant_from_text(row["known_at"])
        if known_at < self._begins(held_on):
            raise KnownBeforeHeld(f"the report of {held_on} is known before that day has begun")
        named = (row["fund"], row["held_on"], row["known_at"], row["symbol"], row["name"])
        first = self.seen.setdefault(named, line)
        if first != line:
            raise RepeatedHolding(f"line {first} tells of the same holding")
        return FundHolding(
            self.instruments[row["fund"]].id,
            held_on,
            known_at,
            row["name"] or row["symbol"],
            row["symbol"] or None,
            *(_number(row, name) for name in ("weight_rate", "quantity", "market_value")),
        )

    def _begins(self, day: date) -> datetime:
        return self.market.day_starts_at(day)


def holding_row(holding: FundHolding, fund: str) -> TextRow:
    """Write a holding as the row that it is read from."""
    return {
        "fund": fund,
        "held_on": holding.held_on.isoformat(),
        "known_at": instant_text(holding.known_at),
        "symbol": holding.symbol,
        "name": holding.name,
        "weight_rate": _text(holding.weight_rate),
        "quantity": _text(holding.quantity),
        "market_value": _text(holding.market_value),
    }


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise MalformedCell(f"{text[:40]!r} is not a date such as 2024-01-31 (held_on)") from None


def _number(row: Mapping[str, str], name: str) -> Decimal | None:
    if not row[name]:
        return None
    number = decimal_from_text(row[name])
    if places(number) > SCALE_MAX:
        raise MalformedCell(f"{row[name][:40]!r} is finer than {SCALE_MAX} places ({name})")
    return number


def _text(number: Decimal | None) -> str | None:
    return None if number is None else plain(number)
