"""Tools that say what this is: a desk on paper, its clock, its prices, and the tools there are."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel

from paperdesk.core.kernel.principal import Scope
from paperdesk.doors.mcp.asking import Ask, OfAccount, account_meant
from paperdesk.doors.mcp.tool import Effect, Tool
from paperdesk.features.broker import routes
from paperdesk.features.marketdata.feeds.manifest import PriceBasis, SourceKind
from paperdesk.features.marketdata.queries import read_tape
from paperdesk.features.marketdata.routes import shown_tape
from paperdesk.infra.http import NumberText


class DeskLine(BaseModel):
    """What a model talks to: everything in it is simulated, and no order reaches a venue."""

    mode: Literal["paper"] = "paper"
    simulated: Literal[True] = True
    version: str
    toolsets: list[str]
    scopes: list[Scope]
    account_id: UUID
    currency: str
    equity: NumberText | None
    fill_model: str
    fill_on_arrival: bool
    fees: str
    account_seed: int
    tape_id: UUID
    clock_at: datetime
    session_open: bool
    source: str
    source_kind: SourceKind
    price_basis: PriceBasis
    label: str | None
    market_seed: int | None
    warnings: list[str]


async def about_desk(ask: Ask, wish: OfAccount) -> DeskLine:
    """Say what this desk is: paper, nothing real; its clock, source of prices, fill model, seeds, and what you may."""
    async with ask.reading() as work:
        row = await account_meant(work, wish.account_id)
        account = await routes.shown_account(work, ask.desk.shelf, row)
        tape = await shown_tape(ask.desk.shelf, await read_tape(work, account.tape_id), ask.who)
    return DeskLine(
        version=ask.version,
        toolsets=list(ask.toolsets),
        scopes=sorted(ask.who.scopes),
        account_id=account.id,
        currency=account.currency,
        equity=account.equity,
        fill_model=account.fill_model,
        fill_on_arrival=account.fill_on_arrival,
        fees=account.fees,
        account_seed=account.seed,
        tape_id=tape.id,
        clock_at=tape.at,
        session_open=tape.session_open,
        source=tape.source,
        source_kind=tape.kind,
        price_basis=tape.price_basis,
        label=tape.label,
        market_seed=tape.seed,
        warnings=tape.warnings,
    )


TOOLS = (Tool("server_info", Scope.READ, Effect.READS, about_desk),)
