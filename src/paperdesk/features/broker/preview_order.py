"""Preview an order: what placing it would come to, with nothing written and nobody locked out."""

from dataclasses import dataclass
from decimal import Decimal

from paperdesk.core.broker.account import Account
from paperdesk.core.broker.commands import PlaceCombo, PlaceOrder
from paperdesk.core.broker.key_approvals import ApprovalNeeded, check_worth
from paperdesk.core.broker.key_budgets import Asked, KeyBudgetSpent, KeyLossUnknown, charged
from paperdesk.core.broker.key_checks import check_symbols
from paperdesk.core.broker.preview import Preview, preview, refused
from paperdesk.core.broker.risk_rules import RiskMode
from paperdesk.core.broker.view import MarketView
from paperdesk.core.kernel.key_limits import SymbolNotAllowed
from paperdesk.core.kernel.principal import Scope
from paperdesk.core.kernel.values import replace
from paperdesk.features.broker import queries, store
from paperdesk.features.broker.day_queries import today_of
from paperdesk.features.broker.deciding import taken
from paperdesk.features.broker.repeats import earlier_of
from paperdesk.features.broker.rows import read_account_of
from paperdesk.features.broker.spending_store import load_spending
from paperdesk.features.broker.store import Locked
from paperdesk.features.broker.touching import touched, views_of
from paperdesk.features.marketdata.feeds.dataset import Dataset
from paperdesk.features.marketdata.tapes import Shelf
from paperdesk.infra.db import driver_connection
from paperdesk.infra.work import ReadOnly

ALREADY_PLACED = "This client order id has placed the same order before: sent again, it answers with that one."


async def preview_order(work: ReadOnly, shelf: Shelf, command: PlaceOrder | PlaceCombo) -> Preview:
    """Return what placing an order would come to; a refusal is part of it, an unknown account is refused."""
    work.require(Scope.READ)
    account, view, dataset = await _loaded(work, shelf, command)
    if work.who.limits is not None:
        try:
            check_symbols(work.who.limits, account, command)
        except SymbolNotAllowed as refusal:
            return refused(account, command, view, refusal)
    names = () if command.client_order_id is None else ((account.id, command.client_order_id),)
    known = await earlier_of(await driver_connection(work.db), {account.id: account}, names)
    for earlier in known.values():
        if not earlier.is_again(command):
            return refused(account, command, view, taken(account.orders[earlier.order_id]))
    found = preview(account, command, view, _last_volume(dataset, command, view))
    if known:
        return replace(found, warnings=(*found.warnings, ALREADY_PLACED))
    return await _for_key(work, shelf, Previewed(account, command, view, found))


@dataclass(frozen=True, slots=True)
class Previewed:
    """A preview by the rules of an account, before what a key is kept to is looked at."""

    account: Account
    command: PlaceOrder | PlaceCombo
    view: MarketView
    found: Preview


async def _for_key(work: ReadOnly, shelf: Shelf, previewed: Previewed) -> Preview:
    """Say what the budget of a key and its threshold would say of an order that the account could place."""
    account, found, limits, key_id = previewed.account, previewed.found, work.who.limits, work.who.key_id
    if limits is None or key_id is None or found.order is None:
        return found
    asked = Asked(account, found.legs or (found.order,), (), previewed.view)
    try:
        if limits.budget is not None:
            purse = (key_id, account.id)
            spent = await load_spending(await driver_connection(work.db), {purse: work.who.tenant_id})
            has_loss = limits.budget.loss_a_day is not None
            day = await today_of(work, shelf, account.id) if has_loss else None
            charged(limits.budget, spent.get(purse), asked, day)
        if limits.approval_above is not None:
            check_worth(limits.approval_above, asked)
    except (KeyBudgetSpent, KeyLossUnknown) as refusal:
        return refused(account, previewed.command, previewed.view, refusal)
    except ApprovalNeeded as needed:
        return replace(found, warnings=(*found.warnings, f"{needed.message} Placed, it waits for one."))
    return found


async def _loaded(
    work: ReadOnly, shelf: Shelf, command: PlaceOrder | PlaceCombo
) -> tuple[Account, MarketView, Dataset]:
    """Load what the order writer would, but read at one instant instead of locked."""
    row = await queries.read_account(work, command.account_id)
    tape, dataset = await queries.market_of(work, shelf, row)
    account = read_account_of(row)
    # What an order touches when it fills as it arrives: a preview asks what that would do, whatever the account does.
    by_hand = replace(account, rules=replace(account.rules, fill_on_arrival=True))
    views = await views_of(shelf, [command], Locked({account.id: account}, {tape.id: tape}, {}))
    touch = touched([command], {account.id: by_hand}, views)
    if account.rules.risk.mode is not RiskMode.OFF:
        touch.books.add(account.id)
    loaded = await store.load(await driver_connection(work.db), {account.id: account}, touch, dataset.instruments)
    return loaded[account.id], views[tape.id], dataset


def _last_volume(dataset: Dataset, command: PlaceOrder | PlaceCombo, view: MarketView) -> Decimal | None:
    instrument = view.instruments.get(command.symbol) if isinstance(command, PlaceOrder) else None
    bar = None if instrument is None else dataset.last_close(instrument.id, view.cursor)
    return None if bar is None else bar.volume
