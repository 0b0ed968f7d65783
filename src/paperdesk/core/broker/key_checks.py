"""What a key with limits may not do in an account: reach another, or trade what it is kept from.

Which verbs it may use, the use case asks; here stand the checks that need the command.
"""

from collections.abc import Iterator
from contextlib import suppress

from paperdesk.core.broker.account import Account
from paperdesk.core.broker.commands import (
    CancelOrder,
    CancelOrders,
    ChooseLeverage,
    ClosePosition,
    Command,
    ExerciseOption,
    InstructExpiry,
    PlaceCombo,
    PlaceOrder,
    ReplaceOrder,
)
from paperdesk.core.broker.evolution import group_of
from paperdesk.core.kernel.key_limits import KeyLimits
from paperdesk.core.market.options import MalformedOptionSymbol, parse_occ


def reaches(limits: KeyLimits, account: Account) -> bool:
    """Say whether a key may know of an account at all."""
    return limits.accounts is None or account.id in limits.accounts


def check_symbols(limits: KeyLimits, account: Account, command: Command) -> None:
    """Refuse a command about an instrument that the key is kept from."""
    if limits.symbols is None:
        return
    for symbol in _traded(account, command):
        limits.require_symbol(symbol, _underlying(symbol))


def _traded(account: Account, command: Command) -> Iterator[str | None]:
    """Return the symbols of what a command would trade; None is all there are."""
    match command:
        case PlaceOrder() | ClosePosition() | ExerciseOption() | InstructExpiry() | CancelOrders() | ChooseLeverage():
            yield command.symbol
        case PlaceCombo():
            yield from (leg.symbol for leg in command.legs)
        case ReplaceOrder() | CancelOrder():
            order = account.orders.get(command.order_id)
            if order is not None:
                yield from (
                    each.instrument.symbol for each in (group_of(account, order) if order.is_combo else [order])
                )
        case _:  # cash has no symbol
            return


def _underlying(symbol: str | None) -> str | None:
    with suppress(MalformedOptionSymbol):
        return None if symbol is None else parse_occ(symbol).underlying
    return None
