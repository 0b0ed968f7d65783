"""The cells of a price file row by row: slow, forgiving in notation, exact about what is wrong."""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Final, TypeAlias

import numpy as np

from paperdesk.core.kernel.errors import Invalid, Problem
from paperdesk.core.kernel.money import decimal_from_text, places
from paperdesk.core.kernel.time import instant_from_text, microseconds
from paperdesk.core.market.options import canonical_symbol
from paperdesk.features.marketdata.feeds.cells import PRICES, SIZES, STAMPS, Cells, is_symbol
from paperdesk.features.marketdata.feeds.columns import ABSENT, SCALE_MAX, Ints

Row: TypeAlias = tuple[int, Mapping[str, str]]

_INT64_MAX: Final = int(np.iinfo(np.int64).max)
_PRICE_MAX: Final = _INT64_MAX // 10**SCALE_MAX
_DATE_LENGTH: Final = 10
_NUMBER: Final = re.compile(r"[+-]?[0-9]*\.?[0-9]*([eE][+-]?[0-9]{1,3})?", re.ASCII)


class MalformedCell(Invalid):
    """One cell of a price file does not say what its column promises."""


class MissingValue(Invalid):
    """A row lacks a value that every row must have."""


def problem(line: int | None, code: str, reason: str) -> Problem:
    """Return what is wrong with a row, or with the file where no row is to blame."""
    reason = reason.rstrip(".")
    where = "The file" if line is None else f"Line {line}"
    return Problem(code, f"{where}: {reason}.", {"line": line, "reason": reason})


def line_of(one: Problem) -> int:
    """Return the line of a problem, 0 when it is the file's."""
    line = one.facts["line"]
    return line if isinstance(line, int) else 0


@dataclass(frozen=True, slots=True)
class Findings:
    """What a file's reader has to say so far: what is wrong, and what is only worth knowing."""

    problems: list[Problem] = field(default_factory=list[Problem])
    warnings: list[str] = field(default_factory=list[str])

    def add(self, line: int | None, code: str, reason: str) -> None:
        """Report a problem."""
        self.problems.append(problem(line, code, reason))


def csv_rows(raw: bytes, header: Sequence[str], findings: Findings) -> Iterator[Row]:
    """Yield the rows after the header as texts by column; what cannot be split is reported instead."""
    for line, chunk in enumerate(raw.split(b"\n")[1:], start=2):
        if not chunk.strip():
            continue
        try:
            cells = next(csv.reader([chunk.decode("utf-8").rstrip("\r")], strict=True))
        except UnicodeDecodeError:
            findings.add(line, "malformed_text", "the text is not UTF-8")
            continue
        except csv.Error:
            findings.add(line, "malformed_row", "a quotation mark is out of place or a character is not text")
            continue
        if len(cells) == len(header):
            yield line, dict(zip(header, cells, strict=True))
        else:
            findings.add(line, "malformed_row", f"{len(cells)} cells, but the header has {len(header)}")


def parse_rows(rows: Iterable[Row], names: Sequence[str], findings: Findings) -> Cells:
    """Parse rows one by one; a row with a fault is reported and left out."""
    draft = _Draft({name: [] for name in names if name in PRICES or name in SIZES})
    for line, row in rows:
        try:
            draft.add(line, row)
        except Invalid as fault:
            findings.add(line, fault.code, fault.message)
    return draft.cells(findings)


@dataclass(slots=True)
class _Draft:
    """Rows that have been parsed so far."""

    numbers: dict[str, list[Decimal | None]]
    lines: list[int] = field(default_factory=list[int])
    symbols: dict[str, int] = field(default_factory=dict[str, int])
    symbol_of: list[int] = field(default_factory=list[int])
    stamps: list[int] = field(default_factory=list[int])
    dates_only: bool | None = None
    rounded: int = 0

    def add(self, line: int, row: Mapping[str, str]) -> None:
        """Parse one row wholly before keeping any of it."""
        symbol = row["symbol"]
        if not is_symbol(symbol):
            raise (
                MissingValue("the symbol is missing") if not symbol else MalformedCell(f"{symbol[:40]!r} is no symbol")
            )
        stamp, is_date = _stamp(next(row[name] for name in STAMPS if name in row))
        written = {name: _number(name, row[name]) for name in self.numbers}
        if self.dates_only not in (None, is_date):
            raise MalformedCell("dates and instants are mixed in one file")
        self.dates_only = is_date
        self.lines.append(line)
        self.symbol_of.append(self.symbols.setdefault(canonical_symbol(symbol), len(self.symbols)))
        self.stamps.append(stamp)
        for name, number in written.items():
            exact = None if number is None else round(number, SCALE_MAX)
            self.rounded += name in PRICES and number != exact
            self.numbers[name].append(exact)

    def cells(self, findings: Findings) -> Cells:
        """Return all rows as columns; sizes too large for the file's finest size are reported."""
        present = [one for name in SIZES for one in self.numbers.get(name, []) if one is not None]
        size_scale = max((places(one) for one in present), default=0)
        numbers = {name: self._whole(name, size_scale, findings) for name in self.numbers}
        return Cells(
            lines=np.array(self.lines, np.int64),
            symbols=list(self.symbols),
            symbol_of=np.array(self.symbol_of, np.int64),
            stamps=np.array(self.stamps, np.int64),
            dates_only=bool(self.dates_only),
            numbers=numbers,
            size_scale=size_scale,
            rounded=self.rounded,
        )

    def _whole(self, name: str, size_scale: int, findings: Findings) -> Ints:
        scale = size_scale if name in SIZES else SCALE_MAX
        values = [ABSENT if one is None else int(one.scaleb(scale)) for one in self.numbers[name]]
        for row, value in enumerate(values):
            if value > _INT64_MAX:
                findings.add(self.lines[row], MalformedCell.code, f"{name} is too large")
                values[row] = ABSENT
        return np.array(values, np.int64)


def _stamp(text: str) -> tuple[int, bool]:
    """Return microseconds since 1970 and whether the text is a date alone."""
    if not text:
        raise MissingValue("the date is missing")
    if len(text) != _DATE_LENGTH:
        return microseconds(instant_from_text(text)), False
    try:
        return microseconds(datetime.combine(date.fromisoformat(text), time(0), UTC)), True
    except ValueError:
        raise MalformedCell(f"{text!r} is not a date such as 2024-01-31") from None


def _number(name: str, text: str) -> Decimal | None:
    """Return a number as written, or None for an empty cell."""
    text = text.strip()
    if not text:
        return None
    if not _NUMBER.fullmatch(text):
        raise MalformedCell(f"{text[:40]!r} is not a number ({name})")
    number = decimal_from_text(text)
    if abs(number) > (_INT64_MAX if name in SIZES else _PRICE_MAX):
        raise MalformedCell(f"{text[:40]} is too large ({name})")
    return number
