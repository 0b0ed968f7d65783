"""Open an account on a tape; its first cash is an ordinary transfer."""

from dataclasses import dataclass, field

from paperdesk.core.broker.account import Rules
from paperdesk.core.kernel.errors import Invalid
from paperdesk.core.kernel.ids import AccountId, TapeId
from paperdesk.core.kernel.money import cent
from paperdesk.core.kernel.principal import Scope
from paperdesk.features.broker.rows import rules_value
from paperdesk.features.broker.store import insert_account
from paperdesk.features.marketdata.queries import read_tape
from paperdesk.infra.crypto import new_code
from paperdesk.infra.work import UnitOfWork

NUMBER_LENGTH = 10


class NameMissing(Invalid):
    """A name must have between 1 and 80 characters."""


NAME_LENGTH_MAX = 80


@dataclass(frozen=True, slots=True)
class OpenAccount:
    """Open an account in a currency, on a tape, under rules."""

    name: str
    tape_id: TapeId
    currency: str = "USD"
    rules: Rules = field(default_factory=Rules)


async def open_account(work: UnitOfWork, command: OpenAccount) -> AccountId:
    """Return the id of the new, empty account."""
    work.require(Scope.TRADE)
    name = command.name.strip()
    if not 0 < len(name) <= NAME_LENGTH_MAX:
        raise NameMissing(f"A name has 1 to {NAME_LENGTH_MAX} characters.", name=name[:NAME_LENGTH_MAX])
    cent(command.currency)
    tape = await read_tape(work, command.tape_id)
    account_id = AccountId(work.new_id())
    values = {
        "id": account_id,
        "number": new_code(NUMBER_LENGTH),
        "name": name,
        "currency": command.currency,
        "tape_id": tape.id,
        "profile": "native",
        "rules": rules_value(command.rules),
        "last_at": tape.at,
        "opened_at": tape.at,
    }
    await insert_account(work, values)
    await work.record("open_account", account_id, {"name": name, "tape_id": tape.id})
    return account_id
