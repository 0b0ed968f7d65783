"""An alert fires when a price comes to its level from the other side, once or each time it comes anew."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.facts import CloseFact, PriceFact, QuoteFact, RangeFact
from paperdesk.core.market.price_alerts import (
    AlertCondition,
    AlertFired,
    LevelWithoutMeaning,
    PriceAlert,
    begun_session,
    met,
    require_level,
    split,
)

ACME = InstrumentId(UUID(int=1))
NOON = datetime(2024, 6, 3, 16, tzinfo=UTC)


def close(price: str, seq: int = 1) -> CloseFact:
    return CloseFact(seq, NOON + timedelta(minutes=seq), ACME, Decimal(price))


def fired(alert: PriceAlert, facts: list[PriceFact], reference: str | None = None) -> list[AlertFired]:
    found: list[AlertFired] = []
    for fact in facts:
        alert, told = met(alert, fact, None if reference is None else Decimal(reference))
        found += [] if told is None else [told]
    return found


def waiting(condition: AlertCondition, level: str, *, rearms: bool = False) -> PriceAlert:
    return PriceAlert(condition, Decimal(level), rearms)


def test_a_price_that_rises_to_the_level_fires_once() -> None:
    prices = [close(price, seq) for seq, price in enumerate(("99", "100", "101", "99", "102"), 1)]
    (told,) = fired(waiting(AlertCondition.ABOVE, "100"), list(prices))
    assert (told.cursor, told.price, told.change_percent) == (2, Decimal(100), None)


def test_an_alert_that_rearms_fires_each_time_the_price_comes_anew() -> None:
    prices = [close(price, seq) for seq, price in enumerate(("101", "99", "100", "98", "103", "99"), 1)]
    below = fired(waiting(AlertCondition.BELOW, "99", rearms=True), list(prices))
    assert [each.cursor for each in below] == [2, 4, 6]


def test_a_range_counts_by_how_far_it_went_and_a_quote_by_what_somebody_would_pay() -> None:
    wide = RangeFact(1, NOON, ACME, low=Decimal(95), high=Decimal(105))
    assert [each.price for each in fired(waiting(AlertCondition.ABOVE, "104"), [wide])] == [Decimal(105)]
    assert [each.price for each in fired(waiting(AlertCondition.BELOW, "96"), [wide])] == [Decimal(95)]
    quote = QuoteFact(1, NOON, ACME, bid=Decimal(99), ask=Decimal(101))
    assert not fired(waiting(AlertCondition.ABOVE, "100"), [quote])
    assert not fired(waiting(AlertCondition.BELOW, "100"), [quote])
    assert fired(waiting(AlertCondition.ABOVE, "99"), [quote])[0].price == Decimal(99)


def test_a_move_is_counted_from_the_close_before_and_anew_in_each_session() -> None:
    alert = waiting(AlertCondition.MOVE, "-5", rearms=True)
    (told,) = fired(alert, [close("98"), close("95", 2), close("94", 3)], reference="100")
    assert (told.cursor, told.change_percent) == (2, Decimal(-5))
    after, _ = met(alert, close("95"), Decimal(100))
    assert after.is_beyond
    assert met(begun_session(after), close("90", 4), Decimal(94))[1] is None
    assert met(begun_session(after), close("85", 4), Decimal(94))[1] is not None
    assert not fired(alert, [close("1")])


@pytest.mark.parametrize(
    ("level", "ratio", "after"),
    [("102", "2", "51"), ("100", "3", "33.33"), ("50", "1/10", "500"), ("0.01", "100", "0.01")],
)
def test_a_level_goes_along_with_a_split_to_the_nearest_tick(level: str, ratio: str, after: str) -> None:
    alert = replace(waiting(AlertCondition.ABOVE, level, rearms=True), is_beyond=True)
    assert split(alert, Fraction(ratio), Decimal("0.01")) == replace(alert, level=Decimal(after))


def test_a_move_stays_what_it_is_when_shares_are_split() -> None:
    move = waiting(AlertCondition.MOVE, "-5")
    assert split(move, Fraction(2), Decimal("0.01")) == move


def test_what_could_never_fire_or_always_would_is_refused() -> None:
    for condition, level in ((AlertCondition.ABOVE, 0), (AlertCondition.BELOW, -1), (AlertCondition.MOVE, 0)):
        with pytest.raises(LevelWithoutMeaning):
            require_level(condition, Decimal(level))
    require_level(AlertCondition.MOVE, Decimal(-1))


@given(
    st.lists(st.integers(90, 110), max_size=30),
    st.integers(91, 109),
    st.sampled_from([AlertCondition.ABOVE, AlertCondition.BELOW]),
)
def test_a_rearming_alert_fires_as_often_as_the_price_comes_over(
    prices: list[int], level: int, condition: AlertCondition
) -> None:
    alert = waiting(condition, str(level), rearms=True)
    there = [price >= level if condition is AlertCondition.ABOVE else price <= level for price in prices]
    crossings = sum(now and not before for before, now in zip([False, *there], there, strict=False))
    facts: list[PriceFact] = [close(str(price), seq) for seq, price in enumerate(prices, 1)]
    assert len(fired(alert, facts)) == crossings
