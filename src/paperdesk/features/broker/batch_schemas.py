"""What many orders at once look like from outside."""

from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from paperdesk.features.broker.order_schemas import OrderOut, PlaceComboBody, PlaceOrderBody
from paperdesk.features.broker.preview_schemas import RefusalOut
from paperdesk.infra.http import Body

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


class OutcomeOut(BaseModel):
    """What came of one order: the order, or the problem that sending it alone would have been answered with."""

    order: OrderOut | None
    repeated: bool = Field(description="The same request placed it before.")
    problem: RefusalOut | None


class OutcomesOut(BaseModel):
    """What came of each, in the order they were sent."""

    outcomes: list[OutcomeOut]
