"""REST routes of option chains."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from paperdesk.core.market.options import Right
from paperdesk.features.identity.access import Reading
from paperdesk.features.marketdata.chain_schemas import ChainLineOut, ContractOut, ExpirationsOut, StrikesOut
from paperdesk.features.marketdata.chains import (
    ContractQuery,
    LineFilter,
    Moneyness,
    Place,
    contracts,
    lines_of,
    listed_near,
    place_of,
)
from paperdesk.features.marketdata.queries import on_tape
from paperdesk.features.marketdata.routes import Datasets
from paperdesk.infra.http import DayText, Line, NumberText, Page, PageOf
from paperdesk.infra.listing import ListRoute

router = APIRouter(prefix="/v1/options", tags=["options"], route_class=ListRoute)


def _asked(  # noqa: PLR0913 - each is a parameter of the address
    underlying: Line,
    expires_on: DayText | None = None,
    right: Right | None = None,
    *,
    expired: bool = False,
    expires_from: DayText | None = None,
    expires_to: DayText | None = None,
) -> ContractQuery:
    return ContractQuery(underlying, expires_on, right, expired, expires_from, expires_to)


def _wanted(
    volume_min: Annotated[NumberText | None, Query(ge=0)] = None,
    band: Annotated[NumberText | None, Query(ge=0, le=10)] = None,
    moneyness: Moneyness | None = None,
    delta: Annotated[NumberText | None, Query(ge=-1, le=1)] = None,
) -> LineFilter:
    return LineFilter(volume_min, band, moneyness, delta)


Asked = Annotated[ContractQuery, Depends(_asked)]
Wanted = Annotated[LineFilter, Depends(_wanted)]


@router.get("/contracts")
async def get_contracts(tape_id: UUID, asked: Asked, work: Reading, shelf: Datasets, page: Page) -> PageOf[ContractOut]:
    """List the options on an underlying that a tape has shown, by expiry, strike and right."""
    known = contracts(*await on_tape(work, shelf, tape_id), asked)
    found, next_cursor = page.part(known, lambda each: place_of(*each), Place)
    return PageOf(items=[ContractOut.of(*each) for each in found], next_cursor=next_cursor)


@router.get("/chain")
async def get_chain(  # noqa: PLR0913 - each is a part of what is asked
    tape_id: UUID, asked: Asked, wanted: Wanted, work: Reading, shelf: Datasets, page: Page
) -> PageOf[ChainLineOut]:
    """List options with their quotes, and the volatility and delta that these imply.

    `band` is how far strikes may be from the price of the underlying, as a fraction of it; `delta` picks the nearest
    line of each expiry and right.
    """
    tape, dataset = await on_tape(work, shelf, tape_id)
    listed = listed_near(tape, dataset, asked, wanted)
    if wanted.looks_at_lines:
        known = lines_of(tape, dataset, listed, wanted)
        found, next_cursor = page.part(known, lambda each: place_of(each.instrument, each.contract), Place)
    else:  # what is not on the page is not worked out
        part, next_cursor = page.part(listed, lambda each: place_of(*each), Place)
        found = list(lines_of(tape, dataset, part, wanted))
    return PageOf(items=[ChainLineOut.of_line(each) for each in found], next_cursor=next_cursor)


@router.get("/expirations")
async def get_expirations(tape_id: UUID, asked: Asked, work: Reading, shelf: Datasets) -> ExpirationsOut:
    """List the days on which options on an underlying end."""
    found = contracts(*await on_tape(work, shelf, tape_id), asked)
    return ExpirationsOut(underlying=asked.underlying, items=sorted({each.expires_on for _, each in found}))


@router.get("/strikes")
async def get_strikes(tape_id: UUID, asked: Asked, work: Reading, shelf: Datasets) -> StrikesOut:
    """List the strikes of options on an underlying."""
    found = contracts(*await on_tape(work, shelf, tape_id), asked)
    return StrikesOut(underlying=asked.underlying, items=sorted({each.strike for _, each in found}))
