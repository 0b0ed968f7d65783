"""What moves money or units without being a fill is folded the same way, whatever its name."""

from decimal import Decimal

from paperdesk.core.broker.engine import fold
from paperdesk.core.broker.events import Booked, Booking, Move
from paperdesk.core.broker.ledger import Book, Entry, EntryKind, Posting
from paperdesk.core.broker.lots import Lot, LotChange
from paperdesk.core.kernel.ids import EntryId, LotId, derived
from tests.scenery import ACME, HERE
from tests.stories import Story

FIVE = Decimal(5)


def booked(story: Story, *postings: Posting, moves: tuple[Move, ...] = ()) -> Booked:
    account = story.account
    entry = Entry(
        EntryId(derived(HERE, "night")), account.last_entry + 1, story.at, EntryKind.TRANSFER, "A gift", postings
    )
    return Booked(account.last_seq + 1, story.at, Booking(entry, moves))


def test_a_booking_moves_cash_and_counts_its_entry() -> None:
    story = Story(cash="100")
    event = booked(story, Posting(Book.CASH, "USD", FIVE), Posting(Book.CAPITAL, "USD", -FIVE))
    after = fold(story.account, [event])
    assert (after.cash, after.last_entry) == (Decimal(105), story.account.last_entry + 1)


def test_a_booking_moves_units_lots_and_their_cost_together() -> None:
    story = Story(cash="100")
    lot = Lot(LotId(derived(HERE, "lot")), story.at, 2, FIVE, Decimal(50))
    postings = (Posting(Book.SECURITIES, "USD", Decimal(50), ACME.id, FIVE), Posting(Book.CAPITAL, "USD", Decimal(-50)))
    after = fold(
        story.account, [booked(story, *postings, moves=(Move(ACME.id, FIVE, (LotChange(lot, is_new=True),)),))]
    )
    position = after.position(ACME.id)
    assert (position.quantity, position.cost, position.lots) == (FIVE, Decimal(50), (lot,))
    assert after.cash == story.account.cash
