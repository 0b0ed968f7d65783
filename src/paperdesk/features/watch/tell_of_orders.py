"""Tell people what happened to orders, by their rules.

The relay tells whose events it published; for accounts with rules the events are then read from the books. What is
told, the jobs that send it, and how far a rule has come are written in one transaction: nothing that was acknowledged
is left out, whatever dies in between, and each event is told once by a rule. A message may arrive twice, with one id.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from functools import partial
from typing import Final

from paperdesk.core.broker.events import ReservationsMoved
from paperdesk.core.kernel.ids import AccountId, OrderId, derived, uuid_from_text
from paperdesk.core.kernel.principal import Principal, Scope
from paperdesk.core.kernel.values import replace
from paperdesk.features.broker.queries import events_after
from paperdesk.features.broker.rows import event_of
from paperdesk.features.broker.statistics_queries import OrderState, order_history
from paperdesk.features.broker.story import orders_of
from paperdesk.features.marketdata.tapes import Shelf
from paperdesk.features.watch import notification_store as store
from paperdesk.features.watch.deliver_notification import deliver_notification
from paperdesk.features.watch.lookout import Lookout
from paperdesk.features.watch.mail_notification import mail_notification
from paperdesk.features.watch.notifications import Notification, Rule, Way
from paperdesk.infra.db import Row
from paperdesk.infra.rooms import keep_serving
from paperdesk.infra.runtime import Runtime
from paperdesk.infra.telemetry import log
from paperdesk.infra.work import UnitOfWork

CHANNEL: Final = store.CHANNEL
EVENTS_AT_ONCE: Final = 200
LOOK_AGAIN_S: Final = 0.05


class Teller:
    """The room that tells: it hears of accounts with new events, and of rules that were set."""

    def __init__(self, runtime: Runtime, shelf: Shelf) -> None:
        """Start without having told anybody anything."""
        self.runtime, self.shelf = runtime, shelf
        self._lookout = Lookout(self._ruled_accounts, LOOK_AGAIN_S)

    def told(self, payload: str) -> None:
        """Take note of accounts with new events, or of one for which a rule was set."""
        word, _, named = payload.partition(" ")
        if word == "told":
            return
        account_ids = [AccountId(uuid_from_text(each)) for each in named.split(",")]
        if word == "rule":
            self._lookout.know(account_ids)
        self._lookout.name(account_ids)

    def listening(self, *, is_on: bool) -> None:
        """Look at every account with rules: something may have happened while nobody told."""
        if is_on:
            self._lookout.name_all()

    async def run(self) -> None:
        """Tell until cancelled; a database that goes away is waited for."""
        await keep_serving("teller", lambda: self._lookout.run(partial(tell_of_orders, self)))

    async def _ruled_accounts(self) -> set[AccountId]:
        async with self.runtime.as_system() as db:
            return await store.ruled_accounts(db)


async def tell_of_orders(teller: Teller, account_id: AccountId) -> bool:
    """Tell what has happened to an account's orders since; say whether anybody has a rule for it."""
    async with teller.runtime.as_system() as db:
        rules = await store.rules_of_account(db, account_id)
    for rule in rules:
        while await _told(teller, rule):
            await asyncio.sleep(0)
    return bool(rules)


async def _told(teller: Teller, known: Rule) -> bool:
    """Look at the next events of a rule's account; say whether there may be more."""
    who = Principal(known.tenant_id, known.owner_id, frozenset({Scope.READ}))
    async with teller.runtime.work(who) as work:
        locked = await store.load_rules(work, known.id, lock=True)
        if not locked:
            return False
        rule = locked[0]
        rows = await events_after(work, rule.account_id, rule.told_seq, EVENTS_AT_ONCE)
        if not rows:
            return False
        found = [each async for each in _wanted(work, teller.shelf, rule, rows)]
        kept = [await _kept(work, rule, each) for each in found]
        await store.move_rule(work, replace(rule, told_seq=rows[-1]["seq"]))
        if kept:
            await store.tell_of_told(work, rule.account_id)
    for each in kept if Way.LOG in rule.ways else ():
        log.info(
            "order_notification", **{"happened" if name == "event" else name: it for name, it in each.told.items()}
        )
    return len(rows) == EVENTS_AT_ONCE


async def _kept(work: UnitOfWork, rule: Rule, found: Notification) -> Notification:
    job_id = await deliver_notification(work, found) if Way.WEBHOOK in rule.ways else None
    if Way.EMAIL in rule.ways:
        await mail_notification(work, rule, found)
    return await store.insert_notification(work, replace(found, job_id=job_id))


async def _wanted(work: UnitOfWork, shelf: Shelf, rule: Rule, rows: Sequence[Row]) -> AsyncIterator[Notification]:
    """Yield what a rule wants told of some events, in their order."""
    histories: dict[OrderId, dict[int, OrderState]] = {}
    for row, order_id in _about_orders(rule, rows):
        if order_id not in histories:
            states = await order_history(work, shelf, order_id)
            histories[order_id] = {each.seq: each for each in states}
        state = histories[order_id].get(row["seq"])
        if state is None:
            continue
        order = state.order
        if rule.wants(row["kind"], order.status, order.instrument.symbol):
            named = derived(rule.id, row["seq"], str(order_id)), rule.id, rule.name, rule.account_id, row["seq"]
            what = row["kind"], order_id, order.instrument.symbol, order.status
            yield Notification(*named, *what, order.quantity, order.filled_quantity, row["at"])


def _about_orders(rule: Rule, rows: Sequence[Row]) -> Iterator[tuple[Row, OrderId]]:
    for row in rows:
        if rule.events and row["kind"] not in rule.events:
            continue
        event = event_of(row["kind"], row["payload"])
        for order_id in () if isinstance(event, ReservationsMoved) else orders_of(event):
            yield row, order_id
