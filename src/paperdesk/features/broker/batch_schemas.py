"""What many orders at once look like from outside."""

from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from paperdesk.core.broker.commands import ClosePosition
from paperdesk.core.kernel.ids import AccountId, OrderId
from paperdesk.features.broker.order_schemas import OrderOut, PlaceComboBody, PlaceOrderBody
from paperdesk.features.broker.preview_schemas import RefusalOut
from paperdesk.infra.http import Body, NumberText, SymbolLine

ORDERS_MAX = 100
EXAMPLE: JsonDict = {
    "account_id": "0192f0c1-7b1e-7a3c-8000-3f5d5f9d9a11",
    "symbol": "AAPL",
    "side": "buy",
    "type": "market",
    "quantity": "10",
    "client_order_id": "one-of-many",
}


class PlaceManyBody(Body):
    """Orders, for one account or several; each is judged after the ones before it."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra={"examples": [{"orders": [EXAMPLE]}]})
    orders: list[PlaceOrderBody | PlaceComboBody] = Field(min_length=1, max_length=ORDERS_MAX)


class CancelManyBody(Body):
    """Which orders to cancel, by their ids."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={"examples": [{"order_ids": ["0192f0c1-7b1e-7a3c-8000-3f5d5f9d9a11"]}]},
    )
    order_ids: list[UUID] = Field(min_length=1, max_length=ORDERS_MAX)


class ClosePositionsBody(Body):
    """Which positions to sell at the market, all of them unless symbols are named; and how much of each."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra={"examples": [{"symbols": ["AAPL"]}]})
    symbols: list[SymbolLine] | None = Field(default=None, min_length=1, max_length=ORDERS_MAX)
    percent: NumberText | None = None
    cancel_orders: bool = Field(default=False, description="Take open orders in them off the market first.")

    def command(self, account_id: AccountId, order_id: UUID, symbol: str) -> ClosePosition:
        """Return what is asked of one of them as a command."""
        return ClosePosition(
            account_id, OrderId(order_id), symbol, percent=self.percent, cancel_orders=self.cancel_orders
        )


class OutcomeOut(BaseModel):
    """What came of one order: the order, or the problem that sending it alone would have been answered with."""

    order: OrderOut | None
    repeated: bool = Field(description="The same request placed it before.")
    problem: RefusalOut | None


class ClosedOut(OutcomeOut):
    """What came of one position: the order that sells it, or the problem."""

    symbol: str


class ClosedPositionsOut(BaseModel):
    """What came of each position: options first, because shares may cover them, or in the order they were named."""

    outcomes: list[ClosedOut]


class OutcomesOut(BaseModel):
    """What came of each, in the order they were sent."""

    outcomes: list[OutcomeOut]
