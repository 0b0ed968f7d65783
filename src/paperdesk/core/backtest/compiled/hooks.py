"""Drive the kernel of resting orders by a strategy's own hooks, and let the strategy see it as any other account."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Final

import numpy as np

from paperdesk.core.backtest.compiled.arithmetic import Ints, half_even
from paperdesk.core.backtest.compiled.book import (
    CASH,
    FILL_ORDER,
    FILLS,
    GROUP,
    HELD,
    HELD_FOR_ORDERS,
    LIMIT,
    LIVE,
    NEXT_WISH,
    ORDERS,
    QUIET,
    ROLE,
    SIDE,
    SIZE,
    STOP,
    TAKE_PROFIT,
    TYPE,
    UNITS,
    WISH_COLUMNS,
    blank_book,
    with_room,
)
from paperdesk.core.backtest.compiled.lending import check_within, ground_for
from paperdesk.core.backtest.compiled.means import Means, scaled
from paperdesk.core.backtest.compiled.playing import finish, play
from paperdesk.core.backtest.compiled.scaling import NotExpressible, check_size, refusal
from paperdesk.core.backtest.compiled.track import Course
from paperdesk.core.backtest.compiled.wishes import Writer
from paperdesk.core.backtest.compiled.words import TYPES, Words, told
from paperdesk.core.backtest.result import Refused, Result
from paperdesk.core.backtest.runner import KeepGoing, acted
from paperdesk.core.broker.account import Account
from paperdesk.core.kernel.errors import PaperdeskError
from paperdesk.core.kernel.ids import AccountId
from paperdesk.core.kernel.time import instant_of
from paperdesk.core.strategy.context import Context, Filled, Wish, Working
from paperdesk.core.strategy.history import History
from paperdesk.core.strategy.scene import Listed
from paperdesk.core.strategy.strategy import Strategy

# The most orders that one order comes with, itself included.
_A_GROUP: Final = 3
_NO_WISHES: Final = np.zeros((1, WISH_COLUMNS), np.int64)


class BookScene:
    """What a strategy sees of a compiled run: a `Scene` of `core/strategy/context.py`; bars are counted from 0."""

    def __init__(self, course: Course, account: Account) -> None:
        """Lay the bars out; nothing of them is told yet. Raises NotExpressible."""
        means = Means(account.cash, account.rules, account.currency, account.book.memorandum)
        bars, scale = scaled(course.bars, means)
        check_size(scale, int(bars.high.max()), 1)
        book = blank_book(means.cash_in_cents, len(bars), 4 * _A_GROUP, means.memorandum_in_cents)
        self.ground = ground_for(bars, scale, means, book)
        self.words = Words(bars, means.places)
        self.bar = -1
        self._course, self._account, self._bars = course, account, bars
        self._symbol = bars.instrument.symbol
        self._working: list[Working] | None = None
        self._position: Decimal | None = None

    @property
    def account_id(self) -> AccountId:
        """Return whose orders are placed."""
        return self._account.id

    @property
    def now(self) -> datetime:
        """Return the clock of the tape."""
        return self._course.began_at if self.bar < 0 else instant_of(self._bars.at.item(self.bar))

    @property
    def cash(self) -> Decimal:
        """Return the cash that no open order has reserved."""
        now = self.ground.book.now
        return self.words.money(now.item(CASH) - now.item(HELD_FOR_ORDERS))

    @property
    def equity(self) -> Decimal:
        """Return what the account is worth."""
        now, bar = self.ground.book.now, self.bar
        close = 0 if bar < 0 else self._bars.close.item(bar)
        return self.words.money(now.item(CASH) + half_even(now.item(HELD) * close, self.ground.scale.value_by))

    @property
    def working(self) -> Sequence[Working]:
        """Return the open orders, oldest first."""
        if self._working is None:
            book = self.ground.book
            rows = book.live[: book.now.item(LIVE)].tolist()
            self._working = [self._worked(row, book.orders[row]) for row in rows]
        return self._working

    def position(self, symbol: str) -> Decimal:
        """Return the signed units that are held."""
        if self._position is None:
            self._position = self.words.units(self.ground.book.now.item(HELD))
        if symbol != self._symbol:
            raise KeyError(symbol)
        return self._position

    def history(self, symbol: str, timeframe: str | None = None) -> History:
        """Return the closed bars of a symbol; the tape's own only."""
        assert timeframe is None, "a strategy of higher timeframes is refused"
        if symbol != self._symbol:
            raise KeyError(symbol)
        return self._course.history

    def chain(self, underlying: str) -> Sequence[Listed]:  # noqa: ARG002 - no symbol has any here
        """Know no options; a strategy with options is refused."""
        raise refusal(["options"])

    def tell(self, bar: int) -> None:
        """Go on to the close of a bar."""
        self.bar = bar
        self._course.history.known = self._course.first + bar + 1

    def play(self, wishes: Ints, count: int) -> None:
        """Grant wishes at the close of this bar, and live through the bars before it that were not looked at yet."""
        book = self.ground.book
        if count and len(book.orders) < book.now.item(ORDERS) + _A_GROUP:
            self.ground = self.ground._replace(book=with_room(book, _A_GROUP))
        self.ground.book.now[NEXT_WISH] = 0
        play(self.ground, wishes, count, self.bar + 1, 0)
        self._working = self._position = None

    def finish(self) -> None:
        """Live through what has come after the last bar that was acted on."""
        finish(self.ground, self._course.unfinished, self._course.bell_at)

    def _worked(self, row: int, order: Ints) -> Working:
        return Working(
            self.words.ids[row],
            self._symbol,
            self.words.side(order.item(SIDE)),
            self.words.units(order.item(UNITS)),
            Decimal(0),
            is_exit=order.item(ROLE) >= TAKE_PROFIT,
            type=TYPES[order.item(TYPE)],
            limit_price=self._price(order.item(LIMIT)),
            stop_price=self._price(order.item(STOP)),
            group_id=self.words.ids[order.item(GROUP)] if order.item(SIZE) > 1 else None,
        )

    def _price(self, whole: int) -> Decimal | None:
        return self.words.price(whole) if whole else None


class _Stopped(Exception):
    """The strategy raised."""


class HookedRun:
    """One run of a strategy by its own hooks over compiled matching."""

    def __init__(self, course: Course, strategy: Strategy, account: Account) -> None:
        """Set the stage; raises NotExpressible."""
        self._course, self._strategy = course, strategy
        self._scene = BookScene(course, account)
        self._context = Context(self._scene, strategy.symbols)
        self._writer = Writer(account, self._scene.words, self._scene.ground.scale)
        self._ends = [*course.session_bars(), len(course.bars)]
        self._heard = self._place = 0
        self.result = Result(account, course.began_at, course.began_at)

    def to_its_end(self, keep_going: KeepGoing) -> Result:
        """Run until the end, until the strategy raises, or until `keep_going(bar)` says no."""
        self._scene.tell(-1)
        with suppress(_Stopped):
            self._act(self._strategy.on_start)
            self._frames(keep_going)
            if not self.result.is_cancelled:
                self._scene.finish()
                self.result.ended_at = self._course.ended_at
        self._scene.play(_NO_WISHES, 0)
        self._check()
        book, self.result.notes = self._scene.ground.book, self._context.notes
        return told(self.result, self._scene.words, book, self._course.session_bars())

    def _frames(self, keep_going: KeepGoing) -> None:
        bar, frames = 0, self._course.frames
        while bar < frames:
            self._live(bar)
            if bar == self._ends[0]:
                self._ends.pop(0)
                self._act(self._strategy.on_session)
            self._act(self._strategy.on_bar)
            self.result.frames = bar + 1
            if not keep_going(bar):
                self.result.is_cancelled = True
                return
            bar = self._quiet(bar + 1, min(self._scene.ground.book.now.item(QUIET), self._ends[0], frames))

    def _live(self, bar: int) -> None:
        """Go on to the close of a bar, and tell what was filled."""
        scene = self._scene
        scene.tell(bar)
        scene.play(_NO_WISHES, 0)
        self.result.ended_at = scene.now
        self._check()
        fills = scene.ground.book.now.item(FILLS)
        for number in range(self._heard, fills):
            filled = self._filled(number)
            self._act(partial(self._on_fill, filled))
        self._heard = fills

    def _quiet(self, bar: int, stop: int) -> int:
        """Let the strategy act at bars that change nothing about its account, until it asks for something."""
        self._place = bar
        self._act(partial(self._act_until, stop))
        return self._place

    def _act_until(self, stop: int, context: Context) -> None:
        scene, on_bar, commands = self._scene, self._strategy.on_bar, context.commands
        known, history, bar = self._course.first + 1, self._course.history, self._place
        try:
            while bar < stop and not commands:
                scene.bar, history.known = bar, known + bar
                on_bar(context)
                bar += 1
        finally:
            self._place = self.result.frames = bar

    def _on_fill(self, filled: Filled, context: Context) -> None:
        self._strategy.on_fill(context, filled)

    def _filled(self, number: int) -> Filled:
        book, words = self._scene.ground.book, self._scene.words
        done = words.done(book, number)
        side = words.side(book.orders.item(book.fills.item(number, FILL_ORDER), SIDE))
        return Filled(done.order_id, self._course.bars.instrument.symbol, side, done.quantity, done.price, done.fee)

    def _act(self, hook: Callable[[Context], None]) -> None:
        self.result.failure = acted(hook, self._context)
        if self.result.failure is not None:
            self.result.ended_at = self._scene.now
            raise _Stopped
        if self._context.commands:
            self._ask()

    def _ask(self) -> None:
        if self._scene.bar < 0:
            raise refusal(["orders_at_start"])
        commands = list(self._context.commands)
        self._context.commands.clear()
        for command in commands:
            refused = self._refusal(command)
            if refused is not None:
                self.result.refused.append(Refused(self._scene.now, command, refused))

    def _refusal(self, command: Wish) -> PaperdeskError | None:
        """Ask for something, and return why not."""
        scene, writer = self._scene, self._writer
        try:
            wishes = writer.wish(command, scene.bar)
        except NotExpressible:
            raise
        except PaperdeskError as refused:
            return refused
        scene.play(wishes, 1)
        return writer.answer(command, scene.ground.book, scene.bar)

    def _check(self) -> None:
        check_within(self._scene.ground.book)


def run_by_hooks(
    course: Course, strategy: Strategy, account: Account, keep_going: KeepGoing = lambda _: True
) -> Result:
    """Run a strategy of one symbol by its hooks from an account that has nothing but cash; raises NotExpressible."""
    return HookedRun(course, strategy, account).to_its_end(keep_going)
