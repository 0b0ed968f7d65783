"""Drive the engine and a strategy along a market: facts first, then the strategy's frame, then what it asked for.

A frame is where all bars of an instant have closed. What a strategy asks for there was decided on the close, carries
that cursor, and meets only facts after it: a bar of a day is acted on at the next open.
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from traceback import extract_tb

from paperdesk.core.backtest.delivered import deliveries_of
from paperdesk.core.backtest.market import Frame, Market
from paperdesk.core.backtest.noting import Noted, points_of
from paperdesk.core.backtest.passage import Passage
from paperdesk.core.backtest.result import Done, Failure, Refused, Result
from paperdesk.core.broker.account import Account
from paperdesk.core.broker.events import OrderFilled
from paperdesk.core.broker.orders import Order
from paperdesk.core.broker.valuation import Valuation, worth_of
from paperdesk.core.broker.view import UnknownSymbol
from paperdesk.core.kernel.errors import Invalid, PaperdeskError
from paperdesk.core.kernel.ids import AccountId
from paperdesk.core.kernel.time import instant_of, microseconds
from paperdesk.core.market.instruments import Instrument
from paperdesk.core.strategy.context import Context, Filled, Terms, Working
from paperdesk.core.strategy.exits import ExitReason
from paperdesk.core.strategy.history import History
from paperdesk.core.strategy.scene import Listed
from paperdesk.core.strategy.strategy import Strategy

KeepGoing = Callable[[int], bool]


class NothingToRun(Invalid):
    """Between the beginning and the end of a backtest no bar closes."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """The part of a market that is run: facts with after < seq <= upto.

    With `close_at_end` everything is left at the frame before the last, so that its orders meet the last bars.
    """

    after: int
    upto: int
    close_at_end: bool = False


class Stage:
    """What a strategy sees of a passage: a `Scene` of `core/strategy/context.py`."""

    def __init__(
        self, passage: Passage, market: Market, instruments: Sequence[Instrument], timeframes: Sequence[str], upto: int
    ) -> None:
        """Lay out the histories of the instruments; nothing of them is told yet."""
        self._passage, self._market = passage, market
        self._ids = {each.symbol: each.id for each in instruments}
        self._histories = {each.symbol: market.history(each, upto) for each in instruments}
        self._higher = {
            (each.symbol, frame): market.history(each, upto, frame) for each in instruments for frame in timeframes
        }
        self._told_of_higher, self._told_of = tuple(self._higher.values()), tuple(self._histories.values())
        self._only = self._told_of[0] if len(self._told_of) == 1 and not self._higher else None
        self.at = microseconds(market.at_of(passage.cursor))
        self._told, self._working = passage.account, _working(passage.account)
        self._held: dict[str, Decimal] = {}

    @property
    def now(self) -> datetime:
        """Return the clock of the tape."""
        return instant_of(self.at)

    def tell(self, now: int) -> bool:
        """Go on to an instant in microseconds, and say whether a bar has closed at it.

        A higher one is never the only one.
        """
        self.at = now
        if self._only is not None:
            return self._only.tell(now)
        has_bar = False
        for higher in self._told_of_higher:
            higher.tell(now)
        for history in self._told_of:
            has_bar |= history.tell(now)
        return has_bar

    @property
    def account_id(self) -> AccountId:
        """Return whose orders are placed."""
        return self._passage.account.id

    @property
    def cash(self) -> Decimal:
        """Return the cash that no open order has reserved."""
        return self._passage.account.buying_power

    @property
    def worth(self) -> Valuation:
        """Value the account where it stands."""
        return worth_of(self._passage.account, self._market.marks(self._passage.cursor))

    @property
    def equity(self) -> Decimal | None:
        """Return what the account is worth; None where something has no price."""
        return self.worth.equity

    @property
    def working(self) -> Sequence[Working]:
        """Return the open orders, oldest first."""
        if self._told is not self._passage.account:
            self._look_again()
        return self._working

    def position(self, symbol: str) -> Decimal:
        """Return the signed units that are held."""
        if self._told is not self._passage.account:
            self._look_again()
        held = self._held.get(symbol)
        if held is None:
            held = self._held[symbol] = self._position(symbol)
        return held

    def _look_again(self) -> None:
        """Let go of what was told of an account that has changed."""
        self._told, self._held = self._passage.account, {}
        self._working = _working(self._told)

    def _position(self, symbol: str) -> Decimal:
        instrument_id = self._ids.get(symbol)
        if instrument_id is None:
            found = self._market.instrument(symbol)
            if found is None:
                return Decimal(0)
            instrument_id = self._ids[symbol] = found.id
        return self._passage.account.position(instrument_id).quantity

    def chain(self, underlying: str) -> Sequence[Listed]:
        """Return the options that are listed."""
        return self._market.chain(underlying, self._passage.cursor)

    def history(self, symbol: str, timeframe: str | None = None) -> History:
        """Return the closed bars of a symbol."""
        return self._histories[symbol] if timeframe is None else self._higher[symbol, timeframe]


def _leaves_at(frames: Iterable[Frame]) -> int:
    """Return the cursor of the frame before the last, where everything is left; that of the only one."""
    last_two = deque(frames, maxlen=2)
    return last_two[0][0] if last_two else 0


def _working(account: Account) -> tuple[Working, ...]:
    """Return the open orders of an account, which has no others, oldest first."""
    if not account.orders:
        return ()
    return tuple(
        Working(
            each.id,
            each.instrument.symbol,
            each.side,
            each.quantity,
            each.filled_quantity,
            each.is_exit,
            each.type,
            each.limit_price,
            each.stop_price,
            each.group_id,
            each.is_combo,
        )
        for each in sorted(account.orders.values(), key=_accepted)
    )


def _accepted(order: Order) -> int:
    return order.accepted_seq


class _Stopped(Exception):
    """The strategy raised."""


class Run:
    """One run of a strategy over a stretch of a market."""

    def __init__(self, market: Market, account: Account, strategy: Strategy, stretch: Stretch) -> None:
        """Set the stage; raises UnknownSymbol."""
        self._market, self._strategy, self._stretch = market, strategy, stretch
        self._passage = Passage(account, market, stretch.after)
        instruments = [self._instrument(symbol) for symbol in strategy.symbols]
        self._traded = {each.id: each for each in instruments}
        self._stage = Stage(self._passage, market, instruments, strategy.timeframes, stretch.upto)
        self._context = Context(self._stage, strategy.symbols)
        began = market.at_of(stretch.after)
        self.result = Result(account, began, began)
        self._noted = [Noted(account)]
        self._hears_sessions = type(strategy).on_session is not Strategy.on_session
        self._heard = 0

    def to_its_end(self, keep_going: KeepGoing | None) -> Result:
        """Run until the end of the stretch, until the strategy raises, or until `keep_going(cursor)` says no."""
        self._note_worth()
        with suppress(_Stopped):
            self._stage.tell(self._stage.at)
            self._act(self._strategy.on_start)
            self._frames(keep_going)
        self.result.ended_at = self._stage.now
        self._note_worth()
        self.result.points = points_of(self._noted, self._market)
        self.result.account = self._passage.account
        self.result.events, self.result.orders = self._passage.events, self._passage.orders
        self.result.done = [_done(each) for each in self.result.fills]
        self.result.notes = self._context.notes
        ordered = {each.instrument.id: each.instrument for each in self._passage.orders}
        self.result.deliveries = list(deliveries_of(self.result.events, self._traded | ordered))
        return self.result

    def _frames(self, keep_going: KeepGoing | None) -> None:
        market, after, upto = self._market, self._stretch.after, self._stretch.upto
        closed = market.sessions_closed(after)
        leaves_at = _leaves_at(market.frames(after, upto)) if self._stretch.close_at_end else upto + 1
        hear, tell, heard = self._passage.hear, self._stage.tell, self.result.heard
        for cursor, at, sessions in market.frames(after, upto):
            hear(cursor)
            if heard is not None:
                heard.append(len(self._passage.events))
            has_bar = tell(at)
            has_closed = sessions > closed
            if has_closed:
                closed = sessions
                self._note_worth()
            if cursor < leaves_at:
                self._tell(has_bar, has_closed)
            else:
                self._act(self._leave)
            self.result.frames += 1
            if keep_going is not None and not keep_going(cursor):
                self.result.is_cancelled = True
                return
        if not self.result.frames:
            raise NothingToRun("No bar closes between the beginning and the end.")
        self._passage.hear(upto)
        self._stage.tell(microseconds(market.at_of(upto)))

    def _leave(self, context: Context) -> None:
        """Take all orders off and leave every position; the strategy is not asked any more."""
        for symbol in self._strategy.symbols:
            context.close_position(symbol, Terms(reason=ExitReason.END_OF_DATA))

    def _tell(self, has_bar: bool, has_closed: bool) -> None:  # noqa: FBT001 - it is told every bar, by one place
        """Tell the strategy what has come with a frame."""
        if self._heard != len(self._passage.events):
            self._tell_fills()
        if has_closed and self._hears_sessions:
            self._act(self._strategy.on_session)
        failure = acted(self._strategy.on_bar if has_bar else self._strategy.on_quote, self._context)
        if failure is not None or self._context.commands:
            self._follow(failure)

    def _tell_fills(self) -> None:
        events, self._heard = self._passage.events[self._heard :], len(self._passage.events)
        for event in events:
            if isinstance(event, OrderFilled):
                self._act(partial(self._on_fill, _filled(event, self._passage)))

    def _on_fill(self, filled: Filled, context: Context) -> None:
        self._strategy.on_fill(context, filled)

    def _act(self, hook: Callable[[Context], None]) -> None:
        """Let the strategy act, and ask for what it wants; what it does wrong ends the run and is told."""
        self._follow(acted(hook, self._context))

    def _follow(self, failure: Failure | None) -> None:
        """End the run where the strategy raised, or else ask for what it wants; what is refused is told."""
        if failure is not None:
            self.result.failure = failure
            raise _Stopped
        commands, self._context.commands = self._context.commands, []
        now = self._stage.now
        for command in commands:
            try:
                self._passage.ask(command, self._passage.cursor, now)
            except PaperdeskError as refusal:
                self.result.refused.append(Refused(now, command, refusal))

    def _note_worth(self) -> None:
        passage, noted = self._passage, self._noted[-1]
        if noted.account is not passage.account:
            noted = Noted(passage.account)
            self._noted.append(noted)
        noted.at.append(self._stage.at)
        noted.cursors.append(passage.cursor)

    def _instrument(self, symbol: str) -> Instrument:
        found = self._market.instrument(symbol)
        if found is None:
            raise UnknownSymbol(f"{symbol[:32]!r} is not on this tape.", symbol=symbol[:32])
        return found


def _done(event: OrderFilled) -> Done:
    fill = event.fill
    return Done(event.at, fill.order_id, fill.quantity, fill.price, fill.fee, fill.ambiguous, fill.rule)


def _filled(event: OrderFilled, passage: Passage) -> Filled:
    fill = event.fill
    order = passage.account.orders.get(fill.order_id) or passage.ended[fill.order_id]
    return Filled(order.id, order.instrument.symbol, order.side, fill.quantity, fill.price, fill.fee)


def acted(hook: Callable[[Context], None], context: Context) -> Failure | None:
    """Let a strategy act; return where it raised, None where it did not."""
    try:
        hook(context)
    except Exception as error:  # one of the eight places: a strategy that raises is a result
        return _failure(error, context.now)
    return None


def _failure(error: Exception, at: datetime) -> Failure:
    """Say where a strategy raised: the first line outside of ours, which is its own."""
    ours, _, _ = __file__.rpartition("/")
    place = next((each for each in extract_tb(error.__traceback__) if not each.filename.startswith(ours)), None)
    said = f"{type(error).__name__}: {error}"
    return Failure(at, said[:500], "" if place is None else place.filename, 0 if place is None else place.lineno or 0)


def run_backtest(
    market: Market, account: Account, strategy: Strategy, stretch: Stretch, keep_going: KeepGoing | None = None
) -> Result:
    """Run a strategy with an account that stands at the beginning of a stretch of a market."""
    return Run(market, account, strategy, stretch).to_its_end(keep_going)


def run_heard(
    market: Market, account: Account, strategy: Strategy, stretch: Stretch, keep_going: KeepGoing | None = None
) -> Result:
    """Run as `run_backtest` does, and keep how many events had happened at each frame."""
    run = Run(market, account, strategy, stretch)
    run.result.heard = []
    return run.to_its_end(keep_going)
