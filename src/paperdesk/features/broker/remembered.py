"""What the order writer remembers of accounts, so that the next order need not ask for them again.

The contract: an account is remembered as a commit of this writer found it or left it, under the version its row had
then, and its tape likewise. Nobody tells the writer who else wrote them. So what is remembered is a guess, and
whoever decides by it writes under a `Guard` (`guarded_write`) that asks for those versions: if one of them has moved,
nothing is written, and the batch is locked and loaded like any other, which corrects the guess.

Remembered are the whole row, whatever its columns, the positions that were loaded, empty where there are none, and the
open orders that were, each with the whole of its group. Nothing else that a batch may touch is; a batch that needs
more than this is not covered.
"""

from collections import OrderedDict, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from operator import attrgetter
from typing import TypeVar

from msgspec import Struct

from paperdesk.core.broker.account import Account, Position
from paperdesk.core.broker.orders import Order, Side
from paperdesk.core.kernel.ids import AccountId, InstrumentId, OrderId, TapeId, TenantId
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.kernel.values import replace_struct
from paperdesk.features.broker.store import Locked, Touch, Version
from paperdesk.features.marketdata.tapes import Tape

KEPT_MAX = 4096
# The lots of a position with more than these are not remembered: every fill would copy them all.
LOTS_MAX = 64
# Nor are the orders of an account with more open ones than these.
ORDERS_MAX = 64

_quantity = attrgetter("quantity")
_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


class Known(Struct, frozen=True):
    """An account, the version of its row, and what is known to be all there is of it.

    Of `markets`, which are symbols, or None for all of them, every open order is known; with `has_book` every position
    and every claim.
    """

    account: Account
    version: Version
    markets: frozenset[str | None] = frozenset()
    has_book: bool = False

    def touched_orders(self, named: Collection[OrderId], markets: set[str | None]) -> dict[OrderId, Order] | None:
        """Return the orders that a batch touches, as if no others had ever been loaded; None unless all are known."""
        if not markets and not named:
            return {}
        if None not in self.markets and not markets <= self.markets:
            return None
        orders = self.account.orders
        found = [
            each
            for each in orders.values()
            if each.id in named or (each.is_open and (None in markets or each.instrument.symbol in markets))
        ]
        return with_their_groups(found, orders)

    def touched_positions(self, touch: Touch, wanted: set[InstrumentId]) -> dict[InstrumentId, Position] | None:
        """Return the positions that a batch wants, and where it touches the book all others; None unless all known."""
        account_id, positions = self.account.id, self.account.positions
        is_whole = account_id in touch.books
        if (is_whole and not self.has_book) or not all(
            _is_known(positions, each, touch.units.get((account_id, each), ZERO)) for each in wanted
        ):
            return None
        book = {id_: each for id_, each in positions.items() if each.quantity} if is_whole else {}
        return book | {each: positions[each] for each in wanted}


@dataclass(frozen=True, slots=True)
class Recalled:
    """Accounts and tapes as they were found last, and how much is known of each account."""

    found: Locked
    known: Mapping[AccountId, Known]


class Remembered:
    """The accounts of the latest batches, and their tapes."""

    def __init__(self) -> None:
        """Start knowing nothing."""
        self._accounts: OrderedDict[AccountId, Known] = OrderedDict()
        self._tapes: OrderedDict[TapeId, tuple[Tape, Version]] = OrderedDict()

    def recall(self, account_ids: Collection[AccountId], tenants: Collection[TenantId]) -> Recalled | None:
        """Return accounts of these tenants and their tapes as they were found last; None unless all are known.

        A tape on the move has gone on by the time anybody asks, so its accounts are not worth the guess.
        """
        known: dict[AccountId, Known] = {}
        tapes: dict[TapeId, Tape] = {}
        versions: dict[AccountId | TapeId, Version] = {}
        for account_id in account_ids:
            each = self._accounts.get(account_id)
            tape = None if each is None else self._tapes.get(each.account.tape_id)
            if each is None or tape is None or each.account.tenant_id not in tenants or tape[0].is_moving:
                return None
            known[account_id], versions[account_id] = each, each.version
            tapes[tape[0].id], versions[tape[0].id] = tape
        return Recalled(Locked({id_: each.account for id_, each in known.items()}, tapes, versions), known)

    def learned(self, found: Locked, after: Mapping[AccountId, Account], touch: Touch) -> dict[AccountId, Known]:
        """Return what is known of accounts after a batch, still under the versions that it found."""
        markets = _by_account(touch.open_orders)
        learned: dict[AccountId, Known] = {}
        for account_id, before in found.accounts.items():
            version, known = found.versions[account_id], self._accounts.get(account_id)
            # What was loaded earlier still stands, if nobody else has written in between.
            if known is None or known.version != version:
                known = Known(replace_struct(before, positions={}, orders={}), version)
            has_book = account_id in touch.books
            learned[account_id] = _learned(known, after[account_id], markets[account_id], has_book=has_book)
        return learned

    def keep(self, found: Locked, learned: Mapping[AccountId, Known], written: Version | None) -> None:
        """Remember accounts as a commit left them; those it changed now have the version that was written."""
        for tape_id, tape in found.tapes.items():
            _put_last(self._tapes, tape_id, (tape, found.versions[tape_id]))
        for account_id, known in learned.items():
            if written is not None and known.account.last_seq != found.accounts[account_id].last_seq:
                known = replace_struct(known, version=written)  # noqa: PLW2901 - the same, as it stands now
            _put_last(self._accounts, account_id, known)


def _learned(known: Known, account: Account, markets: set[str | None], *, has_book: bool) -> Known:
    """Return what is known of an account after a batch that touched its open orders in some markets."""
    positions = {id_: _worth_keeping(each) for id_, each in account.positions.items()}
    orders = {**known.account.orders, **account.orders}
    orders = with_their_groups([each for each in orders.values() if each.is_open], orders)
    all_known = known.markets | markets
    if len(orders) > ORDERS_MAX:
        orders, all_known = {}, frozenset()
    remembered = replace_struct(account, positions={**known.account.positions, **positions}, orders=orders)
    return replace_struct(known, account=remembered, markets=all_known, has_book=has_book)


def narrowed(known: Mapping[AccountId, Known], touch: Touch) -> dict[AccountId, Account] | None:
    """Return accounts with what a batch touches; None unless all is remembered, but names, which the guard asks for."""
    if touch.entries or touch.alike:
        return None
    markets, holdings = _by_account(touch.open_orders), _by_account((*touch.holdings, *touch.units))
    accounts: dict[AccountId, Account] = {}
    found: set[OrderId] = set()
    for account_id, each in known.items():
        orders = each.touched_orders(touch.orders, markets[account_id])
        if orders is None:
            return None
        sold = {order.instrument.id for order in orders.values() if order.side is Side.SELL}
        positions = each.touched_positions(touch, holdings[account_id] | sold)
        if positions is None:
            return None
        accounts[account_id] = replace_struct(each.account, positions=positions, orders=orders)
        found |= orders.keys()
    return accounts if touch.orders <= found else None


def _by_account(touched: Iterable[tuple[AccountId, _Key]]) -> defaultdict[AccountId, set[_Key]]:
    """Sort what a batch touches by its accounts, once for all of them."""
    found: defaultdict[AccountId, set[_Key]] = defaultdict(set)
    for account_id, each in touched:
        found[account_id].add(each)
    return found


def with_their_groups(orders: Collection[Order], among: Mapping[OrderId, Order]) -> dict[OrderId, Order]:
    """Return orders and everybody who is in a group with them, ended ones too."""
    groups = {each.group_id for each in orders if each.group_id is not None}
    found = {each.id: each for each in orders}
    if groups:
        found |= {id_: each for id_, each in among.items() if each.group_id in groups}
    return found


def _is_known(positions: Mapping[InstrumentId, Position], instrument_id: InstrumentId, units: Decimal) -> bool:
    """Say whether a position is remembered, and enough of its lots for the units that may leave it."""
    position = positions.get(instrument_id)
    return position is not None and (not units or _has_all_lots(position))


def _has_all_lots(position: Position) -> bool:
    return sum(map(_quantity, position.lots), ZERO) == position.quantity


def _worth_keeping(position: Position) -> Position:
    """Return a position with all of its lots or none: some of them would soon be the wrong ones."""
    if not position.lots or (len(position.lots) <= LOTS_MAX and _has_all_lots(position)):
        return position
    return replace_struct(position, lots=())


def _put_last(kept: OrderedDict[_Key, _Value], key: _Key, value: _Value) -> None:
    """Keep a value as the latest, in the place of the oldest where there are too many."""
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > KEPT_MAX:
        kept.popitem(last=False)
