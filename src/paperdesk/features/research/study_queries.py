"""Reads of studies."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from paperdesk.core.kernel.errors import NotFound
from paperdesk.core.kernel.principal import Scope
from paperdesk.features.research import study_store
from paperdesk.features.research.studies import Study, StudyKind
from paperdesk.infra.work import ReadOnly


class UnknownStudy(NotFound):
    """There is no such study."""


async def read_study(work: ReadOnly, study_id: UUID) -> Study:
    """Return one study with what came of it, if anything has."""
    work.require(Scope.READ)
    found = await study_store.load_study(work, study_id)
    if found is None:
        raise UnknownStudy("There is no such study.", study_id=str(study_id))
    return found


async def list_studies(work: ReadOnly, kind: StudyKind | None = None) -> list[Study]:
    """Return the studies of the caller's tenant, newest first; of a kind, or all."""
    work.require(Scope.READ)
    return await study_store.load_studies(work, kind)


def findings_in(study: Study, kind: StudyKind) -> Mapping[str, Any] | None:
    """Return what came of a study of a kind; None where it has not ended, or is of another."""
    return study.asked.report if study.kind is kind else None
