"""What a command needs to know before it can be decided: symbols, days, orders, positions and lots.

A batch loads what its commands touch and nothing else, however long an account's history is.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import date
from functools import lru_cache
from typing import Final

from paperdesk.core.broker.account import Account
from paperdesk.core.broker.commands import (
    CancelOrder,
    CancelOrders,
    ChooseLeverage,
    ClosePosition,
    Command,
    ExerciseOption,
    InstructExpiry,
    PlaceCombo,
    PlaceOrder,
    ReplaceOrder,
    TransferCash,
)
from paperdesk.core.broker.evolution import group_of
from paperdesk.core.broker.lots import LotChoice
from paperdesk.core.broker.orders import Side
from paperdesk.core.broker.view import MarketView
from paperdesk.core.kernel.ids import AccountId, TapeId
from paperdesk.core.kernel.money import MAGNITUDE_MAX
from paperdesk.core.market.options import MalformedOptionSymbol, parse_occ
from paperdesk.features.broker.store import Locked, Touch
from paperdesk.features.marketdata.tapes import Shelf

_DATED: Final = (PlaceOrder, PlaceCombo, ReplaceOrder)
_PLACING: Final = (*_DATED, ClosePosition)


def symbols_of(command: Command, account: Account) -> Iterator[str]:
    """Return the symbols whose quotes a command is judged by; of a replacement, that of the order it names."""
    match command:
        case PlaceOrder() | ClosePosition() | ChooseLeverage():
            yield command.symbol
        case PlaceCombo():
            for leg in command.legs:
                yield from _written_on(leg.symbol)
        case ExerciseOption() | InstructExpiry():
            yield from _written_on(command.symbol)
        case CancelOrders():
            yield from () if command.symbol is None else (command.symbol,)
        case ReplaceOrder():
            order = account.orders.get(command.order_id)
            if order is not None:
                yield order.instrument.symbol
                yield from (each.instrument.symbol for each in group_of(account, order))
        case CancelOrder() | TransferCash():
            return


def _written_on(symbol: str) -> Iterator[str]:
    """Yield a symbol, and when it is that of an option, what that is written on."""
    yield symbol
    with suppress(MalformedOptionSymbol):
        yield parse_occ(symbol).underlying


def dates_of(command: Command, account: Account) -> Iterator[date]:
    """Return the days on which a command wants an order to end, or its option makes it end."""
    if isinstance(command, _DATED) and command.expires_on is not None:
        yield command.expires_on
    if isinstance(command, _PLACING):
        for symbol in symbols_of(command, account):
            last_on = _last_day_of(symbol)
            if last_on is not None:
                yield last_on


@lru_cache(maxsize=4096)
def _last_day_of(symbol: str) -> date | None:
    """Return the last day of an option, None for what is none; symbols come again and again, and most are none."""
    try:
        return parse_occ(symbol).last_on
    except MalformedOptionSymbol:
        return None


async def views_of(shelf: Shelf, commands: Iterable[Command], found: Locked) -> dict[TapeId, MarketView]:
    """Return what the senders of commands could see of their accounts' tapes."""
    symbols: dict[TapeId, set[str]] = {tape_id: set() for tape_id in found.tapes}
    dates: dict[TapeId, set[date]] = {tape_id: set() for tape_id in found.tapes}
    for command in commands:
        account = found.accounts.get(command.account_id)
        if account is not None:
            symbols[account.tape_id].update(symbols_of(command, account))
            dates[account.tape_id].update(dates_of(command, account))
    return {id_: await shelf.view(tape, symbols[id_], dates[id_]) for id_, tape in found.tapes.items()}


def touched(
    commands: Iterable[Command], accounts: Mapping[AccountId, Account], views: Mapping[TapeId, MarketView]
) -> Touch:
    """Say what the commands need: a buy that only waits touches no position at all.

    Where chance is drawn, an order needs to know the orders alike that were placed at the same fact.
    """
    touch = Touch()
    for command in commands:
        account = accounts.get(command.account_id)
        if account is not None:
            _touch(touch, command, account, views[account.tape_id])
            if account.rules.fill_model.is_chancy and isinstance(command, _PLACING):
                touch.alike.add((account.id, views[account.tape_id].cursor))
    return touch


def _touch(touch: Touch, command: Command, account: Account, view: MarketView) -> None:
    if account.rules.margin.is_margined or (
        account.rules.risk.blocks and isinstance(command, PlaceOrder | ReplaceOrder)
    ):
        _touch_whole(touch, command, account)
    _name(touch, command, account)
    match command:
        case PlaceOrder():
            is_looked_up = command.intent is not None or command.lot_choice is not None
            if command.side is Side.SELL or is_looked_up or account.rules.fill_on_arrival:
                _hold(touch, command, account, view)
        case PlaceCombo():
            _hold_legs(touch, command, account, view)
        case ClosePosition():
            _hold(touch, command, account, view)
            if command.cancel_orders:
                touch.open_orders.add((account.id, command.symbol))
        case ReplaceOrder() | CancelOrder():
            touch.orders.add(command.order_id)
        case CancelOrders():
            touch.open_orders.add((account.id, command.symbol))
        case TransferCash():
            touch.entries.add(command.entry_id)
        case _:
            _hold_wholly(touch, command, account, view)


def _name(touch: Touch, command: Command, account: Account) -> None:
    if isinstance(command, _PLACING) and command.client_order_id is not None:
        touch.client_orders.add((account.id, command.client_order_id))


def _touch_whole(touch: Touch, command: Command, account: Account) -> None:
    """Name what a margined account is judged by: all it holds, and the open orders that share its margin."""
    touch.books.add(account.id)
    if account.rules.fill_on_arrival:  # a fill can move what every other order holds
        touch.open_orders.add((account.id, None))
    match command:
        case PlaceOrder() | ClosePosition():
            touch.open_orders.add((account.id, command.symbol))
        case PlaceCombo() | ReplaceOrder() | CancelOrder() | CancelOrders():
            touch.open_orders.add((account.id, None))
        case _:
            return


def _hold_wholly(
    touch: Touch, command: ExerciseOption | InstructExpiry | ChooseLeverage, account: Account, view: MarketView
) -> None:
    """Load what is spoken of, and what an option delivers, with all lots and the orders that it may move."""
    instrument = view.instruments.get(command.symbol)
    for instrument_id in () if instrument is None else (instrument.id, instrument.underlying_id):
        if instrument_id is not None:
            touch.holdings.add((account.id, instrument_id))
            touch.units[account.id, instrument_id] = MAGNITUDE_MAX
    touch.open_orders |= {(account.id, symbol) for symbol in symbols_of(command, account)}


def _hold_legs(touch: Touch, command: PlaceCombo, account: Account, view: MarketView) -> None:
    for leg in command.legs:
        instrument = view.instruments.get(leg.symbol)
        if instrument is not None:
            touch.holdings.add((account.id, instrument.id))
            if account.rules.fill_on_arrival:
                touch.units[account.id, instrument.id] = MAGNITUDE_MAX


def _hold(touch: Touch, command: PlaceOrder | ClosePosition, account: Account, view: MarketView) -> None:
    instrument = view.instruments.get(command.symbol)
    if instrument is None:
        return
    holding = (account.id, instrument.id)
    touch.holdings.add(holding)
    choice = command.lot_choice if isinstance(command, PlaceOrder) else None
    if choice is not None and choice.named:
        touch.units[holding] = MAGNITUDE_MAX
    if not account.rules.fill_on_arrival:
        return
    is_any = account.rules.margin.is_margined or takes_any_lot(account, choice)
    if isinstance(command, ClosePosition) or is_any:
        touch.units[holding] = MAGNITUDE_MAX
    elif command.side is Side.SELL:
        touch.units[holding] += command.quantity


def takes_any_lot(account: Account, asked: LotChoice | None) -> bool:
    """Say whether an order may use up other lots than the oldest, so that all of them have to be at hand."""
    return (asked or LotChoice(account.rules.lot_method)).needs_all_lots
