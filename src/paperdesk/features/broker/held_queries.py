"""Every option an account ever held: what is open, what orders closed, and what ended otherwise."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import func, select

from paperdesk.core.broker.account import Position
from paperdesk.core.broker.orders import Side
from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.kernel.time import instant_text
from paperdesk.core.market.instruments import Instrument
from paperdesk.core.market.options import OptionContract
from paperdesk.features.broker import queries
from paperdesk.features.broker.lineage_queries import lineage_of
from paperdesk.features.broker.tables import fills
from paperdesk.features.marketdata.feeds.dataset import Dataset
from paperdesk.features.marketdata.tapes import Shelf
from paperdesk.infra.db import Row, fetch_all
from paperdesk.infra.work import ReadOnly, owned


class HeldState(StrEnum):
    """What became of an option: it is open, orders closed it, or it ended otherwise.

    Otherwise is exercise, assignment, expiry, an adjustment, or an account that began anew.
    """

    OPEN = "open"
    CLOSED = "closed"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class HeldOption:
    """An option that an account holds or held: what is left, what was traded, and the money that brought.

    Without fills, of what an adjustment made, the instants are None.
    """

    instrument: Instrument
    contract: OptionContract
    state: HeldState
    quantity: Decimal
    bought: Decimal
    sold: Decimal
    premium: Decimal
    fees: Decimal
    opened_at: datetime | None
    last_fill_at: datetime | None


async def _traded(work: ReadOnly, account_id: UUID) -> list[Row]:
    """Return what an account bought and sold of each instrument, forks reading what they descend from."""
    lineage = await lineage_of(work, account_id)
    query = (
        select(
            fills.c.instrument_id,
            fills.c.side,
            func.sum(fills.c.quantity).label("units"),
            func.sum(fills.c.quantity * fills.c.price).label("money"),
            func.sum(fills.c.fee).label("fees"),
            func.min(fills.c.at).label("first_at"),
            func.max(fills.c.at).label("last_at"),
        )
        .where(lineage.covers(fills.c.account_id, fills.c.seq), owned(fills, work))
        .group_by(fills.c.instrument_id, fills.c.side)
    )
    return await fetch_all(work.db, query)


async def held_options(work: ReadOnly, shelf: Shelf, account: Row) -> list[HeldOption]:
    """Return the options that an account ever held, by the instant they were opened, newest first."""
    _, dataset = await queries.market_of(work, shelf, account)
    traded: dict[InstrumentId, dict[Side, Row]] = {}
    for row in await _traded(work, account["id"]):
        traded.setdefault(InstrumentId(row["instrument_id"]), {})[Side(row["side"])] = row
    held = {each.instrument_id: each for each in await queries.open_positions(work, account)}
    return sorted(_options(dataset, traded, held), key=place_of_option, reverse=True)


def place_of_option(held: HeldOption) -> tuple[str, UUID]:
    """Return where an option stands among others by when it was opened; what no trade opened is the oldest."""
    return "" if held.opened_at is None else instant_text(held.opened_at), held.instrument.id


def _options(
    dataset: Dataset, traded: dict[InstrumentId, dict[Side, Row]], held: dict[InstrumentId, Position]
) -> Iterator[HeldOption]:
    for instrument_id in {**traded, **held}:
        instrument = dataset.instruments[instrument_id]
        if instrument.contract is None:
            continue
        position = held.get(instrument_id)
        quantity = ZERO if position is None else position.quantity
        yield _told(instrument, instrument.contract, quantity, traded.get(instrument_id, {}))


def _told(instrument: Instrument, contract: OptionContract, quantity: Decimal, sides: dict[Side, Row]) -> HeldOption:
    rows = list(sides.values())
    bought, sold = (sides[side]["units"] if side in sides else ZERO for side in (Side.BUY, Side.SELL))
    paid, got = (sides[side]["money"] if side in sides else ZERO for side in (Side.BUY, Side.SELL))
    is_even = HeldState.CLOSED if bought == sold else HeldState.ENDED
    return HeldOption(
        instrument,
        contract,
        HeldState.OPEN if quantity else is_even,
        quantity,
        bought,
        sold,
        (got - paid) * contract.multiplier,
        sum((row["fees"] for row in rows), ZERO),
        min((row["first_at"] for row in rows), default=None),
        max((row["last_at"] for row in rows), default=None),
    )
