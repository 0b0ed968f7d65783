"""Getting out: all orders at once, and a position at the market."""

from decimal import Decimal

import pytest

from paperdesk.core.broker.commands import ClosePosition, StopLoss
from paperdesk.core.broker.orders import BY_REQUEST, OrderClass, OrderKind, Side
from paperdesk.core.kernel.errors import PaperdeskError
from paperdesk.core.kernel.ids import AccountId, OrderId, derived
from tests.order_terms import Closing
from tests.pit import LOW, VERTICAL, desk
from tests.scenery import COIN, GLOBEX, HERE
from tests.stories import Story


@pytest.fixture
def holder() -> Story:
    """Tell of an account that bought ten units at 100, and a resting buy beside them."""
    story = Story()
    story.open("100")
    story.buy("10")
    story.close("100")
    story.buy("1", "50")
    return story


def test_every_open_order_is_cancelled_by_request_one_event_each(holder: Story) -> None:
    holder.sell("10", "110", order_class=OrderClass.OCO, stop_loss=StopLoss(Decimal(90)))
    before = len(holder.events)
    holder.cancel_all()
    assert len(holder.events) - before == 3
    assert {order.closed_reason for order in holder.account.orders.values()} == {"filled", BY_REQUEST}
    assert (holder.account.held, holder.position().reserved) == (Decimal(0), Decimal(0))
    holder.cancel_all()
    assert len(holder.events) - before == 3


def test_orders_in_one_instrument_are_cancelled_and_others_stay(holder: Story) -> None:
    other = holder.buy("1", "10", symbol=GLOBEX.symbol)
    holder.cancel_all("ACME")
    assert [order.id for order in holder.account.orders.values() if order.is_open] == [other]


@pytest.mark.parametrize(
    ("kind", "gone"),
    [
        (OrderKind.EQUITY, {"ACME", "FUND"}),
        (OrderKind.OPTION, {LOW.symbol}),
        (OrderKind.CRYPTO, {"COIN"}),
        (OrderKind.COMBO, {"combo"}),
    ],
)
def test_all_of_a_kind_are_cancelled_and_others_stay(kind: OrderKind, gone: set[str]) -> None:
    story = desk("100000")
    placed = {
        "combo": story.combo(VERTICAL, "1.00"),
        **{symbol: story.buy("1", "1.00", symbol=symbol) for symbol in ("ACME", "FUND", "COIN", LOW.symbol)},
    }
    story.cancel_all(kind=kind)
    assert {name for name, which in placed.items() if not story.order(which).is_open} == gone


def test_a_kind_and_an_instrument_must_both_fit(holder: Story) -> None:
    coin = holder.buy("1", "10", symbol=COIN.symbol)
    holder.cancel_all("ACME", OrderKind.CRYPTO)
    assert len([order for order in holder.account.orders.values() if order.is_open]) == 2
    holder.cancel_all(COIN.symbol, OrderKind.CRYPTO)
    assert not holder.order(coin).is_open


@pytest.mark.parametrize(
    ("how", "sold"),
    [
        ({}, "10"),
        ({"quantity": "4"}, "4"),
        ({"percent": "50"}, "5"),
        ({"percent": "33"}, "3"),
        ({"percent": "100"}, "10"),
    ],
)
def test_a_position_is_sold_at_the_market(holder: Story, how: Closing, sold: str) -> None:
    which = holder.closes_position(**how)
    order = holder.order(which)
    assert (order.side, order.quantity) == (Side.SELL, Decimal(sold))
    holder.open("101")
    assert holder.position().quantity == Decimal(10) - Decimal(sold)


def test_promised_units_are_sold_only_when_their_orders_may_be_cancelled(holder: Story) -> None:
    holder.sell("6", "120")
    with pytest.raises(PaperdeskError) as refused:
        holder.closes_position()
    assert refused.value.code == "insufficient_shares"
    which = holder.closes_position(cancel_orders=True)
    assert [order.id for order in holder.account.orders.values() if order.is_open] == [which]


@pytest.mark.parametrize(
    ("symbol", "how", "code"),
    [
        ("NOPE", {}, "unknown_symbol"),
        ("GLOBEX", {}, "no_position"),
        ("ACME", {"percent": "50", "quantity": "5"}, "close_ambiguous"),
        ("ACME", {"percent": "0"}, "percent_out_of_range"),
        ("ACME", {"percent": "100.1"}, "percent_out_of_range"),
        ("ACME", {"percent": "1"}, "quantity_not_positive"),
        ("ACME", {"quantity": "11", "cancel_orders": True}, "insufficient_shares"),
    ],
)
def test_what_cannot_be_closed_is_refused_and_nothing_is_cancelled(
    holder: Story, symbol: str, how: Closing, code: str
) -> None:
    before = holder.account
    with pytest.raises(PaperdeskError) as refused:
        holder.closes_position(symbol, **how)
    assert refused.value.code == code
    assert holder.account is before


def test_a_close_is_known_by_the_callers_name_for_it_or_by_its_own_id() -> None:
    ids = AccountId(derived(HERE, "account")), OrderId(derived(HERE, "closing"))
    assert ClosePosition(*ids, "ACME", client_order_id="mine").idempotency_key == "mine"
    assert ClosePosition(*ids, "ACME").idempotency_key == str(ids[1])
