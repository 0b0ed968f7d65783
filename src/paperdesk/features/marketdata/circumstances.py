"""What stands around a price on a tape: how much its market has moved, and in which session it lies."""

from paperdesk.core.broker.marks import Circumstances
from paperdesk.core.market.instruments import Instrument, Kind
from paperdesk.features.marketdata.feeds.dataset import Dataset
from paperdesk.features.marketdata.volatilities import TapeVolatilities


def circumstances_at(dataset: Dataset, instrument: Instrument, cursor: int) -> Circumstances:
    """Return what stands around the price of an instrument at a cursor; what trades all day has no session."""
    at, market = dataset.at_of(cursor), dataset.calendar
    last = dataset.last_print(instrument.id, cursor)
    return Circumstances(
        volatility=TapeVolatilities(dataset, cursor).get(instrument.id),
        session=None if instrument.kind is Kind.CRYPTO else market.session_on(market.day_of(at)),
        began_at=at if last is None else last.at,
    )
