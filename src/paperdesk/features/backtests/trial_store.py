"""The ledger of trials: every run of a family is counted, whoever deletes it after.

A family are all runs of a tenant with one strategy on the same symbols of the same dataset: whatever parameters, times,
rules or cash they had, they looked for something in the same prices. The same question asked twice is one trial.
"""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final
from uuid import UUID

import numpy as np
from sqlalchemy import ColumnElement, and_, func, select

from paperdesk.core.backtest.selection import POWERS, SLICES
from paperdesk.core.backtest.trials import MEASURES, Selection, Trial, Tried, beside, uncounted
from paperdesk.features.backtests.backtests import Backtest
from paperdesk.features.backtests.evidence import question_hashes
from paperdesk.features.backtests.tables import trials
from paperdesk.infra.db import Row, fetch_all, fetch_one, insert_together
from paperdesk.infra.work import ReadOnly, UnitOfWork, jsonable, owned

FAMILY_MAX: Final = 20_000
"""How many trials of a family are compared: of a larger one the newest, though all are counted."""

_COMPARED: Final = [
    trials.c[name] for name in ("question", "after_cursor", "upto_cursor", "periods_a_year", "returns", "sums")
]
_SHOWN: Final = [column for column in trials.c if column.name != "sums"]


async def record_trials(
    work: UnitOfWork, asked: Backtest, periods_a_year: float, found: Iterable[tuple[Trial, Backtest]]
) -> None:
    """Write trials into the ledger, each with its question; one that is there already stays as it is."""
    its = {
        "run_id": asked.id, "tenant_id": work.who.tenant_id, "strategy": asked.strategy,
        "dataset_id": asked.dataset_id, "symbols": list(asked.symbols), "after_cursor": asked.stretch.after,
        "upto_cursor": asked.stretch.upto, "periods_a_year": periods_a_year, "tried_at": work.now,
    }  # fmt: skip
    tried, questions = zip(*found, strict=True)
    rows = [_row(trial, question) for trial, question in zip(tried, question_hashes(questions), strict=True)]
    await work.db.execute(insert_together(trials, its, rows).on_conflict_do_nothing())


def _row(trial: Trial, question: str) -> dict[str, Any]:
    own = {name: getattr(trial, name) for name in ("number", "equity_after", "orders", "refusals", "reason", "returns")}
    return {
        **own,
        **{name: trial.measures.get(name) for name in MEASURES},
        "question": question,
        "parameters": jsonable(dict(trial.parameters)),
        "sums": None if trial.sums is None else trial.sums.tobytes(),
    }


async def load_trials(work: ReadOnly, run_id: UUID) -> Sequence[Row]:
    """Return the trials of a run or a sweep, by their number."""
    its = (trials.c.run_id == run_id, owned(trials, work))
    return await fetch_all(work.db, select(*_SHOWN).where(*its).order_by(trials.c.number))


async def load_best_trial(work: ReadOnly, run_id: UUID, measure: str) -> Row | None:
    """Return the trial of a run or a sweep with most of a measure, the first of equals; None where no trial has it."""
    value = trials.c[measure]
    its = (trials.c.run_id == run_id, owned(trials, work), value.is_not(None))
    return await fetch_one(work.db, select(*_SHOWN).where(*its).order_by(value.desc(), trials.c.number).limit(1))


async def load_trial_numbers(work: ReadOnly, run_id: UUID) -> set[int]:
    """Return the numbers of the trials of a sweep of which is known what came of them."""
    its = (trials.c.run_id == run_id, owned(trials, work))
    return set(await work.db.scalars(select(trials.c.number).where(*its)))


async def load_trial_counts(work: ReadOnly, run_ids: Collection[UUID]) -> dict[UUID, int]:
    """Return of how many trials of each sweep is known what came of them."""
    its = (trials.c.run_id.in_(run_ids), owned(trials, work))
    query = select(trials.c.run_id, func.count().label("ended")).where(*its).group_by(trials.c.run_id)
    return {row.run_id: row.ended for row in await work.db.execute(query)}


async def read_selection(work: ReadOnly, asked: Backtest, number: int = 1) -> Selection:
    """Return how a trial of a run or a sweep stands in its family."""
    its = (owned(trials, work), _of_family(asked))
    count = int(await work.db.scalar(select(func.count(trials.c.question.distinct())).where(*its)) or 0)
    one = select(*_COMPARED).where(*its, trials.c.run_id == asked.id, trials.c.number == number)
    own = await fetch_one(work.db, one)
    if own is None:
        return uncounted(count)
    newest = select(*_COMPARED).where(*its).order_by(trials.c.tried_at.desc(), trials.c.number).limit(FAMILY_MAX)
    others = [_tried(each) for each in await fetch_all(work.db, newest)]
    return await asyncio.to_thread(beside, _tried(own), others, count)


def _of_family(asked: Backtest) -> ColumnElement[bool]:
    return and_(
        trials.c.strategy == asked.strategy,
        trials.c.dataset_id == asked.dataset_id,
        trials.c.symbols == list(asked.symbols),
    )


def _tried(row: Row) -> Tried:
    sums = None if row["sums"] is None else np.frombuffer(row["sums"], np.float64).reshape(SLICES, POWERS)
    stretch = row["after_cursor"], row["upto_cursor"]
    return Tried(row["question"], stretch, row["periods_a_year"], row["returns"], sums)
