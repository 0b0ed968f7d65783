"""What option chains look like from outside."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from pydantic import BaseModel, Field

from paperdesk.core.kernel.money import money_from_float
from paperdesk.core.market.instruments import Instrument
from paperdesk.core.market.options import OptionContract, Right, Settlement, Style
from paperdesk.features.marketdata.chains import ChainLine
from paperdesk.infra.http import NumberText

_PLACES = 6


class ContractOut(BaseModel):
    """The terms of a listed option."""

    id: UUID
    symbol: str
    underlying: str
    expires_on: date
    right: Right
    strike: NumberText
    multiplier: NumberText
    deliverable: NumberText
    style: Style
    settlement: Settlement

    @classmethod
    def of(cls, instrument: Instrument, contract: OptionContract) -> "ContractOut":
        """Show a contract."""
        return cls(
            id=instrument.id,
            symbol=instrument.symbol,
            underlying=contract.underlying,
            expires_on=contract.expires_on,
            right=contract.right,
            strike=contract.strike,
            multiplier=contract.multiplier,
            deliverable=contract.units,
            style=contract.style,
            settlement=contract.settlement,
        )


class ChainLineOut(ContractOut):
    """A contract with its quote, and what the middle of it implies; null with a reason where it implies nothing.

    Greeks are of one unit: vega and rho per 1.00 of a volatility and of a rate, theta per year.
    """

    bid: NumberText | None
    ask: NumberText | None
    derived_from: str | None
    implied_vol: NumberText | None
    delta: NumberText | None
    gamma: NumberText | None
    vega_per_vol: NumberText | None
    theta_per_year: NumberText | None
    rho_per_rate: NumberText | None
    volume: NumberText | None = Field(
        description="Of the newest bar, where it closed today; null where nobody told it."
    )
    reason: str | None

    @classmethod
    def of_line(cls, line: ChainLine) -> "ChainLineOut":
        """Show a line of a chain."""
        contract, quote, implied = line.contract, line.quote, line.implied
        return cls(
            id=line.instrument.id,
            symbol=line.instrument.symbol,
            underlying=contract.underlying,
            expires_on=contract.expires_on,
            right=contract.right,
            strike=contract.strike,
            multiplier=contract.multiplier,
            deliverable=contract.units,
            style=contract.style,
            settlement=contract.settlement,
            bid=None if quote is None else quote.bid,
            ask=None if quote is None else quote.ask,
            derived_from=None if quote is None else quote.derived_from,
            implied_vol=None if implied is None else _number(implied.vol),
            delta=None if implied is None else _number(implied.delta),
            gamma=None if implied is None else _number(implied.gamma),
            vega_per_vol=None if implied is None else _number(implied.vega_per_vol),
            theta_per_year=None if implied is None else _number(implied.theta_per_year),
            rho_per_rate=None if implied is None else _number(implied.rho_per_rate),
            volume=line.volume,
            reason=line.reason,
        )


class ExpirationsOut(BaseModel):
    """The days on which options on an underlying end, ascending."""

    underlying: str
    items: list[date]


class StrikesOut(BaseModel):
    """The strikes of options on an underlying, ascending."""

    underlying: str
    items: list[NumberText]


def _number(found: float) -> Decimal:
    return money_from_float(found, _PLACES)
