"""What the life of options looks like from outside."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from paperdesk.core.broker.account import AtExpiry
from paperdesk.core.broker.commands import ExerciseOption, InstructExpiry
from paperdesk.core.broker.events import booking_of
from paperdesk.core.broker.expiry import Ending, Fate
from paperdesk.core.broker.ledger import Book
from paperdesk.core.kernel.ids import AccountId
from paperdesk.features.broker.answers import Done
from paperdesk.features.broker.held_queries import HeldOption, HeldState
from paperdesk.features.marketdata.chain_schemas import ContractOut
from paperdesk.infra.http import Body, NumberText


class ExerciseBody(Body):
    """How many contracts to exercise; all that are held when it is left out."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra={"examples": [{"quantity": "1"}]})
    quantity: NumberText | None = None

    def command(self, account_id: AccountId, symbol: str) -> ExerciseOption:
        """Return what is asked as a command."""
        return ExerciseOption(account_id, symbol, self.quantity)


class AtExpiryBody(Body):
    """What is to happen on the last day: the usual, exercise whatever it is worth, or nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra={"examples": [{"at_expiry": "lapse"}]})
    at_expiry: AtExpiry

    def command(self, account_id: AccountId, symbol: str) -> InstructExpiry:
        """Return what is asked as a command."""
        return InstructExpiry(account_id, symbol, self.at_expiry)


class BookedOut(BaseModel):
    """One entry that exercise made."""

    id: UUID
    number: int
    at: datetime
    description: str
    cash_change: NumberText


class ExercisedOut(BaseModel):
    """What exercise booked, and where the account stands in its events."""

    entries: list[BookedOut]
    last_seq: int

    @classmethod
    def of(cls, done: Done) -> "ExercisedOut":
        """Show what exercise brought about."""
        bookings = [booking for event in done.events if (booking := booking_of(event)) is not None]
        entries = [
            BookedOut(
                id=entry.id,
                number=entry.number,
                at=entry.at,
                description=entry.description,
                cash_change=entry.change(Book.CASH),
            )
            for entry in (booking.entry for booking in bookings)
        ]
        return cls(entries=entries, last_seq=done.account.last_seq)


class AtExpiryOut(BaseModel):
    """What the account will do with an option on its last day."""

    symbol: str
    at_expiry: AtExpiry
    last_seq: int


class EndingOut(BaseModel):
    """How contracts would end; the price is that of the underlying, null where there is none to settle to."""

    symbol: str
    count: NumberText
    fate: Fate
    reason: str
    price: NumberText | None
    source: str | None
    warning: str | None

    @classmethod
    def of(cls, ending: Ending) -> "EndingOut":
        """Show an ending."""
        return cls(
            symbol=ending.option.symbol,
            count=ending.count,
            fate=ending.fate,
            reason=ending.reason,
            price=ending.price,
            source=ending.source,
            warning=ending.warning,
        )


class ExpiriesOut(BaseModel):
    """What would happen at the close of a day if prices stayed where they are."""

    on: date
    items: list[EndingOut]

    @classmethod
    def of(cls, on: date, found: Iterable[Ending]) -> "ExpiriesOut":
        """Show the endings of a day."""
        return cls(on=on, items=[EndingOut.of(each) for each in found])


class HeldOptionOut(ContractOut):
    """An option that an account holds or held, and the money that trading it brought."""

    state: HeldState
    quantity: NumberText = Field(description="What is held now; short is negative.")
    bought: NumberText
    sold: NumberText
    premium: NumberText = Field(description="What sales brought less what purchases cost, without fees.")
    fees: NumberText
    opened_at: datetime | None
    last_fill_at: datetime | None

    @classmethod
    def of_held(cls, held: HeldOption) -> "HeldOptionOut":
        """Show one."""
        names = ("state", "quantity", "bought", "sold", "premium", "fees", "opened_at", "last_fill_at")
        terms = ContractOut.of(held.instrument, held.contract).model_dump()
        return cls(**terms, **{name: getattr(held, name) for name in names})
