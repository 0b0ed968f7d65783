"""What an account is worth; a missing mark is missing, never zero."""

from decimal import Decimal

from paperdesk.core.broker.account import Position
from paperdesk.core.broker.claims import Claim
from paperdesk.core.broker.valuation import PositionValue, value_account, value_position, worth_of
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.options import parse_occ
from tests.scenery import ACME, CALL, GLOBEX, empty_account, mark_of, quote_from_bar, quote_of

HELD = Position(ACME.id, quantity=Decimal(3), cost=Decimal("290.00"))
OTHER = Position(GLOBEX.id, quantity=Decimal("0.5"), cost=Decimal("10.00"))
CASH = Decimal("1000.00")


def test_a_position_is_valued_at_its_mark_which_says_where_it_comes_from() -> None:
    value = value_position(HELD, mark_of(quote_of("99.99", "100.02")), "USD")
    assert (value.mark, value.mark_source) == (Decimal("100.005"), "quote_mid")
    assert (value.market_value, value.unrealised_pl) == (Decimal("300.02"), Decimal("10.02"))
    assert value_position(HELD, mark_of(quote_from_bar(Decimal(100))), "USD").mark_source == "last_print"


def test_a_short_position_is_worth_less_than_nothing_and_gains_when_its_price_falls() -> None:
    short = Position(ACME.id, quantity=Decimal(-3), cost=Decimal("-330.00"))
    value = value_position(short, mark_of(quote_of("100", "100")), "USD")
    assert (value.market_value, value.unrealised_pl) == (Decimal("-300.00"), Decimal("30.00"))


def test_an_option_is_worth_its_price_times_its_multiplier() -> None:
    call = replace(CALL, contract=parse_occ("ACME240621C00100000"))
    mark = replace(mark_of(quote_of("2.10", "2.20", of=CALL)), instrument=call)
    held = Position(call.id, quantity=Decimal(2), cost=Decimal("400.00"))
    assert value_position(held, mark, "USD").market_value == Decimal("430.00")
    assert ACME.multiplier == 1


def test_a_position_without_a_quote_has_no_value_but_a_reason() -> None:
    assert value_position(HELD, None, "USD") == PositionValue(HELD, None, None, None, None, "no price on the tape yet")


def test_equity_is_cash_and_every_position_at_its_mark() -> None:
    marks = {ACME.id: mark_of(quote_of("100", "100")), GLOBEX.id: mark_of(quote_of("30", "30", of=GLOBEX))}
    value = value_account(CASH, "USD", [HELD, OTHER], marks)
    assert (value.market_value, value.equity, value.reason) == (Decimal("315.00"), Decimal("1315.00"), None)


def test_an_account_is_worth_what_it_holds_and_what_it_is_owed() -> None:
    owed = Claim(ACME.id, ACME.id, Decimal("7.50"))
    sold = replace(OTHER, quantity=Decimal(0), cost=Decimal(0))
    account = replace(
        empty_account(), cash=CASH, positions={ACME.id: HELD, GLOBEX.id: sold}, claims={owed.action_id: owed}
    )
    found = worth_of(account, {ACME.id: mark_of(quote_of("100", "100"))})
    assert (found.market_value, found.equity) == (Decimal("300.00"), Decimal("1307.50"))


def test_an_account_without_positions_is_worth_its_cash() -> None:
    assert value_account(CASH, "USD", [], {}).equity == CASH


def test_one_position_without_a_mark_leaves_the_total_unknown() -> None:
    value = value_account(CASH, "USD", [HELD, OTHER], {ACME.id: mark_of(quote_of("100", "100"))})
    assert (value.market_value, value.equity) == (None, None)
    assert value.reason == "1 of 2 positions have no price yet"
    assert [each.market_value for each in value.positions] == [Decimal("300.00"), None]
