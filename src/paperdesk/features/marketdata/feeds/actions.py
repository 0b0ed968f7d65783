"""Corporate actions from a file, and in a dataset: one row each, as text that is read in one way only.

A row has a symbol, a kind and an ex-date, and what its kind needs:

    cash_dividend   amount, perhaps is_special
    share_dividend  rate
    split           new_units, old_units
    spin_off        into, rate, perhaps basis_rate
    merger          amount, or into and rate, or all three
    symbol_change   into
    delisting       perhaps amount

Everything else may be left empty, and what a kind does not know must be. Symbols are those of the dataset.
Inside a dataset the same rows lie in a Parquet file beside the prices.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from paperdesk.core.kernel.errors import Invalid
from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.core.kernel.money import ZERO, decimal_from_text, plain
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.corporate_actions import (
    ActionTerms,
    CashDividend,
    CorporateAction,
    Delisting,
    Merger,
    Moment,
    ShareDividend,
    SpinOff,
    Split,
    SymbolChange,
    action_id,
    moments,
)
from paperdesk.core.market.instruments import Instrument
from paperdesk.core.market.option_adjustments import adjusted_series, is_adjusted
from paperdesk.core.market.sessions import Calendar
from paperdesk.features.marketdata.feeds.beside import SymbolNotInDataset
from paperdesk.features.marketdata.feeds.lines import Findings, MalformedCell, MissingValue, Row

REQUIRED: Final = ("symbol", "kind", "ex_on")
_DATES: Final = ("announced_on", "record_on", "pay_on")
# What each kind takes beyond what all of them do: what it needs, and what it may have.
_TERMS: Final[Mapping[str, tuple[frozenset[str], frozenset[str]]]] = {
    "cash_dividend": (frozenset({"amount"}), frozenset({"is_special"})),
    "share_dividend": (frozenset({"rate"}), frozenset()),
    "split": (frozenset({"new_units", "old_units"}), frozenset()),
    "spin_off": (frozenset({"into", "rate"}), frozenset({"basis_rate"})),
    "merger": (frozenset(), frozenset({"amount", "into", "rate"})),
    "symbol_change": (frozenset({"into"}), frozenset()),
    "delisting": (frozenset(), frozenset({"amount"})),
}
_OF_KINDS: Final = ("amount", "is_special", "new_units", "old_units", "into", "rate", "basis_rate")
_NUMBERS: Final = ("amount", "new_units", "old_units", "rate", "basis_rate")
# Where a field of the terms has another name in a row.
_CELL_OF: Final = {("merger", "cash"): "amount", ("delisting", "payout"): "amount"}
COLUMNS: Final = (*REQUIRED, *_DATES, *_OF_KINDS, "in_lieu_price")
FILE_NAME: Final = "actions.parquet"


class UnknownKind(Invalid):
    """A row names a kind of corporate action that does not exist."""


class ValueNotAllowed(Invalid):
    """A row has a value that its kind of corporate action does not know."""


class DayBeyondCalendar(Invalid):
    """A row names a day that the dataset's calendar does not reach."""


class RepeatedAction(Invalid):
    """A row says again what an earlier one said."""


@dataclass(slots=True)
class ActionReader:
    """Reads rows against the instruments of one dataset and its calendar, each of them once."""

    instruments: Mapping[str, Instrument]
    market: Calendar
    seen: dict[tuple[str, ...], int] = field(default_factory=dict[tuple[str, ...], int])
    counted: Counter[tuple[str, str, date]] = field(default_factory=Counter[tuple[str, str, date]])

    def read(self, rows: Iterable[Row], findings: Findings) -> list[CorporateAction]:
        """Return the actions of all good rows by ex-date; a row with a fault is reported and left out."""
        found: list[CorporateAction] = []
        for line, row in rows:
            try:
                found.append(self._action(line, {name: (row.get(name) or "").strip() for name in COLUMNS}))
            except Invalid as fault:
                findings.add(line, fault.code, fault.message)
        return sorted(found, key=lambda each: (each.ex_on, each.instrument.id.int))

    def _action(self, line: int, row: Mapping[str, str]) -> CorporateAction:
        _check_columns(row)
        first = self.seen.setdefault(tuple(row.values()), line)
        if first != line:
            raise RepeatedAction(f"the row repeats line {first}")
        kind, instrument = row["kind"], self._instrument(row["symbol"])
        ex_on = self._day(row, "ex_on")
        assert ex_on is not None, "a row without an ex-date was refused"
        named = (row["symbol"], kind, ex_on)
        self.counted[named] += 1
        return CorporateAction(
            id=action_id(instrument.id, kind, ex_on, self.counted[named]),
            instrument=instrument,
            terms=self._terms(row),
            ex_on=ex_on,
            announced_on=self._day(row, "announced_on"),
            record_on=self._day(row, "record_on"),
            pay_on=self._day(row, "pay_on"),
            in_lieu_price=_number(row, "in_lieu_price"),
        )

    def _terms(self, row: Mapping[str, str]) -> ActionTerms:
        number = {name: _number(row, name) for name in _NUMBERS}
        amount, rate = number["amount"] or ZERO, number["rate"] or ZERO
        into = self._instrument(row["into"]) if row["into"] else None
        match row["kind"]:
            case "cash_dividend":
                return CashDividend(amount, _flag(row, "is_special"))
            case "share_dividend":
                return ShareDividend(rate)
            case "split":
                return Split(number["new_units"] or ZERO, number["old_units"] or ZERO)
            case "merger":
                return Merger(amount, into, rate)
            case "delisting":
                return Delisting(number["amount"])
            case kind:
                assert into is not None, "a row that needs a successor has one"
                return SymbolChange(into) if kind == "symbol_change" else SpinOff(into, rate, number["basis_rate"])

    def _instrument(self, symbol: str) -> Instrument:
        if symbol not in self.instruments:
            raise SymbolNotInDataset(f"{symbol[:32]!r} has no prices in the dataset")
        return self.instruments[symbol]

    def _day(self, row: Mapping[str, str], name: str) -> date | None:
        if not row[name]:
            return None
        try:
            day = date.fromisoformat(row[name])
        except ValueError:
            raise MalformedCell(f"{row[name][:40]!r} is not a date such as 2024-01-31 ({name})") from None
        if not self.market.first <= day <= self.market.last:
            raise DayBeyondCalendar(f"the {self.market.name} calendar does not reach {day} ({name})")
        return day


def row_of(action: CorporateAction) -> dict[str, str | None]:
    """Write an action as the row that it is read from; what it does not have is None."""
    days = {name: getattr(action, name) for name in ("ex_on", *_DATES)}
    cells: dict[str, str | None] = {name: None if day is None else day.isoformat() for name, day in days.items()}
    named = {each.name: getattr(action.terms, each.name) for each in fields(action.terms)}
    for name, value in {**named, "in_lieu_price": action.in_lieu_price}.items():
        cells[_CELL_OF.get((action.kind, name), name)] = _cell(value)
    cells |= {"symbol": action.instrument.symbol, "kind": action.kind}
    return {name: cells.get(name) for name in COLUMNS}


def with_series(actions: Sequence[CorporateAction], options: Iterable[Instrument]) -> list[CorporateAction]:
    """Give each action the option series that it adjusts, those that earlier actions made included."""
    listed = {option.id: option for option in options}
    told: list[CorporateAction] = []
    for action in actions:
        concerned = [option for option in listed.values() if is_adjusted(option, action)]
        series = [found for option in concerned if (found := adjusted_series(option, action)) is not None]
        listed |= {each.after.id: each.after for each in series}
        told.append(replace(action, series=tuple(series)))
    return told


def with_adjusted(listed: Iterable[Instrument], actions: Iterable[CorporateAction]) -> dict[InstrumentId, Instrument]:
    """Return instruments by id, with the option series that actions make of some; those may have no prices."""
    known = {one.id: one for one in listed}
    for series in (each for action in actions for each in action.series):
        contract = series.after.contract
        assert contract is not None, "only an option has a series"
        if series.after.id not in known or contract.deliverable is not None:
            known[series.after.id] = series.after
    return known


def moments_between(
    actions: Sequence[CorporateAction], market: Calendar, first: datetime, last: datetime
) -> list[tuple[datetime, CorporateAction, Moment]]:
    """Return when actions take effect and are paid inside a span, in the order in which a tape tells of it."""
    found = [
        (market.day_starts_at(day), action, moment)
        for action in actions
        for moment, day in moments(action)
        if market.first <= day <= market.last
    ]
    within = [each for each in found if first <= each[0] <= last]
    return sorted(within, key=lambda each: (each[0], each[1].instrument.id.int))


def _check_columns(row: Mapping[str, str]) -> None:
    """Refuse a row that lacks what its kind needs, or that has what its kind does not know."""
    for name in REQUIRED:
        if not row[name]:
            raise MissingValue(f"the {name} is missing")
    if row["kind"] not in _TERMS:
        raise UnknownKind(f"{row['kind'][:40]!r} is none of {', '.join(_TERMS)}")
    needed, allowed = _TERMS[row["kind"]]
    for name in _OF_KINDS:
        if name in needed and not row[name]:
            raise MissingValue(f"a {row['kind']} needs {name}")
        if row[name] and name not in needed | allowed:
            raise ValueNotAllowed(f"a {row['kind']} has no {name}")


def _number(row: Mapping[str, str], name: str) -> Decimal | None:
    return decimal_from_text(row[name]) if row[name] else None


def _flag(row: Mapping[str, str], name: str) -> bool:
    if row[name] not in {"", "true", "false"}:
        raise MalformedCell(f"{row[name][:40]!r} is neither true nor false ({name})")
    return row[name] == "true"


def _cell(value: object) -> str | None:
    match value:
        case Instrument():
            return value.symbol
        case bool():
            return "true" if value else None
        case Decimal():
            return plain(value)
        case _:
            return None
