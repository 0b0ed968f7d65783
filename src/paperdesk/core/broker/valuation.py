"""What an account is worth: cash, and positions at their marks. A missing mark is missing, never zero."""

from collections.abc import Sequence
from decimal import Decimal

from msgspec import Struct

from paperdesk.core.broker.account import Account, Position
from paperdesk.core.broker.marks import Mark, Marks
from paperdesk.core.kernel.money import ZERO, money


class PositionValue(Struct, frozen=True):
    """A position at its mark; None with a reason where there is no mark."""

    position: Position
    mark: Decimal | None
    mark_source: str | None
    market_value: Decimal | None
    unrealised_pl: Decimal | None
    reason: str | None = None


class Valuation(Struct, frozen=True):
    """An account's worth in its currency; `claims` are dividends that were earned, or are owed, and not paid yet."""

    market_value: Decimal | None
    equity: Decimal | None
    reason: str | None
    positions: tuple[PositionValue, ...]
    claims: Decimal = ZERO


def value_position(position: Position, mark: Mark | None, currency: str) -> PositionValue:
    """Value one position at its mark."""
    if mark is None:
        return PositionValue(position, None, None, None, None, "no price on the tape yet")
    worth = money(mark.worth(position.quantity), currency)
    return PositionValue(position, mark.price, mark.source, worth, worth - position.cost)


def worth_of(account: Account, marks: Marks) -> Valuation:
    """Value an account with all that it holds and has a claim to."""
    held = [each for each in account.positions.values() if each.quantity]
    claims = sum((each.amount for each in account.claims.values()), ZERO)
    return value_account(account.cash, account.currency, held, marks, claims)


def value_account(
    cash: Decimal, currency: str, positions: Sequence[Position], marks: Marks, claims: Decimal = ZERO
) -> Valuation:
    """Value cash, claims and positions together; one position without a mark leaves the total unknown."""
    values = tuple(value_position(position, marks.get(position.instrument_id), currency) for position in positions)
    missing = [value for value in values if value.market_value is None]
    if missing:
        return Valuation(None, None, f"{len(missing)} of {len(values)} positions have no price yet", values, claims)
    total = sum((value.market_value or ZERO for value in values), ZERO)
    return Valuation(total, cash + claims + total, None, values, claims)
