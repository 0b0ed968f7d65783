"""REST routes for the life of options that are held."""

from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Annotated
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
from paperdesk.features.broker.greek_history import GreekPoint, greek_points, greeks_at
from paperdesk.features.broker.greek_schemas import AccountGreeksOut
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
from paperdesk.features.broker.past_queries import account_at
from paperdesk.features.broker.payoffs import estimated
from paperdesk.features.broker.routes import At, Broker
from paperdesk.features.broker.spread_schemas import SpreadBody, SpreadOut
from paperdesk.features.broker.strategies import strategies
from paperdesk.features.broker.strategy_schemas import PayoffBody, PayoffOut, StrategiesOut, legs_of
from paperdesk.features.identity.access import Caller, Claiming, Reading
from paperdesk.features.marketdata.routes import Datasets
from paperdesk.infra.http import Page, PageOf, PageParams, SymbolLine, sorted_by
from paperdesk.infra.listing import ListRoute

router = APIRouter(prefix="/v1", tags=["options"], route_class=ListRoute)


@router.post("/accounts/{account_id}/positions/{symbol}/exercise", status_code=201, dependencies=[Claiming])
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


OptionPositionsPage = Annotated[
    PageParams,
    sorted_by(
        symbol=str,
        underlying=str,
        expires_on=date,
        strike=Decimal,
        quantity=Decimal,
        premium=Decimal,
        opened_at=datetime,
    ),
]


@router.get("/accounts/{account_id}/option-positions")
async def get_option_positions(
    account_id: UUID, work: Reading, shelf: Datasets, page: OptionPositionsPage, state: HeldState | None = None
) -> PageOf[HeldOptionOut]:
    """List every option that an account ever held: open, closed by orders, or ended otherwise, newest first."""
    row = await queries.read_account(work, account_id)
    known = [each for each in await held_options(work, shelf, row) if state in {None, each.state}]
    shown = page.shown_part(known, HeldOptionOut.of_held, place_of_option, tuple[str, UUID], newest_first=True)
    return PageOf(items=shown[0], next_cursor=shown[1])


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


@router.get("/accounts/{account_id}/greeks")
async def get_greeks(account_id: UUID, work: Reading, shelf: Datasets, moment: At) -> AccountGreeksOut:
    """Show the Greeks of an account's positions in shares and in money, as they are or were at a moment."""
    account = await queries.read_account(work, account_id)
    if moment.is_now:
        tape, dataset = await queries.market_of(work, shelf, account)
        positions = await queries.open_positions(work, account)
    else:
        past = await account_at(work, shelf, account_id, moment)
        tape, dataset, positions = past.tape, past.dataset, list(past.story.account.positions.values())
    held = {each.instrument_id: each.quantity for each in positions if each.quantity}
    return AccountGreeksOut.of(GreekPoint(tape.at, greeks_at(dataset, held, tape.cursor)), account["currency"])


@router.get("/accounts/{account_id}/greeks/history")
async def get_greek_history(account_id: UUID, work: Reading, shelf: Datasets, page: Page) -> PageOf[AccountGreeksOut]:
    """Show the Greeks of an account at every session's close, and now, oldest first."""
    account = await queries.read_account(work, account_id)
    tape, dataset = await queries.market_of(work, shelf, account)
    after, opened_at = page.after(tuple[datetime]), account["opened_at"]
    begin = opened_at if after is None else max(after[0], opened_at)
    points = greek_points(await queries.all_entries(work, account_id), tape, dataset, begin)
    later = islice((each for each in points if after is None or each.at > after[0]), page.limit + 1)
    found, next_cursor = page.cut(list(later), lambda each: (each.at,))
    return PageOf(items=[AccountGreeksOut.of(each, account["currency"]) for each in found], next_cursor=next_cursor)
