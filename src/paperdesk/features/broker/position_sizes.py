"""How much of a symbol an account would buy: its equity, its market and its past, by a method of sizing."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from uuid import UUID

from paperdesk.core.broker.view import UnknownSymbol
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.instruments import Instrument
from paperdesk.core.strategy.sizing import Basis, Method, Size, Tolerance, Unsized, edge_of, sized, suggested
from paperdesk.features.broker.gain_queries import NamedGain, Sought, gains
from paperdesk.features.broker.queries import Worth, market_of, read_account, value
from paperdesk.features.marketdata.feeds.dataset import Dataset
from paperdesk.features.marketdata.indicators import indicators_of
from paperdesk.features.marketdata.marks import mark_at
from paperdesk.features.marketdata.queries import BarQuery
from paperdesk.features.marketdata.tapes import Shelf, Tape, listed_instrument
from paperdesk.infra.http import PositiveText, ShareText, SymbolLine
from paperdesk.infra.work import ReadOnly

# Fewer closed lots than these say nothing about an edge.
CLOSED_LEAST: Final = 20
PLACES: Final = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class SizeWish:
    """What to size: a method, or a tolerance of risk that suggests one, and what it may need."""

    symbol: SymbolLine
    method: Method | None = None
    tolerance: Tolerance = Tolerance.MODERATE
    amount: PositiveText | None = None
    stop_price: PositiveText | None = None
    win_rate: ShareText | None = None
    payoff: PositiveText | None = None


@dataclass(frozen=True, slots=True)
class PositionSize:
    """A size, and what it was worked out from."""

    symbol: str
    basis: Basis
    size: Size
    is_suggested: bool


async def size_position(work: ReadOnly, shelf: Shelf, account_id: UUID, wish: SizeWish) -> PositionSize:
    """Return how much an account would buy. Raises UnknownSymbol, Unsized."""
    account = await read_account(work, account_id)
    tape, dataset = await market_of(work, shelf, account)
    instrument = listed_instrument(dataset, wish.symbol, tape.cursor)
    if instrument is None:
        raise UnknownSymbol(f"{wish.symbol[:32]!r} is not on this tape.", symbol=wish.symbol[:32])
    method = wish.method or suggested(wish.tolerance, wish.stop_price)
    if method is Method.KELLY and wish.win_rate is None:
        wish = _with_edge(wish, await gains(work, shelf, account, Sought()))
    worth = await value(work, account, tape, dataset)
    basis = await asyncio.to_thread(_basis, wish, worth, instrument, (tape, dataset))
    return PositionSize(instrument.symbol, basis, sized(method, basis), wish.method is None)


def _with_edge(wish: SizeWish, closed: Sequence[NamedGain]) -> SizeWish:
    """Take the edge from what an account closed so far, where that is enough and went both ways."""
    edge = edge_of([each.gain.gain for each in closed], CLOSED_LEAST)
    return wish if edge is None else replace(wish, win_rate=_rounded(edge[0]), payoff=_rounded(edge[1]))


def _basis(wish: SizeWish, worth: Worth, instrument: Instrument, market: tuple[Tape, Dataset]) -> Basis:
    tape, dataset = market
    mark, equity = mark_at(dataset, instrument.id, tape.cursor), worth.valuation.equity
    if mark is None or equity is None:
        raise Unsized("There is no price on the tape yet to size a position by.", symbol=instrument.symbol)
    found = indicators_of(tape, dataset, BarQuery(tape.id, instrument.symbol), ("volatility_20", "atr_20")).values
    a_bar, days = found["volatility_20"], Decimal(dataset.calendar.sessions_a_year)
    held = [each for each in worth.account.positions.values() if each.quantity and each.instrument_id != instrument.id]
    return Basis(
        equity=equity,
        cash=worth.account.buying_power,
        price=mark.price,
        multiplier=instrument.multiplier,
        step=instrument.lot_step,
        held=len(held),
        amount=wish.amount,
        stop=wish.stop_price,
        win_rate=wish.win_rate,
        payoff=wish.payoff,
        volatility=None if a_bar is None else _rounded(a_bar * days.sqrt()),
        average_range=found["atr_20"],
    )


def _rounded(number: Decimal) -> Decimal:
    return number.quantize(PLACES)
