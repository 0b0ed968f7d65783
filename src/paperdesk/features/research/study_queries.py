"""Reads of studies."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from paperdesk.core.backtest.trials import Selection
from paperdesk.core.kernel.errors import NotFound
from paperdesk.core.kernel.principal import Scope
from paperdesk.features.backtests.trial_store import load_trials, read_selection
from paperdesk.features.research import study_store
from paperdesk.features.research.queries import best_of
from paperdesk.features.research.studies import Study, StudyKind
from paperdesk.infra.db import Row
from paperdesk.infra.work import ReadOnly


class UnknownStudy(NotFound):
    """There is no such study."""


@dataclass(frozen=True, slots=True)
class Examined:
    """The trial that a study is about, and how it stands in its family."""

    trial: Row
    selection: Selection


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


async def read_examined(work: ReadOnly, study: Study) -> Examined | None:
    """Return what a study has examined: the run as it is, which comes first, or of many the best over all sessions.

    None where nothing came of the study, or where no trial has the measure it chooses by.
    """
    if study.asked.report is None:
        return None
    rows = await load_trials(work, study.id)
    if study.kind is StudyKind.CROSS_VALIDATION:
        trial = best_of(rows, study.plan["objective"])
    else:
        trial = next((each for each in rows if each["number"] == 1), None)
    return None if trial is None else Examined(trial, await read_selection(work, study.asked, trial["number"]))
