"""A strategy that trades a paper account at a desk from outside, bar by bar: it reads, acts, and places what it wants.

It is told what a backtest tells it, from the same routes as everybody, so that both come to the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from paperdesk.core.broker.commands import CancelOrder, ChooseLeverage, PlaceCombo, PlaceOrder
from paperdesk.core.kernel.ids import AccountId
from paperdesk.core.kernel.time import instant_from_text
from paperdesk.core.strategy.context import Context, Working
from paperdesk.core.strategy.history import History
from paperdesk.core.strategy.scene import Listed, Wish
from paperdesk.core.strategy.strategy import Strategy
from paperdesk.doors.cli.client import Desk, Refused, Row
from paperdesk.doors.cli.wire import filled_of, grow_by, just_after, listed_of, no_bars, order_body, working_of

_BARS_MAX: Final = 5000


@dataclass
class Seen:
    """What was read last: a `Scene` of the strategies."""

    account_id: AccountId
    now: datetime
    cash: Decimal = Decimal(0)
    equity: Decimal | None = None
    working: Sequence[Working] = ()
    positions: dict[str, Decimal] = field(default_factory=dict[str, Decimal])
    histories: dict[tuple[str, str | None], History] = field(default_factory=dict[tuple[str, str | None], History])
    chains: dict[str, Sequence[Listed]] = field(default_factory=dict[str, Sequence[Listed]])

    def position(self, symbol: str) -> Decimal:
        """Return the signed units that are held."""
        return self.positions.get(symbol, Decimal(0))

    def history(self, symbol: str, timeframe: str | None = None) -> History:
        """Return the closed bars of a symbol."""
        return self.histories[symbol, timeframe]

    def chain(self, underlying: str) -> Sequence[Listed]:
        """Return the options on an underlying."""
        return self.chains[underlying]


class Trader:
    """A strategy, its account, and the desk that it trades at; orders go by the ids that the strategy gives them."""

    def __init__(self, desk: Desk, account: Row, strategy: Strategy, interval: str) -> None:
        """Take an account whose tape is its own; `interval` is that of the tape's bars."""
        self._desk, self._strategy, self._interval = desk, strategy, interval
        self._tape: Row = {"id": account["tape_id"]}
        self._account_id = account["id"]
        self._seen = Seen(AccountId(UUID(account["id"])), datetime.min.replace(tzinfo=UTC))
        frames: list[str | None] = [None, *strategy.timeframes]
        self._seen.histories = {(symbol, frame): no_bars() for symbol in strategy.symbols for frame in frames}
        self._context = Context(self._seen, strategy.symbols)
        self._ids, self._names = dict[str, str](), dict[str, str]()
        self.fills = 0
        self.refused: list[str] = []

    def start(self) -> None:
        """Begin where the tape stands."""
        self._tape = self._desk.get(f"/v1/tapes/{self._tape['id']}").json()
        self._read()
        self._strategy.on_start(self._context)
        self._ask()

    def frame(self) -> bool:
        """Go on by a bar, act on it, and say whether there was one."""
        if self._tape["has_ended"]:
            return False
        self._tape = self._desk.post(f"/v1/tapes/{self._tape['id']}/control", action="step", unit="bar", count=1).json()
        has_bar = self._read()
        self._tell_fills()
        self._strategy.on_session(self._context)
        self._ask()
        (self._strategy.on_bar if has_bar else self._strategy.on_quote)(self._context)
        self._ask()
        return True

    def _read(self) -> bool:
        """Read where everything stands, and say whether a bar of the tape has closed."""
        seen = self._seen
        seen.now = instant_from_text(self._tape["at"])
        self._read_account()
        if self._strategy.with_options:
            seen.chains = {each: self._read_chain(each) for each in self._strategy.symbols}
        grown = {place: self._read_bars(*place) for place in seen.histories}
        return any(is_new for (_, timeframe), is_new in grown.items() if timeframe is None)

    def _read_account(self) -> None:
        account, seen = self._desk.get(f"/v1/accounts/{self._account_id}").json(), self._seen
        seen.cash = Decimal(account["buying_power"])
        seen.equity = None if account["equity"] is None else Decimal(account["equity"])
        positions = self._desk.rows(f"/v1/accounts/{self._account_id}/positions")
        seen.positions = {each["symbol"]: Decimal(each["quantity"]) for each in positions}
        orders = self._desk.rows("/v1/orders", account_id=self._account_id, status="open")
        seen.working = [working_of(each, self._names) for each in reversed(orders)]

    def _read_chain(self, underlying: str) -> list[Listed]:
        chain = self._desk.rows("/v1/options/chain", tape_id=self._tape["id"], underlying=underlying)
        return [listed_of(each) for each in chain]

    def _read_bars(self, symbol: str, timeframe: str | None) -> bool:
        """Take the bars that have closed since the last ones, and say whether there are any."""
        history = self._seen.histories[symbol, timeframe]
        asked = {"tape_id": self._tape["id"], "symbol": symbol, "interval": timeframe or self._interval}
        bars = self._desk.get("/v1/bars", **asked, start=just_after(history), limit=_BARS_MAX).json()["items"]
        for bar in bars:
            grow_by(history, bar)
        return bool(bars)

    def _tell_fills(self) -> None:
        fills = self._desk.rows(f"/v1/accounts/{self._account_id}/fills")
        fills.sort(key=lambda each: each["seq"])
        new, self.fills = fills[self.fills :], len(fills)
        for each in new:
            self._strategy.on_fill(self._context, filled_of(each, self._names))
            self._ask()

    def _ask(self) -> None:
        """Ask for what the strategy wants; what the desk refuses is told at the end, as a backtest does."""
        wishes, self._context.commands = self._context.commands, []
        for each in wishes:
            try:
                self._ask_one(each)
            except Refused as refusal:
                self.refused.append(f"{self._seen.now:%Y-%m-%d %H:%M} {refusal.message}")
        if wishes:
            self._read_account()

    def _ask_one(self, wish: Wish) -> None:
        match wish:
            case PlaceOrder() | PlaceCombo():
                order_id, name = self._desk.post("/v1/orders", **order_body(wish)).json()["id"], str(wish.order_id)
                self._ids[name], self._names[order_id] = order_id, name
            case ChooseLeverage():
                chosen = {"symbol": wish.symbol, "leverage": wish.leverage, "margin_mode": wish.margin_mode}
                self._desk.send("PUT", f"/v1/accounts/{self._account_id}/leverage", json=chosen)
            case CancelOrder():
                self._desk.delete(f"/v1/orders/{self._ids.get(str(wish.order_id), str(wish.order_id))}")
