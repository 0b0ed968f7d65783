"""Good faith in a cash account: what is bought with proceeds on their way is kept until they have come.

Selling it before is a violation. Three of them within twelve months restrict the account for 90 days to cash that has
settled, which is a custom of brokers and data here; the 90 days are those of Regulation T, 220.8(c). Orders that were
open before go on, and getting out is always possible.
"""

from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from paperdesk.core.broker.account import Account
from paperdesk.core.broker.events import OrderFilled
from paperdesk.core.broker.margin_book import MarginBook, UnpaidLot
from paperdesk.core.broker.margin_rates import FREEZE_DAYS
from paperdesk.core.broker.orders import Order
from paperdesk.core.kernel.errors import Conflict
from paperdesk.core.kernel.money import ZERO, plain
from paperdesk.core.market.sessions import calendar

VIOLATIONS_MAX: Final = 3
WITHIN: Final = timedelta(days=365)


class SettledCashOnly(Conflict):
    """After violations of good faith the account buys with settled cash alone, and there is less than is needed."""


def sold_too_early(account: Account, filled: OrderFilled, on: date) -> list[UnpaidLot]:
    """Return the lots that a fill sold before the proceeds that they were bought with have come."""
    sold = {change.lot.id for change in filled.lot_changes if not change.is_new}
    return [each for each in account.book.unpaid if each.lot_id in sold and each.until > on]


def restricted_until(book: MarginBook, on: date) -> date | None:
    """Return until when violations restrict an account, None when there are too few or nothing becomes longer."""
    recent = [each for each in book.violations if on - each < WITHIN]
    until = on + timedelta(days=FREEZE_DAYS)
    is_longer = book.frozen_until is None or book.frozen_until < until
    return until if len(recent) >= VIOLATIONS_MAX and is_longer else None


def check_settled(account: Account, order: Order, needed: Decimal) -> None:
    """Refuse a purchase beyond settled cash in an account that violations restrict; cash was found to be enough."""
    until = account.book.frozen_until
    if until is None:
        return
    on = calendar(order.instrument.calendar).day_of(order.accepted_at)
    if on > until:
        return
    settled = max(account.buying_power - account.book.unsettled_cash(on), ZERO)
    if needed > settled:
        raise SettledCashOnly(
            f"The order needs {plain(needed)} {account.currency}, and {plain(settled)} of the cash has settled: until "
            f"{until} the account buys with that alone, because good faith was violated too often.",
            needed=plain(needed),
            available=plain(settled),
            until=until.isoformat(),
            rule="good_faith",
        )
