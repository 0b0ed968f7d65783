"""How a market price becomes a customer's price: pure, named, chosen by the account.

    model            what it is for
    ideal            the price itself; what a program would do in a market without friction
    realistic        a liquid share: a narrow spread, a tenth of the volume, the square root of size
    harsh            the same on a bad day: wide, thin and slow, and the venue rejects some orders
    alpaca_paper     as Alpaca's paper trading is documented: any size at the quote, one fill in ten in parts
    deterministic    the price itself in one piece, whatever the sizes; what an automatic test expects
    midpoint         the middle of a quote, and the price itself where nobody quotes
    inside           options 30 % of their spread inside the touch, on the steps of their class; the rest at the touch
    spread:S         S of the half spread of a quote, from -1, the better side of it, over 0 to 1, the touch
    size:K           the touch, and K of the spread beyond it for an order as large as what is quoted, less for less

A price is made of parts, each in money per unit and with a sign, and is rounded once, to the tick,
against the customer. The parts always sum to the price exactly:

    base       the middle of a quote, the print, or the stop or limit price it was filled at
    spread     half the quoted spread, or half the spread that is assumed around a price nobody quoted
    impact     of the price: impact_bps x sqrt(units taken / volume), rounded up to a billionth
    latency    on bars, where an order cannot miss a fact: of the price, latency_bps
    queue      what resting at one's own limit costs, or saves, against the price that came
    rounding   the rest up to the tick

Where the tape has no volume nothing limits the size, and the impact is `flat_impact_bps` of the price.
"""

import re
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from math import isqrt

from paperdesk.core.broker.orders import Side
from paperdesk.core.kernel.errors import Invalid
from paperdesk.core.kernel.money import QUANTITY_PLACES, ZERO, plain
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.instruments import Instrument
from paperdesk.core.market.ticks import tick_at

_ONE = Decimal(1)
_TWO = Decimal(2)
_BPS_PLACES = 4
_IMPACT_PLACES = 9
_BILLIONTHS_A_BPS = _IMPACT_PLACES - _BPS_PLACES


# Models that are named with a figure, and the least that it may be.
_FAMILIES = {"spread": -_ONE, "size": ZERO}
_FIGURE = re.compile(r"-?[01](\.\d{1,4})?")


class UnknownFillModel(Invalid):
    """The fill model is not one we have."""


@dataclass(frozen=True, slots=True)
class FillModel:
    """The numbers of a fill model; `version` says which, because a name may get better numbers.

    `half_spread_bps` is assumed around a price that nobody quoted; of a quoted half spread a customer pays
    `spread_share` (0 is the middle, 1 the touch). `impact_bps` is the impact of taking a bar's whole volume,
    `participation_rate` the share of a volume that an account may take, None for any. A resting limit fills
    when the price touches it, or goes beyond it by at least `through_ticks` ticks; any bit beyond counts as
    the first. `partial_rate` and `reject_rate` are how often chance fills in part, or rejects. `size_share` is the part
    of a quoted spread that taking all of a quote costs; options may have a `spread_share` of their own.
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

    @property
    def is_chancy(self) -> bool:
        """Say whether the model draws."""
        return bool(self.partial_rate or self.reject_rate)


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
MIDPOINT = FillModel("midpoint", 1, spread_share=ZERO)
INSIDE = FillModel("inside", 1, option_spread_share=Decimal("0.4"))  # the touch less 30 % of the whole spread
FILL_MODELS = {model.name: model for model in (IDEAL, REALISTIC, HARSH, ALPACA_PAPER, DETERMINISTIC, MIDPOINT, INSIDE)}


@dataclass(frozen=True, slots=True)
class Parts:
    """What a price is made of, in money per unit; what raises the price is above zero."""

    base: Decimal
    spread: Decimal = ZERO
    impact: Decimal = ZERO
    latency: Decimal = ZERO
    queue: Decimal = ZERO
    rounding: Decimal = ZERO

    @property
    def price(self) -> Decimal:
        """Return their sum, which is the price."""
        return self.base + self.spread + self.impact + self.latency + self.queue + self.rounding

    def at_limit(self, limit: Decimal) -> "Parts":
        """Return the same price moved to one's own limit: the difference is the queue's."""
        unmoved = self.base + self.spread + self.impact + self.latency
        return replace(self, queue=limit - unmoved, rounding=ZERO)


def fill_model(name: str) -> FillModel:
    """Look a fill model up by its name."""
    family, _, figure = name.partition(":")
    if name in FILL_MODELS:
        return FILL_MODELS[name]
    if family not in _FAMILIES or not _FIGURE.fullmatch(figure):
        known = [*sorted(FILL_MODELS), *(f"{each}:…" for each in _FAMILIES)]
        raise UnknownFillModel(f"There is no fill model {name[:32]!r}.", known=known)
    least, share = _FAMILIES[family], Decimal(figure)
    if not least <= share <= _ONE:
        raise UnknownFillModel(f"The share of {family} is from {least} to 1, not {figure}.", known=[f"{family}:…"])
    named = FillModel(f"{family}:{plain(share)}", 1)
    return replace(named, size_share=share) if family == "size" else replace(named, spread_share=share)


def unquoted(model: FillModel, side: Side, base: Decimal, tick: Decimal, impact_rate: Decimal = ZERO) -> Parts:
    """Price a customer who crosses the spread assumed around a price that nobody quoted."""
    sign = 1 if side is Side.BUY else -1
    unit = base.scaleb(-_BPS_PLACES) * sign
    spread, latency = unit * model.half_spread_bps, unit * model.latency_bps
    impact = base * impact_rate * sign if impact_rate else ZERO
    return _rounded(side, tick, (base, spread, impact, latency))


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
    whole = int(model.impact_bps.scaleb(_BILLIONTHS_A_BPS))
    if not whole:
        return ZERO
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
    impact = amount.quantize(Decimal(1).scaleb(-_IMPACT_PLACES), ROUND_CEILING)
    return _rounded(side, tick, (parts.base, parts.spread, impact if side is Side.BUY else -impact, ZERO))


def _rounded(side: Side, tick: Decimal, made: tuple[Decimal, Decimal, Decimal, Decimal]) -> Parts:
    """Round base, spread, impact and latency to the tick, once and against the customer."""
    base, spread, impact, latency = made
    raw = base + spread + impact + latency
    steps = (raw / tick).to_integral_value(ROUND_CEILING if side is Side.BUY else ROUND_FLOOR)
    # A price close to zero stays sellable at one tick rather than at nothing.
    return Parts(base, spread, impact, latency, rounding=max(steps * tick, tick) - raw)
