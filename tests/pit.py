"""A margined account in front of a quoted chain on ACME, for stories about combos."""

from paperdesk.core.broker.combo_prices import legs_of
from paperdesk.core.broker.orders import (
    OrderStatus,
)
from paperdesk.core.kernel.ids import OrderId
from paperdesk.core.kernel.values import replace
from tests.scenery import REG_T, option, rules
from tests.stories import Story

LOW, HIGH, PUT, LOW_PUT = (option(r, k, days=30) for r, k in (("C", "100"), ("C", "105"), ("P", "100"), ("P", "95")))
TODAY = option("C", "100")
VERTICAL = f"+1 {LOW.symbol} -1 {HIGH.symbol}"
CREDIT = f"-1 {LOW.symbol} +1 {HIGH.symbol}"
BUY_WRITE = f"+100 ACME -1 {LOW.symbol}"
PRICES = {LOW: ("5.40", "5.50"), HIGH: ("2.75", "2.85"), PUT: ("4.00", "4.10"), LOW_PUT: ("2.00", "2.10")}


def desk(cash: str = "20000", level: int = 3, **terms: object) -> Story:
    """Return a margined account, the underlying at 100, and its options quoted."""
    story = Story(cash=cash, rules=replace(rules(**{"margin": REG_T, **terms}), option_level=level))  # type: ignore[arg-type]
    story.quote("100", "100.02")
    quoted(story)
    return story


def quoted(story: Story, sizes: tuple[str, str] | None = None, **prices: tuple[str, str]) -> None:
    """Quote every option, as it was or as it is said here."""
    for of, (bid, ask) in PRICES.items():
        story.quote(*prices.get(of.symbol, (bid, ask)), sizes, of=of)


def leg_statuses(story: Story, combo: OrderId) -> list[OrderStatus]:
    """Return how the legs of a combo stand."""
    return [leg.status for leg in legs_of(story.account, story.order(combo))]
