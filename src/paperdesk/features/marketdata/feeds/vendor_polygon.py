"""Polygon, called Massive since 2025, behind the port: shares, option chains, instruments and corporate actions.

Documented at https://massive.com/docs/rest. The key is a bearer token; lists are paged with the whole address of
the next page, which is followed only where it leads back to the vendor; options carry the prefix `O:`.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from http import HTTPStatus
from typing import Any, ClassVar, Final
from urllib.parse import quote, urlsplit

from paperdesk.core.market.instruments import Kind
from paperdesk.core.market.options import MalformedOptionSymbol, parse_occ
from paperdesk.features.marketdata.feeds.series import guessed
from paperdesk.features.marketdata.feeds.vendor import (
    PAGE_BARS,
    BarLength,
    BarPage,
    BarsAsked,
    ContractSnapshot,
    DayFigures,
    FoundInstrument,
    Provenance,
    Snapshot,
    Subject,
    Told,
    VendorAction,
    VendorBar,
)
from paperdesk.features.marketdata.feeds.vendor_reading import Reader, bar_of, batches, reader, sensitivities_of
from paperdesk.infra.clock import Clock
from paperdesk.infra.outbound import Line, Question

SYMBOLS_MAX: Final = 250
CHAIN_PAGE: Final = 250
FOUND_MAX: Final = 100
PAGES_MAX: Final = 100
NANO: Final = 10**9
MILLI: Final = 1000
OPTION: Final = "O:"

_LENGTHS: Final[Mapping[BarLength, tuple[int, str]]] = {
    "1m": (1, "minute"),
    "5m": (5, "minute"),
    "15m": (15, "minute"),
    "1h": (1, "hour"),
    "1d": (1, "day"),
}
# Their limit of history counts the minutes or days that a bar is made of, and not the bars.
_MADE_OF: Final[Mapping[BarLength, int]] = {"1m": 1, "5m": 5, "15m": 15, "1h": 60, "1d": 1}
_LIMIT_MAX: Final = 50_000
_KINDS: Final = {"CS": Kind.EQUITY, "ADRC": Kind.EQUITY, "PFD": Kind.EQUITY, "ETF": Kind.ETF, "FUND": Kind.FUND}
_ABSENT: Final = frozenset({int(HTTPStatus.NOT_FOUND)})


@dataclass(frozen=True, slots=True)
class PolygonTerms:
    """Where Polygon answers."""

    url: str


class Polygon:
    """Polygon with one key."""

    name: ClassVar[str] = "polygon"
    tells: ClassVar[frozenset[Subject]] = frozenset(
        {Subject.QUOTES, Subject.BARS, Subject.CHAINS, Subject.INSTRUMENTS, Subject.ACTIONS}
    )

    def __init__(self, line: Line, clock: Clock, key: tuple[str, str], terms: PolygonTerms) -> None:
        """Take the way to the vendor, its key, and its address."""
        self.line = line
        self._clock, self._url = clock, terms.url
        self._headers = {"Authorization": f"Bearer {key[1]}"}

    async def probe(self) -> Provenance:
        """Ask for one instrument."""
        answer = await self._get(f"{self._url}/v3/reference/tickers", {"limit": "1"})
        list(answer.parts("results"))
        return self._provenance("reference", is_delayed=False)

    async def snapshots(self, symbols: Sequence[str]) -> Told[Mapping[str, Snapshot]]:
        """Return the latest of shares and options; unknown symbols are left out."""
        found: dict[str, Snapshot] = {}
        is_delayed = False
        for some in batches(list(map(_theirs, symbols)), SYMBOLS_MAX):
            params = {"ticker.any_of": ",".join(some), "limit": str(SYMBOLS_MAX)}
            async for row in self._rows("/v3/snapshot", params):
                if "error" not in row:
                    symbol = _ours(row.text("ticker"))
                    found[symbol] = _snapshot(symbol, row)
                    is_delayed = is_delayed or _is_delayed(row)
        return Told(found, self._provenance("snapshot", is_delayed=is_delayed))

    async def bars(self, asked: BarsAsked) -> Told[BarPage]:
        """Return one page of raw bars."""
        times, span = _LENGTHS[asked.length]
        path = f"/v2/aggs/ticker/{quote(_theirs(asked.symbol), safe=':')}/range/{times}/{span}"
        ends = _milliseconds(asked.start), _milliseconds(asked.end) - 1
        limit = min(PAGE_BARS * _MADE_OF[asked.length], _LIMIT_MAX)
        params = {"adjusted": "false", "sort": "asc", "limit": str(limit)}
        first = f"{self._url}{path}/{ends[0]}/{ends[1]}"
        answer = await (self._get(self._followed(asked.page), {}) if asked.page else self._get(first, params))
        rows = answer.parts("results") if "results" in answer else ()
        bars = [bar for bar in map(_bar, rows) if asked.start <= bar.opens_at < asked.end]
        told = self._provenance("aggregates", is_delayed=answer.text_or_none("status") == "DELAYED")
        return Told(BarPage(bars, answer.text_or_none("next_url")), told)

    async def chain(self, underlying: str, expires_on: date | None = None) -> Told[Sequence[ContractSnapshot]]:
        """Return the listed contracts with quotes, page by page."""
        params = {"limit": str(CHAIN_PAGE)}
        params |= {"expiration_date": expires_on.isoformat()} if expires_on else {}
        rows = [row async for row in self._rows(f"/v3/snapshot/options/{quote(underlying, safe='')}", params)]
        found = sorted(map(_contract, rows), key=lambda one: (one.contract.expires_on, one.contract.strike))
        return Told(found, self._provenance("option_chain", is_delayed=any(map(_is_delayed, rows))))

    async def instruments(self, words: str) -> Told[Sequence[FoundInstrument]]:
        """Return active instruments; one page of what their own search finds."""
        params = {"search": words, "active": "true", "limit": str(FOUND_MAX), "market": "stocks"}
        answer = await self._get(f"{self._url}/v3/reference/tickers", params)
        found = [_instrument(row) for row in answer.parts("results")] if "results" in answer else []
        return Told(found, self._provenance("reference", is_delayed=False))

    async def actions(self, symbol: str, start: date, end: date) -> Told[Sequence[VendorAction]]:
        """Return cash dividends and splits."""
        pages = {"ticker": symbol, "limit": str(1000)}
        days = {"execution_date.gte": start.isoformat(), "execution_date.lte": end.isoformat()}
        found = [_split(row) async for row in self._rows("/stocks/v1/splits", {**pages, **days})]
        days = {"ex_dividend_date.gte": start.isoformat(), "ex_dividend_date.lte": end.isoformat()}
        found += [_dividend(row) async for row in self._rows("/stocks/v1/dividends", {**pages, **days})]
        ordered = sorted(found, key=lambda one: one.ex_on)
        return Told(ordered, self._provenance("corporate_actions", is_delayed=False))

    async def _rows(self, path: str, params: Mapping[str, str]) -> AsyncIterator[Reader]:
        """Yield the results of every page."""
        url, rest = self._url + path, params
        for _ in range(PAGES_MAX):
            answer = await self._get(url, rest)
            for row in answer.parts("results") if "results" in answer else ():
                yield row
            following = answer.text_or_none("next_url")
            if following is None:
                return
            url, rest = self._followed(following), {}
        raise self.line.malformed(f"{path} has more than {PAGES_MAX} pages")

    async def _get(self, url: str, params: Mapping[str, str]) -> Reader:
        answer = await self.line.get(Question(url, params, self._headers, absent=_ABSENT))
        found = reader(self.line, {"status": "OK", "results": None} if answer is None else answer, "answer")
        if found.text("status") not in {"OK", "DELAYED"}:
            raise found.wrong("status")
        return found

    def _followed(self, url: str) -> str:
        """Return the address of a next page if it is the vendor's own, so that no key goes anywhere else."""
        theirs, ours = urlsplit(url), urlsplit(self._url)
        if (theirs.scheme, theirs.netloc) != (ours.scheme, ours.netloc):
            raise self.line.malformed("next_url leads elsewhere")
        return url

    def _provenance(self, feed: str, *, is_delayed: bool) -> Provenance:
        return Provenance(self.name, feed, self._clock.now(), is_delayed)


def _theirs(symbol: str) -> str:
    return OPTION + symbol if guessed(symbol).kind is Kind.OPTION else symbol


def _ours(symbol: str) -> str:
    return symbol.removeprefix(OPTION)


def _milliseconds(instant: datetime) -> int:
    return int(instant.timestamp()) * MILLI + instant.microsecond // MILLI


def _is_delayed(row: Reader) -> bool:
    parts = (row.part(name) for name in ("last_quote", "last_trade"))
    return any(one.text_or_none("timeframe") == "DELAYED" for one in parts if one is not None)


def _snapshot(symbol: str, row: Reader) -> Snapshot:
    quoted, last, session = (row.part(name) for name in ("last_quote", "last_trade", "session"))
    found: dict[str, Any] = {}
    if quoted is not None:
        found |= {"bid": quoted.price_or_none("bid"), "ask": quoted.price_or_none("ask")}
        found |= {"bid_size": quoted.size_or_none("bid_size"), "ask_size": quoted.size_or_none("ask_size")}
        found |= {"quoted_at": quoted.instant_since("last_updated", NANO)}
    if last is not None:
        at = "sip_timestamp" if "sip_timestamp" in last else "last_updated"
        found |= {"last": last.price("price"), "last_size": last.size_or_none("size")}
        found |= {"printed_at": last.instant_since(at, NANO)}
    day = session or row.part("day")
    if day is not None:
        prices = {name: day.price_or_none(name) for name in ("open", "high", "low", "close")}
        found |= {"day": DayFigures(**prices, volume=day.size_or_none("volume"))}
        found |= {"previous_close": day.price_or_none("previous_close")}
    return Snapshot(symbol, **found)


def _bar(row: Reader) -> VendorBar:
    return bar_of(row, row.instant_since("t", MILLI))


def _contract(row: Reader) -> ContractSnapshot:
    details = row.part("details")
    if details is None:
        raise row.wrong("details")
    symbol = _ours(details.text("ticker"))
    try:
        contract = parse_occ(symbol)
    except MalformedOptionSymbol:
        raise details.wrong("ticker") from None
    interest = row.size_or_none("open_interest")
    return ContractSnapshot(
        contract,
        _snapshot(symbol, row),
        row.number("implied_volatility"),
        sensitivities_of(row.part("greeks")),
        None if interest is None else int(interest),
    )


def _instrument(row: Reader) -> FoundInstrument:
    kind = _KINDS.get(row.text_or_none("type") or "", Kind.EQUITY)
    symbol = row.text("ticker")
    exchange = row.text_or_none("primary_exchange")
    return FoundInstrument(symbol, row.text_or_none("name") or symbol, kind, exchange, row.row.get("active") is True)


def _split(row: Reader) -> VendorAction:
    new, old = row.price("split_to"), row.price("split_from")
    return VendorAction(row.text("ticker"), row.day("execution_date"), new_units=new, old_units=old)


def _dividend(row: Reader) -> VendorAction:
    return VendorAction(
        row.text("ticker"),
        row.day("ex_dividend_date"),
        row.day_or_none("pay_date"),
        row.day_or_none("declaration_date"),
        row.price("cash_amount"),
        is_special=row.text_or_none("distribution_type") == "special",
    )
