"""A strategy that trades by REST alone, as a program anywhere would: it reads, acts, and places what it wants."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import numpy as np

from paperdesk.core.broker.commands import CancelOrder, ChooseLeverage, PlaceCombo, PlaceOrder
from paperdesk.core.broker.orders import OrderType, Side
from paperdesk.core.kernel.ids import AccountId, OrderId
from paperdesk.core.kernel.money import plain
from paperdesk.core.market.options import Right
from paperdesk.core.strategy.context import Context, Filled, Working
from paperdesk.core.strategy.history import Column, History
from paperdesk.core.strategy.scene import Listed
from paperdesk.core.strategy.strategy import Strategy
from tests.desk import Visitor

COLUMNS: tuple[Column, ...] = ("open", "high", "low", "close", "volume")


def _empty() -> History:
    return History(np.empty(0, np.int64), {name: np.empty(0, np.float64) for name in COLUMNS})


@dataclass
class Told:
    """What was read last: a `Scene` of the strategies."""

    account_id: AccountId
    now: datetime
    cash: Decimal = Decimal(0)
    equity: Decimal | None = None
    working: Sequence[Working] = ()
    positions: dict[str, Decimal] = field(default_factory=dict[str, Decimal])
    chains: dict[str, Sequence[Listed]] = field(default_factory=dict[str, Sequence[Listed]])
    histories: dict[tuple[str, str | None], History] = field(default_factory=dict[tuple[str, str | None], History])

    def position(self, symbol: str) -> Decimal:
        return self.positions.get(symbol, Decimal(0))

    def history(self, symbol: str, timeframe: str | None = None) -> History:
        return self.histories[symbol, timeframe]

    def chain(self, underlying: str) -> Sequence[Listed]:
        return self.chains[underlying]


class Trader:
    """A strategy, its account, and the desk it trades at; the ids it gives its orders are its own names for them."""

    def __init__(
        self, visitor: Visitor, tape_id: str, account_id: str, strategy: Strategy, interval: str | None = None
    ) -> None:
        self._visitor, self._tape_id, self._account_id, self._strategy = visitor, tape_id, account_id, strategy
        self._told = Told(AccountId(UUID(account_id)), datetime.min.replace(tzinfo=UTC))
        frames: list[str | None] = [None, *strategy.timeframes]
        self._told.histories = {(symbol, frame): _empty() for symbol in strategy.symbols for frame in frames}
        self._context = Context(self._told, strategy.symbols)
        self._heard, self._interval = 0, interval
        self._ids: dict[str, str] = {}

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
        return [
            Listed(
                each["symbol"],
                date.fromisoformat(each["expires_on"]),
                Right(each["right"]),
                *(Decimal(each[name]) for name in ("strike", "deliverable")),
                *(None if each[name] is None else Decimal(each[name]) for name in ("bid", "ask")),
            )
            for each in await self._visitor.rows("/v1/options/chain", **asked)
        ]

    async def _read_account(self) -> None:
        account = await self._visitor.get(f"/v1/accounts/{self._account_id}")
        self._told.cash = Decimal(account["buying_power"])
        self._told.equity = None if account["equity"] is None else Decimal(account["equity"])
        positions = await self._visitor.rows(f"/v1/accounts/{self._account_id}/positions")
        self._told.positions = {each["symbol"]: Decimal(each["quantity"]) for each in positions}
        orders = await self._visitor.rows("/v1/orders", account_id=self._account_id, status="open")
        self._told.working = [self._working(each) for each in reversed(orders)]

    def _working(self, order: dict[str, Any]) -> Working:
        name = order["client_order_id"]
        known = {server_id: mine for mine, server_id in self._ids.items()}
        order_id = OrderId(UUID(known.get(order["id"], order["id"])))
        is_exit = order["role"] in {"take_profit", "stop_loss"}
        assert name is not None
        quantity, filled = Decimal(order["quantity"]), Decimal(order["filled_quantity"])
        limit, stop = (None if order[name] is None else Decimal(order[name]) for name in ("limit_price", "stop_price"))
        is_combo = order["order_class"] == "combo" and order["role"] is None
        group = None if order["group_id"] is None else OrderId(UUID(order["group_id"]))
        side, kind = Side(order["side"]), OrderType(order["type"])
        return Working(order_id, order["symbol"], side, quantity, filled, is_exit, kind, limit, stop, group, is_combo)

    async def _read_bars(self, symbol: str, timeframe: str | None) -> bool:
        history, asked = self._told.histories[symbol, timeframe], {"tape_id": self._tape_id, "symbol": symbol}
        interval = timeframe or self._interval
        if interval is not None:
            asked["interval"] = interval
        bars = (await self._visitor.get("/v1/bars", **asked))["items"]
        is_new = len(bars) > history.known
        for bar in bars[history.known :]:
            at = int(datetime.fromisoformat(bar["at"]).timestamp() * 1_000_000)
            history.grow(at, {name: float(bar[name]) for name in COLUMNS})
        return is_new

    async def _fills(self) -> list[Filled]:
        fills = await self._visitor.rows(f"/v1/accounts/{self._account_id}/fills")
        fills.sort(key=lambda each: each["seq"])
        new, self._heard = fills[self._heard :], len(fills)
        return [
            Filled(
                OrderId(UUID(each["order_id"])),
                each["symbol"],
                Side(each["side"]),
                *(Decimal(each[name]) for name in ("quantity", "price", "fee")),
            )
            for each in new
        ]

    async def _ask(self) -> None:
        commands, self._context.commands = self._context.commands, []
        for command in commands:
            if isinstance(command, PlaceOrder):
                answer = await self._visitor.ask("POST", "/v1/orders", json=_body(command))
                if answer.is_success:
                    self._ids[str(command.order_id)] = answer.json()["id"]
            elif isinstance(command, PlaceCombo):
                answer = await self._visitor.ask("POST", "/v1/orders", json=_combo_body(command))
                if answer.is_success:
                    self._ids[str(command.order_id)] = answer.json()["id"]
            elif isinstance(command, ChooseLeverage):
                chosen = {"symbol": command.symbol, "leverage": command.leverage}
                await self._visitor.ask("PUT", f"/v1/accounts/{self._account_id}/leverage", json=chosen)
            else:
                await self._cancel(command)
        if commands:
            await self._read_account()

    async def _cancel(self, command: CancelOrder) -> None:
        order_id = self._ids.get(str(command.order_id), str(command.order_id))
        await self._visitor.ask("DELETE", f"/v1/orders/{order_id}")


def _combo_body(command: PlaceCombo) -> dict[str, Any]:
    return {
        "account_id": str(command.account_id),
        "client_order_id": str(command.order_id),
        "order_class": "combo",
        "legs": [{"symbol": each.symbol, "side": each.side.value, "ratio": plain(each.ratio)} for each in command.legs],
        "quantity": plain(command.quantity),
        "type": command.type.value,
        "time_in_force": command.time_in_force.value,
    }


def _body(command: PlaceOrder) -> dict[str, Any]:
    prices = {name: getattr(command, name) for name in ("limit_price", "stop_price", "trail_rate")}
    body: dict[str, Any] = {name: plain(price) for name, price in prices.items() if price is not None}
    if command.take_profit is not None:
        body["take_profit"] = {"limit_price": plain(command.take_profit.limit_price)}
    if command.stop_loss is not None:
        body["stop_loss"] = {"stop_price": plain(command.stop_loss.stop_price)}
    return {
        **body,
        "account_id": str(command.account_id),
        "client_order_id": str(command.order_id),
        "symbol": command.symbol,
        "side": command.side.value,
        "type": command.type.value,
        "quantity": plain(command.quantity) if command.notional is None else None,
        "notional": None if command.notional is None else plain(command.notional),
        "time_in_force": command.time_in_force.value,
        "order_class": command.order_class.value,
    }
