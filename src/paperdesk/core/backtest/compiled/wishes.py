"""From a command to a wish in whole numbers, and from its answer back to what the broker says."""

from decimal import Decimal
from typing import Final

import numpy as np

from paperdesk.core.backtest.compiled.arithmetic import Ints, Scale
from paperdesk.core.backtest.compiled.book import (
    ACCEPTED,
    ENTRY_CLOSES,
    EXIT_OPENS,
    GROUP,
    HAS_ENDED,
    NO_CASH,
    NO_EQUITY,
    NO_MARGIN,
    NO_UNITS,
    NOT_IN_FULL,
    NOT_LENT,
    OF_AN_ORDER,
    RATE_ONE,
    ROLE,
    SIZE,
    STATE,
    TOO_WIDE,
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
from paperdesk.core.backtest.compiled.scaling import LARGEST, check_size, refusal
from paperdesk.core.backtest.compiled.words import ROLES, STATUSES, Words
from paperdesk.core.broker.account import Account, Position
from paperdesk.core.broker.checks import beyond_cash, check_terms, check_units
from paperdesk.core.broker.commands import CancelOrder, PlaceCombo, PlaceOrder
from paperdesk.core.broker.engine import UnknownOrder
from paperdesk.core.broker.margin_checks import (
    MINIMUM_EQUITY,
    SELLING_SHORT,
    check_borrow,
    entry_closes,
    equity_missing,
    exit_opens,
    refuse_beyond,
)
from paperdesk.core.broker.margin_rates import EQUITY_MIN
from paperdesk.core.broker.orders import OrderClass, OrderType, Side, TimeInForce, already_closed
from paperdesk.core.broker.terms import TrailOutOfRange, check_exits
from paperdesk.core.broker.view import UnknownSymbol
from paperdesk.core.kernel.errors import PaperdeskError
from paperdesk.core.kernel.ids import OrderId, derived
from paperdesk.core.kernel.money import ZERO, plain
from paperdesk.core.kernel.values import replace
from paperdesk.core.strategy.scene import Wish

_ON_MARGIN: Final = {ENTRY_CLOSES, EXIT_OPENS, NOT_LENT, NO_EQUITY, NO_MARGIN, NOT_IN_FULL}
_LIFE: Final = {TimeInForce.DAY: 0, TimeInForce.GTC: 1}


class Writer:
    """Writes down what a strategy of one symbol asks for, and knows the rows of its orders."""

    def __init__(self, account: Account, words: Words, scale: Scale) -> None:
        """Begin with no order."""
        self._account, self._words, self._scale = account, words, scale
        self._instrument = words.bars.instrument
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
            raise refusal(["options" if isinstance(command, PlaceCombo) else "leverage"])
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
        return self._refusal(command, wish, self._words.price(self._words.bars.close.item(bar)))

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
            WISH_TAKE: _take(command),
            WISH_LOSS: _loss(command),
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

    def _refusal(self, command: PlaceOrder, wish: list[int], close: Decimal) -> PaperdeskError:
        words, answer = self._words, wish[WISH_ANSWER]
        if answer == NO_CASH:
            needed, free = words.money(wish[WISH_NEEDED]), words.money(wish[WISH_FREE])
            return beyond_cash(needed, free, self._account.currency)
        if answer == TOO_WIDE:
            return TrailOutOfRange(f"A trail as wide as the price of {plain(close)} never stops.", price=plain(close))
        if answer in _ON_MARGIN:
            return self._refusal_on_margin(answer, wish[WISH_NEEDED], wish[WISH_FREE])
        try:
            if answer == NO_UNITS:
                free = words.units(wish[WISH_FREE])
                held = {self._instrument.id: Position(self._instrument.id, free)}
                account = replace(self._account, positions=held)
                check_units(account, self._instrument, command.side, command.quantity)
            else:
                _check_exits(command, close)
        except PaperdeskError as refused:
            return refused
        raise AssertionError("what the kernel refuses the broker refuses too")

    def _refusal_on_margin(self, answer: int, needed: int, free: int) -> PaperdeskError:
        words, instrument = self._words, self._instrument
        if answer == ENTRY_CLOSES:
            return entry_closes(instrument, words.units(needed))
        if answer == EXIT_OPENS:
            return exit_opens(instrument, words.units(needed), words.units(free))
        if answer == NO_EQUITY:
            return equity_missing(SELLING_SHORT, EQUITY_MIN, words.money(free))
        regime = self._account.rules.margin.regime.value
        rule = regime if answer == NO_MARGIN else MINIMUM_EQUITY
        try:
            if answer == NOT_LENT:
                check_borrow(self._account, instrument)
            refuse_beyond(self._account, words.money(needed), words.money(free), rule)
        except PaperdeskError as refused:
            return refused
        raise AssertionError("what the kernel refuses the broker refuses too")


def _check_exits(command: PlaceOrder, close: Decimal) -> None:
    is_sale, loss = command.side is Side.SELL, _loss(command)
    if command.order_class is OrderClass.OCO:
        check_exits(None, command.limit_price, loss, is_short=not is_sale)
    else:
        check_exits(command.limit_price or command.stop_price or close, _take(command), loss, is_short=is_sale)


def _take(command: PlaceOrder) -> Decimal | None:
    return None if command.take_profit is None else command.take_profit.limit_price


def _loss(command: PlaceOrder) -> Decimal | None:
    return None if command.stop_loss is None else command.stop_loss.stop_price
