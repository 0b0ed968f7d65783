"""How exercise and assignment are booked: the option leaves at its cost, and what it brings enters with that cost.

    what happens          shares                               option
    long call exercised   bought for strike and premium        realises nothing
    short put assigned    bought for strike less premium       realises nothing
    long put exercised    sold for strike less premium         realises nothing
    short call assigned   sold for strike and premium          realises nothing
    settled in cash       none                                 closed at what exercise is worth
    expired               none                                 closed at nothing

Cash moves by the strike alone, because the premium moved when the option was bought or sold. Buying shares closes
a short position first and selling them a long one, as any fill does.
"""

from decimal import Decimal

from msgspec import Struct

from paperdesk.core.broker import ledger
from paperdesk.core.broker.contingencies import Course
from paperdesk.core.broker.events import Booking, Move
from paperdesk.core.broker.ledger import Book, Closing, Entry, EntryKind, Opening, Posting
from paperdesk.core.broker.lot_choice import choice_for
from paperdesk.core.broker.lots import Lot, LotChange, reduce_lots
from paperdesk.core.kernel.ids import EntryId, LotId, derived
from paperdesk.core.kernel.money import ZERO, money, plain
from paperdesk.core.market.instruments import Instrument
from paperdesk.core.market.options import OptionContract


class Occasion(Struct, frozen=True):
    """Contracts of one option that end, by how many, and on which occasion: the same one is booked once."""

    option: Instrument
    contract: OptionContract
    count: Decimal
    kind: EntryKind
    name: str


class _Gone(Struct, frozen=True):
    """Contracts taken out of a position: signed units that leave, what they had cost, and the lots after it."""

    quantity: Decimal
    cost: Decimal
    changes: tuple[LotChange, ...]


def closed_for(course: Course, occasion: Occasion, value: Decimal) -> Booking:
    """Book contracts that end for money, or for nothing: value is positive for the holder of a long one."""
    currency, option_id = course.account.currency, occasion.option.id
    gone = _taken(course, occasion)
    gross = money(value * occasion.count, currency).copy_sign(gone.quantity) if value else ZERO
    postings = ledger.filled(currency, option_id, {}, Closing(gone.quantity, gross, gone.cost), None)
    kept = tuple(posting for posting in postings if posting.amount or posting.quantity)
    return Booking(_entry(course, occasion, kept), (Move(option_id, gone.quantity, gone.changes),))


def delivered(course: Course, occasion: Occasion, shares: Instrument) -> Booking:
    """Book contracts that end in units of the underlying, at the strike and with the premium in their cost."""
    currency, contract = course.account.currency, occasion.contract
    gone = _taken(course, occasion)
    # Leaving units are negative for a long position; a long call and a short put buy.
    sign = Decimal(1 if (gone.quantity < ZERO) is contract.is_call else -1)
    strike = money(contract.aggregate_strike * occasion.count, currency)
    gross = sign * strike + gone.cost
    closing, opening, changes = _split(course, shares, occasion, sign * contract.units * occasion.count, gross)
    postings = (
        *ledger.filled(currency, shares.id, {}, closing, opening)[:-1],
        Posting(Book.SECURITIES, currency, -gone.cost, occasion.option.id, gone.quantity),
        Posting(Book.CASH, currency, -sign * strike),
    )
    moves = (
        Move(occasion.option.id, gone.quantity, gone.changes),
        Move(shares.id, sign * contract.units * occasion.count, changes),
    )
    return Booking(_entry(course, occasion, postings), moves)


def _taken(course: Course, occasion: Occasion) -> _Gone:
    position = course.account.position(occasion.option.id)
    choice = choice_for(course.account.rules, occasion.option)
    changes, cost = reduce_lots(position.lots, occasion.count, choice, course.account.currency)
    return _Gone(occasion.count.copy_sign(-position.quantity), cost, changes)


def _split(
    course: Course, shares: Instrument, occasion: Occasion, quantity: Decimal, gross: Decimal
) -> tuple[Closing | None, Opening | None, tuple[LotChange, ...]]:
    """Split units where they cross zero: what was held the other way is closed, and the rest opens a lot."""
    sign, position = Decimal(1).copy_sign(quantity), course.account.position(shares.id)
    closes = min(abs(quantity), max(-sign * position.quantity, ZERO))
    part = gross if closes == abs(quantity) else money(gross * closes / abs(quantity), course.account.currency)
    closing, opening, changes = None, None, tuple[LotChange, ...]()
    if closes:
        choice = choice_for(course.account.rules, shares)
        changes, cost = reduce_lots(position.lots, closes, choice, course.account.currency)
        closing = Closing(sign * closes, part, cost)
    if closes < abs(quantity):
        opening = Opening(quantity - sign * closes, gross - part)
        lot_id = LotId(derived(_id_of(course, occasion), "lot"))
        changes = (
            *changes,
            LotChange(Lot(lot_id, course.at, course.seq, opening.quantity, opening.gross), is_new=True),
        )
    return closing, opening, changes


def _entry(course: Course, occasion: Occasion, postings: tuple[Posting, ...]) -> Entry:
    return Entry(
        id=_id_of(course, occasion),
        number=course.account.last_entry + 1,
        at=course.at,
        kind=occasion.kind,
        description=f"{_VERBS[occasion.kind]} {plain(occasion.count)} {occasion.option.symbol}",
        postings=postings,
    )


_VERBS = {EntryKind.EXPIRY: "Expired", EntryKind.EXERCISE: "Exercised", EntryKind.ASSIGNMENT: "Assigned"}


def _id_of(course: Course, occasion: Occasion) -> EntryId:
    return EntryId(derived(course.account.id, "option", str(occasion.option.id), occasion.kind.value, occasion.name))
