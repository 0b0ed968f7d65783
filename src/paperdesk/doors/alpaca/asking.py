"""Who asks, for which account, and what: the three forms of credentials, query strings and bodies.

An account speaks for a key: the one the key was bound to, else the first that the tenant opened.
"""

import binascii
from base64 import b64decode
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from starlette.datastructures import Headers
from starlette.requests import Request

from paperdesk.core.kernel.ids import AccountId, InstrumentId
from paperdesk.core.kernel.money import decimal_from_text
from paperdesk.core.kernel.principal import Principal, Scope
from paperdesk.core.kernel.time import utc
from paperdesk.core.market.instruments import Instrument
from paperdesk.core.market.options import canonical_symbol
from paperdesk.core.market.sessions import Calendar
from paperdesk.doors.alpaca.errors import MalformedQuestion
from paperdesk.doors.desk import Desk
from paperdesk.features.broker.queries import account_spoken_for, market_of
from paperdesk.features.broker.work import BrokerWork
from paperdesk.features.marketdata.feeds.dataset import Dataset
from paperdesk.features.marketdata.feeds.recorded import UnknownInstrument
from paperdesk.features.marketdata.tapes import Tape, listed_instrument
from paperdesk.infra.db import Row
from paperdesk.infra.http import MalformedJson
from paperdesk.infra.work import ReadOnly

KEY_HEADER, SECRET_HEADER = "apca-api-key-id", "apca-api-secret-key"

Shape = TypeVar("Shape", bound=msgspec.Struct)


@dataclass(frozen=True, slots=True)
class Visit:
    """One look at an account and its market, all of it at one instant."""

    work: ReadOnly
    account: Row
    tape: Tape
    dataset: Dataset

    @property
    def account_id(self) -> AccountId:
        """Return the account's id."""
        return AccountId(self.account["id"])

    @property
    def calendar(self) -> Calendar:
        """Return the calendar of the account's market."""
        return self.dataset.calendar

    def instrument(self, text: str) -> Instrument:
        """Look an instrument up by its id, its symbol, or the symbol of a pair without the stroke."""
        found = self._by_id(text) or self.listed(text) or self._pair(text)
        if found is None:
            raise UnknownInstrument(f"asset not found for {text[:32]}")
        return found

    def listed(self, symbol: str) -> Instrument | None:
        """Look an instrument up by its own symbol, among what the tape has shown by now."""
        return listed_instrument(self.dataset, symbol, self.tape.cursor)

    def symbol(self, text: str) -> str:
        """Return an instrument's own symbol; what nobody knows stays as it was asked."""
        pair = None if self.dataset.by_symbol(text) else self._pair(text)
        return canonical_symbol(text) if pair is None else pair.symbol

    def _by_id(self, text: str) -> Instrument | None:
        try:
            found = self.dataset.instruments.get(InstrumentId(UUID(text)))
        except ValueError:
            return None
        return found if found and self.dataset.listed(found.id, self.tape.cursor) else None

    def _pair(self, text: str) -> Instrument | None:
        pairs = (each for each in self.dataset.instruments.values() if "/" in each.symbol)
        found = next((each for each in pairs if each.symbol.replace("/", "") == text.upper()), None)
        return found if found and self.dataset.listed(found.id, self.tape.cursor) else None


@dataclass(frozen=True, slots=True)
class Ask:
    """One request of somebody we know."""

    request: Request
    who: Principal
    desk: Desk

    @asynccontextmanager
    async def visiting(self) -> AsyncIterator[Visit]:
        """Look at the account that the caller's key speaks for."""
        async with visiting(self.desk, self.who) as visit:
            yield visit

    @property
    def broker(self) -> BrokerWork:
        """Return the unit of work of the order path."""
        return BrokerWork(self.who, self.desk.runtime.clock.now(), self.desk.writer)

    def named(self, parameter: str) -> str:
        """Return a part of the path."""
        return str(self.request.path_params[parameter])

    def query(self, shape: type[Shape]) -> Shape:
        """Read the query string; parameters that are not known are left alone, as Alpaca does."""
        return read_query(self.request.query_params, shape)

    async def body(self, shape: type[Shape]) -> Shape:
        """Read the body, which must be a JSON object; an empty one asks for nothing."""
        return read_body(await self.request.body() or b"{}", shape)


@asynccontextmanager
async def visiting(desk: Desk, who: Principal) -> AsyncIterator[Visit]:
    """Look at the account that a key speaks for."""
    who.require(Scope.READ)
    async with desk.runtime.read(who) as work:
        account = await account_spoken_for(work)
        tape, dataset = await market_of(work, desk.shelf, account)
        yield Visit(work, account, tape, dataset)


def token_of(headers: Headers) -> str | None:
    """Return what a request shows: the two headers, a bearer token, or both parts as basic credentials."""
    if KEY_HEADER in headers or SECRET_HEADER in headers:
        return token_from(headers.get(KEY_HEADER, ""), headers.get(SECRET_HEADER, ""))
    scheme, _, shown = headers.get("authorization", "").partition(" ")
    match scheme.lower():
        case "bearer":
            return shown.strip()
        case "basic":
            return _basic(shown.strip())
        case _:
            return None


def token_from(key: str, secret: str) -> str:
    """Put a key's public id and its secret together, as every other door takes them."""
    return f"{key}.{secret}"


def _basic(shown: str) -> str | None:
    try:
        key, _, secret = b64decode(shown, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return token_from(key, secret)


def read_query(params: Mapping[str, str], shape: type[Shape]) -> Shape:
    """Read a query string into a shape: numbers, booleans as Python writes them, lists with commas."""
    given = {name: params[name] for name in shape.__struct_fields__ if params.get(name)}
    try:
        return msgspec.convert(given, shape, strict=False, dec_hook=_decode)
    except msgspec.ValidationError as error:
        raise _malformed(error) from None


def read_body(raw: bytes, shape: type[Shape]) -> Shape:
    """Read a JSON body into a shape: numbers may be numbers or text."""
    try:
        return msgspec.json.decode(raw, type=shape, dec_hook=_decode)
    except msgspec.ValidationError as error:
        raise _malformed(error) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedJson(f"The body is not valid JSON: {error}.") from None


def _malformed(error: msgspec.ValidationError) -> MalformedQuestion:
    return MalformedQuestion(str(error).replace("$.", ""))


class Listed:
    """Words in one parameter, with commas between them."""

    def __init__(self, text: str) -> None:
        """Split a text; empty words are left out."""
        self.words = tuple(word.strip() for word in text.split(",") if word.strip())


class When:
    """An instant, or a day; without an offset it is UTC."""

    def __init__(self, text: str) -> None:
        """Read ISO 8601."""
        parsed = datetime.fromisoformat(text)
        self.is_day = "T" not in text.upper() and " " not in text
        self.start = utc(parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC))
        """The instant, or the first moment of the day."""
        self.end = datetime.combine(self.start, time.max, UTC) if self.is_day else self.start
        """The instant, or the last moment of the day."""

    @property
    def day(self) -> date:
        """Return the day it falls on."""
        return self.start.date()


def exact(number: Decimal | None) -> Decimal | None:
    """Return a number that came as a number or as text; NaN, infinity and what cannot be kept are refused."""
    return None if number is None else decimal_from_text(str(number))


def _decode(kind: type, value: Any) -> Any:  # noqa: ANN401 - whatever the shape asks for
    assert kind in {Listed, When}, "the other types are known to msgspec"
    if not isinstance(value, str):
        raise ValueError("this is sent as text")  # noqa: TRY004 - msgspec makes refusals of ValueErrors
    try:
        return kind(value)
    except (ValueError, OverflowError):
        raise ValueError(f"{value[:40]!r} is not a date or an instant") from None


Answering = Callable[[Ask], Awaitable[Any]]
