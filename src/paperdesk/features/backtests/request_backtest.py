"""Ask for a backtest: what cannot be run is refused at once, and the rest becomes a job."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from paperdesk.core.backtest.runner import NothingToRun, Stretch
from paperdesk.core.broker.life import check_opening_cash
from paperdesk.core.broker.view import UnknownSymbol
from paperdesk.core.broker.watched_limits import require_limit
from paperdesk.core.kernel.errors import Invalid
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.kernel.principal import Scope
from paperdesk.core.market.options import canonical_symbol
from paperdesk.core.strategy.catalogue import made
from paperdesk.features.backtests.backtests import AskedLimit, Backtest, RunMode, SavedVersion
from paperdesk.features.backtests.limit_rows import symbols_of, watched
from paperdesk.features.backtests.store import insert_backtest
from paperdesk.features.backtests.tape_market import TapeMarket
from paperdesk.features.broker.open_account import OpenAccount, checked_name
from paperdesk.features.identity.change_preferences import read_preferences
from paperdesk.features.identity.queries import enqueue_asked
from paperdesk.features.marketdata.feeds.dataset import Dataset
from paperdesk.features.marketdata.queries import on_tape
from paperdesk.features.marketdata.tapes import Shelf, Tape
from paperdesk.infra.strategy_packages import KNOWN
from paperdesk.infra.work import ReadOnly, UnitOfWork

KIND = "run_backtest"


class EndsBeforeItBegins(Invalid):
    """A backtest ends after it begins."""


@dataclass(frozen=True, slots=True)
class RequestBacktest:
    """Run a strategy over what a tape has shown, as an account of these terms would have traded.

    Without a beginning it begins with the tape, without an end, or with a later one, it ends at the tape's clock.
    What it brings is measured against a rate without risk, a year, and beside a benchmark's symbol. With `close_at_end`
    nothing is held when it ends. Its account is watched by `limits`, which change nothing.
    """

    opening: OpenAccount
    strategy: str
    symbols: Sequence[str]
    parameters: Mapping[str, Any]
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    mode: RunMode = RunMode.EVENTS
    risk_free: Decimal = ZERO
    benchmark: str | None = None
    close_at_end: bool = False
    saved: SavedVersion | None = None
    limits: Sequence[AskedLimit] = ()


async def request_backtest(work: UnitOfWork, shelf: Shelf, command: RequestBacktest) -> Backtest:
    """Return the run that was asked for; its job is enqueued with the same commit."""
    work.require(Scope.TRADE)
    backtest_id = work.new_id()
    job_id = await enqueue_asked(work, KIND, {"backtest_id": backtest_id})
    asked = await checked_backtest(work, shelf, command, (backtest_id, job_id))
    await insert_backtest(work, asked)
    await work.record("request_backtest", backtest_id, {"strategy": asked.strategy, "tape_id": asked.tape_id})
    return asked


async def checked_backtest(work: ReadOnly, shelf: Shelf, command: RequestBacktest, ids: tuple[UUID, UUID]) -> Backtest:
    """Return a run under its own id and that of its job, or refuse what cannot be run."""
    opening = command.opening
    symbols = [canonical_symbol(each) for each in command.symbols]
    strategy = made(KNOWN, command.strategy, symbols, command.parameters)
    currency = opening.currency or (await read_preferences(work)).base_currency
    check_opening_cash(opening.cash, currency)
    tape, dataset = await on_tape(work, shelf, opening.tape_id)
    benchmark = None if command.benchmark is None else canonical_symbol(command.benchmark)
    market = TapeMarket(tape, dataset)
    _check_symbols(market, symbols if benchmark is None else [*symbols, benchmark])
    _check_limits(market, command)
    stretch = _stretch(tape, dataset, command)
    if command.mode is RunMode.COMPILED:
        from paperdesk.features.backtests.compiled_course import check_compiled  # noqa: PLC0415 - loads a compiler

        check_compiled(market, strategy, opening.rules, currency, stretch)
    backtest_id, job_id = ids
    return Backtest(
        id=backtest_id,
        job_id=job_id,
        name=checked_name(opening.name),
        tape_id=tape.id,
        dataset_id=tape.dataset_id,
        strategy=strategy.name,
        version=strategy.version,
        symbols=symbols,
        parameters=strategy.values,
        rules=opening.rules,
        currency=currency,
        cash=opening.cash,
        stretch=stretch,
        asked_at=work.now,
        mode=command.mode,
        risk_free=command.risk_free,
        benchmark=benchmark,
        saved=command.saved,
        limits=command.limits,
    )


def _check_limits(market: TapeMarket, command: RequestBacktest) -> None:
    """Refuse limits that mean nothing, and any in a run that keeps no events to live once more."""
    _check_symbols(market, symbols_of(command.limits))
    for each in command.limits:
        require_limit(watched(each, market))
    if command.limits and command.mode is RunMode.COMPILED:
        from paperdesk.core.backtest.compiled.scaling import refusal  # noqa: PLC0415 - loads a compiler

        raise refusal(["limits"])


def _check_symbols(market: TapeMarket, symbols: Sequence[str]) -> None:
    for symbol in symbols:
        if market.instrument(symbol) is None:
            raise UnknownSymbol(f"{symbol[:32]!r} is not on this tape, or not yet.", symbol=symbol[:32])


def _stretch(tape: Tape, dataset: Dataset, command: RequestBacktest) -> Stretch:
    """Return which facts are run; raises EndsBeforeItBegins or NothingToRun."""
    starts_at = max(command.starts_at or tape.starts_at, dataset.starts_from)
    ends_at = tape.at if command.ends_at is None else min(command.ends_at, tape.at)
    if ends_at <= starts_at:
        raise EndsBeforeItBegins("The end is not after the beginning, or the tape has not come so far.")
    after, upto = dataset.cursor_at(starts_at), min(dataset.cursor_at(ends_at), tape.cursor)
    first = dataset.next_step(after, "bar")
    if first is None or first > upto:
        raise NothingToRun("No bar closes between the beginning and the end.")
    return Stretch(after, upto, command.close_at_end)
