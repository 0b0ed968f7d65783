"""REST routes for lots: what is open, and what closing them brought."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from paperdesk.features.broker import queries
from paperdesk.features.broker.gain_queries import Sought, gains, open_lots, place_of_lot
from paperdesk.features.broker.gain_schemas import GainOut, GainsOut, GainTotalsOut, LotOut, as_csv
from paperdesk.features.identity.access import Reading
from paperdesk.features.marketdata.routes import Datasets
from paperdesk.infra.http import InstantText, PageOf, PageParams, Serial, SymbolLine, sorted_by
from paperdesk.infra.listing import Lines, ListRoute

router = APIRouter(prefix="/v1", tags=["broker"], route_class=ListRoute)


@dataclass(frozen=True, slots=True)
class GainFilter:
    """Which gains are meant: closed later than an instant, earlier than another, of one symbol."""

    after: InstantText | None = None
    until: InstantText | None = None
    symbol: SymbolLine | None = None

    @property
    def sought(self) -> Sought:
        """Return the filter as a search."""
        return Sought(self.after, self.until, self.symbol)


Chosen = Annotated[GainFilter, Depends()]


GainsPage = Annotated[
    PageParams, sorted_by(symbol=str, closed_at=datetime, proceeds=Decimal, gain=Decimal, taxable_gain=Decimal)
]


@router.get("/accounts/{account_id}/gains")
async def get_gains(account_id: UUID, work: Reading, shelf: Datasets, page: GainsPage, chosen: Chosen) -> GainsOut:
    """List realised gains by lot, oldest first, short or long term and with wash sales marked."""
    account = await queries.read_account(work, account_id)
    found = await gains(work, shelf, account, chosen.sought)
    items, next_cursor = page.numbered_part(map(GainOut.of, found))
    return GainsOut(items=items, next_cursor=next_cursor, totals=GainTotalsOut.of(found))


@router.get("/accounts/{account_id}/gains.csv", response_class=Lines)
async def get_gains_file(account_id: UUID, work: Reading, shelf: Datasets, chosen: Chosen) -> Lines:
    """Write realised gains as a CSV file."""
    account = await queries.read_account(work, account_id)
    found = await gains(work, shelf, account, chosen.sought)
    headers = {"Content-Disposition": f'attachment; filename="gains-{account["number"]}.csv"'}
    return Lines(as_csv(found), headers=headers)


LotsPage = Annotated[PageParams, sorted_by(symbol=str, opened_at=datetime, quantity=Decimal, cost=Decimal)]


@router.get("/accounts/{account_id}/lots")
async def get_lots(
    account_id: UUID, work: Reading, shelf: Datasets, page: LotsPage, symbol: SymbolLine | None = None
) -> PageOf[LotOut]:
    """List the open lots of an account by symbol and age; an order may name them."""
    account = await queries.read_account(work, account_id)
    known = [each for each in await open_lots(work, shelf, account) if symbol in {None, each.symbol}]
    items, next_cursor = page.shown_part(known, LotOut.of, place_of_lot, tuple[str, Serial, UUID])
    return PageOf(items=items, next_cursor=next_cursor)
