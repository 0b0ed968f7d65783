"""Restated prices: by splits, by dividends too, and only by what has happened."""

from datetime import timedelta
from decimal import Decimal

import pytest

from paperdesk.core.market.corporate_actions import CashDividend, ShareDividend, Split
from paperdesk.features.marketdata.feeds.adjust import (
    Adjustment,
    PricesAdjustedAlready,
    adjusted,
    happened,
    require_adjustable,
)
from paperdesk.features.marketdata.feeds.manifest import PriceBasis
from paperdesk.features.marketdata.feeds.recorded import RecordedDataset
from tests.features.marketdata.feeds.markets import SESSIONS
from tests.features.marketdata.feeds.test_actions import AA, BB, action, with_actions

SECOND, THIRD = SESSIONS[1].on, SESSIONS[2].on
HALVED = action(Split(Decimal(2), Decimal(1)), THIRD)
PAID = action(CashDividend(Decimal("1.10")), SECOND)


def closes(dataset: RecordedDataset, wanted: Adjustment, session: int = 2) -> list[tuple[str, str]]:
    """Return closes and volumes as seen at a session's close."""
    now = SESSIONS[session].closes_at
    rows = dataset.closed_bars(AA.id, dataset.cursor_at(now))
    assert rows is not None
    done = happened(dataset.actions, dataset.calendar, now)
    bars = adjusted(rows, wanted, done, dataset.calendar).bars()
    return [(f"{bar.close.normalize():f}", f"{bar.volume}") for bar in bars]


def test_raw_prices_stay_what_was_paid() -> None:
    dataset = with_actions(HALVED, PAID)
    assert closes(dataset, Adjustment.RAW) == [("11", "1000"), ("10.5", "1000"), ("5.5", "1000")]


def test_a_split_restates_prices_and_volumes_before_it() -> None:
    dataset = with_actions(HALVED, PAID)
    assert closes(dataset, Adjustment.SPLIT) == [("5.5", "2000"), ("5.25", "2000"), ("5.5", "1000")]


def test_a_dividend_restates_prices_by_what_was_left_of_the_close_before() -> None:
    dataset = with_actions(HALVED, PAID)
    assert closes(dataset, Adjustment.ALL) == [("4.95", "2000"), ("5.25", "2000"), ("5.5", "1000")]


def test_what_has_not_happened_restates_nothing() -> None:
    dataset = with_actions(HALVED, PAID)
    assert closes(dataset, Adjustment.ALL, session=1) == [("9.9", "1000"), ("10.5", "1000")]
    assert closes(dataset, Adjustment.ALL, session=0) == [("11", "1000")]
    midnight = dataset.calendar.day_starts_at(THIRD)
    assert happened([HALVED], dataset.calendar, midnight) == [HALVED]
    assert happened([HALVED], dataset.calendar, midnight - timedelta(microseconds=1)) == []


def test_others_and_other_actions_restate_nothing() -> None:
    dataset = with_actions(
        action(Split(Decimal(2), Decimal(1)), THIRD, of=BB), action(CashDividend(Decimal(99)), THIRD)
    )
    assert closes(dataset, Adjustment.ALL) == closes(dataset, Adjustment.RAW)
    given = with_actions(action(ShareDividend(Decimal("0.25")), THIRD))
    assert closes(given, Adjustment.SPLIT)[0] == ("8.8", "1250")


def test_what_was_adjusted_cannot_be_undone() -> None:
    assert require_adjustable(Adjustment.ALL, PriceBasis.RAW) is Adjustment.ALL
    assert require_adjustable(Adjustment.ALL, PriceBasis.TOTAL_RETURN) is Adjustment.RAW
    assert require_adjustable(Adjustment.SPLIT, PriceBasis.SPLIT) is Adjustment.RAW
    for wanted, basis in ((Adjustment.RAW, PriceBasis.SPLIT), (Adjustment.ALL, PriceBasis.SPLIT)):
        with pytest.raises(PricesAdjustedAlready):
            require_adjustable(wanted, basis)
