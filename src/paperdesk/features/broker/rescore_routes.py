"""REST routes of re-scoring: the same orders under another fill model."""

from uuid import UUID

from fastapi import APIRouter, Response

from paperdesk.core.broker.fill_models import fill_model
from paperdesk.core.kernel.ids import AccountId
from paperdesk.features.broker.request_rescore import request_rescore
from paperdesk.features.broker.rescore_account import RescoreAccount
from paperdesk.features.broker.rescore_schemas import RescoreAnswer, RescoreBody, RescoreOut
from paperdesk.features.identity.access import Work
from paperdesk.features.marketdata.routes import Datasets
from paperdesk.infra.once import OnceRoute

router = APIRouter(prefix="/v1/accounts/{account_id}", tags=["broker"], route_class=OnceRoute)


@router.post("/rescore", responses={202: {"model": RescoreAnswer}})
async def post_rescore(
    account_id: UUID, body: RescoreBody, work: Work, shelf: Datasets, response: Response
) -> RescoreAnswer:
    """Fill an account's orders again under another fill model and compare; a long one becomes a job (202)."""
    command = RescoreAccount(AccountId(account_id), fill_model(body.fill_model))
    found = await request_rescore(work, shelf, command)
    if isinstance(found, UUID):
        response.status_code = 202
        return RescoreAnswer(rescore=None, job_id=found)
    return RescoreAnswer(rescore=RescoreOut.of(found), job_id=None)
