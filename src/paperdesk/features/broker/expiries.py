"""What the options of an account would come to on a day, with prices as they stand; nothing is booked."""

from datetime import date

from paperdesk.core.broker.account import Account, Position
from paperdesk.core.broker.expiry import Ending, endings
from paperdesk.core.broker.lots import Lot
from paperdesk.core.kernel.ids import LotId, derived
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.facts import SessionClosed
from paperdesk.features.broker.queries import market_of, open_positions
from paperdesk.features.broker.rows import read_account_of
from paperdesk.features.marketdata.marks import TapeMarks
from paperdesk.features.marketdata.tapes import Shelf
from paperdesk.infra.db import Row
from paperdesk.infra.work import ReadOnly


async def expiries(work: ReadOnly, shelf: Shelf, row: Row, on: date) -> tuple[Ending, ...]:
    """Return how the options that end by a day would end; those of later days are left out."""
    tape, dataset = await market_of(work, shelf, row)
    account = read_account_of(row)
    held = {each.instrument_id: _in_one_lot(account, each) for each in await open_positions(work, row)}
    bell = SessionClosed(tape.cursor, tape.at, on)
    return endings(replace(account, positions=held), bell, TapeMarks(dataset, tape.cursor))


def _in_one_lot(account: Account, position: Position) -> Position:
    """Return a position as if it had been opened at once: which lots end does not change how many do."""
    lot = Lot(LotId(derived(position.instrument_id, "all")), account.last_at, 1, position.quantity, position.cost)
    return replace(position, lots=(lot,))
