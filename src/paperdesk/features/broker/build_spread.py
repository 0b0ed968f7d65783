"""Build a spread from a template, with the contracts that a tape has shown and the prices that stand there now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, TypeAlias
from uuid import UUID

from paperdesk.core.broker.combos import Strategy, name_of
from paperdesk.core.broker.legs import Leg
from paperdesk.core.broker.payoff import Payoff, payoff
from paperdesk.core.broker.spread_templates import SHAPES, SpreadTemplate
from paperdesk.core.kernel.errors import Conflict, Invalid, NotFound
from paperdesk.core.kernel.money import money_from_float
from paperdesk.core.market.options import Right
from paperdesk.features.broker.payoffs import Estimate, Outlook, estimated
from paperdesk.features.marketdata.chains import ChainLine, ContractQuery, chain
from paperdesk.features.marketdata.feeds.dataset import Dataset
from paperdesk.features.marketdata.market_reads import require_listed
from paperdesk.features.marketdata.marks import mark_at
from paperdesk.features.marketdata.queries import on_tape
from paperdesk.features.marketdata.tapes import Shelf, Tape
from paperdesk.infra.work import ReadOnly

VOL_PLACES: Final = 6
NO_PRICE: Final = "there is no price of every leg"
NO_VOLATILITY: Final = "the prices of the legs imply no volatility"

Lines: TypeAlias = Mapping[tuple[Right, Decimal], ChainLine]


class StrikesOrWidth(Invalid):
    """A spread is built on strikes that are named, or on a width around the price of its underlying; on one of them."""


class StrikeNotListed(NotFound):
    """The tape has no contract of that right on that strike for that day."""


class UnderlyingWithoutPrice(Conflict):
    """The underlying has no price yet, so nothing can be built around it."""


@dataclass(frozen=True, slots=True)
class BuildSpread:
    """Build a template on an expiry, on its strikes or on the listed ones nearest to so many widths from the price."""

    tape_id: UUID
    template: SpreadTemplate
    underlying: str
    expires_on: date
    strikes: Sequence[Decimal] = ()
    width: Decimal | None = None
    units: Decimal = Decimal(1)
    rate: Decimal = Decimal(0)
    dividend_yield: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class BuiltLeg:
    """A contract of a spread, how many of it, and its standing quote; the price is the middle, where there is one."""

    line: ChainLine
    quantity: Decimal

    @property
    def price(self) -> Decimal | None:
        """Return the middle of the quote."""
        quote = self.line.quote
        return None if quote is None or not quote.mid else quote.mid

    @property
    def leg(self) -> Leg:
        """Return it as a leg that costs its middle."""
        assert self.price is not None, "a leg of a payoff has a price"
        return Leg(self.line.instrument.symbol, self.quantity, self.line.contract, self.price)


@dataclass(frozen=True, slots=True)
class Spread:
    """A spread, its payoff at expiry and what a model says of it before; None with a reason."""

    template: SpreadTemplate
    spot: Decimal
    legs: Sequence[BuiltLeg]
    strategy: Strategy | None
    payoff: Payoff | None
    payoff_reason: str | None
    volatility: Decimal | None
    estimate: Estimate | None
    estimate_reason: str | None


async def build_spread(work: ReadOnly, shelf: Shelf, command: BuildSpread) -> Spread:
    """Return the spread; nothing is stored and nothing is ordered."""
    if bool(command.strikes) == (command.width is not None):
        raise StrikesOrWidth("Name the strikes, or a width around the price; not both.")
    tape, dataset = await on_tape(work, shelf, command.tape_id)
    mark = mark_at(dataset, require_listed(tape, dataset, command.underlying).id, tape.cursor)
    if mark is None:
        raise UnderlyingWithoutPrice(f"{command.underlying} has no price yet.", symbol=command.underlying)
    lines = _lines(tape, dataset, command)
    strikes = command.strikes or _around(command, mark.price, sorted({strike for _, strike in lines}))
    SHAPES[command.template].require(strikes)
    legs = [
        BuiltLeg(_line(lines, (each.right, strikes[each.strike]), command), each.ratio * command.units)
        for each in SHAPES[command.template].legs
    ]
    return _worked_out(command, tape, dataset, mark.price, legs)


def _lines(tape: Tape, dataset: Dataset, command: BuildSpread) -> Lines:
    asked = ContractQuery(command.underlying, command.expires_on)
    return {(each.contract.right, each.contract.strike): each for each in chain(tape, dataset, asked)}


def _around(command: BuildSpread, spot: Decimal, listed: Sequence[Decimal]) -> list[Decimal]:
    """Return the listed strikes nearest to where the template has them; the lower of two as near."""
    assert command.width is not None, "without strikes there is a width"
    targets = [spot + widths * command.width for widths in SHAPES[command.template].widths]
    return [min(listed, key=lambda strike: (abs(strike - target), strike)) for target in targets] if listed else []


def _line(lines: Lines, wanted: tuple[Right, Decimal], command: BuildSpread) -> ChainLine:
    if wanted not in lines:
        right, strike = wanted
        raise StrikeNotListed(
            f"There is no {right.value} on {command.underlying} at {strike:f} for {command.expires_on}.",
            strike=f"{strike:f}",
        )
    return lines[wanted]


def _worked_out(command: BuildSpread, tape: Tape, dataset: Dataset, spot: Decimal, legs: Sequence[BuiltLeg]) -> Spread:
    if any(each.price is None for each in legs):
        return Spread(command.template, spot, legs, None, None, NO_PRICE, None, None, NO_PRICE)
    lines = [each.leg for each in legs]
    line, strategy = payoff(lines), name_of(lines)
    vols = [each.line.implied.vol for each in legs if each.line.implied is not None]
    if not vols:
        return Spread(command.template, spot, legs, strategy, line, None, None, None, NO_VOLATILITY)
    vol = money_from_float(sum(vols) / len(vols), VOL_PLACES)
    outlook = Outlook(dataset.calendar.day_of(tape.at), spot, vol, command.rate, command.dividend_yield)
    found = estimated(lines, outlook, line)
    return Spread(command.template, spot, legs, strategy, line, None, vol, found, None)
