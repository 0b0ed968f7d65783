"""A strategy: parameters as attributes, and what it does when its tape tells it something.

class Cross(Strategy):
    name = "cross"
    length = whole(20, 2, 500)

    def on_start(self, context):
        self.line = context.history(self.symbol).indicator(sma, self.length)

    def on_bar(self, context):
        if self.line.now is not None and context.price(self.symbol) > self.line.now:
            context.hold(self.symbol, Decimal(100))
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import ClassVar, Final, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from paperdesk.core.kernel.errors import Invalid
from paperdesk.core.strategy.context import Context, Filled
from paperdesk.core.strategy.history import History
from paperdesk.core.strategy.parameters import Parameter, read_parameters

Kind: TypeAlias = Literal[
    "holding",
    "cost_averaging",
    "trend_following",
    "mean_reversion",
    "grid",
    "martingale",
    "scalping",
    "load_test",
    "options",
    "custom",
]

# Averages of prices on a tick differ by rounding alone below this, and then neither stands above the other.
TOLERANCE: Final = 1e-6


# What to hold after a bar, where a strategy says so of all bars at once.
HOLD, SHORT, NOTHING, AS_IT_IS = 1.0, -1.0, 0.0, float("nan")


class TargetsWithoutPoint(Invalid):
    """Targets are whole numbers, of which none can say that nothing changes."""


@dataclass(frozen=True, slots=True)
class Targets:
    """What a strategy wants to hold after each bar: so many times its units, or whatever it holds, AS_IT_IS.

    HOLD is once, SHORT once below zero, NOTHING zero, and any other number of times is as good. Raises
    TargetsWithoutPoint: minus one said "as it is" before it was a short position.
    """

    units: Decimal
    wanted: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Refuse an array that cannot have NaN."""
        if not np.issubdtype(np.asarray(self.wanted).dtype, np.floating):
            raise TargetsWithoutPoint("Targets are numbers with a point: NaN leaves what is held, and -1 is short.")


@dataclass(frozen=True, slots=True)
class Shares:
    """What is due after which bars: rows of shares of the equity, one for each symbol; -1 says that nothing is.

    Purchases are ordered at once with what cash there is, or else when nothing is left to be sold.
    """

    due: NDArray[np.int64]
    rows: Sequence[Sequence[Decimal]]
    is_at_once: bool = False


class WrongNumberOfSymbols(Invalid):
    """The strategy trades another number of symbols."""


class Strategy:
    """What every strategy is; a subclass states its name, its parameters and what it does.

    `symbols_least` and `symbols_most` say how many symbols it trades. The first is `symbol`. `package` is what brought
    it and in which version, None for what is shipped; `with_options` that it looks at the chain of its symbol.
    """

    name: ClassVar[str] = ""
    version: ClassVar[int] = 1
    package: ClassVar[str | None] = None
    with_options: ClassVar[bool] = False
    kind: ClassVar[Kind] = "custom"
    symbols_least: ClassVar[int] = 1
    symbols_most: ClassVar[int] = 1
    parameters: ClassVar[Mapping[str, Parameter]] = {}

    def __init_subclass__(cls) -> None:
        """Take the declarations of parameters out of the class; its defaults stay in their place."""
        super().__init_subclass__()
        own = {name: each for name, each in vars(cls).items() if isinstance(each, Parameter)}
        cls.parameters = {**cls.parameters, **own}
        for name, each in own.items():
            setattr(cls, name, each.default)

    def __init__(self, symbols: Sequence[str], given: Mapping[str, object] | None = None) -> None:
        """Take symbols and parameters; raises UnknownParameter, ParameterOutOfRange or WrongNumberOfSymbols."""
        if not self.symbols_least <= len(symbols) <= self.symbols_most:
            least, most = self.symbols_least, self.symbols_most
            wanted = f"{least}" if least == most else f"{least} to {most}"
            raise WrongNumberOfSymbols(f"{self.name} trades {wanted} symbols, not {len(symbols)}.")
        self.symbols = tuple(symbols)
        self.values = read_parameters(self.parameters, given or {})
        for name, value in self.values.items():
            setattr(self, name, value)

    @cached_property
    def symbol(self) -> str:
        """Return the first of its symbols."""
        return self.symbols[0]

    @property
    def timeframes(self) -> Sequence[str]:
        """Return the higher bars it looks at, such as "4h"; each is seen once it is over."""
        return ()

    @property
    def warm_up(self) -> int | None:
        """Return how many bars it looks back at; None where its indicators say so by their lengths."""
        return None

    def targets(self, history: History) -> Targets | None:  # noqa: ARG002 - not every strategy can say so
        """Say the same as `on_bar` of all bars of the first symbol at once; None where arrays cannot."""
        return None

    def shares(self, histories: Mapping[str, History], first: int) -> Shares | None:  # noqa: ARG002 - as above
        """Say the same as `on_bar` of all bars from a first one on, of several symbols at once; None where not."""
        return None

    def on_start(self, context: Context) -> None:
        """Do what comes before the first bar: declare indicators."""

    def on_bar(self, context: Context) -> None:
        """Act once all bars of an instant have closed."""

    def on_quote(self, context: Context) -> None:
        """Act once all quotes of an instant have come."""

    def on_fill(self, context: Context, filled: Filled) -> None:
        """Act on a fill of its account, before `on_bar` of the bar in which it happened."""

    def on_session(self, context: Context) -> None:
        """Act once a session has closed, before `on_bar` of the same instant."""


def is_above(one: float, other: float) -> bool:
    """Say whether a value stands above another by more than rounding."""
    return one - other > TOLERANCE
