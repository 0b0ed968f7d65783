"""Accounts as a whole: loaded with all they hold, and what of their row no order ever changes."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from paperdesk.core.broker.account import Account
from paperdesk.core.broker.events import Event
from paperdesk.core.broker.evolution import fold
from paperdesk.core.kernel.ids import AccountId, InstrumentId, KeyId, OrderId
from paperdesk.core.kernel.money import MAGNITUDE_MAX
from paperdesk.features.broker import store
from paperdesk.features.broker.changes import Cause, Change
from paperdesk.features.broker.store import Instruments, Touch
from paperdesk.features.broker.tables import (
    account_keys,
    accounts,
    default_accounts,
    orders,
    positions,
    reconciliations,
)
from paperdesk.features.marketdata.tapes import Tape
from paperdesk.infra.db import driver_connection, fetch_all
from paperdesk.infra.work import UnitOfWork, owned


async def lock_account(work: UnitOfWork, account_id: AccountId) -> tuple[Account, Tape]:
    """Lock an account that the caller is known to see, and its tape, until the transaction ends."""
    found = await store.lock_accounts(await driver_connection(work.db), [account_id])
    account = found.accounts[account_id]
    return account, found.tapes[account.tape_id]


async def load_whole(work: UnitOfWork, account: Account, instruments: Instruments) -> Account:
    """Return a locked account with everything it holds and owes: positions, all their lots, open orders, claims."""
    mine = (positions.c.account_id == account.id, positions.c.epoch == account.epoch, owned(positions, work))
    rows = await fetch_all(work.db, select(positions.c.instrument_id).where(*mine))
    touch = Touch(books={account.id}, open_orders={(account.id, None)})
    for row in rows:
        holding = (account.id, InstrumentId(row["instrument_id"]))
        touch.holdings.add(holding)
        touch.units[holding] = MAGNITUDE_MAX
    loaded = await store.load(await driver_connection(work.db), {account.id: account}, touch, instruments)
    return loaded[account.id]


async def remember(work: UnitOfWork, before: Account, events: Iterable[Event], cursor: int) -> Account:
    """Write events of one account at a cursor of its tape, and what follows; return the account after."""
    told = tuple(events)
    after = fold(before, told)
    if told:
        change = Change(before, after)
        change.take(told, Cause(work.who.subject, cursor, origin=work.who.origin))
        await store.apply(await driver_connection(work.db), [change], work.now)
    return after


async def inherit_orders(work: UnitOfWork, inherited: Mapping[OrderId, OrderId]) -> None:
    """Write which order each order of a fork was before the fork."""
    for order_id, was in inherited.items():
        mine = (orders.c.id == order_id, owned(orders, work))
        await work.db.execute(update(orders).where(*mine).values(inherited_from=was))


async def bind_key(work: UnitOfWork, account_id: AccountId, key_id: KeyId) -> None:
    """Write which account a key speaks for, in the place of what was written before."""
    bound = {"account_id": account_id, "recorded_at": work.now}
    query = upsert(account_keys).values(key_id=key_id, tenant_id=work.who.tenant_id, **bound)
    await work.db.execute(query.on_conflict_do_update(index_elements=["key_id"], set_=bound))


async def save_default(work: UnitOfWork, account_id: AccountId | None) -> None:
    """Write which account the caller starts from, in the place of the one before; none takes it away."""
    mine = (owned(default_accounts, work), default_accounts.c.user_id == work.who.user_id)
    await work.db.execute(delete(default_accounts).where(*mine))
    if account_id is not None:
        chosen = {"tenant_id": work.who.tenant_id, "user_id": work.who.user_id, "account_id": account_id}
        await work.db.execute(upsert(default_accounts).values(chosen).on_conflict_do_nothing())


async def save_account(work: UnitOfWork, account_id: AccountId, **values: Any) -> None:  # noqa: ANN401 - its columns
    """Write what no order changes: name, status or epoch."""
    await work.db.execute(update(accounts).where(accounts.c.id == account_id, owned(accounts, work)).values(**values))


async def keep_comparison(work: UnitOfWork, account_id: AccountId, **found: Any) -> None:  # noqa: ANN401 - its columns
    """Write what came of comparing an account after a close; only the newest keeps what its events come to."""
    mine = (reconciliations.c.account_id == account_id, owned(reconciliations, work))
    await work.db.execute(update(reconciliations).where(*mine).values(folded=None))
    row = {"account_id": account_id, "tenant_id": work.who.tenant_id, "recorded_at": work.now, **found}
    await work.db.execute(upsert(reconciliations).values(row).on_conflict_do_nothing())
