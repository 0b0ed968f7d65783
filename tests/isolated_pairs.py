"""Accounts with pairs that have margins of their own, and what events may do to the cash that is their own."""

from collections.abc import Iterable
from decimal import Decimal
from typing import TypedDict, Unpack

from paperdesk.core.broker.account import Account
from paperdesk.core.broker.commands import ChooseLeverage
from paperdesk.core.broker.engine import evolve
from paperdesk.core.broker.events import Event, OrderFilled
from paperdesk.core.broker.fees import FREE, FeeSchedule
from paperdesk.core.broker.isolated import own_cash
from paperdesk.core.broker.leverage import isolated_margin
from paperdesk.core.broker.liquidation import LIQUIDATION, is_liquidation
from paperdesk.core.broker.margin import standing
from paperdesk.core.broker.margin_book import MarginMode
from paperdesk.core.broker.margin_events import PairLiquidated
from paperdesk.core.broker.margin_rules import MarginRules
from paperdesk.core.broker.orders import Side
from paperdesk.core.broker.valuation import value_account
from paperdesk.core.kernel.money import ZERO
from tests.scenery import COIN, REG_T, rules
from tests.stories import Story


def choose(story: Story, leverage: int, mode: MarginMode | None = MarginMode.ISOLATED) -> None:
    """Choose the leverage of the pair, and what answers for it."""
    story.asks(ChooseLeverage(story.account.id, "COIN", leverage, mode))


class Terms(TypedDict, total=False):
    """What a desk can differ in."""

    cash: str
    leverage: int
    margin: MarginRules
    fees: FeeSchedule


def isolated(cash: str = "20000", leverage: int = 10, margin: MarginRules = REG_T, fees: FeeSchedule = FREE) -> Story:
    """Return an account that chose a margin of its own for the pair, which stands at 50,000."""
    story = Story(cash=cash, rules=rules(margin=margin, fees=fees))
    story.open("50000", COIN)
    choose(story, leverage)
    return story


def holding(side: Side = Side.BUY, quantity: str = "1", **terms: Unpack[Terms]) -> Story:
    """Return one that bought the pair at that price, or sold it short."""
    story = isolated(**terms)
    story.place(side, quantity, symbol="COIN")
    story.close("50000", COIN)
    return story


def excess(story: Story) -> Decimal:
    """Return what is left of equity above maintenance."""
    stands = standing(story.account, story.marks)
    assert stands is not None
    return stands.maintenance_excess


def equity(story: Story) -> Decimal:
    """Return what the account is worth."""
    worth = value_account(story.account.cash, "USD", list(story.account.positions.values()), story.marks).equity
    assert worth is not None
    return worth


def folded(account: Account, events: Iterable[Event]) -> Account:
    """Return an account after events, of which each took no more of its cash than the margin of a pair."""
    for event in events:
        after = evolve(account, event)
        if isinstance(event, PairLiquidated):
            assert account.book.is_isolated(event.instrument_id)
        elif isinstance(event, OrderFilled) and account.book.is_isolated(event.fill.instrument_id):
            _costs_its_margin_at_most(account, event, after)
        account = after
    return account


def _costs_its_margin_at_most(before: Account, event: OrderFilled, after: Account) -> None:
    moved, instrument_id = own_cash(after) - own_cash(before), event.fill.instrument_id
    if is_liquidation(before, before.orders[event.fill.order_id]):
        assert moved == ZERO, "its margin is lost, and nothing else"
        return
    assert event.fill.explanation is not None
    fees = event.fill.fee - event.fill.explanation.fees.get(LIQUIDATION, ZERO)
    margin = isolated_margin(after.position(instrument_id).cost, after.book.leverage_of(instrument_id), after.currency)
    assert -moved <= margin + fees
