"""The instruments that a live tape watches: what their symbols say, because no source is asked for more."""

from decimal import Decimal

from paperdesk.core.market.instruments import Instrument, Kind, instrument_id
from paperdesk.core.market.options import parse_occ
from paperdesk.features.marketdata.feeds.series import CENT, guessed


def watched_instrument(symbol: str, calendar_name: str) -> Instrument:
    """Return the instrument of a symbol."""
    named = guessed(symbol)
    return Instrument(
        id=instrument_id(named.kind, symbol, calendar_name),
        symbol=symbol,
        name=named.name,
        kind=named.kind,
        currency=named.currency,
        tick=CENT,
        lot_step=Decimal(1),
        calendar=calendar_name,
        contract=parse_occ(symbol) if named.kind is Kind.OPTION else None,
    )
