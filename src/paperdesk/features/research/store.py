"""The SQL of sweeps and walks forward: rows to values and back."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, fields
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from paperdesk.core.backtest.search import Search
from paperdesk.core.backtest.walking import Walk
from paperdesk.features.backtests.rows import backtest_in, values_of
from paperdesk.features.research.sweeps import Objective, Sweep, TradedFold, WalkPlan
from paperdesk.features.research.tables import folds, sweeps
from paperdesk.infra.db import Row, fetch_all, fetch_one
from paperdesk.infra.work import ReadOnly, UnitOfWork, jsonable, of_no_account, owned


async def insert_sweep(work: UnitOfWork, sweep: Sweep) -> None:
    """Write a sweep that was asked for."""
    values = values_of(work, sweep.asked)
    del values["job_id"]
    own = {
        "job_ids": list(sweep.job_ids),
        "axes": jsonable({name: list(values) for name, values in sweep.axes.items()}),
        "search": sweep.search,
        "seed": sweep.seed,
        "trials": sweep.trials,
        "objective": sweep.objective,
        "only_end": sweep.only_end,
        "walk": None if sweep.plan is None else jsonable(asdict(sweep.plan)),
    }
    await work.db.execute(insert(sweeps).values(values | own))


async def load_sweep(work: ReadOnly, sweep_id: UUID) -> Sweep | None:
    """Load one sweep or walk forward."""
    its = (sweeps.c.id == sweep_id, owned(sweeps, work), of_no_account(work))
    row = await fetch_one(work.db, select(sweeps).where(*its))
    return None if row is None else _sweep(row)


async def load_sweeps(work: ReadOnly, *, walks: bool = False) -> list[Sweep]:
    """Load the sweeps of a tenant or its walks forward, newest first."""
    kind = sweeps.c.walk.is_not(None) if walks else sweeps.c.walk.is_(None)
    query = select(sweeps).where(owned(sweeps, work), of_no_account(work), kind).order_by(sweeps.c.id.desc())
    return [_sweep(row) for row in await fetch_all(work.db, query)]


async def save_fold(work: UnitOfWork, sweep_id: UUID, fold: TradedFold) -> None:
    """Keep what came of a fold; of one that was run twice the first stays."""
    values = {**asdict(fold), "parameters": jsonable(fold.parameters), "sweep_id": sweep_id}
    row = insert(folds).values({**values, "tenant_id": work.who.tenant_id})
    await work.db.execute(row.on_conflict_do_nothing())


async def load_folds(work: ReadOnly, sweep_ids: Collection[UUID]) -> dict[UUID, list[TradedFold]]:
    """Return what came of the folds of walks forward so far, by their number."""
    its = (folds.c.sweep_id.in_(sweep_ids), owned(folds, work))
    found: dict[UUID, list[TradedFold]] = {each: [] for each in sweep_ids}
    for row in await fetch_all(work.db, select(folds).where(*its).order_by(folds.c.number)):
        found[row["sweep_id"]].append(TradedFold(**{name: row[name] for name in _OF_FOLD}))
    return found


_OF_FOLD = [each.name for each in fields(TradedFold)]


async def save_jobs(work: UnitOfWork, sweep_id: UUID, job_ids: Sequence[UUID]) -> None:
    """Keep which jobs work on a sweep."""
    await work.db.execute(update(sweeps).where(sweeps.c.id == sweep_id, owned(sweeps, work)).values(job_ids=job_ids))


async def delete_sweep_row(work: UnitOfWork, sweep_id: UUID) -> None:
    """Delete a sweep; that its trials were tried stays in the ledger."""
    await work.db.execute(delete(sweeps).where(sweeps.c.id == sweep_id, owned(sweeps, work)))


def _sweep(row: Row) -> Sweep:
    job_ids, walk = row["job_ids"], row["walk"]
    return Sweep(
        # The first of its jobs stands for all of them where a run has one.
        asked=backtest_in({**row, "job_id": job_ids[0]}),
        job_ids=job_ids,
        axes=row["axes"],
        search=Search(row["search"]),
        seed=row["seed"],
        trials=row["trials"],
        objective=Objective(row["objective"]),
        plan=None if walk is None else WalkPlan(Walk(walk["walk"]), walk["choose_on"], walk["trade_on"], walk["folds"]),
        only_end=row["only_end"],
    )
