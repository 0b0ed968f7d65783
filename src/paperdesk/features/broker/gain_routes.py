"""REST routes for lots: what is open, and what closing them brought."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from paperdesk.features.broker import queries
from paperdesk.features.broker.gain_queries import Sought, gains, open_lots, place_of_lot
from paperdesk.features.broker.gain_schemas import GainOut, GainsOut, GainTotalsOut, LotOut, as_csv
from paperdesk.features.identity.access import Reading
from paperdesk.features.marketdata.routes import Datasets
from paperdesk.infra.http import InstantText, Page, PageOf, Serial, SymbolLine, encode_cursor
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


@router.get("/accounts/{account_id}/gains")
async def get_gains(account_id: UUID, work: Reading, shelf: Datasets, page: Page, chosen: Chosen) -> GainsOut:
    """List realised gains by lot, oldest first, short or long term and with wash sales marked."""
    account = await queries.read_account(work, account_id)
    found = await gains(work, shelf, account, chosen.sought)
    after = page.after(tuple[Serial])
    start = 0 if after is None else after[0]
    end = start + page.limit
    return GainsOut(
        items=[GainOut.of(each) for each in found[start:end]],
        next_cursor=encode_cursor(end) if end < len(found) else None,
        totals=GainTotalsOut.of(found),
    )


@router.get("/accounts/{account_id}/gains.csv", response_class=Lines)
async def get_gains_file(account_id: UUID, work: Reading, shelf: Datasets, chosen: Chosen) -> Lines:
    """Write realised gains as a CSV file."""
    account = await queries.read_account(work, account_id)
    found = await gains(work, shelf, account, chosen.sought)
    headers = {"Content-Disposition": f'attachment; filename="gains-{account["number"]}.csv"'}
    return Lines(as_csv(found), headers=headers)


@router.get("/accounts/{account_id}/lots")
async def get_lots(
    account_id: UUID, work: Reading, shelf: Datasets, page: Page, symbol: SymbolLine | None = None
) -> PageOf[LotOut]:
    """List the open lots of an account by symbol and age; an order may name them."""
    account = await queries.read_account(work, account_id)
    known = [each for each in await open_lots(work, shelf, account) if symbol in {None, each.symbol}]
    found, next_cursor = page.part(known, place_of_lot, tuple[str, Serial, UUID])
    return PageOf(items=[LotOut.of(each) for each in found], next_cursor=next_cursor)
