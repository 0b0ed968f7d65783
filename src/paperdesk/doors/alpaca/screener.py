"""What moved most, and the news, of which there are none."""

from collections.abc import Iterator
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, Final, Literal

import msgspec

from paperdesk.core.kernel.money import ZERO
from paperdesk.core.kernel.time import instant_text
from paperdesk.core.market.instruments import Instrument
from paperdesk.doors.alpaca import prices
from paperdesk.doors.alpaca.answers import Answer
from paperdesk.doors.alpaca.asking import Ask, Visit
from paperdesk.doors.alpaca.errors import MalformedQuestion
from paperdesk.doors.alpaca.shapes import CLASSES, PERCENT

TOP_MAX: Final = 100
CENT: Final = Decimal("0.01")
MARKETS: Final = {"stocks": "us_equity", "crypto": "crypto"}


class ScreenerQuery(msgspec.Struct):
    """How many are asked for, and by what they are ranked."""

    top: int = 10
    by: Literal["volume", "trades"] = "volume"

    def check(self) -> None:
        """Refuse a number of rows that no list has."""
        if not 1 <= self.top <= TOP_MAX:
            raise MalformedQuestion(f"top must be between 1 and {TOP_MAX}")


async def get_most_actives(ask: Ask) -> Answer:
    """List the shares that most changed hands of on the last day; how often they did, nobody recorded."""
    query = ask.query(ScreenerQuery)
    query.check()
    async with ask.visiting() as visit:
        volumes = dict(_volumes(visit)) if query.by == "volume" else {}
        at = instant_text(visit.tape.at)
    ranked = sorted(volumes.items(), key=lambda pair: (-pair[1], pair[0]))[: query.top]
    rows = [{"symbol": symbol, "volume": volume, "trade_count": ZERO} for symbol, volume in ranked]
    return Answer({"most_actives": rows, "last_updated": at}, is_market=True)


async def get_movers(ask: Ask) -> Answer:
    """List what rose and fell most since the close of the session before."""
    query, market = ask.query(ScreenerQuery), ask.named("market")
    query.check()
    if market not in MARKETS:
        raise MalformedQuestion("the market is stocks or crypto")
    async with ask.visiting() as visit:
        moves = sorted(_moves(visit, MARKETS[market]), key=lambda row: (-row["percent_change"], row["symbol"]))
        at = instant_text(visit.tape.at)
    return Answer(
        {
            "gainers": [row for row in moves if row["change"] > ZERO][: query.top],
            "losers": [row for row in reversed(moves) if row["change"] < ZERO][: query.top],
            "market_type": market,
            "last_updated": at,
        },
        is_market=True,
    )


async def get_news(ask: Ask) -> Answer:
    """Answer that there are no news."""
    async with ask.visiting():
        return Answer({"news": [], "next_page_token": None})


def _instruments(visit: Visit, asset_class: str) -> Iterator[Instrument]:
    for listing in visit.dataset.search("", visit.tape.cursor):
        if CLASSES.get(listing.instrument.kind) == asset_class:
            yield listing.instrument


def _volumes(visit: Visit) -> Iterator[tuple[str, Decimal]]:
    for instrument in _instruments(visit, MARKETS["stocks"]):
        days = prices.last_days(visit, instrument)
        if days and days[-1]["v"]:
            yield instrument.symbol, days[-1]["v"]


def _moves(visit: Visit, asset_class: str) -> Iterator[dict[str, Any]]:
    for instrument in _instruments(visit, asset_class):
        last = visit.dataset.last_print(instrument.id, visit.tape.cursor)
        before = visit.dataset.previous_close(instrument.id, visit.tape.cursor)
        if last is not None and before is not None:
            change = last.price - before.close
            percent = (change / before.close * PERCENT).quantize(CENT, ROUND_HALF_EVEN)
            yield {"symbol": instrument.symbol, "percent_change": percent, "change": change, "price": last.price}
