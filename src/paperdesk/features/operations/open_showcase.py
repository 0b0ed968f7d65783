"""An account to look around in: shares, funds, options, spreads, and orders of every state.

It comes about on a generated market by the same use cases that people use, so that nothing in it is made up: each
position has its fills, each fill its explanation.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Final

from paperdesk.core.broker.account import Rules
from paperdesk.core.broker.commands import CancelOrder, ComboLeg, Command, PlaceCombo, PlaceOrder, StopLoss, TakeProfit
from paperdesk.core.broker.margin_rules import MarginKind, MarginRules
from paperdesk.core.broker.orders import OrderClass, OrderType, Side, TimeInForce
from paperdesk.core.kernel.ids import AccountId, OrderId
from paperdesk.core.kernel.principal import Principal
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.options import Right
from paperdesk.core.market.sessions import XNYS, calendar
from paperdesk.features.broker.open_account import OpenAccount, open_account
from paperdesk.features.broker.order_writer import OrderWriter
from paperdesk.features.broker.work import BrokerWork
from paperdesk.features.marketdata.chains import ContractQuery, LineFilter, chain
from paperdesk.features.marketdata.control_tape import ControlTape, TapeAction, control_tape
from paperdesk.features.marketdata.feeds.dataset import Dataset
from paperdesk.features.marketdata.feeds.manifest import Detail
from paperdesk.features.marketdata.feeds.synthetic import market_begins_at
from paperdesk.features.marketdata.open_preset_tape import OpenPresetTape, open_preset_tape
from paperdesk.features.marketdata.queries import read_quotes
from paperdesk.features.marketdata.tapes import Shelf, Tape
from paperdesk.infra.runtime import Runtime

MARKET: Final = OpenPresetTape("calm_market", seed=9, detail=Detail.MINUTE, name="Showcase")
INTO_THE_DAY = timedelta(hours=2)
CASH = Decimal(250_000)
# Orders fill as they arrive: the tape stands still until its owner moves it.
RULES: Final = Rules(margin=MarginRules(MarginKind.REG_T), option_level=3, fill_on_arrival=True)
SHARES: Final = {"AAPL": 200, "SPY": 100, "JNJ": 80, "BND": 150}
# So many days ahead options end: time value to look at, and to lose while one watches.
SOONEST, LATEST = timedelta(days=25), timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Showcase:
    """Where it all is: the account, its tape, and what is to be seen there at the moment."""

    account_id: AccountId
    tape: Tape
    dataset: Dataset

    def option(self, underlying: str, right: Right, delta: str) -> str:
        """Return the symbol of the next option there whose delta is nearest to one."""
        today = self.dataset.calendar.day_of(self.tape.at)
        asked = ContractQuery(underlying, right=right, expires_from=today + SOONEST, expires_to=today + LATEST)
        return next(chain(self.tape, self.dataset, asked, LineFilter(delta=Decimal(delta)))).instrument.symbol

    def price(self, symbol: str, factor: str) -> Decimal:
        """Return a price in cents as a multiple of what a share is offered at."""
        (found,) = read_quotes(self.tape, self.dataset, [symbol])
        assert found.quote is not None, "a generated market quotes all of its shares"
        return round(found.quote.ask * Decimal(factor), 2)


async def open_showcase(runtime: Runtime, shelf: Shelf, writer: OrderWriter, who: Principal) -> AccountId:
    """Return the id of a new account that has traded on a tape of its own, which then goes on for a session."""
    start = calendar(XNYS).next_open(market_begins_at()) + INTO_THE_DAY
    async with runtime.work(who) as work:
        tape = await open_preset_tape(work, shelf, replace(MARKET, start=start))
        opening = OpenAccount(MARKET.name or MARKET.preset, tape.id, rules=RULES, cash=CASH)
        account_id = await open_account(work, shelf, opening)
    broker = BrokerWork(who, runtime.clock.now(), writer)
    showcase = Showcase(account_id, tape, await shelf.dataset(tape.dataset_id))
    for command in [*_shares(showcase, broker), *_options(showcase, broker), *_working(showcase, broker)]:
        await broker.submit(command)
    async with runtime.work(who) as work:
        await control_tape(work, shelf, ControlTape(tape.id, TapeAction.STEP))
    return account_id


def _shares(showcase: Showcase, broker: BrokerWork) -> Iterator[Command]:
    """Buy shares and funds, and sell some of them again."""
    for symbol, quantity in SHARES.items():
        yield _order(showcase, broker, symbol, Side.BUY, quantity)
    yield _order(showcase, broker, "SPY", Side.SELL, 40)


def _options(showcase: Showcase, broker: BrokerWork) -> Iterator[Command]:
    """Write calls against shares, buy a put, and a spread of calls."""
    yield _order(showcase, broker, showcase.option("AAPL", Right.CALL, "0.3"), Side.SELL, 2)
    yield _order(showcase, broker, showcase.option("SPY", Right.PUT, "-0.3"), Side.BUY, 1)
    legs = (
        ComboLeg(showcase.option("MSFT", Right.CALL, "0.5"), Side.BUY),
        ComboLeg(showcase.option("MSFT", Right.CALL, "0.25"), Side.SELL),
    )
    yield PlaceCombo(showcase.account_id, OrderId(broker.new_id()), legs, Decimal(2))


def _working(showcase: Showcase, broker: BrokerWork) -> Iterator[Command]:
    """Let a bracket guard a position, a limit wait far below the market, and take another off again."""
    bracket = _order(showcase, broker, "NVDA", Side.BUY, 50)
    yield replace(
        bracket,
        time_in_force=TimeInForce.GTC,
        order_class=OrderClass.BRACKET,
        take_profit=TakeProfit(showcase.price("NVDA", "1.15")),
        stop_loss=StopLoss(showcase.price("NVDA", "0.92")),
    )
    waiting, given_up = (
        replace(
            _order(showcase, broker, symbol, Side.BUY, 20),
            type=OrderType.LIMIT,
            limit_price=showcase.price(symbol, "0.90"),
            time_in_force=TimeInForce.GTC,
        )
        for symbol in ("MSFT", "JPM")
    )
    yield waiting
    yield given_up
    yield CancelOrder(showcase.account_id, given_up.order_id)


def _order(showcase: Showcase, broker: BrokerWork, symbol: str, side: Side, quantity: int) -> PlaceOrder:
    order_id = OrderId(broker.new_id())
    return PlaceOrder(showcase.account_id, order_id, symbol, side, OrderType.MARKET, Decimal(quantity))
