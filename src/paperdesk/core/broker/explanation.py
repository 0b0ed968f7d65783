"""Why a fill got its price: what was seen, the parts of the price, the rules, the fees and the luck.

The rules a fill can name, besides the one that matched it:

    volume_share         it got a part, because an account may take so much of a bar's volume
    volume_unknown       the tape has no volume there, so nothing limited the size
    quoted_size          it got a part, because no more was quoted
    impact_within_limit  it got a part, because more would have moved the price beyond its limit
    official_open_used   the tape has no print of the opening auction, so the official open is its price
    official_close_used  the same for the closing auction
    partial_by_chance    the fill model drew a part
    isolated_margin_lost      its isolated margin was used up, so the whole of it is lost
    isolated_margin_exceeded  more than its isolated margin was lost, and the broker bears that
    combo                it filled together with the other legs of its combo, in whole combos

What a moment did to it stands in conditions.py.
"""

from collections.abc import Mapping
from decimal import Decimal

from msgspec import Struct, field

from paperdesk.core.broker.fill_models import FillModel, Parts
from paperdesk.core.broker.matching import Execution
from paperdesk.core.kernel.money import ZERO, plain
from paperdesk.core.market.facts import AuctionFact, CloseFact, OpenFact, PriceFact, QuoteFact, RangeFact

_SEEN = ("price", "low", "high", "bid", "ask", "bid_size", "ask_size", "volume", "trailing_volume")
_KINDS: dict[type[PriceFact], str] = {
    OpenFact: "open",
    RangeFact: "range",
    CloseFact: "close",
    QuoteFact: "quote",
    AuctionFact: "auction",
}
# Which of what can be seen a fact of a kind tells at all.
_TOLD = {kind: [name for name in _SEEN if name in fact.__struct_fields__] for fact, kind in _KINDS.items()}
_BASES = {
    "open": "the bar opened at {}",
    "close": "the bar closed at {}",
    "auction": "the auction's price was {}",
    "mid": "the middle of the quote was {}",
    "limit": "its limit was {}",
    "stop": "its stop price was {}",
}
_COSTS = {
    "spread": "half the spread",
    "impact": "its own impact",
    "latency": "latency",
    "volatility": "a market that moves more than usual",
    "time_of_day": "the time of day",
    "noise": "noise",
    "queue": "resting at its limit",
    "rounding": "rounding to the tick",
}
_REASONS = {
    "volume_share": "It got no more because an account may take only so much of the volume.",
    "volume_unknown": "The tape has no volume here, so nothing limited its size.",
    "quoted_size": "It got no more because no more was quoted.",
    "impact_within_limit": "It got no more because more would have moved the price beyond its limit.",
    "official_open_used": "The tape has no auction print, so the official open was used.",
    "official_close_used": "The tape has no auction print, so the official close was used.",
    "partial_by_chance": "The fill model drew a part of it.",
    "isolated_margin_lost": "Its isolated margin was used up, so the whole of it is lost: what is left is a fee.",
    "isolated_margin_exceeded": "The broker bears what was lost beyond its isolated margin: a fee below zero.",
    "combo": "It filled together with the other legs of its combo.",
    "volatility_unknown": "The tape has too few closes to tell how much the market moves, so that added nothing.",
}


class Luck(Struct, frozen=True, gc=False):
    """What an account's seed gave, by purpose; empty when the fill model draws nothing."""

    seed: int
    draws: Mapping[str, Decimal] = field(default_factory=dict)


class Explanation(Struct, frozen=True, gc=False):
    """How one fill came about. `seen` is what the fact told, `base` says what the base of the parts is."""

    model: str
    rules_version: int
    fact: str
    seen: Mapping[str, Decimal]
    base: str
    parts: Parts
    rules: tuple[str, ...]
    fees: Mapping[str, Decimal]
    luck: Luck

    def sentence(self) -> str:
        """Tell it in words; amounts are per unit."""
        told = _BASES[self.base].format(plain(self.parts.base))
        costs = (_cost(words, getattr(self.parts, name)) for name, words in _COSTS.items())
        how = ", ".join(cost for cost in costs if cost) or "nothing was added"
        fees = ", ".join(f"{kind.replace('_', ' ')} {plain(amount)}" for kind, amount in self.fees.items() if amount)
        sentences = [f"{told[0].upper()}{told[1:]}; {how}: {plain(self.parts.price)}."]
        sentences += [_REASONS[rule] for rule in self.rules if rule in _REASONS]
        return " ".join([*sentences, f"Fees: {fees}."] if fees else sentences)


def _cost(words: str, amount: Decimal) -> str:
    if not amount:
        return ""
    return f"{words} {'added' if amount > ZERO else 'took'} {plain(abs(amount))}"


def explain(
    model: FillModel, fact: PriceFact, execution: Execution, fees: Mapping[str, Decimal], luck: Luck
) -> Explanation:
    """Return the explanation of an execution at a fact."""
    kind = _KINDS[type(fact)]
    seen = {name: value for name in _TOLD[kind] if (value := getattr(fact, name)) is not None}
    return Explanation(
        model=model.name,
        rules_version=model.version,
        fact=kind,
        seen=seen | dict(execution.seen) if execution.seen else seen,
        base=_base(kind, execution.rule),
        parts=execution.parts,
        rules=(execution.rule, *execution.rules),
        fees=fees,
        luck=luck,
    )


def _base(kind: str, rule: str) -> str:
    if kind == "range":
        return "limit" if rule == "limit_in_range" else "stop"
    return "mid" if kind == "quote" else kind
