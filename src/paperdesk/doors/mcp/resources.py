"""What a model may read and follow without calling a tool: the same answers, at addresses of their own."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Final
from uuid import UUID

from mcp_types import Resource, ResourceTemplate
from pydantic import BaseModel

from paperdesk.core.broker.fill_models import FILL_MODELS, fill_model
from paperdesk.core.kernel.errors import NotFound
from paperdesk.core.kernel.ids import uuid_from_text
from paperdesk.core.kernel.money import plain
from paperdesk.doors.mcp.accounts import (
    FillWish,
    OrdersWish,
    OrderWish,
    explain_fill,
    get_account,
    get_order,
    get_orders,
    get_positions,
)
from paperdesk.doors.mcp.asking import LIMIT_MAX, Ask, OfAccount, OfAccountPaged, account_meant
from paperdesk.doors.mcp.market import OfTape, get_clock
from paperdesk.features.broker.queries import account_of_order, read_account
from paperdesk.infra.outbox import account_topic

JSON: Final = "application/json"
SCHEME: Final = "paperdesk://"


class UnknownResource(NotFound):
    """There is nothing to read at this address; resources and their templates say what there is."""


class FillModelLine(BaseModel):
    """The numbers of a fill model, those that are not zero; what they mean stands in the manual of fill models."""

    name: str
    version: int
    is_chancy: bool
    numbers: dict[str, str]


@dataclass(frozen=True)
class Readable:
    """One kind of resource: its address, in braces what varies, what it is, and how it is read.

    `topics` says which news on the bus make it worth reading again; nothing does where it never changes.
    """

    name: str
    address: str
    purpose: str
    read: Callable[[Ask, str], Awaitable[BaseModel]]
    topics: Callable[[Ask, str], Awaitable[tuple[str, ...]]] | None = None

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(re.sub(r"\\{\w+\\}", "([^/]+)", re.escape(SCHEME + self.address)))

    def named(self, uri: str) -> str | None:
        """Return what varies in an address of this kind, "" where nothing does, None for an address of another."""
        found = self._pattern.fullmatch(uri)
        return None if found is None else "".join(found.groups())

    @property
    def on_wire(self) -> Resource | ResourceTemplate:
        """Return the resource as a client is told of it."""
        uri = SCHEME + self.address
        if "{" in uri:
            return ResourceTemplate(name=self.name, uri_template=uri, description=self.purpose, mime_type=JSON)
        return Resource(name=self.name, uri=uri, description=self.purpose, mime_type=JSON)


def _id(text: str) -> UUID | None:
    return uuid_from_text(text) if text else None


async def _account(ask: Ask, named: str) -> BaseModel:
    return await get_account(ask, OfAccount(account_id=_id(named)))


async def _positions(ask: Ask, named: str) -> BaseModel:
    return await get_positions(ask, OfAccountPaged(account_id=_id(named), limit=LIMIT_MAX))


async def _orders(ask: Ask, named: str) -> BaseModel:
    return await get_orders(ask, OrdersWish(account_id=_id(named), status="open", limit=LIMIT_MAX))


async def _order(ask: Ask, named: str) -> BaseModel:
    return await get_order(ask, OrderWish(order_id=uuid_from_text(named)))


async def _explanation(ask: Ask, named: str) -> BaseModel:
    return await explain_fill(ask, FillWish(fill_id=uuid_from_text(named)))


async def _clock(ask: Ask, named: str) -> BaseModel:
    return await get_clock(ask, OfTape(tape_id=_id(named)))


async def _fill_model(ask: Ask, named: str) -> BaseModel:
    if not named:
        async with ask.reading() as work:
            named = (await account_meant(work, None))["rules"]["fill_model"]
    model = fill_model(named)
    figures = {name: value for name, value in asdict(model).items() if name not in {"name", "version", "strain"}}
    told = {name: _told(value) for name, value in figures.items() if value}
    return FillModelLine(name=model.name, version=model.version, is_chancy=model.is_chancy, numbers=told)


def _told(value: Any) -> str:  # noqa: ANN401 - a decimal, a number or a flag
    return "yes" if value is True else str(value) if isinstance(value, int) else plain(value)


async def _of_account(ask: Ask, named: str) -> tuple[str, ...]:
    async with ask.reading() as work:
        account = await (read_account(work, uuid_from_text(named)) if named else account_meant(work, None))
    return account_topic(account["id"]), f"tape:{account['tape_id']}"


async def _of_order(ask: Ask, named: str) -> tuple[str, ...]:
    async with ask.reading() as work:
        return (account_topic(await account_of_order(work, uuid_from_text(named))),)


async def _of_tape(ask: Ask, named: str) -> tuple[str, ...]:
    clock = await _clock(ask, named)
    return (f"tape:{clock.model_dump()['id']}",)


RESOURCES: Final = (
    Readable("account", "account", "The account your key speaks for, and what it is worth.", _account, _of_account),
    Readable("positions", "positions", "What that account holds, at its marks.", _positions, _of_account),
    Readable("orders", "orders", "The orders of that account that still work.", _orders, _of_account),
    Readable("clock", "clock", "The clock of that account's tape.", _clock, _of_tape),
    Readable("fill-model", "fill-model", "By which numbers that account's orders are filled.", _fill_model),
    Readable("account-by-id", "accounts/{account_id}", "An account, and what it is worth.", _account, _of_account),
    Readable(
        "positions-of", "accounts/{account_id}/positions", "What an account holds, at its marks.", _positions,
        _of_account,
    ),
    Readable(
        "orders-of", "accounts/{account_id}/orders", "The orders of an account that still work.", _orders, _of_account
    ),
    Readable("order", "orders/{order_id}", "One order as it stands.", _order, _of_order),
    Readable("explanation", "fills/{fill_id}/explanation", "How a fill got its price.", _explanation),
    Readable("clock-of", "tapes/{tape_id}/clock", "The clock of a tape.", _clock, _of_tape),
    Readable(
        "fill-model-by-name", "fill-models/{name}",
        f"The numbers of a fill model: {', '.join(FILL_MODELS)}.", _fill_model,
    ),
)  # fmt: skip


def found_at(uri: str) -> tuple[Readable, str]:
    """Return what is read at an address, and what varies in it. Raises UnknownResource."""
    for each in RESOURCES:
        named = each.named(uri)
        if named is not None:
            return each, named
    raise UnknownResource(
        f"There is nothing at {uri[:100]!r}.", resources=[SCHEME + each.address for each in RESOURCES]
    )


async def topics_of(ask: Ask, uri: str) -> tuple[str, ...]:
    """Return the news that make a resource worth reading again; raises for one that cannot be read at all."""
    readable, named = found_at(uri)
    if readable.topics is None:
        await readable.read(ask, named)
        return ()
    return await readable.topics(ask, named)
