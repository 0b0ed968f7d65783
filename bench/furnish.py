"""Furnish a desk for load: quotes inside one open session, a tape parked there, and rich accounts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from paperdesk.core.broker.account import Rules
from paperdesk.core.broker.margin_rules import MarginKind, MarginRules
from paperdesk.core.kernel.ids import AccountId, DatasetId, TapeId, TenantId, UserId, uuid_from_text
from paperdesk.core.kernel.principal import Principal, Scope
from paperdesk.core.kernel.values import replace
from paperdesk.features.broker.open_account import OpenAccount, open_account
from paperdesk.features.marketdata.feeds.given_quotes import QuoteRow, write_quotes
from paperdesk.features.marketdata.feeds.manifest import DatasetTerms, SourceKind
from paperdesk.features.marketdata.open_tape import OpenTape, open_tape
from paperdesk.features.marketdata.store import insert_dataset
from paperdesk.features.marketdata.tapes import Shelf
from paperdesk.infra.crypto import TokenHasher, load_pepper
from paperdesk.infra.db import Server
from paperdesk.infra.home import Home
from paperdesk.infra.runtime import Runtime
from paperdesk.infra.settings import Settings
from paperdesk.infra.work import UnitOfWork
from paperdesk.serving import vault_of

SYMBOLS = tuple(f"B{letter}N{letter}" for letter in "ABCDEFGHIJ")
OPENS_AT = datetime(2025, 6, 2, 13, 30, tzinfo=UTC)
PARKED_AT = OPENS_AT + timedelta(hours=2)
MINUTES = 300
CASH = Decimal(10) ** 12
TERMS = DatasetTerms(name="Benchmark quotes", kind=SourceKind.SYNTHETIC, provenance="Made for the benchmark.")


@dataclass(frozen=True, slots=True)
class Furniture:
    """What to put into a desk: symbols quoted every minute, accounts, and whether those fill on arrival."""

    accounts: int
    symbols: Sequence[str] = SYMBOLS
    minutes: int = MINUTES
    fill_on_arrival: bool = True
    # So many of the accounts, the last ones, are Regulation T accounts; the others may not owe.
    margined: int = 0


@dataclass(frozen=True, slots=True)
class Furnished:
    """What the load is about: the tape, and accounts for each writer under test."""

    tape_id: TapeId
    accounts: Sequence[AccountId]


def principal_of(home: Home) -> Principal:
    """Return the owner of the desk in a home, with every permission."""
    kept = home.credentials
    assert kept is not None, "the desk was founded before it is furnished"
    tenant_id, user_id = (uuid_from_text(kept[name]) for name in ("tenant_id", "user_id"))
    return Principal(TenantId(tenant_id), UserId(user_id), frozenset(Scope))


def quote_rows(wanted: Furniture) -> Iterator[QuoteRow]:
    """Yield a quote of each symbol every minute up to where the tape is parked, and as many after it."""
    cents = [Decimal(100 + number % 100) for number in range(len(wanted.symbols))]
    for minute in range(wanted.minutes):
        at = PARKED_AT + timedelta(minutes=minute - wanted.minutes // 2)
        for symbol, price in zip(wanted.symbols, cents, strict=True):
            yield QuoteRow(symbol, at, price, price + Decimal("0.02"))


def runtime_at(settings: Settings) -> Runtime:
    """Return a runtime on the database that the settings name; nothing in it runs by itself."""
    assert settings.database_url is not None, "the desk under test runs the database"
    server = Server.at(settings.database_url.get_secret_value())
    return Runtime(settings, server, TokenHasher(load_pepper(Home(settings.directory).secret)), vault_of(settings))


async def furnish(settings: Settings, wanted: Furniture) -> Furnished:
    """Furnish the desk in a home through its own use cases."""
    runtime, shelf, who = runtime_at(settings), Shelf(settings.datasets), principal_of(Home(settings.directory))
    try:
        tape_id = await _tape(runtime, shelf, who, wanted)
        return Furnished(tape_id, await _accounts(runtime, shelf, who, (tape_id, wanted)))
    finally:
        await runtime.close()


async def _tape(runtime: Runtime, shelf: Shelf, who: Principal, wanted: Furniture) -> TapeId:
    async with runtime.work(who) as work:
        dataset_id = DatasetId(work.new_id())
        manifest = write_quotes(TERMS, list(quote_rows(wanted)), runtime.settings.datasets / str(dataset_id))
    async with runtime.as_system() as db:
        await insert_dataset(UnitOfWork(who, runtime.clock.now(), db), dataset_id, manifest, None)
    async with runtime.work(who) as work:
        return (await open_tape(work, shelf, OpenTape(dataset_id, "Benchmark", PARKED_AT))).id


async def _accounts(
    runtime: Runtime, shelf: Shelf, who: Principal, wanted: tuple[TapeId, Furniture]
) -> Sequence[AccountId]:
    tape_id, furniture = wanted
    cash = Rules(fill_on_arrival=furniture.fill_on_arrival)
    rules = [cash] * (furniture.accounts - furniture.margined)
    rules += [replace(cash, margin=MarginRules(MarginKind.REG_T))] * furniture.margined
    async with runtime.work(who) as work:
        accounts = (OpenAccount(f"Load {n}", tape_id, rules=each, cash=CASH) for n, each in enumerate(rules))
        return [await open_account(work, shelf, account) for account in accounts]
