"""Halts from a file, and in a dataset: a row each, with a symbol, since when, why, and until when if it ended.

    symbol,halted_at,reason,resumed_at
    ACME,2024-06-03T14:05:00Z,volatility,2024-06-03T14:10:00Z

A dataset tells of no price that its halts hide; its files keep them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Final, Literal

import numpy as np

from paperdesk.core.kernel.errors import Invalid
from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.core.kernel.time import instant_from_text, instant_text, microseconds
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.facts import HaltReason, StatusFact, TradingHalted
from paperdesk.core.market.halts import Halt, facts_of_halt
from paperdesk.core.market.instruments import Instrument
from paperdesk.features.marketdata.feeds.beside import SymbolNotInDataset, TextRow
from paperdesk.features.marketdata.feeds.columns import Ints
from paperdesk.features.marketdata.feeds.lines import Findings, MissingValue, Row

HALT_COLUMNS: Final = ("symbol", "halted_at", "reason", "resumed_at")
HALTS_REQUIRED: Final = HALT_COLUMNS[:3]
HALTS_FILE: Final = "halts.parquet"


class UnknownHaltReason(Invalid):
    """A row names a reason for a halt that does not exist."""


class HaltsOverlap(Invalid):
    """An instrument is halted again before it was resumed."""


@dataclass(frozen=True, slots=True)
class HaltReader:
    """Reads rows against the instruments of one dataset."""

    instruments: Mapping[str, Instrument]

    def read(self, rows: Iterable[Row], findings: Findings) -> list[Halt]:
        """Return the halts of all good rows, oldest first; a row with a fault is reported and left out."""
        found: list[tuple[int, Halt]] = []
        for line, row in rows:
            try:
                found.append((line, self._halt({name: (row.get(name) or "").strip() for name in HALT_COLUMNS})))
            except Invalid as fault:
                findings.add(line, fault.code, fault.message)
        found.sort(key=lambda each: (each[1].instrument_id.int, each[1].halted_at))
        for (_, before), (line, after) in pairwise(found):
            if before.instrument_id == after.instrument_id and not _is_over(before, after.halted_at):
                findings.add(line, HaltsOverlap.code, "trading was halted already, and not yet resumed")
        return sorted((halt for _, halt in found), key=_place)

    def _halt(self, row: Mapping[str, str]) -> Halt:
        for name in HALTS_REQUIRED:
            if not row[name]:
                raise MissingValue(f"the {name} is missing")
        if row["symbol"] not in self.instruments:
            raise SymbolNotInDataset(f"{row['symbol'][:32]!r} has no prices in the dataset")
        if row["reason"] not in list(HaltReason):
            raise UnknownHaltReason(f"{row['reason'][:40]!r} is none of {', '.join(HaltReason)}")
        ends = instant_from_text(row["resumed_at"]) if row["resumed_at"] else None
        begins = instant_from_text(row["halted_at"])
        return Halt(self.instruments[row["symbol"]].id, begins, HaltReason(row["reason"]), ends)


def halt_row(halt: Halt, symbol: str) -> TextRow:
    """Write a halt as the row that it is read from."""
    ends = None if halt.resumed_at is None else instant_text(halt.resumed_at)
    return {
        "symbol": symbol,
        "halted_at": instant_text(halt.halted_at),
        "reason": halt.reason.value,
        "resumed_at": ends,
    }


def halts_by_instrument(halts: Iterable[Halt], listed: Iterable[Instrument]) -> dict[InstrumentId, list[Halt]]:
    """Return what halts each instrument: its own halts, and those of what it is written on."""
    halted = list(halts)
    found = {
        each.id: [halt for halt in halted if halt.instrument_id in (each.id, each.underlying_id)] for each in listed
    }
    return {instrument_id: its for instrument_id, its in found.items() if its}


def statuses_between(halts: Iterable[Halt], first: datetime, last: datetime) -> list[StatusFact]:
    """Return what a tape tells of halts inside a span, in its order; one that stands at its beginning begins there."""
    standing = [each for each in halts if each.resumed_at is None or each.resumed_at > first]
    told = [fact for each in standing for fact in facts_of_halt(replace(each, halted_at=max(each.halted_at, first)))]
    within = [fact for fact in told if fact.at <= last]
    return sorted(within, key=lambda fact: (fact.at, fact.instrument_id.int, isinstance(fact, TradingHalted)))


def told_rows(at: Ints, halts: Sequence[Halt], *, comes_late: bool) -> Ints:
    """Return the rows whose instants no halt hides; at its two ends a phase may come before the status or after it."""
    if not halts:
        return np.arange(len(at))
    side: Literal["left", "right"] = "left" if comes_late else "right"
    told = np.ones(len(at), np.bool_)
    for halt in halts:
        begins = int(np.searchsorted(at, microseconds(halt.halted_at), side))
        ends = len(at) if halt.resumed_at is None else int(np.searchsorted(at, microseconds(halt.resumed_at), side))
        told[begins:ends] = False
    return np.flatnonzero(told)


def _is_over(halt: Halt, at: datetime) -> bool:
    return halt.resumed_at is not None and halt.resumed_at <= at


def _place(halt: Halt) -> tuple[datetime, int]:
    return halt.halted_at, halt.instrument_id.int
