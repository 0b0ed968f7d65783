"""A backtest as it is kept: what was asked, and what came of it as far as it has come."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from paperdesk.core.backtest.runner import Stretch
from paperdesk.core.broker.account import Account, Rules
from paperdesk.core.broker.margin_book import MarginBook
from paperdesk.core.broker.watched_limits import LimitKind, Thresholds
from paperdesk.core.kernel.ids import AccountId, DatasetId, TapeId, TenantId, derived
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.strategy.catalogue import made
from paperdesk.core.strategy.strategy import Strategy
from paperdesk.infra.strategy_packages import KNOWN


class RunMode(StrEnum):
    """Which driver runs a backtest: the exact engine event by event, or compiled code where that comes to the same."""

    EVENTS = "events"
    COMPILED = "compiled"


@dataclass(frozen=True, slots=True)
class SavedVersion:
    """The saved strategy that a run is of, and which of its versions."""

    saved_strategy_id: UUID
    number: int


@dataclass(frozen=True, slots=True)
class AskedLimit:
    """A limit that the account of a run is watched by, of a symbol or of all it holds."""

    kind: LimitKind
    value: Decimal
    symbol: str | None = None
    thresholds: Thresholds = field(default_factory=Thresholds)


@dataclass(frozen=True, slots=True)
class Backtest:
    """What is run: a strategy with its parameters, on which facts of which dataset, with what money under what rules.

    `report` is None until there is one; a run that failed or was cancelled keeps what it had come to.
    """

    id: UUID
    job_id: UUID
    name: str
    tape_id: TapeId
    dataset_id: DatasetId
    strategy: str
    version: int
    symbols: Sequence[str]
    parameters: Mapping[str, Any]
    rules: Rules
    currency: str
    cash: Decimal
    stretch: Stretch
    asked_at: datetime
    mode: RunMode = RunMode.EVENTS
    ended_at: datetime | None = None
    report: Mapping[str, Any] | None = None
    risk_free: Decimal = ZERO
    benchmark: str | None = None
    saved: SavedVersion | None = None
    limits: Sequence[AskedLimit] = ()

    def made_strategy(self) -> Strategy:
        """Make the strategy; raises what its parameters refuse."""
        return made(KNOWN, self.strategy, self.symbols, self.parameters)

    def account_at(self, tenant_id: TenantId, began_at: datetime) -> Account:
        """Return the account it begins with; its id follows from the run, so that every repetition is the same."""
        account_id = AccountId(derived(self.id, "account"))
        owner = account_id, tenant_id, self.tape_id
        # What it begins with is a deposit, which counts in full.
        book = MarginBook(memorandum=self.cash) if self.rules.margin.is_margined else MarginBook()
        return Account(*owner, self.currency, self.rules, self.cash, ZERO, 0, 0, began_at, book=book)
