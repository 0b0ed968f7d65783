"""The SQL of studies: rows to values and back."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select, update

from paperdesk.features.backtests.rows import backtest_in, values_of
from paperdesk.features.research.studies import Study, StudyKind
from paperdesk.features.research.tables import studies
from paperdesk.infra.db import Row, fetch_all, fetch_one
from paperdesk.infra.work import ReadOnly, UnitOfWork, jsonable, of_no_account, owned

# Lists do without what came of each.
_HEAD = [column for column in studies.c if column.name != "report"]


async def insert_study(work: UnitOfWork, study: Study) -> None:
    """Write a study that was asked for."""
    own = {"kind": study.kind, "plan": jsonable(dict(study.plan))}
    await work.db.execute(insert(studies).values(values_of(work, study.asked) | own))


async def load_study(work: ReadOnly, study_id: UUID) -> Study | None:
    """Load one study with what came of it."""
    its = (studies.c.id == study_id, owned(studies, work), of_no_account(work))
    row = await fetch_one(work.db, select(studies).where(*its))
    return None if row is None else _study(row)


async def load_studies(work: ReadOnly, kind: StudyKind | None) -> list[Study]:
    """Load the studies of a tenant without what came of them, newest first; of a kind, or all."""
    query = select(*_HEAD).where(owned(studies, work), of_no_account(work)).order_by(studies.c.id.desc())
    if kind is not None:
        query = query.where(studies.c.kind == kind)
    return [_study(row) for row in await fetch_all(work.db, query)]


async def save_findings(work: UnitOfWork, study_id: UUID, findings: Mapping[str, Any]) -> None:
    """Keep what came of a study; one that was deleted meanwhile is left at that."""
    its = (studies.c.id == study_id, owned(studies, work))
    await work.db.execute(update(studies).where(*its).values(report=jsonable(dict(findings)), ended_at=work.now))


async def delete_study_row(work: UnitOfWork, study_id: UUID) -> None:
    """Delete a study; what was tried for it stays in the ledger."""
    await work.db.execute(delete(studies).where(studies.c.id == study_id, owned(studies, work)))


def _study(row: Row) -> Study:
    return Study(StudyKind(row["kind"]), backtest_in(row), row["plan"])
