"""Each limit of an account measures what its name says, and what cannot be measured says why."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperdesk.core.broker.day_result import DayResult, Span
from paperdesk.core.broker.limit_measures import (
    NO_EQUITY,
    NO_PEAK,
    NO_PRICE,
    NO_PRICE_OF_DAY,
    NO_PRICE_THEN,
    AccountMeasures,
    Peak,
    WorthAt,
    measured,
    peak_of,
)
from paperdesk.core.broker.valuation import value_account
from paperdesk.core.broker.watched_limits import LimitKind, Measured, WatchedLimit
from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.core.market.instruments import Instrument
from tests.scenery import ACME, DAY, FIRST_CLOSE, GLOBEX, REG_T, mark_of, quote_of, rules
from tests.stories import Story

SPAN = Span(FIRST_CLOSE, FIRST_CLOSE + DAY)
NO_PEAK_YET = Peak(Decimal(1000), FIRST_CLOSE)


def measures_of(
    story: Story,
    prices: Mapping[Instrument, str],
    result: str | None = "0",
    by_instrument: Mapping[InstrumentId, Decimal | None] | None = None,
    peak: Peak = NO_PEAK_YET,
) -> AccountMeasures:
    """Return what an account measures at some prices, after a day with a result."""
    marks = {of.id: mark_of(quote_of(price, price, of=of)) for of, price in prices.items()}
    held = [each for each in story.account.positions.values() if each.quantity]
    worth = value_account(story.account.cash, "USD", held, marks)
    of_day = None if result is None else Decimal(result)
    return AccountMeasures(worth, DayResult(SPAN, None, of_day, None, by_instrument or {}), peak)


def told(kind: LimitKind, account: AccountMeasures, of: Instrument | None = None) -> Measured:
    return measured(WatchedLimit(kind, Decimal(1), instrument_id=None if of is None else of.id), account)


@pytest.fixture
def holder() -> Story:
    """Tell of an account with 1,000 that bought 5 ACME and 2 GLOBEX at 100 and has 300 left."""
    story = Story(cash="1000")
    for of, quantity in ((ACME, "5"), (GLOBEX, "2")):
        story.open("100", of=of)
        story.buy(quantity, symbol=of.symbol)
        story.open("100", of=of)
    return story


def test_a_position_size_is_the_market_value_of_the_position(holder: Story) -> None:
    account = measures_of(holder, {ACME: "60", GLOBEX: "100"})
    assert told(LimitKind.POSITION_SIZE, account, ACME) == Measured(Decimal("300.00"))
    assert told(LimitKind.POSITION_SIZE, account, GLOBEX) == Measured(Decimal("200.00"))
    assert told(LimitKind.POSITION_SIZE, account) == Measured(Decimal("300.00")), "the largest"
    assert account.unrealised == Decimal("-200.00"), "which is not its size"


def test_a_position_that_is_not_held_has_no_size_and_no_exposure() -> None:
    account = measures_of(Story(cash="1000"), {})
    for kind in (LimitKind.POSITION_SIZE, LimitKind.EXPOSURE, LimitKind.DAILY_LOSS):
        assert told(kind, account, ACME).amount == 0
    assert told(LimitKind.LEVERAGE, account) == Measured(Decimal(0))


def test_a_daily_loss_is_what_was_lost_since_the_previous_close(holder: Story) -> None:
    lost: dict[InstrumentId, Decimal | None] = {ACME.id: Decimal(-40), GLOBEX.id: Decimal(15)}
    account = measures_of(holder, {ACME: "92", GLOBEX: "107.5"}, "-25", lost)
    assert told(LimitKind.DAILY_LOSS, account) == Measured(Decimal(25), since=FIRST_CLOSE)
    assert told(LimitKind.DAILY_LOSS, account, ACME).amount == Decimal(40)
    assert told(LimitKind.DAILY_LOSS, account, GLOBEX).amount == 0, "a gain is no loss"


def test_a_drawdown_is_the_fall_from_the_peak_of_equity(holder: Story) -> None:
    account = measures_of(holder, {ACME: "80", GLOBEX: "100"}, peak=Peak(Decimal(1200), FIRST_CLOSE))
    assert account.worth.equity == Decimal("900.00")
    assert told(LimitKind.DRAWDOWN, account) == Measured(Decimal("0.25"))


def test_leverage_is_the_value_of_all_positions_over_equity_and_counts_shorts(holder: Story) -> None:
    account = measures_of(holder, {ACME: "140", GLOBEX: "250"})
    assert told(LimitKind.LEVERAGE, account) == Measured(Decimal("0.8"))
    story = Story(cash="4000", rules=rules(margin=REG_T))
    story.open("100")
    story.sell("40", symbol=ACME.symbol)
    story.open("100")
    assert told(LimitKind.LEVERAGE, measures_of(story, {ACME: "100"})) == Measured(Decimal(1))


def test_exposure_may_exceed_all_of_equity(holder: Story) -> None:
    owing = measures_of(holder, {ACME: "100", GLOBEX: "100"})
    half = AccountMeasures(
        value_account(Decimal(-350), "USD", [each.position for each in owing.worth.positions], {
            of.id: mark_of(quote_of("100", "100", of=of)) for of in (ACME, GLOBEX)
        }), owing.day, owing.peak,
    )  # fmt: skip
    assert told(LimitKind.EXPOSURE, half) == Measured(Decimal(2))
    assert told(LimitKind.EXPOSURE, half, ACME).amount == Decimal(500) / Decimal(350)


def test_positions_without_equity_have_a_leverage_and_an_exposure_without_bound(holder: Story) -> None:
    account = measures_of(holder, {ACME: "100", GLOBEX: "100"})
    positions = [each.position for each in account.worth.positions]
    marks = {of.id: mark_of(quote_of("100", "100", of=of)) for of in (ACME, GLOBEX)}
    bare = AccountMeasures(value_account(Decimal(-700), "USD", positions, marks), account.day, account.peak)
    for kind in (LimitKind.LEVERAGE, LimitKind.EXPOSURE):
        assert told(kind, bare) == Measured(None, NO_EQUITY, is_boundless=True)


def test_without_a_price_what_needs_it_is_unknown_and_says_so(holder: Story) -> None:
    account = measures_of(holder, {GLOBEX: "100"}, None, {ACME.id: None})
    for kind in (LimitKind.POSITION_SIZE, LimitKind.LEVERAGE, LimitKind.EXPOSURE, LimitKind.DRAWDOWN):
        assert told(kind, account) == Measured(None, NO_PRICE)
    for of in (None, ACME):
        assert told(LimitKind.DAILY_LOSS, account, of) == Measured(None, NO_PRICE_OF_DAY, since=FIRST_CLOSE)
    assert told(LimitKind.POSITION_SIZE, account, ACME) == Measured(None, NO_PRICE)
    assert told(LimitKind.POSITION_SIZE, account, GLOBEX) == Measured(Decimal("200.00"))
    assert account.unrealised is None


def history(*points: tuple[str | None, str]) -> list[WorthAt]:
    """Return a history of equity and what was paid in by then, a day apart."""
    return [
        WorthAt(FIRST_CLOSE + number * DAY, None if equity is None else Decimal(equity), Decimal(given))
        for number, (equity, given) in enumerate(points)
    ]


def test_the_peak_is_the_most_that_the_account_was_worth() -> None:
    assert peak_of(history(("1000", "1000"), ("1300", "1000"), ("900", "1000"))) == Peak(
        Decimal(1300), FIRST_CLOSE + DAY
    )


def test_money_of_the_owner_moves_the_peak_and_is_neither_gain_nor_loss() -> None:
    paid_in = peak_of(history(("1000", "1000"), ("1500", "1500"), ("1400", "1500")))
    assert paid_in.amount == Decimal(1500), "100 of it were lost"
    taken_out = peak_of(history(("1000", "1000"), ("400", "400")))
    assert taken_out.amount == Decimal(400), "nothing was lost"


def test_a_peak_is_not_guessed_where_a_price_is_missing() -> None:
    assert peak_of(history(("1000", "1000"), (None, "1000"), ("900", "1000"))) == Peak(None, reason=NO_PRICE_THEN)
    assert peak_of(history(("0", "0"))) == Peak(None, reason=NO_PEAK)


@given(st.lists(st.tuples(st.integers(1, 10_000), st.integers(-500, 500)), min_size=1, max_size=20))
def test_moving_money_in_or_out_never_changes_how_far_an_account_fell(days: list[tuple[int, int]]) -> None:
    given_by, plain, moved = 0, [], []
    for number, (equity, paid) in enumerate(days):
        given_by += paid
        at = FIRST_CLOSE + timedelta(days=number)
        plain.append(WorthAt(at, Decimal(equity), Decimal(0)))
        moved.append(WorthAt(at, Decimal(equity + given_by), Decimal(given_by)))
    before, after = peak_of(plain), peak_of(moved)
    assert before.amount is not None
    if after.amount is not None:
        assert after.amount - moved[-1].contributed == before.amount
        assert after.at == before.at
