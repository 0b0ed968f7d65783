"""The price test of short sales: Rule 201 of Regulation SHO (17 CFR 242.201).

A share that has fallen by ten percent or more from its last close is sold short only above the bid, for the rest of
that session and the whole of the next. So an order that opens short rests at its limit and is met there when buyers
come up to it, as one that only gives; what would take from the bid waits, and is refused when it is placed. Whether an
instrument is under the test is for the market to say, with its mark. Closing is never restricted, and neither is an
order that was placed by who holds enough to sell; but an exit whose position somebody has sold already would open.
"""

from typing import Final

from paperdesk.core.broker.account import Account
from paperdesk.core.broker.margin_rates import MARGINABLE
from paperdesk.core.broker.marks import Marks
from paperdesk.core.broker.orders import Order, Side
from paperdesk.core.broker.view import MarketView
from paperdesk.core.kernel.errors import Conflict
from paperdesk.core.kernel.money import plain

RULE: Final = "rule_201"


class ShortSaleRestricted(Conflict):
    """The share has fallen by ten percent, so for now it is sold short only above the bid."""


def is_held_back(account: Account, order: Order, marks: Marks) -> bool:
    """Say whether an order would open short in something that is under the price test now."""
    opens_short = (
        account.rules.margin.is_margined
        and order.side is Side.SELL
        and order.instrument.kind in MARGINABLE
        and account.position(order.instrument.id).quantity < order.workable
    )
    mark = marks.get(order.instrument.id) if opens_short else None
    return mark is not None and mark.is_under_price_test()


def check_short_price(account: Account, order: Order, view: MarketView) -> None:
    """Refuse to sell short at the bid or below it what is under the price test."""
    if not is_held_back(account, order, view.marks):
        return
    quote = view.quotes.get(order.instrument.id)
    bid = view.marks[order.instrument.id].price if quote is None else quote.bid
    if order.limit_price is not None and not order.is_waiting and order.limit_price > bid:
        return
    raise ShortSaleRestricted(
        f"{order.instrument.symbol} has fallen by a tenth since its last close: until the close of the next session it "
        f"is sold short only with a limit above the bid of {plain(bid)}.",
        symbol=order.instrument.symbol,
        bid=plain(bid),
        limit_price=None if order.limit_price is None else plain(order.limit_price),
        rule=RULE,
    )
