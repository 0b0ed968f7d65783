"""An account goes on as two: what is open goes along under ids of its own, what has ended stays behind."""

from decimal import Decimal

import pytest

from paperdesk.core.broker.account import Account
from paperdesk.core.broker.commands import StopLoss, TakeProfit
from paperdesk.core.broker.evolution import fold
from paperdesk.core.broker.forking import lot_of_fork, order_of_fork
from paperdesk.core.broker.life import AccountClosed, close, fork
from paperdesk.core.broker.orders import OrderClass
from paperdesk.core.kernel.ids import AccountId, EntryId, TapeId, derived
from tests.scenery import ACME, FIRST_CLOSE, HERE
from tests.stories import Story

FORK, BRANCH = AccountId(derived(HERE, "fork")), TapeId(derived(HERE, "branch"))


def _forked(account: Account) -> Account:
    return fold(account, [fork(account, FORK, BRANCH, FIRST_CLOSE)])


@pytest.fixture
def story() -> Story:
    """Tell of an account that bought ten units, has a resting order and a bracket that waits for its entry."""
    story = Story()
    story.open("100")
    story.buy("10")
    story.open("100")
    story.buy("1", "50")
    exits = {"take_profit": TakeProfit(Decimal(120)), "stop_loss": StopLoss(Decimal(80))}
    story.buy("2", "90", order_class=OrderClass.BRACKET, **exits)  # type: ignore[arg-type]
    return story


def test_a_fork_has_the_same_cash_and_holdings_in_lots_of_its_own(story: Story) -> None:
    before, after = story.account, _forked(story.account)
    assert (after.id, after.tape_id, after.cash, after.held) == (FORK, BRANCH, before.cash, before.held)
    (lot,), (own,) = before.position(ACME.id).lots, after.position(ACME.id).lots
    assert (own.id, own.quantity, own.cost) == (lot_of_fork(FORK, lot.id), lot.quantity, lot.cost)


def test_open_orders_go_along_with_their_groups_and_ended_ones_stay(story: Story) -> None:
    before, after = story.account, _forked(story.account)
    opened = [order for order in before.orders.values() if order.is_open]
    assert set(after.orders) == {order_of_fork(FORK, order.id) for order in opened}
    for order in opened:
        own = after.orders[order_of_fork(FORK, order.id)]
        assert own.account_id == FORK
        assert own.group_id == (None if order.group_id is None else order_of_fork(FORK, order.group_id))
        assert own.parent_id == (None if order.parent_id is None else order_of_fork(FORK, order.parent_id))


def test_an_exit_whose_entry_has_filled_still_names_it(story: Story) -> None:
    story.open("89")
    entry = next(each for each in story.account.orders.values() if each.order_class is OrderClass.BRACKET)
    assert not entry.is_open
    exits = [each for each in _forked(story.account).orders.values() if each.is_exit]
    assert [each.parent_id for each in exits] == [entry.id] * 2


def test_a_closed_account_is_not_forked() -> None:
    account = Story(cash="0").account
    closed = fold(account, close(account, EntryId(derived(HERE, "nothing")), FIRST_CLOSE))
    with pytest.raises(AccountClosed):
        fork(closed, FORK, BRANCH, FIRST_CLOSE)
