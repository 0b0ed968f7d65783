"""Which exit a range meets first is a rule of the account."""

from decimal import Decimal

import pytest

from paperdesk.core.broker.bar_path import BarPath, first_of
from paperdesk.core.broker.orders import OrderType, Role, Side
from paperdesk.core.kernel.values import replace
from tests.scenery import stop_of

STOP = stop_of(OrderType.STOP, Side.SELL, "95")
TARGET = replace(STOP, stop_price=None, type=OrderType.LIMIT, limit_price=Decimal(110))
EXITS = {Role.STOP_LOSS: STOP, Role.TAKE_PROFIT: TARGET}


@pytest.mark.parametrize(
    ("path", "opened", "first"),
    [
        (BarPath.NEUTRAL, "109", Role.STOP_LOSS),
        (BarPath.OPTIMISTIC, "96", Role.TAKE_PROFIT),
        (BarPath.REALISTIC, "109", Role.TAKE_PROFIT),
        (BarPath.REALISTIC, "96", Role.STOP_LOSS),
        (BarPath.REALISTIC, "102.5", Role.STOP_LOSS),
        (BarPath.REALISTIC, None, Role.STOP_LOSS),
    ],
)
def test_the_path_says_which_exit_goes_first(path: BarPath, opened: str | None, first: Role) -> None:
    assert first_of(path, EXITS, None if opened is None else Decimal(opened)) is first
