"""What one position needs of its account, and at which price of it alone the account would be liquidated.

A pair whose margin is isolated needs nothing of the account beyond that, and is liquidated by itself.
"""

from dataclasses import dataclass
from decimal import Decimal

from paperdesk.core.broker.account import Account, Position
from paperdesk.core.broker.leverage import isolated_margin, maintenance
from paperdesk.core.broker.liquidation import price_of_liquidation
from paperdesk.core.broker.margin import Stage, Standing, exposure, requirement
from paperdesk.core.broker.margin_book import MarginMode
from paperdesk.core.broker.margin_rules import MarginKind
from paperdesk.core.broker.valuation import PositionValue
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.market.instruments import Instrument

_NO_STANDING = "a position has no price yet, so the account's margin is not known"
_BY_KIND = {
    MarginKind.CASH: "a cash account owes nothing",
    MarginKind.PORTFOLIO: "under portfolio margin a class needs what it could lose together: see the account's scan",
}
_TOGETHER = "options, and what they are written on, need what their cheapest pairing does: see strategies"
_NO_LEVERAGE = "it was not bought with leverage"
_CARRIED = "the account could carry all that the position could lose"


@dataclass(frozen=True, slots=True)
class PositionMargin:
    """What a position needs to be opened and held; what cannot be said is None, with the reason."""

    leverage: int
    initial: Decimal | None = None
    maintenance: Decimal | None = None
    liquidation_price: Decimal | None = None
    reason: str | None = None
    mode: MarginMode = MarginMode.CROSS


def position_margin(
    account: Account, value: PositionValue, instrument: Instrument, stands: Standing | None, *, is_paired: bool
) -> PositionMargin:
    """Return what a position needs; one that is paired with options needs nothing that could be said of it alone.

    What a pair with leverage needs does not move with its price, so the account comes to be worth its maintenance
    where its excess is lost on that position alone.
    """
    leverage, position = account.book.leverage_of(instrument.id), value.position
    if account.book.is_isolated(instrument.id):
        return _isolated(account, position, instrument)
    unknown = _unknown(account, value, stands, is_paired=is_paired)
    if unknown is not None or value.mark is None or stands is None:
        return PositionMargin(leverage, reason=unknown)
    held = exposure(account, instrument, (position.quantity, position.cost), value.mark)
    initial, maintenance = (requirement([held], stage) for stage in (Stage.INITIAL, Stage.MAINTENANCE))
    if leverage == 1:
        return PositionMargin(leverage, initial, maintenance, reason=_NO_LEVERAGE)
    price = value.mark - stands.maintenance_excess / (position.quantity * instrument.multiplier)
    if price <= ZERO:
        return PositionMargin(leverage, initial, maintenance, reason=_CARRIED)
    return PositionMargin(leverage, initial, maintenance, price)


def _unknown(account: Account, value: PositionValue, stands: Standing | None, *, is_paired: bool) -> str | None:
    if account.rules.margin.kind is not MarginKind.REG_T:
        return _BY_KIND[account.rules.margin.kind]
    if value.mark is None or stands is None:
        return _NO_STANDING
    return _TOGETHER if is_paired else None


def _isolated(account: Account, position: Position, instrument: Instrument) -> PositionMargin:
    chosen = account.book.chosen(instrument.id)
    assert chosen is not None, "who asks knows that it was chosen"
    margin = isolated_margin(position.cost, chosen.times, account.currency)
    price = price_of_liquidation(position, chosen, instrument)
    return PositionMargin(chosen.times, margin, maintenance(abs(position.cost)), price, mode=chosen.mode)
