"""What an account begins with in a compiled run, and the scale that it gives to bars."""

from dataclasses import dataclass
from decimal import Decimal

from paperdesk.core.backtest.compiled.arithmetic import Scale
from paperdesk.core.backtest.compiled.scaling import money_places_of, places_of, refusal, scale_of
from paperdesk.core.backtest.compiled.track import Bars
from paperdesk.core.broker.account import Rules


@dataclass(frozen=True, slots=True)
class Means:
    """What an account begins with, and the rules it trades by.

    Its memorandum account begins with its cash, as what was deposited, unless another amount is said.
    """

    cash: Decimal
    rules: Rules
    currency: str = "USD"
    memorandum: Decimal | None = None

    @property
    def cash_in_cents(self) -> int:
        """Return the cash in the smallest unit that the account's money has."""
        return self.in_cents(self.cash)

    @property
    def memorandum_in_cents(self) -> int:
        """Return what the memorandum account begins with, in the same unit."""
        return self.in_cents(self.cash if self.memorandum is None else self.memorandum)

    def in_cents(self, amount: Decimal) -> int:
        """Return an amount in the smallest unit that the account's money has."""
        return int(amount.scaleb(self.places))

    @property
    def places(self) -> int:
        """Return how many digits after the point the account's money has."""
        return money_places_of(self.rules, self.currency)


def scaled(bars: Bars, means: Means) -> tuple[Bars, Scale]:
    """Return bars with as many places as their account needs, and its rules in them; raises NotExpressible."""
    if not len(bars):
        raise refusal(["no_bars"])
    bars = bars.to_places(places_of(means.rules, bars.instrument, bars.places, means.currency))
    return bars, scale_of(means.rules, bars.instrument, means.currency, bars.places)
