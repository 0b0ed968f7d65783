"""What the order writer remembers of accounts, so that the next order need not ask for them again.

The contract: an account is remembered as a commit of this writer found it or left it, under the version its row had
then, and its tape likewise. Nobody tells the writer who else wrote them. So what is remembered is a guess, and
whoever decides by it writes under a `Guard` that asks for those versions: if one of them has moved,
nothing is written, and the batch is locked and loaded like any other, which corrects the guess.

Remembered are the whole row, whatever its columns, and the positions that were loaded, empty where there are none.
Orders are not, nor anything else that a batch may touch; a batch that needs more than this is not covered.
"""

from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

from paperdesk.core.broker.account import Account, Position
from paperdesk.core.kernel.ids import AccountId, InstrumentId, TapeId, TenantId
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.kernel.values import replace
from paperdesk.features.broker.changed_rows import array_text
from paperdesk.features.broker.store import Locked, Touch, Version
from paperdesk.features.marketdata.tapes import Tape

KEPT_MAX = 4096
# The lots of a position with more than these are not remembered: every fill would copy them all.
LOTS_MAX = 64

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Known:
    """An account without orders, and the version of its row."""

    account: Account
    version: Version


@dataclass(frozen=True, slots=True)
class Guard:
    """What a write depends on: what was found, seen by these tenants, still stands, and the names are still free."""

    tenants: str
    found: Locked
    names: Collection[tuple[AccountId, str]]

    @property
    def parameters(self) -> tuple[Any, ...]:
        """Return what the statement takes for it."""
        known = (*self._versions(self.found.tapes), *self._versions(self.found.accounts))
        return self.tenants, *known, [owner for owner, _ in self.names], [name for _, name in self.names]

    def _versions(self, ids: Iterable[AccountId] | Iterable[TapeId]) -> tuple[str, str]:
        """Return ids and the versions of their rows, each as the text of an array."""
        found = {each: self.found.versions[each] for each in ids}
        return array_text(found), array_text(found.values())


class Remembered:
    """The accounts of the latest batches, and their tapes."""

    def __init__(self) -> None:
        """Start knowing nothing."""
        self._accounts: OrderedDict[AccountId, Known] = OrderedDict()
        self._tapes: OrderedDict[TapeId, tuple[Tape, Version]] = OrderedDict()

    def recall(self, account_ids: Collection[AccountId], tenants: Collection[TenantId]) -> Locked | None:
        """Return accounts of these tenants and their tapes as they were found last; None unless all are known.

        A tape on the move has gone on by the time anybody asks, so its accounts are not worth the guess.
        """
        accounts: dict[AccountId, Account] = {}
        tapes: dict[TapeId, Tape] = {}
        versions: dict[AccountId | TapeId, Version] = {}
        for account_id in account_ids:
            known = self._accounts.get(account_id)
            tape = None if known is None else self._tapes.get(known.account.tape_id)
            if known is None or tape is None or known.account.tenant_id not in tenants or tape[0].is_moving:
                return None
            accounts[account_id], versions[account_id] = known.account, known.version
            tapes[tape[0].id], versions[tape[0].id] = tape
        return Locked(accounts, tapes, versions)

    def keep(self, found: Locked, after: Mapping[AccountId, Account], written: Version | None) -> None:
        """Remember accounts as a commit left them; those it changed now have the version that was written."""
        for tape_id, tape in found.tapes.items():
            _put_last(self._tapes, tape_id, (tape, found.versions[tape_id]))
        for account_id, before in found.accounts.items():
            account, version = after[account_id], found.versions[account_id]
            known = self._accounts.get(account_id)
            # What was loaded earlier still stands, if nobody else has written in between.
            others = known.account.positions if known is not None and known.version == version else {}
            positions = {**others, **{key: _worth_keeping(each) for key, each in account.positions.items()}}
            if written is not None and account.last_seq != before.last_seq:
                version = written
            _put_last(self._accounts, account_id, Known(replace(account, positions=positions, orders={}), version))


def covers(accounts: Mapping[AccountId, Account], touch: Touch) -> bool:
    """Say whether what is remembered is all that a batch touches; names of orders are left to the guard."""
    if touch != Touch(holdings=touch.holdings, units=touch.units, client_orders=touch.client_orders):
        return False
    return all(
        _is_known(accounts[account_id].positions, instrument_id, touch.units.get((account_id, instrument_id), ZERO))
        for account_id, instrument_id in touch.holdings | touch.units.keys()
    )


def narrowed(accounts: Mapping[AccountId, Account], touch: Touch) -> dict[AccountId, Account]:
    """Return accounts with the positions that a batch touches, as if no others had ever been loaded."""
    positions: dict[AccountId, dict[InstrumentId, Position]] = {account_id: {} for account_id in accounts}
    for account_id, instrument_id in touch.holdings:
        positions[account_id][instrument_id] = accounts[account_id].positions[instrument_id]
    return {account_id: replace(each, positions=positions[account_id]) for account_id, each in accounts.items()}


def _is_known(positions: Mapping[InstrumentId, Position], instrument_id: InstrumentId, units: Decimal) -> bool:
    """Say whether a position is remembered, and enough of its lots for the units that may leave it."""
    position = positions.get(instrument_id)
    return position is not None and (not units or _has_all_lots(position))


def _has_all_lots(position: Position) -> bool:
    return sum((lot.quantity for lot in position.lots), ZERO) == position.quantity


def _worth_keeping(position: Position) -> Position:
    """Return a position with all of its lots or none: some of them would soon be the wrong ones."""
    if not position.lots or (len(position.lots) <= LOTS_MAX and _has_all_lots(position)):
        return position
    return replace(position, lots=())


def _put_last(kept: OrderedDict[_Key, _Value], key: _Key, value: _Value) -> None:
    """Keep a value as the latest, in the place of the oldest where there are too many."""
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > KEPT_MAX:
        kept.popitem(last=False)
