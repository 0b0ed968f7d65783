"""REST routes of studies: of what choosing brings, of leaks, and of small changes."""

from uuid import UUID

from fastapi import APIRouter

from paperdesk.features.identity.access import Reading, Work
from paperdesk.features.marketdata.routes import Datasets
from paperdesk.features.research import study_queries
from paperdesk.features.research.cancel_study import cancel_study, delete_study
from paperdesk.features.research.request_cross_validation import request_cross_validation
from paperdesk.features.research.request_jitter import request_jitter
from paperdesk.features.research.request_leak_check import request_leak_check
from paperdesk.features.research.studies import Study, StudyKind
from paperdesk.features.research.study_schemas import (
    CrossValidationBody,
    JitterBody,
    LeakCheckBody,
    StudyOut,
    StudyResultsOut,
)
from paperdesk.infra.http import Page, PageOf
from paperdesk.infra.jobs import standings
from paperdesk.infra.listing import ListRoute
from paperdesk.infra.work import ReadOnly

router = APIRouter(prefix="/v1", tags=["research"], route_class=ListRoute)


async def _shown(work: ReadOnly, study: Study) -> StudyOut:
    job_id = study.asked.job_id
    return StudyOut.of(study, (await standings(work, [job_id])).get(job_id))


@router.post("/studies/cross-validation", status_code=202)
async def post_cross_validation(body: CrossValidationBody, work: Work, shelf: Datasets) -> StudyOut:
    """Test what a sweep chooses out of sample, in every combination of groups of sessions; it is a job."""
    return await _shown(work, await request_cross_validation(work, shelf, body.cross_validation()))


@router.post("/studies/leaks", status_code=202)
async def post_leak_check(body: LeakCheckBody, work: Work, shelf: Datasets) -> StudyOut:
    """Find out whether a strategy sees the future: run it with less of it, and see whether anything moves."""
    return await _shown(work, await request_leak_check(work, shelf, body.leak_check()))


@router.post("/studies/jitter", status_code=202)
async def post_jitter(body: JitterBody, work: Work, shelf: Datasets) -> StudyOut:
    """Shake the parameters and the frictions of a run a little, many times, and see how its figures spread."""
    return await _shown(work, await request_jitter(work, shelf, body.jitter()))


@router.get("/studies")
async def get_studies(work: Reading, page: Page, kind: StudyKind | None = None) -> PageOf[StudyOut]:
    """List studies, newest first; of a kind, or all."""
    known = await study_queries.list_studies(work, kind)
    found, next_cursor = page.part(known, lambda each: (each.id,), tuple[UUID], newest_first=True)
    jobs = await standings(work, [each.asked.job_id for each in found])
    return PageOf(items=[StudyOut.of(each, jobs.get(each.asked.job_id)) for each in found], next_cursor=next_cursor)


@router.get("/studies/{study_id}")
async def get_study(study_id: UUID, work: Reading) -> StudyResultsOut:
    """Read how far a study is, what came of it, and what of that may be owed to having tried often."""
    study = await study_queries.read_study(work, study_id)
    job_id, examined = study.asked.job_id, await study_queries.read_examined(work, study)
    return StudyResultsOut.beside(study, (await standings(work, [job_id])).get(job_id), examined)


@router.post("/studies/{study_id}/cancel")
async def post_study_cancel(study_id: UUID, work: Work) -> StudyOut:
    """Stop a study where it is; nothing comes of it, and what was tried stays counted."""
    await cancel_study(work, study_id)
    return await _shown(work, await study_queries.read_study(work, study_id))


@router.delete("/studies/{study_id}", status_code=204)
async def remove_study(study_id: UUID, work: Work) -> None:
    """Delete a study; what was tried for it stays counted."""
    await delete_study(work, study_id)
