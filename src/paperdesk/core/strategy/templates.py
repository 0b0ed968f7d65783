"""Templates: shipped strategies with the parameters that people usually start from."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Template:
    """A strategy by its name, and the parameters to start from; what is not named has the strategy's default."""

    name: str
    description: str
    strategy: str
    parameters: Mapping[str, str | int]


TEMPLATES: Final[Mapping[str, Template]] = MappingProxyType(
    {
        each.name: each
        for each in (
            Template("grid_trading", "Ten levels, one percent apart.", "grid", {"levels": 10, "step": "0.01"}),
            Template(
                "momentum", "What gained two percent in 14 bars.", "momentum", {"length": 14, "threshold": "0.02"}
            ),
            Template(
                "mean_reversion",
                "Two deviations below the average of 20 bars.",
                "band_reversion",
                {"length": 20, "deviations": "2"},
            ),
            Template(
                "oversold",
                "A strength index of 14 bars, bought below 30 and sold above 70.",
                "rsi_reversion",
                {"length": 14, "buy_below": "30", "sell_above": "70"},
            ),
            Template("trend_following", "Averages of 50 and 200 bars.", "sma_cross", {"fast": 50, "slow": 200}),
            Template(
                "scalping",
                "Averages of 5 and 13 bars, half a percent to the target and a fifth to the stop.",
                "scalping",
                {"fast": 5, "slow": 13, "target": "0.005", "stop": "0.002"},
            ),
            Template(
                "load_test",
                "A thousandth at every quote, the side changed every two, at most one held.",
                "load_test",
                {"every": 2, "quantity": "0.001", "cap": "1"},
            ),
            Template(
                "martingale",
                "Up to five additions, twice as much each, one percent below and half as far again each time, begun "
                "while bars of four hours rise.",
                "martingale",
                {
                    "fall": "0.01",
                    "fall_scale": "1.5",
                    "size_scale": "2",
                    "additions": 5,
                    "gain": "0.015",
                    "stop": "0.1",
                    "first_share": "0.01",
                    "trend": 20,
                    "trend_of": "4h",
                },
            ),
        )
    }
)
