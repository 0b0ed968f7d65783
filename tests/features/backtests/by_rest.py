"""A strategy that trades by REST alone, as a program anywhere would: it reads, acts, and places what it wants."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

from paperdesk.core.broker.commands import CancelOrder, ChooseLeverage, PlaceCombo, PlaceOrder
from paperdesk.core.kernel.ids import AccountId
from paperdesk.core.strategy.context import Context, Filled
from paperdesk.core.strategy.scene import Listed
from paperdesk.core.strategy.strategy import Strategy
from paperdesk.doors.cli.trader import Seen
from paperdesk.doors.cli.wire import filled_of, grow_by, listed_of, no_bars, order_body, working_of
from tests.desk import Visitor


class Trader:
    """A strategy, its account, and the desk it trades at; the ids it gives its orders are its own names for them."""

    def __init__(
        self, visitor: Visitor, tape_id: str, account_id: str, strategy: Strategy, interval: str | None = None
    ) -> None:
        self._visitor, self._tape_id, self._account_id, self._strategy = visitor, tape_id, account_id, strategy
        self._told = Seen(AccountId(UUID(account_id)), datetime.min.replace(tzinfo=UTC))
        frames: list[str | None] = [None, *strategy.timeframes]
        self._told.histories = {(symbol, frame): no_bars() for symbol in strategy.symbols for frame in frames}
        self._context = Context(self._told, strategy.symbols)
        self._heard, self._interval = 0, interval
        self._ids, self._names = dict[str, str](), dict[str, str]()

    async def start(self) -> None:
        """Begin where the tape stands."""
        await self._read()
        self._strategy.on_start(self._context)
        await self._ask()

    async def frame(self) -> bool:
        """Go on by a bar, act on it, and say whether there was one."""
        if (await self._visitor.get(f"/v1/tapes/{self._tape_id}"))["has_ended"]:
            return False
        await self._visitor.step(self._tape_id, unit="bar")
        has_bar = await self._read()
        for filled in await self._fills():
            self._strategy.on_fill(self._context, filled)
            await self._ask()
        self._strategy.on_session(self._context)
        await self._ask()
        (self._strategy.on_bar if has_bar else self._strategy.on_quote)(self._context)
        await self._ask()
        return True

    async def _read(self) -> bool:
        tape = await self._visitor.get(f"/v1/tapes/{self._tape_id}")
        self._told.now = datetime.fromisoformat(tape["at"])
        await self._read_account()
        if self._strategy.with_options:
            self._told.chains = {each: await self._read_chain(each) for each in self._strategy.symbols}
        grown = {place: await self._read_bars(*place) for place in self._told.histories}
        return any(grown[place] for place in grown if place[1] is None)

    async def _read_chain(self, underlying: str) -> list[Listed]:
        asked = {"tape_id": self._tape_id, "underlying": underlying}
        return [listed_of(each) for each in await self._visitor.rows("/v1/options/chain", **asked)]

    async def _read_account(self) -> None:
        account = await self._visitor.get(f"/v1/accounts/{self._account_id}")
        self._told.cash = Decimal(account["buying_power"])
        self._told.equity = None if account["equity"] is None else Decimal(account["equity"])
        positions = await self._visitor.rows(f"/v1/accounts/{self._account_id}/positions")
        self._told.positions = {each["symbol"]: Decimal(each["quantity"]) for each in positions}
        orders = await self._visitor.rows("/v1/orders", account_id=self._account_id, status="open")
        self._told.working = [working_of(each, self._names) for each in reversed(orders)]

    async def _read_bars(self, symbol: str, timeframe: str | None) -> bool:
        history, asked = self._told.histories[symbol, timeframe], {"tape_id": self._tape_id, "symbol": symbol}
        interval = timeframe or self._interval
        if interval is not None:
            asked["interval"] = interval
        bars = (await self._visitor.get("/v1/bars", **asked))["items"]
        is_new = len(bars) > history.known
        for bar in bars[history.known :]:
            grow_by(history, bar)
        return is_new

    async def _fills(self) -> list[Filled]:
        fills = await self._visitor.rows(f"/v1/accounts/{self._account_id}/fills")
        fills.sort(key=lambda each: each["seq"])
        new, self._heard = fills[self._heard :], len(fills)
        return [filled_of(each, self._names) for each in new]

    async def _ask(self) -> None:
        commands, self._context.commands = self._context.commands, []
        for command in commands:
            if isinstance(command, PlaceOrder | PlaceCombo):
                answer = await self._visitor.ask("POST", "/v1/orders", json=order_body(command))
                if answer.is_success:
                    order_id, name = answer.json()["id"], str(command.order_id)
                    self._ids[name], self._names[order_id] = order_id, name
            elif isinstance(command, ChooseLeverage):
                terms = {"leverage": command.leverage, "margin_mode": command.margin_mode}
                chosen = {"symbol": command.symbol, **terms}
                await self._visitor.ask("PUT", f"/v1/accounts/{self._account_id}/leverage", json=chosen)
            else:
                await self._cancel(command)
        if commands:
            await self._read_account()

    async def _cancel(self, command: CancelOrder) -> None:
        order_id = self._ids.get(str(command.order_id), str(command.order_id))
        await self._visitor.ask("DELETE", f"/v1/orders/{order_id}")
