"""What an account is worth; a missing mark is missing, never zero."""

from decimal import Decimal

from paperdesk.core.broker.account import Position
from paperdesk.core.broker.valuation import PositionValue, value_account, value_position
from tests.scenery import ACME, GLOBEX, quote_from_bar, quote_of

HELD = Position(ACME.id, quantity=Decimal(3), cost=Decimal("290.00"))
OTHER = Position(GLOBEX.id, quantity=Decimal("0.5"), cost=Decimal("10.00"))
CASH = Decimal("1000.00")


def test_a_position_is_valued_at_the_middle_of_its_quote() -> None:
    value = value_position(HELD, quote_of("99.99", "100.02"), "USD")
    assert (value.mark, value.mark_source) == (Decimal("100.005"), "quote_mid")
    assert (value.market_value, value.unrealised_pl) == (Decimal("300.02"), Decimal("10.02"))


def test_a_mark_made_of_a_bar_says_so() -> None:
    assert value_position(HELD, quote_from_bar(Decimal(100)), "USD").mark_source == "bar"


def test_a_position_without_a_quote_has_no_value_but_a_reason() -> None:
    assert value_position(HELD, None, "USD") == PositionValue(HELD, None, None, None, None, "no price on the tape yet")


def test_equity_is_cash_and_every_position_at_its_mark() -> None:
    quotes = {ACME.id: quote_of("100", "100"), GLOBEX.id: quote_of("30", "30", of=GLOBEX)}
    value = value_account(CASH, "USD", [HELD, OTHER], quotes)
    assert (value.market_value, value.equity, value.reason) == (Decimal("315.00"), Decimal("1315.00"), None)


def test_an_account_without_positions_is_worth_its_cash() -> None:
    assert value_account(CASH, "USD", [], {}).equity == CASH


def test_one_position_without_a_mark_leaves_the_total_unknown() -> None:
    value = value_account(CASH, "USD", [HELD, OTHER], {ACME.id: quote_of("100", "100")})
    assert (value.market_value, value.equity) == (None, None)
    assert value.reason == "1 of 2 positions have no price yet"
    assert [each.market_value for each in value.positions] == [Decimal("300.00"), None]
