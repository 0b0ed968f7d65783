"""Same request, same state, same refusal: every check has a name and a place in line."""

from decimal import Decimal

import pytest

from paperdesk.core.broker.engine import UnknownOrder
from paperdesk.core.broker.orders import OrderAlreadyClosed, OrderType, Side, TimeInForce
from paperdesk.core.kernel.errors import Conflict, Invalid, NotFound, PaperdeskError, kind_of
from tests.scenery import order_id
from tests.stories import Story

DAY, GTC, IOC, FOK = TimeInForce.DAY, TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK
MARKET, LIMIT = OrderType.MARKET, OrderType.LIMIT
BUY, SELL = Side


def refusal(
    story: Story,
    side: Side = BUY,
    quantity: str = "1",
    limit: str | None = "100",
    time_in_force: TimeInForce = DAY,
    symbol: str = "ACME",
    order_type: OrderType = LIMIT,
) -> PaperdeskError:
    before = story.account
    with pytest.raises(PaperdeskError) as refused:
        story.place(side, quantity, limit, time_in_force, symbol, order_type=order_type)
    assert story.account is before
    return refused.value


def closed() -> Story:
    story = Story(cash="100")
    story.session_closes()
    return story


def test_an_unknown_symbol_is_not_found_before_anything_else_is_asked() -> None:
    error = refusal(closed(), symbol="NOPE", quantity="-1")
    assert (error.code, kind_of(type(error)), error.facts) == ("unknown_symbol", NotFound, {"symbol": "NOPE"})


def test_a_long_symbol_is_quoted_only_in_part() -> None:
    assert refusal(closed(), symbol="N" * 1000).facts == {"symbol": "N" * 32}


# Each line breaks its own check and every later one; what is refused is the first.
@pytest.mark.parametrize(
    ("terms", "code", "kind"),
    [
        (("-1", "-0.001", IOC, "SPX", LIMIT), "instrument_not_tradable", Conflict),
        (("-1", "-0.001", IOC, "SAP", LIMIT), "currency_not_held", Conflict),
        (("0", "-0.001", IOC, "ACME", LIMIT), "quantity_not_positive", Invalid),
        (("-0.5", "-0.001", IOC, "ACME", LIMIT), "quantity_not_positive", Invalid),
        (("1.5", "-0.001", IOC, "ACME", LIMIT), "quantity_too_precise", Invalid),
        (("50", "100.001", IOC, "ACME", MARKET), "limit_price_not_allowed", Invalid),
        (("50", None, IOC, "ACME", LIMIT), "limit_price_missing", Invalid),
        (("50", "0", IOC, "ACME", LIMIT), "price_not_positive", Invalid),
        (("50", "-0.001", IOC, "ACME", LIMIT), "price_not_positive", Invalid),
        (("50", "100.001", IOC, "ACME", LIMIT), "price_off_tick", Invalid),
        (("50", "100", IOC, "ACME", LIMIT), "market_closed", Conflict),
        (("50", "100", FOK, "ACME", LIMIT), "market_closed", Conflict),
        (("50", None, DAY, "ACME", MARKET), "no_price_yet", Conflict),
        (("50", "100", DAY, "ACME", LIMIT), "insufficient_buying_power", Conflict),
        (("50", "100", GTC, "ACME", LIMIT), "insufficient_buying_power", Conflict),
    ],
)
def test_a_buy_that_fails_many_checks_is_refused_by_the_first(
    terms: tuple[str, str | None, TimeInForce, str, OrderType], code: str, kind: type[PaperdeskError]
) -> None:
    error = refusal(closed(), BUY, *terms)
    assert (error.code, kind_of(type(error))) == (code, kind)


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        (("1.5", "100.001", IOC, "ACME", LIMIT), "quantity_too_precise"),
        (("50", "100.001", IOC, "ACME", LIMIT), "price_off_tick"),
        (("50", "100", IOC, "ACME", LIMIT), "market_closed"),
        (("50", "100", DAY, "ACME", LIMIT), "insufficient_shares"),
        (("50", None, DAY, "ACME", MARKET), "insufficient_shares"),
    ],
)
def test_a_sell_needs_units_where_a_buy_needs_cash(
    terms: tuple[str, str | None, TimeInForce, str, OrderType], code: str
) -> None:
    assert refusal(closed(), SELL, *terms).code == code


@pytest.mark.parametrize(
    ("terms", "sentence", "facts"),
    [
        (
            (BUY, "2", "50.01"),
            "The order needs 100.02 USD, and 100 is free.",
            {"needed": "100.02", "available": "100", "rule": "cash_account"},
        ),
        (
            (SELL, "2", "50.01"),
            "The order sells 2 ACME, and 0 are free.",
            {"needed": "2", "available": "0", "symbol": "ACME"},
        ),
        ((BUY, "1.5"), "ACME is traded in steps of 1.", {"quantity": "1.5", "lot_step": "1"}),
        ((BUY, "1", "9.999"), "9.999 is not a multiple of 0.01.", {"limit_price": "9.999", "tick": "0.01"}),
        ((BUY, "1", "1", IOC), "The market is closed, and an ioc order cannot wait.", {"time_in_force": "ioc"}),
        (
            (BUY, "1", "1", DAY, "SPX"),
            "SPX is of the kind 'index'; it can be watched, not traded.",
            {"symbol": "SPX"},
        ),
        (
            (BUY, "1", "1", DAY, "SAP"),
            "SAP is priced in EUR, and the account keeps USD.",
            {"symbol": "SAP", "currency": "EUR"},
        ),
    ],
)
def test_a_refusal_is_a_sentence_with_its_facts(terms: tuple[Side, str], sentence: str, facts: dict[str, str]) -> None:
    error = refusal(closed(), *terms)
    assert (str(error), error.facts) == (sentence, facts)


def test_an_order_for_the_last_cent_is_accepted() -> None:
    story = Story(cash="100")
    story.buy("1", limit="100")
    assert (story.account.held, story.account.buying_power) == (Decimal(100), Decimal(0))


def test_an_absurdly_large_order_is_refused_like_any_other() -> None:
    error = refusal(Story(), quantity="999999999999999", limit="999999999999999.99")
    assert error.code == "insufficient_buying_power"


def test_an_immediate_order_is_welcome_while_the_market_is_open() -> None:
    story = Story()
    assert story.order(story.buy("1", limit="100", time_in_force=IOC)).is_open


def test_an_order_id_used_twice_is_a_bug() -> None:
    story = Story()
    story.buy("1", limit="100")
    story.asked -= 1
    with pytest.raises(AssertionError, match="used once"):
        story.buy("1", limit="100")


def test_an_unknown_order_cannot_be_cancelled() -> None:
    with pytest.raises(UnknownOrder) as refused:
        Story().cancel(order_id(7))
    assert refused.value.facts == {"order_id": str(order_id(7))}


def test_an_order_that_ended_cannot_be_cancelled() -> None:
    story = Story()
    which = story.buy("1", limit="100")
    story.open("100")
    with pytest.raises(OrderAlreadyClosed, match="already filled"):
        story.cancel(which)


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        ("0", "amount_zero"),
        ("0.001", "amount_too_precise"),
        ("-100.001", "amount_too_precise"),
        ("-100.01", "insufficient_cash"),
        ("-60.01", "insufficient_cash"),
    ],
)
def test_a_transfer_of_nothing_of_fractions_or_of_cash_that_is_not_free_is_refused(amount: str, code: str) -> None:
    story = Story(cash="100")
    story.buy("1", limit="40")
    with pytest.raises(PaperdeskError) as refused:
        story.transfer(amount)
    assert refused.value.code == code


def test_the_free_cash_can_be_withdrawn_to_the_last_cent() -> None:
    story = Story(cash="100")
    story.buy("1", limit="40")
    story.transfer("-60")
    assert (story.account.cash, story.account.buying_power) == (Decimal(40), Decimal(0))
