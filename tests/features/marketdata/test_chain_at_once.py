"""A chain that is read at once says of each contract what is said of it alone."""

from datetime import timedelta

import numpy as np
import pytest

from paperdesk.core.quant.black_scholes import european, greeks
from paperdesk.core.quant.implied_vol import Reason, implied_vol
from paperdesk.features.marketdata.chains import ContractQuery, chain, years_left
from paperdesk.features.marketdata.feeds.dataset import standing_quote, standing_quotes
from paperdesk.features.marketdata.feeds.manifest import Detail, Recipe
from paperdesk.features.marketdata.feeds.synthetic import market_manifest, open_synthetic
from paperdesk.features.marketdata.marks import mark_at
from tests.features.marketdata.tapes_at import tape_at

MINUTES = [timedelta(0), timedelta(minutes=1), timedelta(minutes=97), timedelta(hours=6, minutes=30)]
DETAIL = Detail.MINUTE


@pytest.mark.parametrize("preset", ["calm_market", "flash_crash"])
@pytest.mark.parametrize("after", MINUTES, ids=str)
def test_quotes_of_many_are_those_of_each(preset: str, after: timedelta) -> None:
    market = open_synthetic(market_manifest(Recipe(preset, 3, DETAIL)))
    opens_at = market.calendar.next_open(market.starts_from)
    # In the middle of the quotes of a minute some contracts have told theirs and others have not.
    for cursor in (market.cursor_at(opens_at + after), market.cursor_at(opens_at + after) - 9_000):
        asked = [each for name in ("AAPL", "VIX") for each in market.chain(name, cursor)]
        asked += [each.instrument for each in market.search("SPY", cursor)][:3]
        assert standing_quotes(market, asked, cursor) == [standing_quote(market, each.id, cursor) for each in asked]


def test_what_a_line_implies_is_what_its_quote_implies_alone() -> None:
    market = open_synthetic(market_manifest(Recipe("calm_market", 3, DETAIL)))
    tape = tape_at(market, market.calendar.next_open(market.starts_from) + timedelta(hours=2))
    lines = list(chain(tape, market, ContractQuery("AAPL")))
    assert sum(line.implied is not None for line in lines) > 1000
    for line in lines[::7]:
        assert line.instrument.underlying_id is not None
        spot = mark_at(market, line.instrument.underlying_id, tape.cursor)
        assert spot is not None
        terms = (line.contract.is_call, float(spot.price), float(line.contract.strike))
        mid = None if line.quote is None or not line.quote.mid else line.quote.mid
        years = years_left(tape, market, line.contract.last_on)
        alone = implied_vol(european(*terms, years=years, vol=0.0), float(mid or 0))
        if line.implied is None:
            assert line.reason == ("there is no price of it, or of its underlying" if mid is None
                                   else Reason(int(alone.reasons)).name.lower())  # fmt: skip
            continue
        assert line.implied.vol == pytest.approx(float(alone.vol), rel=1e-12)
        by_vol = greeks(european(*terms, years=years, vol=np.float64(line.implied.vol)))
        for name in ("delta", "gamma", "vega_per_vol", "theta_per_year", "rho_per_rate"):
            assert getattr(line.implied, name) == pytest.approx(float(getattr(by_vol, name)), rel=1e-9), name
