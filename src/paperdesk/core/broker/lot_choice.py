"""Which lots an order uses up: those it names, else by its own method, else by that of its account.

Average cost is for funds alone: an account that averages uses up everything else first in, first out.
"""

from decimal import Decimal

from paperdesk.core.broker.account import Account, Rules
from paperdesk.core.broker.lots import Lot, LotChoice, LotMethod
from paperdesk.core.broker.orders import Side
from paperdesk.core.kernel.errors import Conflict
from paperdesk.core.kernel.money import ZERO, plain
from paperdesk.core.market.instruments import Instrument, Kind

AVERAGED = frozenset({Kind.FUND, Kind.ETF})


class AverageCostNotAllowed(Conflict):
    """Only the cost of funds may be averaged."""


class LotNotHeld(Conflict):
    """The order names a lot that the account does not hold, or holds the other way round."""


class LotsTooSmall(Conflict):
    """The lots that the order names are fewer units than it closes."""


def choice_for(rules: Rules, instrument: Instrument, asked: LotChoice | None = None) -> LotChoice:
    """Return which lots of an instrument leave, by what an order asked or else by the rules of its account."""
    if asked is not None:
        return asked
    averages = rules.lot_method is LotMethod.AVERAGE
    return LotChoice(LotMethod.FIFO if averages and instrument.kind not in AVERAGED else rules.lot_method)


def check_choice(account: Account, asked: LotChoice | None, instrument: Instrument, side: Side, units: Decimal) -> None:
    """Refuse an order that averages what is no fund, or names lots that it could not close."""
    if asked is None:
        return
    if asked.method is LotMethod.AVERAGE and instrument.kind not in AVERAGED:
        raise AverageCostNotAllowed(
            f"{instrument.symbol} is of the kind {instrument.kind.value!r}; only the cost of funds is averaged.",
            symbol=instrument.symbol,
        )
    if asked.named:
        _check_named(account, asked, instrument, side, units)


def _check_named(account: Account, asked: LotChoice, instrument: Instrument, side: Side, units: Decimal) -> None:
    held = {lot.id: lot for lot in account.position(instrument.id).lots if _is_closed_by(lot, side)}
    for lot_id in asked.named:
        if lot_id not in held:
            raise LotNotHeld(
                f"The account has no lot {lot_id} of {instrument.symbol} that the order could close.",
                lot_id=str(lot_id),
                symbol=instrument.symbol,
            )
    available = sum((abs(held[each].quantity) for each in set(asked.named)), ZERO)
    if units > available:
        raise LotsTooSmall(
            f"The order closes {plain(units)} {instrument.symbol}, and the lots it names are {plain(available)}.",
            needed=plain(units),
            available=plain(available),
        )


def _is_closed_by(lot: Lot, side: Side) -> bool:
    return lot.quantity > ZERO if side is Side.SELL else lot.quantity < ZERO
