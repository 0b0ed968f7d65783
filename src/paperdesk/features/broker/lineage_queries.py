"""Whose history an account reads: its own, and that of the accounts it was forked from, up to each fork."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Column, ColumnElement, and_, or_, select

from paperdesk.features.broker.tables import accounts, orders
from paperdesk.infra.db import Row, fetch_one
from paperdesk.infra.work import ReadOnly, owned


@dataclass(frozen=True, slots=True)
class Part:
    """Events of one account, up to and including a number; None is all of them."""

    account_id: UUID
    until: int | None


@dataclass(frozen=True, slots=True)
class Lineage:
    """An account and those it descends from, youngest first."""

    parts: tuple[Part, ...]

    @property
    def root_id(self) -> UUID:
        """Return the account that was opened, and not forked."""
        return self.parts[-1].account_id

    def owner_of(self, seq: int) -> UUID:
        """Return whose event a number is."""
        begins = [*(part.until or 0 for part in self.parts[1:]), 0]
        return next(part.account_id for part, begin in zip(self.parts, begins, strict=True) if seq > begin)

    def covers(self, account_id: Column[Any], seq: Column[Any]) -> ColumnElement[bool]:
        """Return the condition that a row is part of this history."""
        return or_(*(_covers(part, account_id, seq) for part in self.parts))

    def covers_order(self, work: ReadOnly) -> ColumnElement[bool]:
        """Return the condition that an order is: one that was open at a fork is there once, as the fork's own."""
        conditions = [_covers(self.parts[0], orders.c.account_id, orders.c.accepted_seq)]
        for child, part in zip(self.parts, self.parts[1:], strict=False):
            heir = orders.alias("heir")
            passed_on = select(heir.c.inherited_from).where(
                heir.c.account_id == child.account_id,
                heir.c.inherited_from.is_not(None),
                heir.c.tenant_id == work.who.tenant_id,
            )
            here = _covers(part, orders.c.account_id, orders.c.accepted_seq)
            conditions.append(and_(here, orders.c.id.not_in(passed_on), owned(orders, work)))
        return or_(*conditions)


def _covers(part: Part, account_id: Column[Any], seq: Column[Any]) -> ColumnElement[bool]:
    mine = account_id == part.account_id
    return mine if part.until is None else and_(mine, seq <= part.until)


async def lineage_of(work: ReadOnly, account_id: UUID) -> Lineage:
    """Return whose history an account reads; that of one that was never forked is its own."""
    return await _lineage(work, account_id, await _parent_of(work, account_id))


async def lineage_of_row(work: ReadOnly, account: Row) -> Lineage:
    """Return whose history an account reads whose row was read already, which tells whether it was forked."""
    return await _lineage(work, account["id"], account)


async def _lineage(work: ReadOnly, account_id: UUID, row: Row | None) -> Lineage:
    parts = [Part(account_id, None)]
    while row is not None and row["parent_id"] is not None:
        parts.append(Part(row["parent_id"], row["fork_seq"]))
        row = await _parent_of(work, row["parent_id"])
    return Lineage(tuple(parts))


async def _parent_of(work: ReadOnly, account_id: UUID) -> Row | None:
    query = select(accounts.c.parent_id, accounts.c.fork_seq)
    return await fetch_one(work.db, query.where(accounts.c.id == account_id, owned(accounts, work)))
