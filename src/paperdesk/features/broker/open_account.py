"""Open an account on a tape; its first cash is an ordinary transfer, committed with it."""

from dataclasses import dataclass, field
from decimal import Decimal

from paperdesk.core.broker import engine
from paperdesk.core.broker.account import Rules
from paperdesk.core.broker.commands import TransferCash
from paperdesk.core.broker.life import check_opening_cash
from paperdesk.core.broker.view import MarketView
from paperdesk.core.kernel.codes import with_check
from paperdesk.core.kernel.errors import Invalid
from paperdesk.core.kernel.ids import AccountId, EntryId, TapeId
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.kernel.principal import Scope
from paperdesk.features.broker import store
from paperdesk.features.broker.changes import Cause, Change
from paperdesk.features.broker.queries import NUMBER_LENGTH, opening_of
from paperdesk.features.broker.rows import rules_value
from paperdesk.features.broker.store import insert_account
from paperdesk.features.identity.change_preferences import read_preferences
from paperdesk.features.marketdata.queries import read_tape
from paperdesk.features.marketdata.tapes import Shelf
from paperdesk.infra.crypto import new_code
from paperdesk.infra.db import driver_connection
from paperdesk.infra.work import UnitOfWork


class NameMissing(Invalid):
    """A name must have between 1 and 80 characters."""


NAME_LENGTH_MAX = 80


@dataclass(frozen=True, slots=True)
class OpenAccount:
    """Open an account on a tape, under rules; `cash` is what will be transferred first.

    Without a currency it is in the caller's base currency.
    """

    name: str
    tape_id: TapeId
    currency: str | None = None
    rules: Rules = field(default_factory=Rules)
    cash: Decimal = ZERO


async def open_account(work: UnitOfWork, shelf: Shelf, command: OpenAccount) -> AccountId:
    """Return the id of the new account; its first cash is in its ledger with the same commit."""
    work.require(Scope.TRADE)
    name = checked_name(command.name)
    currency = command.currency or (await read_preferences(work)).base_currency
    check_opening_cash(command.cash, currency)
    tape = await read_tape(work, command.tape_id)
    account_id = AccountId(work.new_id())
    values = {
        "id": account_id,
        "number": new_number(),
        "owner_id": work.who.user_id,
        "name": name,
        "currency": currency,
        "tape_id": tape.id,
        "profile": "native",
        "rules": rules_value(command.rules),
        "last_at": tape.at,
        "opened_at": tape.at,
    }
    await insert_account(work, values)
    if command.cash:
        opening = TransferCash(account_id, EntryId(opening_of(account_id)), command.cash)
        await _deposit(work, opening, await shelf.view(tape, ()))
    await work.record("open_account", account_id, {"name": name, "tape_id": tape.id})
    return account_id


async def _deposit(work: UnitOfWork, command: TransferCash, view: MarketView) -> None:
    db = await driver_connection(work.db)
    account = (await store.lock_accounts(db, [command.account_id])).accounts[command.account_id]
    course = engine.decided(account, command, view)
    change = Change(account, course.account)
    change.take(course.events, Cause(work.who.subject, view.cursor, command, work.who.origin))
    await store.apply(db, [change], work.now)


def checked_name(name: str) -> str:
    """Return a name without spaces around it, or refuse one that is none."""
    name = name.strip()
    if not 0 < len(name) <= NAME_LENGTH_MAX:
        raise NameMissing(f"A name has 1 to {NAME_LENGTH_MAX} characters.", name=name[:NAME_LENGTH_MAX])
    return name


def new_number() -> str:
    """Return a public number that nobody can guess, the last sign of which checks the others."""
    return with_check(new_code(NUMBER_LENGTH - 1))
