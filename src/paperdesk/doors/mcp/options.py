"""Tools for options: what is listed and implied, what is held, and what becomes of it."""

from uuid import UUID

from pydantic import Field

from paperdesk.core.broker.exercising import NotAnOption
from paperdesk.core.kernel.principal import Scope
from paperdesk.doors.mcp.asking import Ask, OfAccount, OfAccountPaged, account_id_meant, account_meant
from paperdesk.doors.mcp.confirming import require_exercise_confirmed
from paperdesk.doors.mcp.market import ChainWish, OfTape, tape_meant
from paperdesk.doors.mcp.tool import Effect, Tool
from paperdesk.features.broker import option_routes
from paperdesk.features.broker.greek_schemas import AccountGreeksOut
from paperdesk.features.broker.held_queries import HeldState
from paperdesk.features.broker.option_schemas import (
    AtExpiryBody,
    AtExpiryOut,
    ExerciseBody,
    ExercisedOut,
    ExpiriesOut,
    HeldOptionOut,
)
from paperdesk.features.broker.past_queries import Moment
from paperdesk.features.broker.spread_schemas import SpreadBody, SpreadOut
from paperdesk.features.broker.strategy_schemas import PayoffBody, PayoffOut, StrategiesOut
from paperdesk.features.marketdata import chain_routes
from paperdesk.features.marketdata.chain_schemas import ChainLineOut, ContractOut, ExpirationsOut, StrikesOut
from paperdesk.features.marketdata.chains import ContractQuery, line_at
from paperdesk.features.marketdata.market_reads import require_listed
from paperdesk.features.marketdata.queries import on_tape
from paperdesk.infra.http import DayText, NumberText, PageOf, Symbol, SymbolLine


class OptionWish(OfTape):
    """One contract, and a price of its underlying to suppose."""

    symbol: Symbol
    spot: NumberText | None = Field(default=None, gt=0)


class HeldWish(OfAccountPaged):
    """Which options an account holds or held."""

    state: HeldState | None = None


class ExerciseWish(ExerciseBody):
    """How many contracts of which option to exercise."""

    account_id: UUID | None = None
    symbol: SymbolLine
    confirmation: str | None = None


class AtExpiryWish(AtExpiryBody):
    """What is to happen with which option on its last day."""

    account_id: UUID | None = None
    symbol: SymbolLine


class ExpiriesWish(OfAccount):
    """The day whose close is meant."""

    on: DayText


class SpreadWish(SpreadBody):
    """A template on an expiry; without a tape, on that of the account that the key speaks for."""

    tape_id: UUID | None = None  # type: ignore[assignment]  # what the body must have is filled in


async def get_contracts(ask: Ask, wish: ChainWish) -> PageOf[ContractOut]:
    """List the options on an underlying that the tape has shown, by expiry, strike and right, without prices."""
    async with ask.reading() as work:
        tape_id = await tape_meant(work, wish.tape_id)
        return await chain_routes.get_contracts(tape_id, _query(wish), work, ask.desk.shelf, wish.page)


async def get_expirations(ask: Ask, wish: ChainWish) -> ExpirationsOut:
    """List the days on which options on an underlying end."""
    async with ask.reading() as work:
        tape_id = await tape_meant(work, wish.tape_id)
        return await chain_routes.get_expirations(tape_id, _query(wish), work, ask.desk.shelf)


async def get_strikes(ask: Ask, wish: ChainWish) -> StrikesOut:
    """List the strikes of options on an underlying, of an expiry and a right where they are given."""
    async with ask.reading() as work:
        tape_id = await tape_meant(work, wish.tape_id)
        return await chain_routes.get_strikes(tape_id, _query(wish), work, ask.desk.shelf)


async def get_greeks(ask: Ask, wish: OptionWish) -> ChainLineOut:
    """Show one contract: its quote, implied volatility and Greeks; with a spot, the Greeks at that price instead."""
    async with ask.reading() as work:
        tape, dataset = await on_tape(work, ask.desk.shelf, await tape_meant(work, wish.tape_id))
        option = require_listed(tape, dataset, wish.symbol)
        if option.contract is None:
            raise NotAnOption(f"{option.symbol} is not an option.", symbol=option.symbol)
        return ChainLineOut.of_line(line_at(tape, dataset, option, wish.spot))


async def get_held(ask: Ask, wish: HeldWish) -> PageOf[HeldOptionOut]:
    """List every option that an account holds or ever held, and the money that trading it brought."""
    async with ask.reading() as work:
        account = await account_meant(work, wish.account_id)
        return await option_routes.get_option_positions(account["id"], work, ask.desk.shelf, wish.page, wish.state)


async def get_strategies(ask: Ask, wish: OfAccount) -> StrategiesOut:
    """Show which strategies an account's options make, their payoffs, and what their margin is made of."""
    async with ask.reading() as work:
        account = await account_meant(work, wish.account_id)
        return await option_routes.get_option_strategies(account["id"], work, ask.desk.shelf)


async def get_account_greeks(ask: Ask, wish: OfAccount) -> AccountGreeksOut:
    """Show the Greeks of an account's positions by underlying and in money."""
    async with ask.reading() as work:
        account = await account_meant(work, wish.account_id)
        return await option_routes.get_greeks(account["id"], work, ask.desk.shelf, Moment())


async def get_expiries(ask: Ask, wish: ExpiriesWish) -> ExpiriesOut:
    """Show what would happen to held options at the close of a day with prices as they stand; nothing is booked."""
    async with ask.reading() as work:
        account = await account_meant(work, wish.account_id)
        return await option_routes.get_expiries(account["id"], wish.on, work, ask.desk.shelf)


async def get_payoff(ask: Ask, wish: PayoffBody) -> PayoffOut:
    """Work out what legs come to at expiry, and with an outlook before it; nothing is stored."""
    return await option_routes.post_payoff(wish, ask.who)


async def build(ask: Ask, wish: SpreadWish) -> SpreadOut:
    """Build a spread from a template with the tape's prices: legs, payoff, chance of profit, Greeks; places nothing."""
    async with ask.reading() as work:
        tape_id = await tape_meant(work, wish.tape_id)
        given = wish.model_dump(exclude={"tape_id"}, exclude_unset=True)
        body = SpreadBody.model_validate({**given, "tape_id": tape_id, "expires_on": wish.expires_on.isoformat()})
        return await option_routes.post_spread(body, work, ask.desk.shelf)


async def exercise(ask: Ask, wish: ExerciseWish) -> ExercisedOut:
    """Exercise options that are held, now: some of them, or all."""
    account_id = await account_id_meant(ask, wish.account_id)
    body = ExerciseBody(quantity=wish.quantity)
    await require_exercise_confirmed(ask, body.command(account_id, wish.symbol), wish.confirmation)
    return await option_routes.post_exercise(account_id, wish.symbol, body, ask.broker)


async def instruct(ask: Ask, wish: AtExpiryWish) -> AtExpiryOut:
    """Say what is to happen with options on their last day: the usual, exercise, or let them lapse."""
    account_id = await account_id_meant(ask, wish.account_id)
    body = AtExpiryBody(at_expiry=wish.at_expiry)
    return await option_routes.put_at_expiry(account_id, wish.symbol, body, ask.broker)


def _query(wish: ChainWish) -> ContractQuery:
    return ContractQuery(wish.underlying, wish.expires_on, wish.right)


TOOLS = (
    Tool("get_option_contracts", Scope.READ, Effect.READS, get_contracts),
    Tool("get_option_expirations", Scope.READ, Effect.READS, get_expirations),
    Tool("get_option_strikes", Scope.READ, Effect.READS, get_strikes),
    Tool("get_option_greeks", Scope.READ, Effect.READS, get_greeks),
    Tool("get_option_positions", Scope.READ, Effect.READS, get_held),
    Tool("get_option_strategies", Scope.READ, Effect.READS, get_strategies),
    Tool("get_account_greeks", Scope.READ, Effect.READS, get_account_greeks),
    Tool("get_expiries", Scope.READ, Effect.READS, get_expiries),
    Tool("get_payoff", Scope.READ, Effect.READS, get_payoff),
    Tool("build_spread", Scope.READ, Effect.READS, build),
    Tool("exercise_option", Scope.TRADE, Effect.ACTS, exercise),
    Tool("instruct_expiry", Scope.TRADE, Effect.ENDS, instruct),
)
