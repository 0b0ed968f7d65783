"""Who may do what with options: approval levels, each with all that the ones below it allow.

    level    allows
    0        nothing
    1        to write calls on shares that are held, and puts that cash secures
    2        to buy options
    3        spreads, whose loss is bounded by what is long
    4        to write options that nothing covers

Closing a position is always allowed.
"""

from paperdesk.core.broker.account import Account
from paperdesk.core.broker.orders import Side
from paperdesk.core.kernel.errors import Conflict
from paperdesk.core.market.instruments import Instrument

COVERED = 1
BUYS = 2
SPREADS = 3
NAKED = 4


class OptionLevelTooLow(Conflict):
    """The account is not approved for what the order would do with options."""


def check_approval(account: Account, instrument: Instrument, side: Side) -> None:
    """Refuse an order that opens what the account is not approved for."""
    if instrument.contract is None or account.position(instrument.id).quantity * (1 if side is Side.SELL else -1) > 0:
        return
    if side is Side.BUY and account.rules.option_level < BUYS:
        raise _too_low(account, BUYS, "Buying options")


def check_level(account: Account, needed: int) -> None:
    """Refuse to write options in a way that the account is not approved for."""
    if account.rules.option_level < needed:
        raise _too_low(account, needed, _WRITING[needed])


_WRITING = {
    COVERED: "Writing covered options",
    SPREADS: "Writing options against others",
    NAKED: "Writing options that nothing covers",
}


def _too_low(account: Account, needed: int, what: str) -> OptionLevelTooLow:
    return OptionLevelTooLow(
        f"{what} needs the option level {needed}, and the account has {account.rules.option_level}.",
        needed=needed,
        available=account.rules.option_level,
    )
