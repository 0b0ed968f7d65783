"""Measure what the limits of an account are about, from its own positions, prices, ledger and past."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from paperdesk.core.broker.ledger import EntryKind
from paperdesk.core.broker.limit_measures import AccountMeasures, WorthAt, peak_of
from paperdesk.core.kernel.ids import AccountId
from paperdesk.core.kernel.money import ZERO
from paperdesk.features.broker.day_queries import day_of
from paperdesk.features.broker.equity_history import equity_points
from paperdesk.features.broker.queries import Capital, Worth, all_entries, capital_of, market_of, value
from paperdesk.features.marketdata.feeds.dataset import Dataset
from paperdesk.features.marketdata.tapes import Shelf, Tape
from paperdesk.infra.db import Row
from paperdesk.infra.work import ReadOnly

_GIVEN: Final = frozenset({EntryKind.TRANSFER, EntryKind.RESET})


@dataclass(frozen=True, slots=True)
class MeasuredAccount:
    """An account, where its tape stands, and what is measured of it."""

    worth: Worth
    tape: Tape
    measures: AccountMeasures


@dataclass(frozen=True, slots=True)
class PastWorth:
    """What an account was worth when its epoch began and at the closes since; `known_by` is what it holds until."""

    known_by: tuple[int, datetime | None, bool]
    points: Sequence[WorthAt]


class KnownPasts:
    """Remembers what accounts were worth at past closes, for whoever measures them again and again."""

    def __init__(self) -> None:
        """Start without knowing any."""
        self._pasts: dict[AccountId, PastWorth] = {}

    async def past(self, work: ReadOnly, account: Row, capital: Capital, market: tuple[Tape, Dataset]) -> PastWorth:
        """Return the past of an account up to its last close, which is worked out once after each."""
        tape, dataset = market
        known_by = account["epoch"], last_close(tape, dataset), capital.began_at < tape.at
        known = self._pasts.get(account["id"])
        if known is None or known.known_by != known_by:
            known = PastWorth(known_by, await past_of(work, account, capital, market))
            self._pasts[account["id"]] = known
        return known

    def forget(self, account_id: AccountId) -> None:
        """Forget an account that nobody measures any more."""
        self._pasts.pop(account_id, None)


async def measure_account(
    work: ReadOnly, shelf: Shelf, account: Row, known: KnownPasts | None = None
) -> MeasuredAccount:
    """Return what is measured of an account at its tape's clock."""
    market = await market_of(work, shelf, account)
    tape, _ = market
    worth, capital = await value(work, account, *market), await capital_of(work, account)
    day = await day_of(work, account, worth, capital, market)
    past = await (known or KnownPasts()).past(work, account, capital, market)
    now = WorthAt(tape.at, worth.valuation.equity, capital.contributed)
    return MeasuredAccount(worth, tape, AccountMeasures(worth.valuation, day, peak_of([*past.points, now])))


def last_close(tape: Tape, dataset: Dataset) -> datetime | None:
    """Return the last close before an instant of a tape; what closes at this very instant is not past yet."""
    return next((each.closes_at for each in dataset.calendar.begun(tape.at) if each.closes_at < tape.at), None)


async def past_of(work: ReadOnly, account: Row, capital: Capital, market: tuple[Tape, Dataset]) -> list[WorthAt]:
    """Work out what an account was worth when its epoch began and at every close since."""
    tape, dataset = market
    entries = _of_epoch(await all_entries(work, account["id"]))
    began_at, currency = capital.began_at, account["currency"]
    found = await asyncio.to_thread(lambda: list(equity_points(entries, tape, dataset, began_at, currency)))
    given = [(each["at"], each["cash_change"]) for each in entries if each["kind"] in _GIVEN]
    return [
        WorthAt(each.at, each.equity, sum((cash for at, cash in given if at <= each.at), ZERO))
        for each in found
        if each.at < tape.at
    ]


def _of_epoch(entries: Sequence[Row]) -> Sequence[Row]:
    resets = [number for number, each in enumerate(entries) if each["kind"] == EntryKind.RESET]
    return entries[resets[-1] :] if resets else entries
