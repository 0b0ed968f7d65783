"""A key that is kept to symbols trades those and nothing else, whatever names them: a command, its legs, its order."""

from decimal import Decimal
from uuid import UUID

import pytest

from paperdesk.core.broker.commands import (
    CancelOrder,
    CancelOrders,
    ChooseLeverage,
    ClosePosition,
    Command,
    ReplaceOrder,
    TransferCash,
)
from paperdesk.core.broker.key_checks import check_symbols, reaches
from paperdesk.core.kernel.ids import AccountId, EntryId, OrderId
from paperdesk.core.kernel.key_limits import NO_LIMITS, KeyLimits, SymbolNotAllowed
from paperdesk.core.kernel.values import replace
from tests.chains import asked_combo
from tests.pit import LOW, VERTICAL, desk
from tests.stories import Story

MINE = AccountId(UUID(int=1))
NEW = OrderId(UUID(int=2))
ABSENT = OrderId(UUID(int=404))


def is_allowed(symbol: str, story: Story, command: Command) -> bool:
    """Say whether a key that is kept to a symbol may ask for something."""
    try:
        check_symbols(KeyLimits(symbols=frozenset({symbol})), story.account, command)
    except SymbolNotAllowed:
        return False
    return True


@pytest.mark.parametrize(
    "command",
    [
        ClosePosition(MINE, NEW, "ACME"),
        ClosePosition(MINE, NEW, LOW.symbol),
        CancelOrders(MINE, "ACME"),
        ChooseLeverage(MINE, "ACME", 5),
        asked_combo(VERTICAL, "1.00", "1"),
    ],
)
def test_what_names_a_symbol_is_judged_by_it_and_an_option_by_what_it_is_written_on_too(command: Command) -> None:
    assert is_allowed("ACME", Story(), command)
    assert not is_allowed("GLOBEX", Story(), command)
    check_symbols(NO_LIMITS, Story().account, command)


def test_what_names_an_order_is_judged_by_what_that_is_in_and_of_a_combo_by_its_legs() -> None:
    story = desk("100000")
    placed = story.buy("1", "1.00"), story.combo(VERTICAL, "1.00")
    for order in placed:
        for command in (CancelOrder(MINE, order), ReplaceOrder(MINE, order, NEW)):
            assert is_allowed("ACME", story, command)
            assert not is_allowed("GLOBEX", story, command)


def test_an_order_that_is_not_there_is_for_others_to_refuse_and_cash_has_no_symbol() -> None:
    assert is_allowed("GLOBEX", Story(), CancelOrder(MINE, ABSENT))
    assert is_allowed("GLOBEX", Story(), TransferCash(MINE, EntryId(UUID(int=3)), Decimal(5)))


def test_everything_at_once_is_more_than_some_symbols() -> None:
    assert not is_allowed("ACME", Story(), CancelOrders(MINE))


def test_an_account_beyond_the_key_is_out_of_its_reach() -> None:
    account = Story().account
    assert reaches(NO_LIMITS, account)
    assert reaches(KeyLimits(accounts=frozenset({account.id})), account)
    assert not reaches(KeyLimits(accounts=frozenset({MINE})), replace(account, id=AccountId(NEW)))
