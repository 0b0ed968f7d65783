"""REST routes of the leverage of crypto pairs."""

from uuid import UUID

from fastapi import APIRouter

from paperdesk.core.kernel.ids import AccountId
from paperdesk.features.broker.choose_leverage import choose_leverage
from paperdesk.features.broker.leverage_schemas import LeverageBody, LeverageOut
from paperdesk.features.broker.queries import read_account
from paperdesk.features.broker.routes import Broker
from paperdesk.features.broker.rows import read_account_of
from paperdesk.features.identity.access import Reading

router = APIRouter(prefix="/v1/accounts/{account_id}/leverage", tags=["broker"])


@router.get("")
async def get_leverage(account_id: UUID, work: Reading) -> LeverageOut:
    """Show the leverage an account chose for crypto pairs, and the tiers of maintenance that hold for all."""
    return LeverageOut.of(read_account_of(await read_account(work, account_id)))


@router.put("")
async def put_leverage(account_id: UUID, body: LeverageBody, broker: Broker) -> LeverageOut:
    """Choose how many times what it brings itself an account of Regulation T buys a crypto pair for, from 1 to 125."""
    return LeverageOut.of((await choose_leverage(broker, body.command(AccountId(account_id)))).account)
