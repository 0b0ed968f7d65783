"""What the limits of an account measure, each what its name says, from what the account is worth and has been worth.

A figure of which a price is missing is missing, with the reason. An account that holds something and has no equity
left has a leverage and an exposure without bound, which is beyond every limit.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from paperdesk.core.broker.day_result import DayResult
from paperdesk.core.broker.valuation import PositionValue, Valuation
from paperdesk.core.broker.watched_limits import LimitKind, Measured, WatchedLimit
from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.core.kernel.money import ZERO

NO_PRICE: Final = "A position has no price yet."
NO_EQUITY: Final = "The account has no equity left to compare with."
NO_PRICE_THEN: Final = "Of what was held at an earlier close something had no price, so the peak is not known."
NO_PEAK: Final = "The account was never worth more than nothing."
NO_PRICE_OF_DAY: Final = "A price is missing, now or at the previous close."


@dataclass(frozen=True, slots=True)
class WorthAt:
    """What an account was worth at an instant, None where that is not known, and what its owner had put in by then."""

    at: datetime
    equity: Decimal | None
    contributed: Decimal


@dataclass(frozen=True, slots=True)
class Peak:
    """The most that an account was worth, and when; None with a reason where that is not known."""

    amount: Decimal | None
    at: datetime | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class AccountMeasures:
    """What an account is worth, what its day has brought, and its peak: all that its limits measure."""

    worth: Valuation
    day: DayResult
    peak: Peak

    def gross(self, instrument_id: InstrumentId | None = None) -> Decimal | None:
        """Return the market value of positions, long and short, or of one of them; None without all their prices."""
        values = [each.market_value for each in self._held(instrument_id)]
        known = [abs(each) for each in values if each is not None]
        return sum(known, ZERO) if len(known) == len(values) else None

    @property
    def unrealised(self) -> Decimal | None:
        """Return what positions would bring beyond their cost; None without all their prices."""
        results = [each.unrealised_pl for each in self.worth.positions]
        known = [each for each in results if each is not None]
        return sum(known, ZERO) if len(known) == len(results) else None

    @property
    def largest(self) -> Decimal | None:
        """Return the market value of the largest position; None without all their prices."""
        values = [each.market_value for each in self.worth.positions]
        known = [abs(each) for each in values if each is not None]
        return max(known, default=ZERO) if len(known) == len(values) else None

    def of_equity(self, instrument_id: InstrumentId | None = None) -> Measured:
        """Return the market value of positions, or of one of them, over equity."""
        gross, equity = self.gross(instrument_id), self.worth.equity
        if gross == ZERO:
            return Measured(ZERO)
        if gross is None or equity is None:
            return Measured(None, NO_PRICE)
        return Measured(gross / equity) if equity > ZERO else Measured(None, NO_EQUITY, is_boundless=True)

    @property
    def drawdown(self) -> Measured:
        """Return how far equity is below its peak, as a fraction of that."""
        peak, equity = self.peak, self.worth.equity
        if equity is None:
            return Measured(None, NO_PRICE)
        return Measured(None, peak.reason) if peak.amount is None else Measured((peak.amount - equity) / peak.amount)

    def _held(self, instrument_id: InstrumentId | None) -> list[PositionValue]:
        return [each for each in self.worth.positions if instrument_id in (None, each.position.instrument_id)]


def peak_of(history: Iterable[WorthAt]) -> Peak:
    """Return the peak of a history that ends now.

    What the owner pays in or takes out moves the peak by as much, so that it is neither a gain nor a loss.
    """
    points = list(history)
    gains = [(each.equity - each.contributed, each.at) for each in points if each.equity is not None]
    if len(gains) < len(points):
        return Peak(None, reason=NO_PRICE_THEN)
    gain, at = max(gains, key=lambda each: each[0])
    amount = gain + points[-1].contributed
    return Peak(amount, at) if amount > ZERO else Peak(None, reason=NO_PEAK)


def measured(limit: WatchedLimit, account: AccountMeasures) -> Measured:
    """Return what a limit measures of an account."""
    return _MEASURES[limit.kind](account, limit.instrument_id)


def _position_size(account: AccountMeasures, instrument_id: InstrumentId | None) -> Measured:
    size = account.largest if instrument_id is None else account.gross(instrument_id)
    return Measured(size, NO_PRICE if size is None else None)


def _daily_loss(account: AccountMeasures, instrument_id: InstrumentId | None) -> Measured:
    day = account.day
    result = day.result if instrument_id is None else day.by_instrument.get(instrument_id, ZERO)
    if result is None:
        return Measured(None, NO_PRICE_OF_DAY, since=day.span.began_at)
    return Measured(max(-result, ZERO), since=day.span.began_at)


def _drawdown(account: AccountMeasures, _: InstrumentId | None) -> Measured:
    return account.drawdown


def _of_equity(account: AccountMeasures, instrument_id: InstrumentId | None) -> Measured:
    return account.of_equity(instrument_id)


_MEASURES: Final[Mapping[LimitKind, Callable[[AccountMeasures, InstrumentId | None], Measured]]] = {
    LimitKind.POSITION_SIZE: _position_size,
    LimitKind.DAILY_LOSS: _daily_loss,
    LimitKind.DRAWDOWN: _drawdown,
    LimitKind.LEVERAGE: _of_equity,
    LimitKind.EXPOSURE: _of_equity,
}
