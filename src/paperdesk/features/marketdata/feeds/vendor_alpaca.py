"""Alpaca's Market Data API behind the port: shares, option chains, instruments and corporate actions.

Documented at https://docs.alpaca.markets. Keys go in headers; history is paged with a token; a quote side that
nobody quotes is a price of zero.
"""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import Any, ClassVar, Final

from paperdesk.core.kernel.time import instant_text
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
    VendorStatus,
)
from paperdesk.features.marketdata.feeds.vendor_alpaca_stream import AlpacaStream
from paperdesk.features.marketdata.feeds.vendor_reading import (
    Reader,
    bar_of,
    batches,
    reader,
    readers,
    sensitivities_of,
)
from paperdesk.infra.clock import Clock
from paperdesk.infra.outbound import Line, Question, VendorCredentialsRefused, VendorFailure, VendorPlanExcludes
from paperdesk.infra.outbound import plain_refusal as by_status
from paperdesk.infra.outbound_stream import OpenWire

SYMBOLS_MAX: Final = 100
CHAIN_PAGE: Final = 1000
PAGES_MAX: Final = 40
FOUND_MAX: Final = 100

_LENGTHS: Final[Mapping[BarLength, str]] = {
    "1m": "1Min",
    "5m": "5Min",
    "15m": "15Min",
    "1h": "1Hour",
    "1d": "1Day",
}
_DELAYED_FEEDS: Final = frozenset({"delayed_sip", "indicative"})
_NOT_FOUND: Final = frozenset({int(HTTPStatus.NOT_FOUND)})


def refusal(status: int, message: str) -> type[VendorFailure]:
    """Say what a refusal means: Alpaca answers 403 for a wrong key as well as for a plan that has less."""
    if status == HTTPStatus.FORBIDDEN:
        return VendorPlanExcludes if "subscription" in message or "permit" in message else VendorCredentialsRefused
    return by_status(status, message)


@dataclass(frozen=True, slots=True)
class AlpacaTerms:
    """Where Alpaca answers, and the feeds of the plan."""

    prices_url: str
    trading_url: str
    feed: str = "iex"
    option_feed: str = "indicative"
    stream_url: str = ""


class Alpaca:
    """Alpaca with one key pair."""

    name: ClassVar[str] = "alpaca"
    tells: ClassVar[frozenset[Subject]] = frozenset(
        {Subject.QUOTES, Subject.BARS, Subject.CHAINS, Subject.INSTRUMENTS, Subject.ACTIONS, Subject.HALTS}
    )

    def __init__(self, line: Line, clock: Clock, key: tuple[str, str], terms: AlpacaTerms, opens: OpenWire) -> None:
        """Take the way to the vendor, the key id and the secret, the plan's terms, and what opens its stream."""
        self.line = line
        self._key, self._opens = key, opens
        self._clock, self._terms = clock, terms
        self._headers = {"APCA-API-KEY-ID": key[0], "APCA-API-SECRET-KEY": key[1]}

    async def probe(self) -> Provenance:
        """Ask for one snapshot."""
        return (await self.snapshots(["SPY"])).provenance

    async def snapshots(self, symbols: Sequence[str]) -> Told[Mapping[str, Snapshot]]:
        """Return the latest of shares and options; unknown symbols are left out."""
        options = [symbol for symbol in symbols if guessed(symbol).kind is Kind.OPTION]
        shares = [symbol for symbol in symbols if guessed(symbol).kind is Kind.EQUITY]
        found: dict[str, Snapshot] = {}
        for some in batches(shares, SYMBOLS_MAX):
            answer = await self._prices("/v2/stocks/snapshots", symbols=",".join(some), feed=self._terms.feed)
            found |= dict(self._snapshots(answer, some))
        for some in batches(options, SYMBOLS_MAX):
            answer = await self._prices(
                "/v1beta1/options/snapshots", symbols=",".join(some), feed=self._terms.option_feed
            )
            found |= dict(self._snapshots(answer.row.get("snapshots"), some))
        feeds = [self._terms.feed] * bool(shares) + [self._terms.option_feed] * bool(options)
        return Told(found, self._provenance("+".join(feeds) or self._terms.feed))

    async def bars(self, asked: BarsAsked) -> Told[BarPage]:
        """Return one page of raw bars."""
        params = {
            "symbols": asked.symbol,
            "timeframe": _LENGTHS[asked.length],
            "start": instant_text(asked.start),
            "end": instant_text(asked.end),
            "limit": str(PAGE_BARS),
            "adjustment": "raw",
            "feed": self._terms.feed,
            "sort": "asc",
        }
        answer = await self._prices("/v2/stocks/bars", **params | ({"page_token": asked.page} if asked.page else {}))
        if "bars" not in answer.row:
            raise answer.wrong("bars")
        by_symbol = answer.part("bars")
        rows = list(by_symbol.parts(asked.symbol)) if by_symbol and asked.symbol in by_symbol else []
        # Their end is included.
        bars = [bar for bar in map(_bar, rows) if bar.opens_at < asked.end]
        page = BarPage(bars, answer.text_or_none("next_page_token"))
        return Told(page, self._provenance(self._terms.feed))

    async def chain(self, underlying: str, expires_on: date | None = None) -> Told[Sequence[ContractSnapshot]]:
        """Return the listed contracts with quotes, page by page."""
        params = {"feed": self._terms.option_feed, "limit": str(CHAIN_PAGE)}
        params |= {"expiration_date": expires_on.isoformat()} if expires_on else {}
        found: list[ContractSnapshot] = []
        async for answer in self._pages(f"/v1beta1/options/snapshots/{underlying}", params):
            snapshots = answer.part("snapshots")
            if snapshots is None:
                raise answer.wrong("snapshots")
            found += [self._contract(snapshots, symbol) for symbol in snapshots.row]
        found.sort(key=lambda one: (one.contract.expires_on, one.contract.strike, one.contract.right))
        return Told(found, self._provenance(self._terms.option_feed))

    async def instruments(self, words: str) -> Told[Sequence[FoundInstrument]]:
        """Return active shares; Alpaca has no search, so its whole list is read and searched here."""
        url, params = f"{self._terms.trading_url}/v2/assets", {"status": "active", "asset_class": "us_equity"}
        answer = await self.line.get(Question(url, params, self._headers))
        sought = words.casefold()
        found = [
            _instrument(each)
            for each in readers(self.line, answer, "assets")
            if sought in each.text("symbol").casefold() or sought in (each.text_or_none("name") or "").casefold()
        ]
        found.sort(key=lambda one: (one.symbol.casefold() != sought, one.symbol))
        return Told(found[:FOUND_MAX], self._provenance("assets"))

    async def actions(self, symbol: str, start: date, end: date) -> Told[Sequence[VendorAction]]:
        """Return cash dividends and splits."""
        params = {
            "symbols": symbol,
            "types": "cash_dividend,forward_split,reverse_split",
            "start": start.isoformat(),
            "end": end.isoformat(),
            "limit": str(CHAIN_PAGE),
        }
        found: list[VendorAction] = []
        async for answer in self._pages("/v1/corporate-actions", params):
            told = answer.part("corporate_actions")
            if told is None:
                raise answer.wrong("corporate_actions")
            found += _actions(told)
        return Told(sorted(found, key=lambda one: one.ex_on), self._provenance("corporate_actions"))

    def halts(self, symbols: Sequence[str]) -> AsyncIterator[Sequence[VendorStatus]]:
        """Yield nothing once it listens, then the statuses of shares as they come."""
        opened = self._opens(f"{self._terms.stream_url}/{self._terms.feed}")
        return AlpacaStream(self.line, opened, self._key).statuses(symbols)

    async def _pages(self, path: str, params: Mapping[str, str]) -> Any:  # noqa: ANN401 - an async iterator of readers
        """Yield the pages of an answer, as many as there can be."""
        token: str | None = None
        for _ in range(PAGES_MAX):
            answer = await self._prices(path, **{**params, **({"page_token": token} if token else {})})
            yield answer
            token = answer.text_or_none("next_page_token")
            if token is None:
                return
        raise self.line.malformed(f"{path} has more than {PAGES_MAX} pages")

    async def _prices(self, path: str, **params: str) -> Reader:
        question = Question(self._terms.prices_url + path, params, self._headers, absent=_NOT_FOUND)
        answer = await self.line.get(question)
        return reader(
            self.line, {"bars": {}, "snapshots": {}, "corporate_actions": {}} if answer is None else answer, "answer"
        )

    def _snapshots(self, answer: Any, symbols: Sequence[str]) -> Iterator[tuple[str, Snapshot]]:  # noqa: ANN401 - JSON
        """Yield what was asked for; a reader of an answer, or the part of one, by symbol."""
        by_symbol = answer if isinstance(answer, Reader) else reader(self.line, answer, "snapshots")
        for symbol in symbols:
            one = by_symbol.part(symbol)
            if one is not None:
                yield symbol, _snapshot(symbol, one)

    def _contract(self, snapshots: Reader, symbol: str) -> ContractSnapshot:
        one = snapshots.part(symbol)
        try:
            contract = parse_occ(symbol)
        except MalformedOptionSymbol:
            raise snapshots.wrong("symbol") from None
        if one is None:
            raise snapshots.wrong(symbol)
        greeks = sensitivities_of(one.part("greeks"))
        return ContractSnapshot(contract, _snapshot(symbol, one), one.number("impliedVolatility"), greeks)

    def _provenance(self, feed: str) -> Provenance:
        delayed = any(one in _DELAYED_FEEDS for one in feed.split("+"))
        return Provenance(self.name, feed, self._clock.now(), delayed)


def _snapshot(symbol: str, one: Reader) -> Snapshot:
    quote, last = one.part("latestQuote"), one.part("latestTrade")
    day, before = one.part("dailyBar"), one.part("prevDailyBar")
    found: dict[str, Any] = {}
    if quote is not None:
        found |= {"bid": quote.price_or_none("bp"), "ask": quote.price_or_none("ap")}
        found |= {"bid_size": quote.size_or_none("bs"), "ask_size": quote.size_or_none("as")}
        found |= {"quoted_at": quote.instant("t")}
    if last is not None:
        found |= {"last": last.price("p"), "last_size": last.size_or_none("s"), "printed_at": last.instant("t")}
    if day is not None:
        prices = {name: day.price(name[0]) for name in ("open", "high", "low", "close")}
        found |= {"day": DayFigures(**prices, volume=day.size_or_none("v"))}
    return Snapshot(symbol, **found, previous_close=None if before is None else before.price("c"))


def _bar(row: Reader) -> VendorBar:
    return bar_of(row, row.instant("t"))


def _instrument(row: Reader) -> FoundInstrument:
    symbol = row.text("symbol")
    name = row.text_or_none("name") or symbol
    return FoundInstrument(symbol, name, Kind.EQUITY, row.text_or_none("exchange"), row.text("status") == "active")


def _actions(told: Reader) -> Iterator[VendorAction]:
    for name in ("forward_splits", "reverse_splits"):
        for row in told.parts(name) if name in told else ():
            yield VendorAction(
                row.text("symbol"),
                row.day("ex_date"),
                row.day_or_none("payable_date"),
                new_units=row.price("new_rate"),
                old_units=row.price("old_rate"),
            )
    for row in told.parts("cash_dividends") if "cash_dividends" in told else ():
        yield VendorAction(
            row.text("symbol"),
            row.day("ex_date"),
            row.day_or_none("payable_date"),
            amount=row.price("rate"),
            is_special=row.row.get("special") is True,
        )
