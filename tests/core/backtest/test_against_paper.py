"""Orders of two sides are matched by symbol, side and time, and each order at most once."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from paperdesk.core.backtest.against_paper import ComparedOrder, days_of, matched
from paperdesk.core.broker.orders import Side
from paperdesk.core.kernel.values import replace

NOON = datetime(2024, 6, 3, 12, tzinfo=UTC)


def order(number: int, seconds: int, side: Side = Side.BUY, symbol: str = "ACME", units: int = 10) -> ComparedOrder:
    at, quantity, price = NOON + timedelta(seconds=seconds), Decimal(units), Decimal(100)
    return ComparedOrder(str(number), at, symbol, side, "market", quantity, "filled", quantity, price, Decimal(0))


SIDES = st.lists(
    st.builds(
        order,
        st.integers(0, 10**6),
        st.integers(0, 500),
        st.sampled_from(list(Side)),
        st.sampled_from(["ACME", "BOLT"]),
        st.integers(1, 3),
    ),
    max_size=12,
)


@given(SIDES, SIDES, st.integers(0, 300))
def test_every_order_is_matched_once_or_left_over_once(
    run: list[ComparedOrder], paper: list[ComparedOrder], within: int
) -> None:
    found = matched(run, paper, within)
    ours, theirs = [each.run for each in found.pairs], [each.paper for each in found.pairs]
    assert sorted(map(id, [*ours, *found.only_run])) == sorted(map(id, run))
    assert sorted(map(id, [*theirs, *found.only_paper])) == sorted(map(id, paper))
    for pair in found.pairs:
        assert (pair.run.symbol, pair.run.side) == (pair.paper.symbol, pair.paper.side)
        assert abs(pair.delay_s) <= within
    # Nothing that could still be matched is left over.
    for one in found.only_run:
        for other in found.only_paper:
            is_alike = (one.symbol, one.side) == (other.symbol, other.side)
            assert not is_alike or abs((one.at - other.at).total_seconds()) > within


@given(SIDES)
def test_a_side_beside_itself_is_the_same(run: list[ComparedOrder]) -> None:
    found = matched(run, run, 0)
    assert len(found.pairs) == len(run)
    assert all(each.delay_s == 0 and each.slippage_bps == 0 for each in found.pairs)


def test_slippage_is_what_paper_paid_more_or_got_less() -> None:
    ours = order(1, 0), order(2, 0, Side.SELL)
    theirs = [replace(each, price=Decimal(101), fees=Decimal(1)) for each in ours]
    bought, sold = sorted(matched(ours, theirs, 0).pairs, key=lambda pair: pair.run.side.value)
    assert (bought.slippage_bps, sold.slippage_bps) == (100, -100)
    assert not bought.is_same


def test_drift_counts_from_the_first_close_that_both_know() -> None:
    at = [NOON + timedelta(days=day) for day in range(4)]
    run = dict(zip(at, map(Decimal, (100, 110, 121, 133)), strict=True))
    paper = dict(zip(at[1:], (Decimal(50), Decimal(50), None), strict=True))
    first, second = days_of(run, paper)
    assert (first.drift, first.run_return) == (0, 0)
    assert (second.run_return, second.paper_return) == (0.1, 0)
    assert second.drift == -0.1
    assert days_of(run, {}) == []
