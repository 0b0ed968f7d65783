"""What keys have spent of their budgets: read and written by the order path, under the lock of the account."""

from collections.abc import Mapping

from paperdesk.core.broker.key_budgets import Spent
from paperdesk.core.kernel.ids import AccountId, KeyId, TenantId
from paperdesk.features.broker.deciding import Purse
from paperdesk.infra.db import Connection

_LOAD = """
select s.key_id, s.account_id, s.day, s.orders, s.notional
from key_spending s join unnest($1::uuid[], $2::uuid[]) as w(key_id, account_id) using (key_id, account_id)
"""
_SAVE = """
insert into key_spending (tenant_id, key_id, account_id, day, orders, notional) values ($1, $2, $3, $4, $5, $6)
on conflict (key_id, account_id)
do update set day = excluded.day, orders = excluded.orders, notional = excluded.notional
"""


async def load_spending(db: Connection, purses: Mapping[Purse, TenantId]) -> dict[Purse, Spent]:
    """Read what keys have spent in accounts that this transaction has locked; none where no key has a budget."""
    if not purses:
        return {}
    keys, accounts = zip(*purses, strict=True)
    return {
        (KeyId(row["key_id"]), AccountId(row["account_id"])): Spent(row["day"], row["orders"], row["notional"])
        for row in await db.fetch(_LOAD, list(keys), list(accounts))
    }


async def save_spending(db: Connection, purses: Mapping[Purse, TenantId], spent: Mapping[Purse, Spent]) -> None:
    """Write what keys have spent now."""
    for purse, tenant_id in purses.items():
        if purse in spent:
            found = spent[purse]
            await db.execute(_SAVE, tenant_id, *purse, found.on, found.orders, found.notional)
