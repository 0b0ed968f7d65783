"""The small markets that desks in tests play, written as files of prices.

daily    ACME and BOLT with daily bars (BOLT begins on the third day), and MKTX, which is an index
quotes   ACME with real quotes during one session
closes   ACME with one price a day
chain    the daily market with options on ACME
pit      ACME and options on it with real quotes during one session
weeks    ACME and options on it with real quotes at two instants of ten days, of which some expire on the fifth day
minutes  ACME with bars of a minute
mixed    ACME and BOLT, options on ACME, and a pair
coins    BTC/USD with daily bars, which falls by a tenth on the third day
hours    BTC/USD with bars of half an hour for two days
swings   ACME with daily bars that go up and down
falls    ACME with daily bars, of which one falls by more than a tenth
plunge   ACME with daily bars that lose more than half on the fourth day, and quiet ones after it
waves    ACME and BOLT with forty daily bars that rise and fall, for strategies
tides    the same with one price a day
"""

import math
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from uuid import UUID

import pytest

from paperdesk.core.kernel.ids import DatasetId, derived
from paperdesk.core.market.instruments import Kind
from paperdesk.features.marketdata.feeds.files import ImportTerms, import_file
from paperdesk.features.marketdata.feeds.manifest import DatasetManifest, DatasetTerms
from paperdesk.features.marketdata.feeds.series import Named

_DAILY = """\
symbol,date,open,high,low,close,volume
ACME,2024-06-03,100.00,101.00,99.00,100.00,1000000000
ACME,2024-06-04,101.00,104.00,100.50,103.00,1000000000
ACME,2024-06-05,103.50,106.00,102.00,105.00,1000000000
ACME,2024-06-06,104.00,105.00,97.00,98.00,1000000000
ACME,2024-06-07,99.00,102.00,98.50,101.00,1000000000
ACME,2024-06-10,101.50,103.00,101.00,102.00,1000000000
ACME,2024-06-11,102.00,107.00,101.50,106.50,1000000000
ACME,2024-06-12,106.00,108.00,105.00,107.00,1000000000
BOLT,2024-06-05,20.00,21.00,19.00,20.50,500000000
BOLT,2024-06-06,20.50,22.00,20.00,21.50,500000000
BOLT,2024-06-07,21.50,23.00,21.00,22.50,500000000
BOLT,2024-06-10,22.50,24.00,22.00,23.50,500000000
BOLT,2024-06-11,23.50,25.00,23.00,24.50,500000000
BOLT,2024-06-12,24.50,26.00,24.00,25.50,500000000
MKTX,2024-06-03,5000.00,5010.00,4990.00,5005.00,
MKTX,2024-06-12,5100.00,5110.00,5090.00,5105.00,
"""
_QUOTES = """\
symbol,at,bid,ask,bid_size,ask_size
ACME,2024-06-03T14:00:00Z,99.98,100.02,300,200
ACME,2024-06-03T14:01:00Z,100.00,100.04,300,5
ACME,2024-06-03T14:02:00Z,100.10,100.14,300,200
ACME,2024-06-04T14:00:00Z,101.98,102.02,300,200
"""
_CLOSES = """\
symbol,date,close
ACME,2024-06-03,100.00
ACME,2024-06-04,103.00
ACME,2024-06-05,105.00
ACME,2024-06-06,98.00
"""
# ACME and options that end on 7 June, at 101: a call and a put at 100, and a call at 105.
_CHAIN = (
    _DAILY
    + """\
ACME240607C00100000,2024-06-03,3.00,3.20,2.90,3.00,50
ACME240607C00100000,2024-06-04,3.50,4.60,3.40,4.20,50
ACME240607C00100000,2024-06-07,1.00,2.00,0.90,1.05,50
ACME240607P00100000,2024-06-03,2.80,3.00,2.70,2.80,50
ACME240607P00100000,2024-06-04,1.20,1.50,1.10,1.20,50
ACME240607P00100000,2024-06-07,0.50,0.60,0.05,0.05,50
ACME240607C00105000,2024-06-03,1.20,1.30,1.00,1.20,50
ACME240607C00105000,2024-06-04,1.50,1.90,1.40,1.60,50
ACME240607C00105000,2024-06-07,0.10,0.10,0.05,0.05,50
"""
)
_MINUTES = """\
symbol,at,open,high,low,close,volume
ACME,2024-06-03T13:30:00Z,100.00,100.20,99.90,100.10,100
ACME,2024-06-03T13:31:00Z,100.10,100.30,100.00,100.20,200
ACME,2024-06-03T13:32:00Z,100.20,100.40,100.10,100.30,300
ACME,2024-06-03T14:00:00Z,100.30,100.50,100.20,100.40,400
ACME,2024-06-04T13:30:00Z,101.00,101.20,100.90,101.10,100
"""
_MIXED = """\
symbol,date,open,high,low,close,volume
ACME,2024-06-03,100.00,101.00,99.00,100.00,1000
ACME,2024-06-04,101.00,104.00,100.50,103.00,2000
ACME,2024-06-05,103.50,106.00,102.00,105.00,
BOLT,2024-06-03,20.00,21.00,19.00,20.00,500
BOLT,2024-06-04,19.00,19.50,18.00,18.50,4000
BTC/USD,2024-06-03,60000.00,61000.00,59000.00,60500.00,12.5
BTC/USD,2024-06-04,60500.00,62000.00,60000.00,61700.00,20.25
ACME240607C00100000,2024-06-03,2.00,2.50,1.50,2.10,40
ACME240607C00100000,2024-06-04,2.10,4.00,2.00,3.60,60
ACME240621P00095000,2024-06-04,1.00,1.20,0.90,1.10,10
"""
_COINS = """\
symbol,date,open,high,low,close,volume
BTC/USD,2024-06-03,50000.00,50500.00,49500.00,50000.00,1000000
BTC/USD,2024-06-04,50000.00,50500.00,49500.00,50000.00,1000000
BTC/USD,2024-06-05,49000.00,49500.00,45200.00,45249.00,1000000
BTC/USD,2024-06-06,45300.00,45500.00,45000.00,45400.00,1000000
"""
# Calls at 100 and 105 and a put at 100 on ACME, quoted once a minute.
_PIT_PRICES = {
    "ACME": ("100.00", "100.02", "900"),
    "ACME240621C00100000": ("5.40", "5.50", "10"),
    "ACME240621C00105000": ("2.75", "2.85", "3"),
    "ACME240621P00100000": ("4.00", "4.10", "10"),
}
_PIT = "symbol,at,bid,ask,bid_size,ask_size\n" + "".join(
    f"{symbol},2024-06-03T14:{minute:02}:00Z,{bid},{ask},{size},{size}\n"
    for minute in range(6)
    for symbol, (bid, ask, size) in _PIT_PRICES.items()
)
_HOURS = "symbol,at,open,high,low,close,volume\n" + "".join(
    f"BTC/USD,2024-06-{3 + half // 48:02}T{half // 2 % 24:02}:{half % 2 * 30:02}:00Z,"
    f"{price},{price + 60},{price - 60},{price},1000000\n"
    for half in range(96)
    for price in (50_000 + 100 * (half % 7),)
)


def _weeks() -> str:
    """Quotes of shares that rise and fall, and of options that cost what they are worth and a little for their time."""
    rows = ["symbol,at,bid,ask,bid_size,ask_size"]
    for number, day in enumerate((3, 4, 5, 6, 7, 10, 11, 12, 13, 14)):
        for later, clock in enumerate(("14:00", "19:30")):
            at, price = f"2024-06-{day:02}T{clock}:00Z", 100 + 9 * math.sin((2 * number + later) / 3)
            rows.append(f"ACME,{at},{price - 0.02:.2f},{price + 0.02:.2f},5000,5000")
            for ends, strike, right in product((7, 14, 21), range(80, 121, 5), "CP"):
                worth = max(price - strike, 0) if right == "C" else max(strike - price, 0)
                if ends >= day:
                    middle = worth + 0.8 * ((ends - day) / 5) ** 0.5 * math.exp(-abs(price - strike) / 12) + 0.06
                    symbol = f"ACME2406{ends:02}{right}{strike * 1000:08}"
                    rows.append(f"{symbol},{at},{middle - 0.05:.2f},{middle + 0.05:.2f},500,500")
    return "\n".join(rows) + "\n"


# Every other close is a tenth higher, which is a volatility far above one a year.
_SWINGS = "symbol,date,open,high,low,close,volume\n" + "".join(
    f"ACME,2024-06-{day:02},{close},{close},{close},{close},1000000000\n"
    for day, close in zip((3, 4, 5, 6, 7, 10, 11, 12, 13, 14, 17, 18), ("110.00", "100.00") * 6, strict=True)
)
# A fall by more than a tenth on the second day, and a quiet time after it.
_FALLS = """\
symbol,date,open,high,low,close,volume
ACME,2024-06-03,100.00,101.00,99.00,100.00,1000000000
ACME,2024-06-04,95.00,96.00,89.00,92.00,1000000000
ACME,2024-06-05,92.50,95.00,92.00,94.00,1000000000
ACME,2024-06-06,94.00,95.00,93.00,94.00,1000000000
ACME,2024-06-07,94.00,95.00,93.00,94.00,1000000000
"""
# More than half is lost on the fourth day, and nothing comes back.
_PLUNGE = "symbol,date,open,high,low,close,volume\n" + "".join(
    f"ACME,2024-06-{day:02},{close},{close},{close},{close},1000000000\n"
    for day, close in zip((3, 4, 5, 6, 7, 10, 11, 12), ("100.00",) * 3 + ("45.00",) * 5, strict=True)
)


def _waves() -> str:
    """Two prices that swing out of step, one with a rise and one with a fall."""
    days = [day for day in range(3, 62) if (day - 3) % 7 < 5 and day != 19]  # no session on 19 June
    rows = ["symbol,date,open,high,low,close,volume"]
    for symbol, level, drift, lag in (("ACME", 100, 0.25, 0.0), ("BOLT", 50, -0.05, 2.0)):
        before = float(level)
        for number, day in enumerate(days):
            close = level + drift * number + level * 0.08 * math.sin(number / 3 + lag) - level * 0.08 * math.sin(lag)
            low, high = min(before, close) * 0.995, max(before, close) * 1.005
            date = f"2024-06-{day:02}" if day <= 30 else f"2024-07-{day - 30:02}"
            rows.append(f"{symbol},{date},{before:.2f},{high:.2f},{low:.2f},{close:.2f},1000000000")
            before = close
    return "\n".join(row for row in rows if ",2024-07-04," not in row) + "\n"


def _closes_of(rows: str) -> str:
    """Leave out all of bars but when they close and where."""
    return "".join(
        f"{symbol},{day},{rest.split(',')[3]}\n"
        for symbol, day, rest in (row.split(",", 2) for row in rows.splitlines())
    )


_MARKETS = {
    "waves": _waves(),
    "tides": _closes_of(_waves()),
    "pit": _PIT,
    "daily": _DAILY,
    "quotes": _QUOTES,
    "closes": _CLOSES,
    "chain": _CHAIN,
    "minutes": _MINUTES,
    "mixed": _MIXED,
    "coins": _COINS,
    "weeks": _weeks(),
    "hours": _HOURS,
    "swings": _SWINGS,
    "falls": _FALLS,
    "plunge": _PLUNGE,
}
_NAMED = {"MKTX": Named("MKTX", "The index", Kind.INDEX)}


@dataclass(frozen=True, repr=False)
class Market:
    """A dataset on disk, written once a worker and shared by all tests."""

    id: DatasetId
    folder: Path
    manifest: DatasetManifest


@pytest.fixture(scope="session")
def markets(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Market]:
    """The small markets by name."""
    return {name: _written(tmp_path_factory.mktemp("markets"), name, rows) for name, rows in _MARKETS.items()}


def _written(folder: Path, name: str, rows: str) -> Market:
    market = DatasetId(derived(UUID(int=7), "market", name))
    file, into = folder / "rows.csv", folder / str(market)
    file.write_text(rows, encoding="utf-8")
    terms = DatasetTerms(name=f"Small {name}", licence="Apache-2.0", provenance="Written for the tests")
    named = {symbol: each for symbol, each in _NAMED.items() if symbol in rows}
    manifest = import_file(file, ImportTerms(terms, named=named), into)
    assert isinstance(manifest, DatasetManifest), manifest
    return Market(market, into, manifest)
