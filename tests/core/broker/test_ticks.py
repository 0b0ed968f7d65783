"""Price steps of options, and who is an option at all."""

from decimal import Decimal

import pytest

from paperdesk.core.broker.terms import PriceOffTick
from paperdesk.core.market.instruments import Kind
from paperdesk.core.market.ticks import tick_at
from paperdesk.features.marketdata.feeds.series import guessed
from tests.scenery import ACME, option
from tests.stories import Story


@pytest.mark.parametrize(
    ("root", "price", "tick"),
    [
        ("ACME", "2.95", "0.05"),
        ("ACME", "3.00", "0.10"),
        ("AAPL", "2.99", "0.01"),
        ("AAPL", "3.00", "0.05"),
        ("SPY", "12.34", "0.01"),
        ("SPX", "2.00", "0.05"),
    ],
)
def test_prices_of_options_keep_to_the_steps_of_their_class(root: str, price: str, tick: str) -> None:
    assert tick_at(option("C", "100", root=root), Decimal(price)) == Decimal(tick)


def test_a_share_moves_in_cents_and_an_order_off_the_step_is_refused() -> None:
    assert tick_at(ACME, Decimal(100)) == Decimal("0.01")
    call = option("C", "100", days=30)
    with pytest.raises(PriceOffTick):
        Story().buy("1", "2.97", symbol=call.symbol)
    Story().buy("1", "2.95", symbol=call.symbol)


@pytest.mark.parametrize("symbol", ["C", "CAT", "PG", "PFE", "P", "CP00"])
def test_a_symbol_with_a_c_or_a_p_in_it_is_a_share(symbol: str) -> None:
    assert guessed(symbol).kind is Kind.EQUITY
