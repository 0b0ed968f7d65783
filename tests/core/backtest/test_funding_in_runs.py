"""Funding in runs: every settlement between two bars is posted once, on what was held and the last price by then."""

from datetime import timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from paperdesk.core.backtest.compiled.track import Bars
from paperdesk.core.backtest.result import Result
from paperdesk.core.broker.account import Rules
from paperdesk.core.broker.ledger import Book, EntryKind
from paperdesk.core.broker.margin_rules import FundingRate, MarginKind, MarginRules
from paperdesk.core.broker.orders import Side
from paperdesk.core.kernel.money import ZERO, money
from paperdesk.core.market.facts import CloseFact, OpenFact
from tests.bar_market import BarMarket
from tests.bar_series import series
from tests.core.backtest.test_skipping import Attentive, Wish, ran, wishes
from tests.scenery import COIN, rules
from tests.stories import journal

RATE = Decimal("0.03")
THIRD_OF_A_DAY = timedelta(hours=8)


def funded(kind: MarginKind = MarginKind.CASH) -> Rules:
    return rules(margin=MarginRules(kind, funding=FundingRate(RATE)))


def expected(market: BarMarket, result: Result) -> list[Decimal]:
    """Return what each settlement comes to, worked out from the fills and the bars alone."""
    facts = list(market.facts_between(0, market.facts_total, frozenset({COIN.id})))
    fills = [(each.at, each.fill) for each in result.fills]
    sides = {each.id: 1 if each.side is Side.BUY else -1 for each in result.orders}
    first, last = facts[0].at, market.at_of(market.facts_total)
    at = first.replace(hour=0, minute=0, second=0, microsecond=0)
    found = []
    while at < last:
        if at >= first:
            held = sum((sides[fill.order_id] * fill.quantity for filled_at, fill in fills if filled_at <= at), ZERO)
            known = [each.price for each in facts if isinstance(each, OpenFact | CloseFact) and each.at <= at]
            found.append(money(held * known[-1] * RATE / 3))
        at += THIRD_OF_A_DAY
    return [each for each in found if each]


@given(series(COIN), st.lists(wishes, min_size=30, max_size=30), st.sampled_from(MarginKind))
def test_a_run_pays_what_its_settlements_come_to_one_by_one_and_in_their_order(
    bars: Bars, listed: list[Wish | None], kind: MarginKind
) -> None:
    result, _ = ran(BarMarket([bars]), listed, funded(kind), Decimal(100_000), "COIN")
    posted = [each for each in journal(result.events) if each.kind is EntryKind.FUNDING]
    assert [each.change(Book.FUNDING) for each in posted] == expected(BarMarket([bars]), result)
    assert [each.at for each in posted] == sorted(each.at for each in posted)
    assert len({each.id for each in posted}) == len(posted)
    attentive, _ = ran(Attentive([bars]), listed, funded(kind), Decimal(100_000), "COIN")
    assert attentive.events == result.events
