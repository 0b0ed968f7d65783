"""The REST route of position sizes."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import Field

from paperdesk.core.strategy.sizing import Method, Tolerance
from paperdesk.features.broker.position_sizes import SizeWish, size_position
from paperdesk.features.broker.size_schemas import PositionSizeOut
from paperdesk.features.identity.access import Reading
from paperdesk.features.marketdata.routes import Datasets
from paperdesk.infra.http import NumberText, SymbolLine

router = APIRouter(prefix="/v1", tags=["broker"])
Positive = Annotated[NumberText, Field(gt=Decimal(0))]
Rate = Annotated[NumberText, Field(gt=Decimal(0), lt=Decimal(1))]


@dataclass(frozen=True, slots=True)
class SizeQuery:
    """What to size: a method, or a tolerance of risk that suggests one, and what it may need."""

    symbol: SymbolLine
    method: Method | None = None
    tolerance: Tolerance = Tolerance.MODERATE
    amount: Positive | None = None
    stop_price: Positive | None = None
    win_rate: Rate | None = None
    payoff: Positive | None = None

    @property
    def wish(self) -> SizeWish:
        """Return the query as a wish."""
        edge = (self.win_rate, self.payoff)
        return SizeWish(self.symbol, self.method, self.tolerance, self.amount, self.stop_price, *edge)


@router.get("/accounts/{account_id}/position-size")
async def get_position_size(
    account_id: UUID, work: Reading, shelf: Datasets, asked: Annotated[SizeQuery, Depends()]
) -> PositionSizeOut:
    """Work out how much of a symbol an account would buy by a method of sizing, or by one that suits its holder."""
    return PositionSizeOut.of(await size_position(work, shelf, account_id, asked.wish))
