"""The order of facts: ranges and closes before the next open, sessions around them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.corporate_actions import CashDividend, Moment, Split
from paperdesk.core.market.facts import CorporateActionFact, MarketFact
from paperdesk.core.market.instruments import Kind, instrument_id
from paperdesk.core.market.merge import TimedBar, facts_of_action, merge
from paperdesk.core.market.quotes import Bar, Quote
from paperdesk.core.market.sessions import calendar
from tests.scenery import action_of

OPENS_AT = datetime(2024, 1, 2, 14, 30, tzinfo=UTC)
CLOSES_AT = datetime(2024, 1, 2, 21, tzinfo=UTC)
LOW, HIGH = sorted((instrument_id(Kind.EQUITY, name, "XNYS") for name in ("ONE", "TWO")), key=lambda one: one.int)


def bar(instrument: InstrumentId, opened_at: datetime, at: datetime) -> TimedBar:
    prices = {name: Decimal(price) for name, price in (("open", 10), ("high", 12), ("low", 9))}
    return TimedBar(opened_at, Bar(instrument, at, Decimal(11), **prices))


def names(facts: list[MarketFact]) -> list[str]:
    return [type(fact).__name__ for fact in facts]


def test_a_daily_bar_opens_with_its_session_and_ends_before_the_session_does() -> None:
    session = calendar("XNYS").session_on(date(2024, 1, 2))
    assert session is not None
    facts = merge([bar(LOW, OPENS_AT, CLOSES_AT)], [], [session])
    assert names(facts) == ["SessionOpened", "OpenFact", "RangeFact", "CloseFact", "SessionClosed"]
    assert [fact.seq for fact in facts] == [1, 2, 3, 4, 5]


def test_all_bars_end_before_any_next_bar_opens() -> None:
    middle = OPENS_AT + timedelta(minutes=1)
    end = middle + timedelta(minutes=1)
    bars = [bar(one, *span) for one in (HIGH, LOW) for span in ((OPENS_AT, middle), (middle, end))]
    inside = [fact for fact in merge(bars, [], []) if fact.at == middle]
    assert names(inside) == ["RangeFact", "RangeFact", "CloseFact", "CloseFact", "OpenFact", "OpenFact"]
    assert [fact.instrument_id for fact in inside] == [LOW, HIGH] * 3  # type: ignore[union-attr]


def test_what_companies_do_comes_at_the_midnight_before_the_session_of_its_day() -> None:
    market = calendar("XNYS")
    dividend = replace(action_of(CashDividend(Decimal(1))), ex_on=date(2024, 1, 2), pay_on=date(2024, 1, 3))
    session = market.session_on(date(2024, 1, 2))
    assert session is not None
    facts = merge([bar(LOW, OPENS_AT, CLOSES_AT)], [], [session], facts_of_action(dividend, market))
    assert names(facts)[:2] == ["CorporateActionFact", "SessionOpened"]
    assert names(facts)[-2:] == ["SessionClosed", "CorporateActionFact"]
    assert facts[0].at == datetime(2024, 1, 2, 5, tzinfo=UTC)
    assert [fact.moment for fact in facts if isinstance(fact, CorporateActionFact)] == [Moment.EX, Moment.PAY]
    assert isinstance(facts[0], CorporateActionFact)
    assert facts[0].instrument_id == dividend.instrument.id


def test_where_a_session_never_pauses_actions_come_between_two_of_them() -> None:
    market = calendar("24/7")
    split = replace(action_of(Split(Decimal(2), Decimal(1))), ex_on=date(2024, 1, 2))
    sessions = market.sessions(date(2024, 1, 1), date(2024, 1, 2))
    facts = merge([], [], sessions, facts_of_action(split, market))
    assert names(facts)[1:4] == ["SessionClosed", "CorporateActionFact", "SessionOpened"]


def test_a_close_only_bar_is_one_fact() -> None:
    only = TimedBar(OPENS_AT, Bar(LOW, CLOSES_AT, Decimal(11)))
    assert names(merge([only], [], [])) == ["CloseFact"]


def test_quotes_of_one_instant_keep_the_order_of_their_source() -> None:
    quotes = [Quote(LOW, OPENS_AT, Decimal(bid), Decimal(20)) for bid in (10, 9, 11)]
    assert [fact.bid for fact in merge([], quotes, [])] == [10, 9, 11]  # type: ignore[union-attr]
