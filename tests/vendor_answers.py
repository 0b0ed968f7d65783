"""What vendors answer, written by hand after their published documentation.

Every symbol is real only where it must be and EVERY NUMBER IS INVENTED: nothing here was ever said by a vendor.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

Json = dict[str, Any]

MINUTE_NS = 60 * 10**9
_NOON = datetime(2026, 1, 5, 15, 30, tzinfo=UTC)
NOON_NS = int(_NOON.timestamp()) * 10**9

# By symbol: bid, ask, last, day's open, high, low, volume, the close before. Invented.
PRICES = {
    "ACME": (100.00, 100.04, 100.02, 99.50, 101.25, 99.10, 120000, 99.00),
    "BOLT": (20.10, 20.12, 20.11, 20.00, 20.50, 19.90, 55000, 19.95),
    "SPY": (500.00, 500.02, 500.01, 498.00, 501.00, 497.50, 9000000, 497.00),
}
CONTRACT = "ACME260116C00100000"
FAR_CONTRACT = "ACME260220P00095000"
DAYS = [datetime(2024, 1, 2, 5, tzinfo=UTC) + timedelta(days=day) for day in (0, 1, 2, 3, 6, 7)]


def text_of(instant: datetime) -> str:
    """Return an instant as Alpaca writes it."""
    return instant.isoformat().replace("+00:00", "Z")


Figures = tuple[float, float, float, float, float, float, int, float]


def alpaca_snapshot(figures: Figures, at: str = "2026-01-05T15:30:00.123456789Z") -> Json:
    """Return a share's snapshot; the quote has nanoseconds, as theirs have."""
    bid, ask, last, opened, high, low, volume, before = figures
    day = {"o": opened, "h": high, "l": low, "c": last, "v": volume, "n": 900, "vw": last}
    return {
        "latestTrade": {"t": at, "x": "V", "p": last, "s": 100, "c": ["@"], "i": 7, "z": "C"},
        "latestQuote": {"t": at, "ax": "V", "ap": ask, "as": 2, "bx": "V", "bp": bid, "bs": 3, "c": ["R"], "z": "C"},
        "minuteBar": {"t": "2026-01-05T15:29:00Z", **day},
        "dailyBar": {"t": "2026-01-05T05:00:00Z", **day},
        "prevDailyBar": {"t": "2026-01-02T05:00:00Z", **day, "c": before},
    }


def alpaca_option(bid: float = 3.10, ask: float = 3.30) -> Json:
    """Return an option's snapshot."""
    at = "2026-01-05T15:30:00Z"
    return {
        "latestQuote": {"t": at, "ax": "C", "ap": ask, "as": 12, "bx": "C", "bp": bid, "bs": 10, "c": " "},
        "latestTrade": {"t": at, "x": "C", "p": 3.2, "s": 1, "c": "I"},
        "impliedVolatility": 0.31,
        "greeks": {"delta": 0.55, "gamma": 0.04, "rho": 0.02, "theta": -0.05, "vega": 0.11},
    }


def bar(number: int) -> Json:
    """Return the prices of a day's bar, without its time. Invented."""
    base = 100 + number
    return {"o": base, "h": base + 1.5, "l": base - 1.25, "c": base + 0.5, "v": 1000 + number, "n": 10, "vw": base}


def alpaca_bars(symbol: str, params: dict[str, str]) -> Json:
    """Return history in two pages, of the first three days and of the others; both ends are included."""
    first = "page_token" not in params
    start, end = (datetime.fromisoformat(params[name]) for name in ("start", "end"))
    some = DAYS[:3] if first else DAYS[3:]
    rows = [{"t": text_of(at), **bar(DAYS.index(at))} for at in some if start <= at <= end]
    return {"bars": {symbol: rows}, "next_page_token": "QUNNRXxEfDI" if first else None}


def alpaca_dividend(rate: float, ex_date: str, payable_date: str) -> Json:
    """Return a cash dividend on ACME."""
    return {
        "symbol": "ACME",
        "rate": rate,
        "special": False,
        "foreign": False,
        "process_date": payable_date,
        "ex_date": ex_date,
        "record_date": ex_date,
        "payable_date": payable_date,
    }


def alpaca_split(new_rate: int, old_rate: int, ex_date: str) -> Json:
    """Return a split of ACME."""
    return {
        "symbol": "ACME",
        "new_rate": new_rate,
        "old_rate": old_rate,
        "process_date": ex_date,
        "ex_date": ex_date,
        "payable_date": ex_date,
    }


ALPACA_ACTIONS: dict[str, list[Json]] = {
    "cash_dividends": [alpaca_dividend(0.25, "2024-02-08", "2024-02-15")],
    "forward_splits": [alpaca_split(2, 1, "2024-03-01")],
}
ALPACA_INSTRUMENTS = [
    {
        "id": f"00000000-0000-0000-0000-00000000000{number}",
        "class": "us_equity",
        "exchange": "NASDAQ",
        "symbol": symbol,
        "name": f"{symbol.title()} Works Inc.",
        "status": "active",
        "tradable": True,
    }
    for number, symbol in enumerate(("ACME", "BOLT", "SPY"))
]


def polygon_snapshot(symbol: str, timeframe: str = "DELAYED") -> Json:
    """Return a row of the unified snapshot."""
    bid, ask, last, opened, high, low, volume, before = PRICES[symbol]
    return {
        "market_status": "open",
        "name": f"{symbol.title()} Works Inc.",
        "ticker": symbol,
        "type": "stocks",
        "last_quote": {
            "ask": ask,
            "ask_size": 2,
            "bid": bid,
            "bid_size": 3,
            "last_updated": NOON_NS,
            "timeframe": timeframe,
        },
        "last_trade": {
            "id": "7",
            "price": last,
            "size": 100,
            "exchange": 4,
            "last_updated": NOON_NS,
            "timeframe": timeframe,
        },
        "session": {
            "open": opened,
            "high": high,
            "low": low,
            "close": last,
            "volume": volume,
            "previous_close": before,
            "change": 1.02,
        },
    }


def polygon_contract(symbol: str, right: str, strike: int, expires_on: str) -> Json:
    """Return a row of the option chain snapshot."""
    return {
        "break_even_price": 103.2,
        "day": {},
        "details": {
            "contract_type": right,
            "exercise_style": "american",
            "expiration_date": expires_on,
            "shares_per_contract": 100,
            "strike_price": strike,
            "ticker": f"O:{symbol}",
        },
        "greeks": {"delta": 0.55, "gamma": 0.04, "theta": -0.05, "vega": 0.11},
        "implied_volatility": 0.31,
        "last_quote": {
            "ask": 3.3,
            "ask_size": 12,
            "bid": 3.1,
            "bid_size": 10,
            "last_updated": NOON_NS,
            "midpoint": 3.2,
            "timeframe": "DELAYED",
        },
        "open_interest": 1520,
        "underlying_asset": {"ticker": "ACME", "timeframe": "DELAYED"},
    }


def polygon_aggregates(symbol: str, base: str, *, is_first: bool) -> Json:
    """Return history in two pages of three bars, with the whole address of the second."""
    some = DAYS[:3] if is_first else DAYS[3:]
    rows = [{"t": int(at.timestamp()) * 1000, **bar(DAYS.index(at))} for at in some]
    following = {"next_url": f"{base}/v2/aggs/ticker/{symbol}/range/1/day/1704258000001/1706000000000?cursor=bGlt"}
    return {
        "ticker": symbol,
        "adjusted": False,
        "queryCount": 3,
        "resultsCount": 3,
        "request_id": "invented",
        "status": "DELAYED",
        "results": rows,
        **(following if is_first else {}),
    }


POLYGON_INSTRUMENTS: list[Json] = [
    {
        "ticker": symbol,
        "name": f"{symbol.title()} Works Inc.",
        "market": "stocks",
        "locale": "us",
        "primary_exchange": "XNAS",
        "type": "CS",
        "active": True,
        "currency_name": "usd",
    }
    for symbol in ("ACME", "BOLT")
]
POLYGON_SPLITS = [
    {
        "id": "E1",
        "ticker": "ACME",
        "execution_date": "2024-03-01",
        "split_from": 1,
        "split_to": 2,
        "adjustment_type": "forward_split",
        "historical_adjustment_factor": 0.5,
    }
]
POLYGON_DIVIDENDS = [
    {
        "id": "E2",
        "ticker": "ACME",
        "cash_amount": 0.25,
        "currency": "USD",
        "declaration_date": "2024-01-25",
        "distribution_type": "recurring",
        "ex_dividend_date": "2024-02-08",
        "record_date": "2024-02-09",
        "pay_date": "2024-02-15",
        "frequency": 4,
    }
]


def fred_observations(rows: list[tuple[str, str]], params: Json) -> Json:
    """Return observations of a series."""
    today = {"realtime_start": "2026-01-05", "realtime_end": "2026-01-05"}
    return {
        **today,
        "observation_start": params.get("observation_start", "1776-07-04"),
        "observation_end": params.get("observation_end", "9999-12-31"),
        "units": "lin",
        "output_type": 1,
        "file_type": "json",
        "order_by": "observation_date",
        "sort_order": params.get("sort_order", "asc"),
        "count": len(rows),
        "offset": 0,
        "limit": int(params.get("limit", 100000)),
        "observations": [{**today, "date": on, "value": value} for on, value in rows],
    }


YIELDS = [("2024-01-02", "3.95"), ("2024-01-03", "3.91"), ("2024-01-04", "."), ("2024-01-05", "4.05")]
