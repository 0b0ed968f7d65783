"""The strategies that are known by name: those that are shipped, and those that installed packages bring."""

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from types import MappingProxyType
from typing import Final

from paperdesk.core.kernel.errors import NotFound
from paperdesk.core.strategy.library.holding import (
    BuyAndHold,
    DollarCostAveraging,
    Martingale,
    MonthlyRebalance,
    VolatilityTarget,
)
from paperdesk.core.strategy.library.quick import BandReversion, LoadTest, Momentum, Scalping
from paperdesk.core.strategy.library.reversion import Grid, Pairs, RsiReversion
from paperdesk.core.strategy.library.timeframes import SetupAndTrigger
from paperdesk.core.strategy.library.trend import Breakout, MomentumRotation, MovingAverageCross
from paperdesk.core.strategy.library.written import CashSecuredPut, Collar, CoveredCall, IronCondor
from paperdesk.core.strategy.strategy import Strategy

Catalogue = Mapping[str, type[Strategy]]


class NoSuchStrategy(NotFound):
    """No strategy of that name is installed."""


def catalogue_of(kinds: Iterable[type[Strategy]]) -> Catalogue:
    """Return strategies by name; of two with one name, the second is a mistake."""
    found: dict[str, type[Strategy]] = {}
    for each in kinds:
        assert each.name, f"{each.__name__} has no name"
        assert each.name not in found, f"two strategies are called {each.name}"
        found[each.name] = each
    return MappingProxyType(found)


SHIPPED: Final = catalogue_of(
    (
        MovingAverageCross,
        RsiReversion,
        Breakout,
        MomentumRotation,
        Pairs,
        Grid,
        DollarCostAveraging,
        Martingale,
        BuyAndHold,
        VolatilityTarget,
        MonthlyRebalance,
        Momentum,
        BandReversion,
        Scalping,
        LoadTest,
        SetupAndTrigger,
        CoveredCall,
        CashSecuredPut,
        Collar,
        IronCondor,
    )
)


def made(catalogue: Catalogue, name: str, symbols: Sequence[str], given: Mapping[str, object]) -> Strategy:
    """Make a strategy by its name; raises NoSuchStrategy, and what the strategy refuses."""
    if name not in catalogue:
        meant = get_close_matches(name, list(catalogue), 1)
        hint = f"did you mean {meant[0]}?" if meant else f"there are {', '.join(catalogue)}."
        raise NoSuchStrategy(f"There is no strategy {name[:64]!r}; {hint}", strategy=name[:64])
    return catalogue[name](symbols, given)
