"""The first minutes of a new desk: market data on the shelf, a tape, an account, and one order that fills."""

from dataclasses import dataclass
from decimal import Decimal

from paperdesk.core.broker.account import Rules
from paperdesk.core.broker.commands import PlaceOrder
from paperdesk.core.broker.margin_rules import MarginKind, MarginRules
from paperdesk.core.broker.orders import OrderType, Side
from paperdesk.core.kernel.ids import AccountId, OrderId
from paperdesk.core.kernel.principal import Principal
from paperdesk.features.broker.open_account import OpenAccount, open_account
from paperdesk.features.broker.order_writer import OrderWriter
from paperdesk.features.broker.place_order import place_order
from paperdesk.features.broker.work import BrokerWork
from paperdesk.features.marketdata.add_datasets import add_datasets
from paperdesk.features.marketdata.control_tape import ControlTape, TapeAction, control_tape
from paperdesk.features.marketdata.open_tape import OpenTape, open_tape
from paperdesk.features.marketdata.tapes import Shelf
from paperdesk.features.operations.open_showcase import open_showcase
from paperdesk.infra.runtime import Runtime
from paperdesk.infra.work import UnitOfWork

FIRST_CASH = Decimal(100_000)
FIRST_QUANTITY = Decimal(10)
RULES = Rules(margin=MarginRules(MarginKind.REG_T))


@dataclass(frozen=True, slots=True)
class Demo:
    """What a new desk starts with."""

    account_id: AccountId
    symbol: str


async def seed_demo(runtime: Runtime, shelf: Shelf, writer: OrderWriter, who: Principal) -> Demo:
    """Seed a desk through the same use cases that people and programs use."""
    async with runtime.as_system() as db:
        first = await add_datasets(UnitOfWork(who, runtime.clock.now(), db), shelf, runtime.settings)
    async with runtime.work(who) as work:
        tape = await open_tape(work, shelf, OpenTape(first.id, first.name, first.start_at))
        account_id = await open_account(work, shelf, OpenAccount("Practice", tape.id, rules=RULES, cash=FIRST_CASH))
    broker = BrokerWork(who, runtime.clock.now(), writer)
    order_id = OrderId(broker.new_id())
    command = PlaceOrder(account_id, order_id, first.symbol, Side.BUY, OrderType.MARKET, FIRST_QUANTITY)
    await place_order(broker, command)
    async with runtime.work(who) as work:
        await control_tape(work, shelf, ControlTape(tape.id, TapeAction.STEP))
    await open_showcase(runtime, shelf, writer, who)
    return Demo(account_id, first.symbol)
