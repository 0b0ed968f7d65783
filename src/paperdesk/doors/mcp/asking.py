"""Who calls a tool, and what it may reach: the desk, one reading of the books, and the order path."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from mcp.server.context import ServerRequestContext
from mcp_types import CallToolRequestParams
from pydantic import Field
from starlette.requests import Request

from paperdesk.core.kernel.ids import AccountId
from paperdesk.core.kernel.principal import Principal, Scope
from paperdesk.doors.desk import Desk
from paperdesk.features.broker.queries import account_spoken_for, read_account
from paperdesk.features.broker.work import BrokerWork
from paperdesk.infra.db import Row
from paperdesk.infra.http import CURSOR_LENGTH_MAX, Body, PageParams
from paperdesk.infra.work import ReadOnly

LIMIT_MAX = 200


@dataclass(frozen=True, slots=True)
class Ask:
    """One call of somebody we know."""

    who: Principal
    desk: Desk
    toolsets: tuple[str, ...]
    version: str
    call: ServerRequestContext[Any, Request]
    params: CallToolRequestParams | None = None

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[ReadOnly]:
        """Look at the books, all of it at one instant."""
        self.who.require(Scope.READ)
        async with self.desk.runtime.read(self.who) as work:
            yield work

    @property
    def broker(self) -> BrokerWork:
        """Return the unit of work of the order path."""
        return BrokerWork(self.who, self.desk.runtime.clock.now(), self.desk.writer)


async def account_meant(work: ReadOnly, account_id: UUID | None) -> Row:
    """Return the account that is named, or that the caller's key speaks for when none is."""
    return await (account_spoken_for(work) if account_id is None else read_account(work, account_id))


class Nothing(Body):
    """A tool that takes no arguments."""


class OfAccount(Body):
    """An account; without one, the account that the key speaks for."""

    account_id: UUID | None = None


class Paged(Body):
    """A part of a list."""

    limit: int = Field(default=20, ge=1, le=LIMIT_MAX)
    cursor: str | None = Field(default=None, max_length=CURSOR_LENGTH_MAX)

    @property
    def page(self) -> PageParams:
        """Return which part is asked for."""
        return PageParams(self.limit, self.cursor)


class OfAccountPaged(OfAccount, Paged):
    """A part of a list of an account."""


async def account_id_meant(ask: Ask, account_id: UUID | None) -> AccountId:
    """Return the id of the account that is meant; one that is named is judged by whoever writes to it."""
    if account_id is not None:
        return AccountId(account_id)
    async with ask.desk.runtime.read(ask.who) as work:
        return AccountId((await account_spoken_for(work))["id"])
