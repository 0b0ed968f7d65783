"""REST routes of what became of orders."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from paperdesk.features.broker.queries import market_of, read_account
from paperdesk.features.broker.statistics_queries import order_history, order_statistics
from paperdesk.features.broker.statistics_schemas import OrderStateOut, OrderStatisticsOut
from paperdesk.features.identity.access import Reading
from paperdesk.features.marketdata.routes import Datasets
from paperdesk.infra.http import Page, PageOf, Serial
from paperdesk.infra.listing import ListRoute

router = APIRouter(prefix="/v1", tags=["broker"], route_class=ListRoute)


@router.get("/accounts/{account_id}/order-statistics")
async def get_order_statistics(
    account_id: UUID, work: Reading, shelf: Datasets, epoch: Annotated[int | None, Query(ge=1)] = None
) -> OrderStatisticsOut:
    """Count the orders of an epoch by state, with fill rate, volume and time to fill; of the present one by default."""
    account = await read_account(work, account_id)
    _, dataset = await market_of(work, shelf, account)
    meant = account["epoch"] if epoch is None else epoch
    return OrderStatisticsOut.of(meant, await order_statistics(work, dataset, account, meant))


@router.get("/orders/{order_id}/history")
async def get_order_history(order_id: UUID, work: Reading, shelf: Datasets, page: Page) -> PageOf[OrderStateOut]:
    """List every state an order has been in, oldest first, with who or what brought it."""
    states = await order_history(work, shelf, order_id)
    found, next_cursor = page.part(map(OrderStateOut.of, states), lambda each: (each.seq,), tuple[Serial])
    return PageOf(items=found, next_cursor=next_cursor)
