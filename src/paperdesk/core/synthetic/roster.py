"""Who is in the synthetic market, and how each member's excess return is made of the drivers."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np

from paperdesk.core.market.instruments import Kind
from paperdesk.core.synthetic.arrays import Floats
from paperdesk.core.synthetic.drivers import DRIVERS
from paperdesk.core.synthetic.roster_table import MEMBERS

VOLATILITY_INDEX: Final = "VIX"
REMAINDER: Final = "SPYREST"
YIELDS: Final = {"DGS3MO": "3 months", "DGS2": "2 years", "DGS10": "10 years", "DGS30": "30 years"}

# What fates are told of: invented companies only.
BOUGHT: Final = ("QVRA", "LUMO")
FAILING: Final = "TRLY"

# Shares of each company in one share of the index fund; what is left of the fund is the remainder.
BASKET: Final = {
    "AAPL": "0.1649",
    "MSFT": "0.0820",
    "NVDA": "0.0454",
    "AMZN": "0.1247",
    "META": "0.0260",
    "GOOGL": "0.0663",
    "BRK-B": "0.0205",
    "AVGO": "0.0061",
    "TSLA": "0.0333",
    "JPM": "0.0436",
}


@dataclass(frozen=True, slots=True)
class Member:
    """One instrument that has a price of its own; rates a year, volume in units a day."""

    symbol: str
    kind: Kind
    home: str | None
    price: float
    own_volatility: float
    dividend_rate: float
    volume: int
    loadings: dict[str, float]
    name: str


def _members() -> Iterator[Member]:
    for line in MEMBERS.splitlines():
        terms, _, name = line.partition(" | ")
        symbol, kind, home, price, own, dividend, volume, *parts = terms.split()
        loadings = {driver: float(size) for driver, _, size in (part.partition(":") for part in parts)}
        if home != "-":
            loadings[home] = 1.0
        yield Member(
            symbol=symbol,
            kind=Kind(kind),
            home=None if home == "-" else home,
            price=float(price),
            own_volatility=float(own) / 100,
            dividend_rate=float(dividend) / 100,
            volume=int(volume) * 1000,
            loadings=loadings,
            name=name,
        )


ROSTER: Final = tuple(_members())
PLACE: Final = {member.symbol: number for number, member in enumerate(ROSTER)}


@cache
def market_and_rest(symbol: str) -> tuple[float, float]:
    """Return a member's loading on the market, and the yearly variance of everything else that moves it."""
    member = ROSTER[PLACE[symbol]]
    others = {name: size for name, size in member.loadings.items() if name != "market"}
    rest = sum((size * DRIVERS[name] / 100) ** 2 for name, size in others.items())
    return member.loadings.get("market", 0.0), rest + member.own_volatility**2


def loading_matrix() -> Floats:
    """Return the loadings of all members on all drivers, shape (members, drivers)."""
    return np.array([[member.loadings.get(driver, 0.0) for driver in DRIVERS] for member in ROSTER])
