"""REST routes for the life of options that are held."""

from datetime import date
from uuid import UUID

from fastapi import APIRouter

from paperdesk.core.broker.combos import name_of
from paperdesk.core.broker.payoff import PayoffUndefined, payoff
from paperdesk.core.kernel.ids import AccountId
from paperdesk.core.kernel.principal import Scope
from paperdesk.features.broker import queries
from paperdesk.features.broker.build_spread import build_spread
from paperdesk.features.broker.exercise_option import exercise_option
from paperdesk.features.broker.expiries import expiries
from paperdesk.features.broker.held_queries import HeldState, held_options, place_of_option
from paperdesk.features.broker.instruct_expiry import instruct_expiry
from paperdesk.features.broker.option_schemas import (
    AtExpiryBody,
    AtExpiryOut,
    ExerciseBody,
    ExercisedOut,
    ExpiriesOut,
    HeldOptionOut,
)
from paperdesk.features.broker.payoffs import estimated
from paperdesk.features.broker.routes import Broker
from paperdesk.features.broker.spread_schemas import SpreadBody, SpreadOut
from paperdesk.features.broker.strategies import strategies
from paperdesk.features.broker.strategy_schemas import PayoffBody, PayoffOut, StrategiesOut, legs_of
from paperdesk.features.identity.access import Caller, Reading
from paperdesk.features.marketdata.routes import Datasets
from paperdesk.infra.http import Page, PageOf, SymbolLine
from paperdesk.infra.listing import ListRoute

router = APIRouter(prefix="/v1", tags=["options"], route_class=ListRoute)


@router.post("/accounts/{account_id}/positions/{symbol}/exercise", status_code=201)
async def post_exercise(account_id: UUID, symbol: SymbolLine, body: ExerciseBody, broker: Broker) -> ExercisedOut:
    """Exercise options that are held, now: some of them, or all."""
    return ExercisedOut.of(await exercise_option(broker, body.command(AccountId(account_id), symbol)))


@router.put("/accounts/{account_id}/positions/{symbol}/at-expiry")
async def put_at_expiry(account_id: UUID, symbol: SymbolLine, body: AtExpiryBody, broker: Broker) -> AtExpiryOut:
    """Say what is to happen with options on their last day: the usual, exercise, or let them lapse."""
    done = await instruct_expiry(broker, body.command(AccountId(account_id), symbol))
    return AtExpiryOut(symbol=symbol, at_expiry=body.at_expiry, last_seq=done.account.last_seq)


@router.get("/accounts/{account_id}/expiries")
async def get_expiries(account_id: UUID, on: date, work: Reading, shelf: Datasets) -> ExpiriesOut:
    """Show what would happen at the close of a day with prices as they stand; nothing is booked."""
    row = await queries.read_account(work, account_id)
    return ExpiriesOut.of(on, await expiries(work, shelf, row, on))


@router.get("/accounts/{account_id}/option-positions")
async def get_option_positions(
    account_id: UUID, work: Reading, shelf: Datasets, page: Page, state: HeldState | None = None
) -> PageOf[HeldOptionOut]:
    """List every option that an account ever held: open, closed by orders, or ended otherwise, newest first."""
    row = await queries.read_account(work, account_id)
    known = [each for each in await held_options(work, shelf, row) if state in {None, each.state}]
    found, next_cursor = page.part(known, place_of_option, tuple[str, UUID], newest_first=True)
    return PageOf(items=[HeldOptionOut.of_held(each) for each in found], next_cursor=next_cursor)


@router.get("/accounts/{account_id}/strategies")
async def get_option_strategies(account_id: UUID, work: Reading, shelf: Datasets) -> StrategiesOut:
    """Show which strategies an account's options make, their payoffs, and what their margin is made of."""
    row = await queries.read_account(work, account_id)
    return StrategiesOut.of(await strategies(work, shelf, row))


@router.post("/options/payoff")
async def post_payoff(body: PayoffBody, who: Caller) -> PayoffOut:
    """Work out what legs come to at expiry, and with an outlook before it; nothing is stored."""
    who.require(Scope.READ)
    legs = legs_of(body.legs)
    line, reason = None, None
    try:
        line = payoff(legs)
    except PayoffUndefined as undefined:
        reason = undefined.message
    estimate = None if body.outlook is None else estimated(legs, body.outlook.value(), line)
    return PayoffOut.of(name_of(legs), line, reason, estimate)


@router.post("/options/spreads")
async def post_spread(body: SpreadBody, work: Reading, shelf: Datasets) -> SpreadOut:
    """Build a spread from a template with a tape's contracts and prices: legs, payoff, chance of profit and Greeks."""
    return SpreadOut.of(await build_spread(work, shelf, body.command()))
