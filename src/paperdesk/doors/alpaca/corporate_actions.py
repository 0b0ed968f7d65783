"""What companies did and announced, in Alpaca's shapes, as far as anybody can know by the tape's clock.

Their clients demand a CUSIP, which no tape tells: it is blank.
"""

from collections import defaultdict
from decimal import Decimal
from typing import Any, Final

import msgspec

from paperdesk.core.kernel.money import ZERO
from paperdesk.core.market.corporate_actions import (
    CashDividend,
    CorporateAction,
    Merger,
    ShareDividend,
    SpinOff,
    Split,
    SymbolChange,
)
from paperdesk.core.market.instruments import Instrument
from paperdesk.doors.alpaca.answers import Answer
from paperdesk.doors.alpaca.asking import Ask, Listed, When
from paperdesk.features.marketdata.queries import known_actions

Named = tuple[str, dict[str, Any]]
UNKNOWN: Final = ""


class ActionsQuery(msgspec.Struct):
    """Which corporate actions are asked for: of today, unless the request says more."""

    symbols: Listed | None = None
    types: Listed | None = None
    ids: Listed | None = None
    start: When | None = None
    end: When | None = None

    def wants(self, action: CorporateAction, name: str, today: str) -> bool:
        """Say whether an action is asked for; the days are those on which it is processed."""
        processed = _processed(action)
        first = today if self.start is None else self.start.day.isoformat()
        last = max(today, first) if self.end is None else self.end.day.isoformat()
        return (
            (first <= processed <= last or self.ids is not None)
            and (self.types is None or name.removesuffix("s") in self.types.words)
            and (self.ids is None or str(action.id) in self.ids.words)
        )


async def get_corporate_actions(ask: Ask) -> Answer:
    """List the corporate actions that were announced by now."""
    query = ask.query(ActionsQuery)
    async with ask.visiting() as visit:
        words = () if query.symbols is None else query.symbols.words
        known = known_actions(visit.tape, visit.dataset, words)
        today = visit.calendar.day_of(visit.tape.at).isoformat()
    found: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for action in known:
        for name, shape in shaped(action):
            if query.wants(action, name, today):
                found[name].append({"id": str(action.id), **shape})
    return Answer({"corporate_actions": found, "next_page_token": None}, is_market=True)


def shaped(action: CorporateAction) -> list[Named]:
    """Return an action by the name of its list; a delisting that pays nothing and ends nothing is in none."""
    symbol, terms = action.instrument.symbol, action.terms
    one = {"symbol": symbol, "cusip": UNKNOWN}
    found: Named
    match terms:
        case CashDividend():
            found = ("cash_dividends", {**one, **_dates(action), "rate": terms.amount, **_cash(terms)})
        case ShareDividend():
            found = ("stock_dividends", {**one, **_dates(action), "rate": terms.rate})
        case Split():
            found = _split(symbol, terms, action)
        case SpinOff():
            source: dict[str, Any] = {"source_symbol": symbol, "source_cusip": UNKNOWN, "source_rate": 1}
            found = ("spin_offs", {**source, **_new(terms.into), "new_rate": terms.rate, **_dates(action)})
        case Merger():
            found = _merger(symbol, terms, action)
        case SymbolChange():
            old = {"old_symbol": symbol, "old_cusip": UNKNOWN}
            found = ("name_changes", {**old, **_new(terms.into), "process_date": _processed(action)})
        case _:
            return [] if terms.payout is None else [_ended(one, terms.payout, action)]
    return [found]


def _new(instrument: Instrument) -> dict[str, str]:
    return {"new_symbol": instrument.symbol, "new_cusip": UNKNOWN}


def _ended(one: dict[str, str], payout: Decimal, action: CorporateAction) -> Named:
    ended = {**one, "process_date": _processed(action)}
    if payout == ZERO:
        return "worthless_removals", ended
    return "redemptions", {**ended, "rate": payout, "payable_date": _day(action.pay_on)}


def _cash(terms: CashDividend) -> dict[str, bool]:
    return {"special": terms.is_special, "foreign": False}


def _split(symbol: str, terms: Split, action: CorporateAction) -> Named:
    rates = {"new_rate": terms.new_units, "old_rate": terms.old_units}
    if terms.ratio > 1:
        return "forward_splits", {"symbol": symbol, "cusip": UNKNOWN, **rates, **_dates(action)}
    return "reverse_splits", {"symbol": symbol, "old_cusip": UNKNOWN, "new_cusip": UNKNOWN, **rates, **_dates(action)}


def _merger(symbol: str, terms: Merger, action: CorporateAction) -> Named:
    ended = {
        "acquiree_symbol": symbol,
        "acquiree_cusip": UNKNOWN,
        "process_date": _processed(action),
        "effective_date": action.ex_on.isoformat(),
        "payable_date": _day(action.pay_on),
    }
    if terms.into is None:
        return "cash_mergers", {**ended, "rate": terms.cash}
    acquirer = {"acquirer_symbol": terms.into.symbol, "acquirer_cusip": UNKNOWN, "acquirer_rate": terms.rate}
    shares = {**ended, **acquirer, "acquiree_rate": 1}
    return (
        ("stock_mergers", shares)
        if terms.cash == ZERO
        else ("stock_and_cash_mergers", {**shares, "cash_rate": terms.cash})
    )


def _dates(action: CorporateAction) -> dict[str, str | None]:
    return {
        "process_date": _processed(action),
        "ex_date": action.ex_on.isoformat(),
        "record_date": _day(action.record_on),
        "payable_date": _day(action.pay_on),
    }


def _processed(action: CorporateAction) -> str:
    return (action.pay_on or action.ex_on).isoformat()


def _day(day: object) -> str | None:
    return None if day is None else str(day)
