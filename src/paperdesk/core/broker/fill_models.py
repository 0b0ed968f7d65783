"""How a market price becomes a customer's price: pure, named, chosen by the account.

    model            what it is for
    ideal            the price itself; what a program would do in a market without friction
    realistic        a liquid share: a narrow spread, a tenth of the volume, the square root of size
    harsh            the same on a bad day: wide, thin and slow, and the venue rejects some orders
    alpaca_paper     as Alpaca's paper trading is documented: any size at the quote, one fill in ten in parts
    deterministic    the price itself in one piece, whatever the sizes; what an automatic test expects
    crossed          the price itself, and a limit only once the price has gone through it, whatever the volume
    midpoint         the middle of a quote, and the price itself where nobody quotes
    inside           options 30 % of their spread inside the touch, on the steps of their class; the rest at the touch
    spread:S         S of the half spread of a quote, from -1, the better side of it, over 0 to 1, the touch
    size:K           the touch, and K of the spread beyond it for an order as large as what is quoted, less for less
    noise:S          the touch or the price itself, and by chance up to S of the price more or less
    blend:A=W+B=W    a model with the numbers of others, each taken for its weight
    realistic_day    realistic, and dearer where prices move more and in the first and last half hour
    conservative     what a careful test assumes: wider, thinner and slower than realistic_day, without chance
    aggressive       what a hopeful test assumes: inside the spread, in much of the volume, filled when touched
    options          realistic, and options as inside prices them
    test             deterministic under the name of what it is for

A price is made of parts, each in money per unit and with a sign, and is rounded once, to the tick,
against the customer. The parts always sum to the price exactly:

    base       the middle of a quote, the print, or the stop or limit price it was filled at
    spread     half the quoted spread, or half the spread that is assumed around a price nobody quoted
    impact     of the price: impact_bps x sqrt(units taken / volume), rounded up to a billionth
    latency    on bars, where an order cannot miss a fact: of the price, latency_bps
    volatility of spread and impact: by how much the market moves more than it usually does
    time_of_day  of these three: a share more in the first and last half hour of a session
    noise      of the price: what the seed drew
    queue      what resting at one's own limit costs, or saves, against the price that came
    rounding   the rest up to the tick

Where the tape has no volume nothing limits the size, and the impact is `flat_impact_bps` of the price.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from math import isqrt
from typing import Any, Final

from msgspec import Struct

from paperdesk.core.broker.orders import Side
from paperdesk.core.kernel.errors import Invalid
from paperdesk.core.kernel.money import QUANTITY_PLACES, ZERO, plain
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.instruments import Instrument
from paperdesk.core.market.ticks import tick_at

_ONE = Decimal(1)
_BUY: Final = Side.BUY
_TWO = Decimal(2)
_BPS_PLACES = 4
_BPS = Decimal("0.0001")
_IMPACT_PLACES = 9
_BILLIONTHS_A_BPS = _IMPACT_PLACES - _BPS_PLACES
_BILLIONTH = Decimal(1).scaleb(-_IMPACT_PLACES)


# Models that are named with a figure, and the least and the most that it may be.
_FAMILIES = {"spread": (-_ONE, _ONE), "size": (ZERO, _ONE), "noise": (ZERO, Decimal("0.2"))}
_BLENDED_MAX = 5
_FIGURE = re.compile(r"-?[01](\.\d{1,4})?")


class UnknownFillModel(Invalid):
    """The fill model is not one we have."""


@dataclass(frozen=True, slots=True)
class Strain:
    """What a moment adds to a model: shares of what it costs to cross the spread, and a signed share of the price."""

    volatility: Decimal = ZERO
    time_of_day: Decimal = ZERO
    noise: Decimal = ZERO

    @property
    def factor(self) -> Decimal:
        """Return by how much costs are multiplied."""
        return (_ONE + self.volatility) * (_ONE + self.time_of_day)


NO_STRAIN = Strain()


@dataclass(frozen=True, slots=True)
class FillModel:
    """The numbers of a fill model; `version` says which, because a name may get better numbers.

    `half_spread_bps` is assumed around a price that nobody quoted; of a quoted half spread a customer pays
    `spread_share` (0 is the middle, 1 the touch). `impact_bps` is the impact of taking a bar's whole volume,
    `participation_rate` the share of a volume that an account may take, None for any. A resting limit fills
    when the price touches it, or goes beyond it by at least `through_ticks` ticks; any bit beyond counts as
    the first. `partial_rate` and `reject_rate` are how often chance fills in part, or rejects. `size_share` is the part
    of a quoted spread that taking all of a quote costs; options may have a `spread_share` of their own.

    `volatility_share` says how much of a market's unusual volatility the costs go up with, `edge_rate` by how much
    they do in the first and last half hour, and `noise_rate` how far chance moves the price; `strain` is what these
    come to at one moment.
    """

    name: str
    version: int
    half_spread_bps: Decimal = ZERO
    spread_share: Decimal = _ONE
    latency_bps: Decimal = ZERO
    impact_bps: Decimal = ZERO
    flat_impact_bps: Decimal = ZERO
    participation_rate: Decimal | None = None
    through_ticks: int = 0
    heeds_quoted_size: bool = True
    partial_rate: Decimal = ZERO
    reject_rate: Decimal = ZERO
    size_share: Decimal = ZERO
    option_spread_share: Decimal | None = None
    volatility_share: Decimal = ZERO
    edge_rate: Decimal = ZERO
    noise_rate: Decimal = ZERO
    strain: Strain = NO_STRAIN

    @property
    def is_chancy(self) -> bool:
        """Say whether the model draws."""
        return bool(self.partial_rate or self.reject_rate or self.noise_rate)

    @property
    def heeds_moment(self) -> bool:
        """Say whether its prices go with the moment, so that somebody has to look."""
        return bool(self.volatility_share or self.edge_rate or self.noise_rate)


IDEAL = FillModel("ideal", 1)
REALISTIC = FillModel(
    "realistic",
    2,
    half_spread_bps=Decimal("0.8"),
    latency_bps=Decimal("0.2"),
    impact_bps=Decimal(50),
    participation_rate=Decimal("0.1"),
    through_ticks=1,
)
HARSH = FillModel(
    "harsh",
    1,
    half_spread_bps=Decimal(3),
    spread_share=Decimal("1.5"),
    latency_bps=Decimal(2),
    impact_bps=Decimal(200),
    flat_impact_bps=Decimal(10),
    participation_rate=Decimal("0.02"),
    through_ticks=2,
    reject_rate=Decimal("0.02"),
)
ALPACA_PAPER = FillModel("alpaca_paper", 1, half_spread_bps=_ONE, heeds_quoted_size=False, partial_rate=Decimal("0.1"))
DETERMINISTIC = FillModel("deterministic", 1, heeds_quoted_size=False)
CROSSED = FillModel("crossed", 1, through_ticks=1)
MIDPOINT = FillModel("midpoint", 1, spread_share=ZERO)
INSIDE = FillModel("inside", 1, option_spread_share=Decimal("0.4"))  # the touch less 30 % of the whole spread
REALISTIC_DAY = replace(REALISTIC, name="realistic_day", version=1, volatility_share=_ONE, edge_rate=Decimal("0.3"))
CONSERVATIVE = replace(
    REALISTIC_DAY,
    name="conservative",
    half_spread_bps=_TWO,
    spread_share=Decimal("1.25"),
    latency_bps=_ONE,
    impact_bps=Decimal(100),
    flat_impact_bps=Decimal(5),
    participation_rate=Decimal("0.05"),
    through_ticks=2,
)
AGGRESSIVE = FillModel(
    "aggressive",
    1,
    half_spread_bps=Decimal("0.4"),
    spread_share=Decimal("0.5"),
    impact_bps=Decimal(25),
    participation_rate=Decimal("0.25"),
)
OPTIONS = replace(REALISTIC, name="options", version=1, option_spread_share=INSIDE.option_spread_share)
TEST = replace(DETERMINISTIC, name="test")
_NAMED = (IDEAL, REALISTIC, HARSH, ALPACA_PAPER, DETERMINISTIC, CROSSED, MIDPOINT, INSIDE)
_PRESETS = (REALISTIC_DAY, CONSERVATIVE, AGGRESSIVE, OPTIONS, TEST)
FILL_MODELS = {model.name: model for model in (*_NAMED, *_PRESETS)}
# The numbers of models that a blend weighs; of the others it takes the stricter.
_WEIGHED = (
    "half_spread_bps", "spread_share", "latency_bps", "impact_bps", "flat_impact_bps", "partial_rate", "reject_rate",
    "size_share", "volatility_share", "edge_rate", "noise_rate",
)  # fmt: skip


class Parts(Struct, frozen=True, gc=False):
    """What a price is made of, in money per unit; what raises the price is above zero."""

    base: Decimal
    spread: Decimal = ZERO
    impact: Decimal = ZERO
    latency: Decimal = ZERO
    queue: Decimal = ZERO
    rounding: Decimal = ZERO
    volatility: Decimal = ZERO
    time_of_day: Decimal = ZERO
    noise: Decimal = ZERO

    @property
    def price(self) -> Decimal:
        """Return their sum, which is the price."""
        return self.raw + self.queue + self.rounding

    @property
    def raw(self) -> Decimal:
        """Return the sum of what the market and the model make of it, before it is queued for or rounded."""
        made = self.base + self.spread + self.impact + self.latency
        return made + self.volatility + self.time_of_day + self.noise

    def at_limit(self, limit: Decimal) -> "Parts":
        """Return the same price moved to one's own limit: the difference is the queue's."""
        return replace(self, queue=limit - self.raw, rounding=ZERO)


def fill_model(name: str) -> FillModel:
    """Look a fill model up by its name."""
    family, _, figure = name.partition(":")
    if name in FILL_MODELS:
        return FILL_MODELS[name]
    if family == "blend":
        return _blended(figure)
    if family not in _FAMILIES or not _FIGURE.fullmatch(figure):
        known = [*sorted(FILL_MODELS), *(f"{each}:…" for each in (*_FAMILIES, "blend"))]
        raise UnknownFillModel(f"There is no fill model {name[:32]!r}.", known=known)
    (least, most), share = _FAMILIES[family], Decimal(figure)
    if not least <= share <= most:
        raise UnknownFillModel(f"The share of {family} is from {least} to {most}, not {figure}.", known=[f"{family}:…"])
    named = FillModel(f"{family}:{plain(share)}", 1)
    match family:
        case "spread":
            return replace(named, spread_share=share)
        case "size":
            return replace(named, size_share=share)
        case _:
            return replace(named, noise_rate=share)


def _blended(recipe: str) -> FillModel:
    """Return the model of several and their weights, such as realistic=0.7+midpoint=0.3."""
    named = [each.rpartition("=") for each in recipe.split("+")]
    is_well_formed = 1 < len(named) <= _BLENDED_MAX and all(_FIGURE.fullmatch(weight) for *_, weight in named)
    weights = [Decimal(weight) for *_, weight in named] if is_well_formed else []
    if sum(weights) != 1 or min(weights) <= ZERO or "blend:" in recipe:
        reason = "A blend names two to five models with weights that sum to 1, such as realistic=0.7+midpoint=0.3."
        raise UnknownFillModel(reason, known=["blend:…"])
    models = [fill_model(name) for name, *_ in named]
    name = "+".join(f"{model.name}={plain(weight)}" for model, weight in zip(models, weights, strict=True))

    def weighed(numbers: Iterable[Decimal]) -> Decimal:
        return sum((number * weight for number, weight in zip(numbers, weights, strict=True)), ZERO)

    caps = [model.participation_rate for model in models if model.participation_rate is not None]
    for_options = [model.option_spread_share for model in models]
    shares = [model.spread_share if own is None else own for model, own in zip(models, for_options, strict=True)]
    blend = FillModel(
        f"blend:{name}",
        1,
        participation_rate=min(caps, default=None),
        through_ticks=max(model.through_ticks for model in models),
        heeds_quoted_size=any(model.heeds_quoted_size for model in models),
        option_spread_share=None if set(for_options) == {None} else weighed(shares),
    )
    numbers: dict[str, Any] = {each: weighed(getattr(model, each) for model in models) for each in _WEIGHED}
    return replace(blend, **numbers)


def unquoted(model: FillModel, side: Side, base: Decimal, tick: Decimal, impact_rate: Decimal = ZERO) -> Parts:
    """Price a customer who crosses the spread assumed around a price that nobody quoted."""
    is_buy = side is _BUY
    unit = base * (_BPS if is_buy else -_BPS)
    spread, latency = unit * model.half_spread_bps, unit * model.latency_bps
    impact = base * impact_rate * (1 if is_buy else -1) if impact_rate else ZERO
    if model.strain is NO_STRAIN:
        return _rounded(side, tick, (base, spread, impact, latency))
    return strained(Parts(base, spread, impact, latency), model.strain, side, tick)


def printed(side: Side, base: Decimal, tick: Decimal) -> Parts:
    """Price a customer of an auction: everybody gets its one price."""
    return _rounded(side, tick, (base, ZERO, ZERO, ZERO))


def quoted(model: FillModel, side: Side, bid: Decimal, ask: Decimal, tick: Decimal) -> Parts:
    """Price a customer who crosses a quote: at the touch exactly, unless the model pays another share of it."""
    touch = ask if side is Side.BUY else bid
    base = (bid + ask) / _TWO
    if model.spread_share == _ONE:
        return Parts(base, touch - base)
    parts = _rounded(side, tick, (base, (touch - base) * model.spread_share, ZERO, ZERO))
    # Rounding to a coarse step must not cost more than the touch, which anybody can have.
    is_beyond = parts.price > touch if side is Side.BUY else parts.price < touch
    return Parts(base, touch - base) if is_beyond and model.spread_share <= _ONE else parts


def crossed_price(model: FillModel, side: Side, price: Decimal, tick: Decimal) -> Decimal:
    """Return what a customer pays or gets when crossing the assumed spread around an unquoted price."""
    return unquoted(model, side, price, tick).price


def impact_rate(model: FillModel, units: Decimal, volume: Decimal | None) -> Decimal:
    """Return the impact of taking units of a volume as a fraction of the price, rounded up to a billionth.

    In whole numbers: the root of impact squared times units through volume, each rounded up.
    """
    if not volume:
        return model.flat_impact_bps.scaleb(-_BPS_PLACES)
    if not model.impact_bps:
        return ZERO
    whole = int(model.impact_bps.scaleb(_BILLIONTHS_A_BPS))
    square = -(-whole * whole * int(units.scaleb(QUANTITY_PLACES)) // int(volume.scaleb(QUANTITY_PLACES)))
    root = isqrt(square)
    return Decimal(root if root * root == square else root + 1).scaleb(-_IMPACT_PLACES)


def units_within(model: FillModel, rate: Decimal, volume: Decimal) -> Decimal:
    """Return the most units of a volume whose impact stays within a fraction of the price."""
    allowed, whole = int(rate.scaleb(_IMPACT_PLACES)), int(model.impact_bps.scaleb(_BILLIONTHS_A_BPS))
    return volume * allowed * allowed / (whole * whole)


def is_reached(model: FillModel, side: Side, limit: Decimal, span: tuple[Decimal, Decimal], tick: Decimal) -> bool:
    """Say whether a span of prices, from low to high, fills a limit that rests in the book."""
    low, high = span
    if not model.through_ticks:
        return low <= limit if side is Side.BUY else high >= limit
    beyond = (model.through_ticks - 1) * tick
    return low + beyond < limit if side is Side.BUY else high - beyond > limit


def for_instrument(model: FillModel, instrument: Instrument, price: Decimal) -> tuple[FillModel, Decimal]:
    """Return a model as it prices an instrument at a quote, and the steps in which it does."""
    if instrument.contract is None or model.option_spread_share is None:
        return model, instrument.tick
    return replace(model, spread_share=model.option_spread_share), tick_at(instrument, price)


def moved_by_size(parts: Parts, side: Side, amount: Decimal, tick: Decimal) -> Parts:
    """Return a price moved against the customer by what its own size costs, rounded up to a billionth."""
    impact = amount.quantize(_BILLIONTH, ROUND_CEILING)
    return _rounded(side, tick, (parts.base, parts.spread, impact if side is Side.BUY else -impact, ZERO))


def strained(parts: Parts, strain: Strain, side: Side, tick: Decimal) -> Parts:
    """Return a price with what the moment adds, each part rounded up to a billionth against the customer."""
    sign = 1 if side is Side.BUY else -1
    cost = max((parts.spread + parts.impact) * sign, ZERO)
    volatility = (cost * strain.volatility).quantize(_BILLIONTH, ROUND_CEILING)
    time_of_day = ((cost + volatility) * strain.time_of_day).quantize(_BILLIONTH, ROUND_CEILING)
    noise = (parts.base * strain.noise).quantize(_BILLIONTH, ROUND_CEILING if side is Side.BUY else ROUND_FLOOR)
    moved = replace(parts, volatility=volatility * sign, time_of_day=time_of_day * sign, noise=noise)
    return replace(moved, rounding=_rounding(side, tick, moved.raw))


def _rounded(side: Side, tick: Decimal, made: tuple[Decimal, Decimal, Decimal, Decimal]) -> Parts:
    """Round base, spread, impact and latency to the tick, once and against the customer."""
    base, spread, impact, latency = made
    return Parts(base, spread, impact, latency, rounding=_rounding(side, tick, base + spread + impact + latency))


def _rounding(side: Side, tick: Decimal, raw: Decimal) -> Decimal:
    steps = (raw / tick).to_integral_value(ROUND_CEILING if side is _BUY else ROUND_FLOOR)
    # A price close to zero stays sellable at one tick rather than at nothing.
    return max(steps * tick, tick) - raw
