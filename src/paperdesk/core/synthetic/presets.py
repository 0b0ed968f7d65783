"""Saved markets by name: the same roster under calm, fear, a trend or a shock.

Days are counted in sessions from the one at whose close tapes may begin; history before it has the
usual climate unless a preset says otherwise with a negative day.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from paperdesk.core.kernel.errors import NotFound

HISTORY_FROM: Final = date(2023, 1, 3)
BEGINS_ON: Final = date(2025, 6, 2)
LASTS_UNTIL: Final = date(2026, 12, 31)

PREDICTABLE: Final = "predictable by construction"


class UnknownPreset(NotFound):
    """There is no synthetic market of that name."""


@dataclass(frozen=True, slots=True)
class Spell:
    """A stretch of days with a climate: volatility as a multiple, drifts in percent a year.

    `market` moves the market driver and `yields` the yields, 100 being one percentage point a year.
    """

    first: int
    last: int
    volatility: float = 1.0
    market: float = 0.0
    yields: float = 0.0


@dataclass(frozen=True, slots=True)
class Preset:
    """A market by name; without a label nothing in it can be expected to earn more than cash."""

    name: str
    title: str
    summary: str
    spells: tuple[Spell, ...] = ()
    starts_on: date = BEGINS_ON
    label: str | None = None
    earnings: float = 1.0
    crash_within: int | None = None


_ALWAYS: Final = 10_000

PRESETS: Final = {
    preset.name: preset
    for preset in (
        Preset("fair_market", "Fair market", "The usual climate: nothing earns more than cash on average."),
        Preset(
            "calm_market",
            "Calm market",
            "Volatility at six tenths of the usual, from sixty sessions before the start.",
            (Spell(-60, _ALWAYS, volatility=0.6),),
        ),
        Preset(
            "volatile_market",
            "Volatile market",
            "Volatility at nearly twice the usual, from sixty sessions before the start.",
            (Spell(-60, _ALWAYS, volatility=1.9),),
        ),
        Preset(
            "trending_up",
            "Rising market",
            "The market rises by 30 % a year above cash, with volatility below the usual.",
            (Spell(-120, _ALWAYS, volatility=0.8, market=30.0),),
            label=PREDICTABLE,
        ),
        Preset(
            "trending_down",
            "Falling market",
            "The market falls by 30 % a year, with volatility above the usual.",
            (Spell(-120, _ALWAYS, volatility=1.2, market=-30.0),),
            label=PREDICTABLE,
        ),
        Preset(
            "flash_crash",
            "Flash crash",
            "On one of the first fifteen sessions prices break away within minutes and come back within the hour.",
            crash_within=15,
        ),
        Preset(
            "crash",
            "Crash",
            "After ten sessions the market loses a third within six weeks at three times the usual volatility.",
            (Spell(10, 39, volatility=3.0, market=-330.0), Spell(40, 120, volatility=1.8, market=25.0)),
            label=PREDICTABLE,
        ),
        Preset(
            "earnings",
            "Earnings season",
            "Begins as companies report, with jumps half as large again as usual.",
            starts_on=date(2025, 7, 11),
            earnings=1.5,
        ),
        Preset(
            "expiration_week",
            "Expiration week",
            "Begins on the eve of the week in which monthly options expire.",
            starts_on=date(2025, 6, 13),
        ),
        Preset(
            "rate_shock",
            "Rate shock",
            "From the fifth session yields rise by more than a percentage point in three weeks, and prices fall.",
            (Spell(5, 20, volatility=1.5, market=-100.0, yields=1900.0),),
            label=PREDICTABLE,
        ),
    )
}


def preset_of(name: str) -> Preset:
    """Return a preset by its name."""
    if name not in PRESETS:
        raise UnknownPreset(f"There is no preset {name[:40]!r}.", preset=name[:40], known=list(PRESETS))
    return PRESETS[name]
