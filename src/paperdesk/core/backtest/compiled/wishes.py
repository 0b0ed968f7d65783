"""From a command to a wish in whole numbers, and from its answer back to what the broker says."""

from decimal import Decimal
from typing import Final

import numpy as np

from paperdesk.core.backtest.compiled.arithmetic import Ints, Scale
from paperdesk.core.backtest.compiled.book import (
    ACCEPTED,
    GROUP,
    HAS_ENDED,
    OF_AN_ORDER,
    RATE_ONE,
    ROLE,
    SIZE,
    STATE,
    WISH_ANSWER,
    WISH_BAR,
    WISH_CANCELS,
    WISH_COLUMNS,
    WISH_FREE,
    WISH_IS_OCO,
    WISH_LASTS,
    WISH_LIMIT,
    WISH_LOSS,
    WISH_LOSS_LIMIT,
    WISH_NEEDED,
    WISH_ROW,
    WISH_SIDE,
    WISH_STOP,
    WISH_TAKE,
    WISH_TRAIL_AMOUNT,
    WISH_TRAIL_RATE,
    WISH_UNITS,
    Book,
)
from paperdesk.core.backtest.compiled.refusals import Answer, Refusals, loss_of, take_of
from paperdesk.core.backtest.compiled.scaling import LARGEST, check_size, refusal
from paperdesk.core.backtest.compiled.words import ROLES, STATUSES, Words
from paperdesk.core.broker.account import Account
from paperdesk.core.broker.checks import check_terms
from paperdesk.core.broker.commands import CancelOrder, ChooseLeverage, PlaceCombo, PlaceOrder
from paperdesk.core.broker.engine import UnknownOrder
from paperdesk.core.broker.margin_book import MarginMode
from paperdesk.core.broker.orders import OrderClass, OrderType, TimeInForce, already_closed
from paperdesk.core.broker.view import UnknownSymbol
from paperdesk.core.kernel.errors import PaperdeskError
from paperdesk.core.kernel.ids import OrderId, derived
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.strategy.scene import Wish

_LIFE: Final = {TimeInForce.DAY: 0, TimeInForce.GTC: 1}


def _unknown(command: PlaceCombo | ChooseLeverage) -> str:
    """Return the name of what a command takes that only the exact engine knows."""
    if isinstance(command, PlaceCombo):
        return "options"
    return "isolated_margin" if command.margin_mode is MarginMode.ISOLATED else "leverage"


class Writer:
    """Writes down what a strategy of one symbol asks for, and knows the rows of its orders."""

    def __init__(self, account: Account, words: Words, scale: Scale) -> None:
        """Begin with no order."""
        self._account, self._words, self._scale = account, words, scale
        self._instrument = words.bars.instrument
        self._refusals = Refusals(account, self._instrument, words)
        self._rows: dict[OrderId, int] = {}
        self._highest = int(words.bars.high.max())
        self._row = np.zeros((1, WISH_COLUMNS), np.int64)

    def wish(self, command: Wish, bar: int) -> Ints:
        """Write a command down as asked at a close; raises what the broker refuses at sight, and NotExpressible."""
        wish = self._row[0]
        wish[:] = 0
        wish[WISH_BAR] = bar
        if isinstance(command, CancelOrder):
            row = self._rows.get(command.order_id)
            if row is None:
                raise UnknownOrder("There is no such order in this account.", order_id=str(command.order_id))
            wish[WISH_CANCELS], wish[WISH_ROW] = OF_AN_ORDER, row
        elif not isinstance(command, PlaceOrder):
            raise refusal([_unknown(command)])
        else:
            self._check(command)
            self._write(command, wish)
        return self._row

    def answer(self, command: Wish, book: Book, bar: int) -> PaperdeskError | None:
        """Return what the broker says to what came of the wish; None where it was granted."""
        wish = self._row[0].tolist()
        if isinstance(command, CancelOrder):
            if wish[WISH_ANSWER] == HAS_ENDED:
                return already_closed(command.order_id, STATUSES[book.orders.item(wish[WISH_ROW], STATE)])
            return None
        assert isinstance(command, PlaceOrder), "what is neither was refused by its name"
        if wish[WISH_ANSWER] == ACCEPTED:
            self._remember(command.order_id, book, wish[WISH_ROW])
            return None
        answer = Answer(wish[WISH_ANSWER], wish[WISH_NEEDED], wish[WISH_FREE])
        return self._refusals.of(command, answer, self._words.price(self._words.bars.close.item(bar)))

    def _check(self, command: PlaceOrder) -> None:
        if command.symbol != self._instrument.symbol:
            raise UnknownSymbol(f"{command.symbol[:32]!r} is not on this tape.", symbol=command.symbol[:32])
        check_terms(self._account, command, self._instrument)
        known = PlaceOrder(
            command.account_id,
            command.order_id,
            command.symbol,
            command.side,
            command.type,
            command.quantity,
            command.limit_price,
            command.time_in_force,
            stop_price=command.stop_price,
            trail_amount=command.trail_amount,
            trail_rate=command.trail_rate,
            order_class=command.order_class,
            take_profit=command.take_profit,
            stop_loss=command.stop_loss,
        )
        is_touched = command.type is OrderType.MARKET_IF_TOUCHED
        if known != command or command.time_in_force not in _LIFE or is_touched:
            raise refusal(["order_terms"])

    def _write(self, command: PlaceOrder, wish: Ints) -> None:
        loss = command.stop_loss
        rate = (command.trail_rate or ZERO) * RATE_ONE
        if rate % 1:
            raise refusal(["order_terms"])
        wish[WISH_SIDE] = 1 if command.side.value == "buy" else -1
        wish[WISH_UNITS] = units = int(command.quantity / self._instrument.lot_step)
        wish[WISH_TRAIL_RATE], wish[WISH_LASTS] = int(rate), _LIFE[command.time_in_force]
        wish[WISH_IS_OCO] = command.order_class is OrderClass.OCO
        prices = {
            WISH_LIMIT: command.limit_price,
            WISH_STOP: command.stop_price,
            WISH_TRAIL_AMOUNT: command.trail_amount,
            WISH_TAKE: take_of(command),
            WISH_LOSS: loss_of(command),
            WISH_LOSS_LIMIT: None if loss is None else loss.limit_price,
        }
        highest = self._highest
        for column, price in prices.items():
            if price is not None:
                wish[column] = whole = self._whole(price)
                highest = max(highest, whole)
        check_size(self._scale, highest, units)
        if command.type is OrderType.TRAILING_STOP and 4 * highest * RATE_ONE >= LARGEST:
            raise refusal(["numbers_too_large"])

    def _whole(self, price: Decimal) -> int:
        return int(price.scaleb(self._words.bars.places))

    def _remember(self, order_id: OrderId, book: Book, row: int) -> None:
        first, size = book.orders.item(row, GROUP), book.orders.item(row, SIZE)
        for member in range(first, first + size):
            role = ROLES.get(book.orders.item(member, ROLE))
            own = order_id if member == first else OrderId(derived(order_id, "" if role is None else role.value))
            self._words.ids.append(own)
            self._rows[own] = member
