"""Which sectors a tape knows: those of the companies of a synthetic market, and of nothing else."""

from paperdesk.features.marketdata.feeds.dataset import open_dataset
from paperdesk.features.marketdata.feeds.manifest import Detail, Recipe
from paperdesk.features.marketdata.feeds.synthetic import market_manifest, open_synthetic
from paperdesk.features.marketdata.sectors import TapeSectors
from tests.desk import Market
from tests.scenery import GLOBEX


def test_a_synthetic_market_knows_the_sectors_of_its_companies_and_of_no_fund() -> None:
    market = open_synthetic(market_manifest(Recipe("calm_market", 3, Detail.DAILY)))
    sectors = TapeSectors(market)
    by_symbol = {market.instruments[each].symbol: sector for each, sector in sectors.items()}
    assert by_symbol["AAPL"] == "technology"
    assert "SPY" not in by_symbol
    assert len(sectors) == len(by_symbol)
    assert GLOBEX.id not in sectors


def test_a_recorded_market_knows_none(markets: dict[str, Market]) -> None:
    assert dict(TapeSectors(open_dataset(markets["daily"].folder))) == {}
