"""What companies of the synthetic market do: facts before the bell, told in time, and paid."""

from datetime import timedelta
from functools import cache

import pytest

from paperdesk.core.kernel.time import instant_from_text
from paperdesk.core.market.corporate_actions import CashDividend, CorporateAction, Delisting, Merger, Moment
from paperdesk.core.market.facts import CorporateActionFact, MarketFact, SessionOpened
from paperdesk.features.marketdata.feeds.dataset import Dataset, standing_quote
from paperdesk.features.marketdata.feeds.manifest import Detail, Recipe
from paperdesk.features.marketdata.feeds.synthetic import market_manifest, open_synthetic
from tests.features.marketdata.feeds.test_synthetic_minutes import id_of, opened

DETAILS = list(Detail)


@cache
def dataset(detail: Detail) -> Dataset:
    return opened() if detail is Detail.MINUTE else open_synthetic(market_manifest(Recipe("fair_market", 7)))


@cache
def coming() -> CorporateAction:
    """The first dividend after the first summer of the market."""
    start = instant_from_text("2025-07-07T00:00:00Z").date()
    return next(one for one in opened().actions if one.ex_on >= start and isinstance(one.terms, CashDividend))


def facts_around(market: Dataset, action: CorporateAction) -> list[MarketFact]:
    bell = next(iter(market.calendar.sessions(action.ex_on, action.ex_on))).opens_at
    before = market.cursor_at(bell - timedelta(days=1))
    return list(market.facts_between(before, market.cursor_at(bell), frozenset({action.instrument.id})))


def test_both_details_tell_the_same_actions() -> None:
    assert list(dataset(Detail.DAILY).actions) == list(dataset(Detail.MINUTE).actions)
    kinds = {type(one.terms) for one in opened().actions}
    assert CashDividend in kinds
    assert kinds <= {CashDividend, Merger, Delisting}
    ends = [one for one in opened().actions if isinstance(one.terms, Merger | Delisting)]
    assert all(one.announced_on is None for one in ends)


@pytest.mark.parametrize("detail", DETAILS)
def test_a_dividend_goes_ex_before_the_bell_and_is_announced_before(detail: Detail) -> None:
    market, action = dataset(detail), coming()
    assert action.announced_on is not None
    assert action.announced_on < action.ex_on
    acts = [fact for fact in facts_around(market, action) if isinstance(fact, CorporateActionFact)]
    assert (action, Moment.EX) in [(fact.action, fact.moment) for fact in acts]
    bell = [fact for fact in facts_around(market, action) if isinstance(fact, SessionOpened)][-1]
    assert all(fact.seq < bell.seq for fact in acts)
    assert [fact.seq for fact in acts] == list(range(acts[0].seq, acts[0].seq + len(acts)))
    assert market.cursor_at(acts[0].at) == acts[-1].seq
    assert market.at_of(acts[0].seq) == acts[0].at
    assert market.has_bells(acts[0].seq - 1, acts[0].seq)
    assert market.session_at(acts[-1].seq) is None


@pytest.mark.parametrize("detail", DETAILS)
def test_the_last_price_stands_without_the_dividend_once_it_went_ex(detail: Detail) -> None:
    market, action = dataset(detail), coming()
    assert isinstance(action.terms, CashDividend)
    seq = next(fact.seq for fact in facts_around(market, action) if isinstance(fact, CorporateActionFact)
               and fact.action == action)  # fmt: skip
    before, after = (market.last_print(action.instrument.id, cursor) for cursor in (seq - 1, seq))
    assert before is not None
    assert after is not None
    assert 0 <= before.price - after.price - action.terms.amount.quantize(after.price) <= action.terms.amount
    quotes = [standing_quote(market, action.instrument.id, cursor) for cursor in (seq - 1, seq)]
    assert all(quotes)


def test_steps_and_bells_stay_in_place_around_actions() -> None:
    market, action = opened(), coming()
    facts = facts_around(market, action)
    first = next(fact.seq for fact in facts if isinstance(fact, CorporateActionFact))
    bell = next(fact.seq for fact in facts if isinstance(fact, SessionOpened) and fact.seq > first)
    opening = market.next_of(first, "next_open")
    assert opening is not None
    assert market.at_of(opening) == market.at_of(bell)
    minute = market.next_step(first, "bar")
    assert minute is not None
    assert market.at_of(minute) - market.at_of(bell) == timedelta(minutes=1)
    assert market.sessions_closed(first) == market.sessions_closed(first - 1)
    assert first < market.ahead(first, 1) <= minute
    assert market.last_price_fact(id_of("BTC/USD"), first) is not None
