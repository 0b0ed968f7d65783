"""The SQL of sweeps: rows to values and back."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, insert, select, update

from paperdesk.core.backtest.search import Search
from paperdesk.features.backtests.rows import backtest_in, values_of
from paperdesk.features.research.sweeps import Objective, Sweep
from paperdesk.features.research.tables import sweeps
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
    }
    await work.db.execute(insert(sweeps).values(values | own))


async def load_sweep(work: ReadOnly, sweep_id: UUID) -> Sweep | None:
    """Load one sweep."""
    its = (sweeps.c.id == sweep_id, owned(sweeps, work), of_no_account(work))
    row = await fetch_one(work.db, select(sweeps).where(*its))
    return None if row is None else _sweep(row)


async def load_sweeps(work: ReadOnly) -> list[Sweep]:
    """Load the sweeps of a tenant, newest first."""
    query = select(sweeps).where(owned(sweeps, work), of_no_account(work)).order_by(sweeps.c.id.desc())
    return [_sweep(row) for row in await fetch_all(work.db, query)]


async def save_jobs(work: UnitOfWork, sweep_id: UUID, job_ids: Sequence[UUID]) -> None:
    """Keep which jobs work on a sweep."""
    await work.db.execute(update(sweeps).where(sweeps.c.id == sweep_id, owned(sweeps, work)).values(job_ids=job_ids))


async def delete_sweep_row(work: UnitOfWork, sweep_id: UUID) -> None:
    """Delete a sweep; that its trials were tried stays in the ledger."""
    await work.db.execute(delete(sweeps).where(sweeps.c.id == sweep_id, owned(sweeps, work)))


def _sweep(row: Row) -> Sweep:
    job_ids = row["job_ids"]
    return Sweep(
        # The first of its jobs stands for all of them where a run has one.
        asked=backtest_in({**row, "job_id": job_ids[0]}),
        job_ids=job_ids,
        axes=row["axes"],
        search=Search(row["search"]),
        seed=row["seed"],
        trials=row["trials"],
        objective=Objective(row["objective"]),
    )
