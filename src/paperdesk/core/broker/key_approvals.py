"""Which orders of a key wait for a person: those worth more than the key may place unasked.

    counts           an order, a combo with all its legs, the closing of a position, an exercise, and of a
                     replacement the whole of what then works
    is worth         what it is expected to change hands for, at its own price or else at the one that stands

What only closes counts too, because a person is asked about the size of what is done and not about its risk.
"""

from decimal import Decimal

from paperdesk.core.broker.account import Account
from paperdesk.core.broker.key_budgets import Asked
from paperdesk.core.broker.orders import Order
from paperdesk.core.kernel.errors import Conflict
from paperdesk.core.kernel.money import plain
from paperdesk.core.market.instruments import Instrument


class ApprovalNeeded(Conflict):
    """What the key asks is worth more than it may do unasked, and cannot wait; a person has to do it themselves."""

    def __init__(self, words: str, worth: Decimal, threshold: Decimal, currency: str) -> None:
        """Say what is asked in words that follow "to", what it is worth, and what may be done unasked."""
        self.words, self.worth, self.threshold, self.currency = words, worth, threshold, currency
        super().__init__(
            f"To {words} is worth {plain(worth)} {currency}, and above {plain(threshold)} a person has to approve of "
            "it.",
            worth=plain(worth),
            threshold=plain(threshold),
            currency=currency,
        )


def check_worth(above: Decimal, asked: Asked) -> None:
    """Refuse orders worth more than their key may place unasked."""
    _check(above, asked.worth, asked.account.currency, " and ".join(map(_words, asked.orders)))


def check_exercise(above: Decimal, account: Account, option: Instrument, count: Decimal) -> None:
    """Refuse the exercise of so many contracts when more money changes hands for them than their key may move."""
    assert option.contract is not None, "what is exercised is an option"
    worth = option.contract.aggregate_strike * count
    _check(above, worth, account.currency, f"exercise {plain(count)} {option.symbol}")


def _check(above: Decimal, worth: Decimal, currency: str, words: str) -> None:
    if worth > above:
        raise ApprovalNeeded(words, worth, above, currency)


def _words(order: Order) -> str:
    amount = plain(order.quantity) if order.notional is None else f"{plain(order.notional)} of"
    limit = "" if order.limit_price is None else f" at {plain(order.limit_price)}"
    return f"{order.side.value} {amount} {order.instrument.symbol}{limit}"
