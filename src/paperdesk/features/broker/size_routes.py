"""The REST route of position sizes."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from paperdesk.features.broker.position_sizes import SizeWish, size_position
from paperdesk.features.broker.size_schemas import PositionSizeOut
from paperdesk.features.identity.access import Reading
from paperdesk.features.marketdata.routes import Datasets

router = APIRouter(prefix="/v1", tags=["broker"])


@router.get("/accounts/{account_id}/position-size")
async def get_position_size(
    account_id: UUID, work: Reading, shelf: Datasets, wish: Annotated[SizeWish, Depends()]
) -> PositionSizeOut:
    """Work out how much of a symbol an account would buy by a method of sizing, or by one that suits its holder."""
    return PositionSizeOut.of(await size_position(work, shelf, account_id, wish))
