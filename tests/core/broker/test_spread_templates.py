"""Each template is the structure its name says: what it costs when every option costs the same, and where it wins."""

from datetime import date
from decimal import Decimal

import pytest

from paperdesk.core.broker.combos import Strategy, name_of
from paperdesk.core.broker.legs import Leg
from paperdesk.core.broker.payoff import Payoff, payoff
from paperdesk.core.broker.spread_templates import SHAPES, SpreadTemplate, StrikesDoNotFit
from paperdesk.core.market.options import parse_occ

DAY = date(2024, 6, 7)
T = SpreadTemplate


def built(template: SpreadTemplate) -> list[Leg]:
    """Return the legs of a template with strikes ten apart around a hundred, each option free of charge."""
    shape = SHAPES[template]
    shape.require([Decimal(100 + 10 * width) for width in shape.widths])
    found: list[Leg] = []
    for each in shape.legs:
        strike = 100 + 10 * shape.widths[each.strike]
        symbol = f"ACME240607{'C' if each.right.value == 'call' else 'P'}{strike * 1000:08}"
        found.append(Leg(symbol, Decimal(each.ratio), parse_occ(symbol)))
    return found


def line(template: SpreadTemplate) -> Payoff:
    return payoff(built(template))


def test_there_are_fifteen_templates_and_each_has_a_shape() -> None:
    assert len(SpreadTemplate) == 15
    assert set(SHAPES) == set(SpreadTemplate)


@pytest.mark.parametrize(
    ("template", "named"),
    [
        (T.BULL_CALL, Strategy.VERTICAL),
        (T.BEAR_CALL, Strategy.VERTICAL),
        (T.BULL_PUT, Strategy.VERTICAL),
        (T.BEAR_PUT, Strategy.VERTICAL),
        (T.IRON_CONDOR, Strategy.IRON_CONDOR),
        (T.IRON_BUTTERFLY, Strategy.IRON_BUTTERFLY),
        (T.LONG_CALL_BUTTERFLY, Strategy.BUTTERFLY),
        (T.LONG_PUT_BUTTERFLY, Strategy.BUTTERFLY),
        (T.LONG_STRADDLE, Strategy.STRADDLE),
        (T.SHORT_STRADDLE, Strategy.STRADDLE),
        (T.LONG_STRANGLE, Strategy.STRANGLE),
        (T.SHORT_STRANGLE, Strategy.STRANGLE),
    ],
)
def test_a_template_is_the_strategy_that_its_legs_are_recognised_as(template: SpreadTemplate, named: Strategy) -> None:
    assert name_of(built(template)) is named


@pytest.mark.parametrize(
    ("template", "rises", "falls"),
    [
        (T.BULL_CALL, 1000, 0),
        (T.BEAR_CALL, -1000, 0),
        (T.BULL_PUT, 0, -1000),
        (T.BEAR_PUT, 0, 1000),
        (T.IRON_CONDOR, -1000, -1000),
        (T.IRON_BUTTERFLY, -1000, -1000),
        (T.LONG_CALL_BUTTERFLY, 0, 0),
        (T.LONG_PUT_BUTTERFLY, 0, 0),
        (T.JADE_LIZARD, -1000, -4000),
        (T.REVERSE_JADE_LIZARD, -4000, -1000),
        (T.BIG_LIZARD, -1000, -5000),
        (T.LONG_STRADDLE, 5000, 5000),
        (T.SHORT_STRANGLE, -4000, -4000),
    ],
)
def test_what_a_template_comes_to_far_above_and_far_below(template: SpreadTemplate, rises: int, falls: int) -> None:
    drawn = line(template)
    assert [drawn.profit(Decimal(150)), drawn.profit(Decimal(50))] == [Decimal(rises), Decimal(falls)]


def test_a_butterfly_wins_most_in_its_middle_and_a_jade_lizard_has_no_loss_above() -> None:
    assert line(T.LONG_PUT_BUTTERFLY).max_profit == 1000
    assert line(T.JADE_LIZARD).slope == 0
    assert line(T.SHORT_STRADDLE).max_loss is None


def test_strikes_that_do_not_fit_are_refused() -> None:
    for strikes in ([], ["100"], ["105", "100"], ["100", "100"], ["95", "100", "105"]):
        with pytest.raises(StrikesDoNotFit):
            SHAPES[T.BULL_CALL].require([Decimal(each) for each in strikes])
