"""The strategies that an account's options make, what they come to at expiry, and what their book needs."""

from dataclasses import dataclass

from paperdesk.core.broker.combos import Combo, recognise
from paperdesk.core.broker.legs import Leg, by_underlying
from paperdesk.core.broker.margin import Stage, exposures_of, paired_book
from paperdesk.core.broker.option_margin import books
from paperdesk.core.broker.payoff import Payoff, PayoffUndefined, payoff
from paperdesk.core.broker.requirements import Requirement
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.kernel.values import replace
from paperdesk.features.broker.queries import market_of, open_positions
from paperdesk.features.broker.rows import read_account_of
from paperdesk.features.marketdata.marks import TapeMarks
from paperdesk.features.marketdata.tapes import Shelf
from paperdesk.infra.db import Row
from paperdesk.infra.work import ReadOnly


@dataclass(frozen=True, slots=True)
class HeldStrategy:
    """One strategy of an account; its legs have what they cost as their price."""

    underlying: str
    combo: Combo
    payoff: Payoff | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Strategies:
    """All of them, and what the books of an account with margin need; empty for one without."""

    held: tuple[HeldStrategy, ...]
    needed: tuple[Requirement, ...]


async def strategies(work: ReadOnly, shelf: Shelf, row: Row) -> Strategies:
    """Return what an account's positions in options, and in what they are written on, come to."""
    _, dataset = await market_of(work, shelf, row)
    positions = await open_positions(work, row)
    legs: list[Leg] = []
    for position in positions:
        instrument = dataset.instruments[position.instrument_id]
        price = position.cost / position.quantity / instrument.multiplier
        legs.append(Leg(instrument.symbol, position.quantity, instrument.contract, price))
    with_options = [leg for of_one in by_underlying(legs).values() for leg in of_one if _has_options(of_one)]
    found = recognise(with_options, max(row["cash"] - row["held"], ZERO))
    return Strategies(tuple(_held(combo) for combo in found), await _needed(work, shelf, row))


def _has_options(legs: tuple[Leg, ...]) -> bool:
    return any(leg.contract is not None for leg in legs)


def _held(combo: Combo) -> HeldStrategy:
    underlying = combo.legs[0].underlying
    try:
        return HeldStrategy(underlying, combo, payoff(combo.whole), None)
    except PayoffUndefined as undefined:
        return HeldStrategy(underlying, combo, None, undefined.message)


async def _needed(work: ReadOnly, shelf: Shelf, row: Row) -> tuple[Requirement, ...]:
    account = read_account_of(row)
    if not account.rules.margin.is_margined:
        return ()
    tape, dataset = await market_of(work, shelf, row)
    marks = TapeMarks(dataset, tape.cursor)
    held = {position.instrument_id: position for position in await open_positions(work, row)}
    exposures = exposures_of(replace(account, positions=held), marks) or []
    found = (paired_book(book, marks, Stage.MAINTENANCE) for book in books(exposures))
    return tuple(each for each in found if each is not None)
