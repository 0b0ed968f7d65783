"""Say of which events of an account's orders one wants to be told, and how."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from paperdesk.core.broker.orders import OrderStatus
from paperdesk.core.kernel.errors import Conflict, Invalid, NotFound
from paperdesk.core.kernel.ids import AccountId
from paperdesk.core.kernel.principal import Scope
from paperdesk.features.broker.queries import read_account
from paperdesk.features.watch import notification_store as store
from paperdesk.features.watch.notifications import OrderEvent, Rule, Way
from paperdesk.infra.webhooks import require_web_address
from paperdesk.infra.work import UnitOfWork

RULES_MAX: Final = 100
"""How many rules a person has at most."""


class UnknownNotificationRule(NotFound):
    """You have no such rule."""


class TooManyNotificationRules(Conflict):
    """A person has at most 100 rules."""


class WebhookAddressMissing(Invalid):
    """A rule has an address exactly when it tells by webhook."""


@dataclass(frozen=True, slots=True)
class SaveNotificationRule:
    """Tell of events of an account's orders from now on; an empty list means any event, state or symbol."""

    account_id: UUID
    name: str
    events: Sequence[OrderEvent]
    states: Sequence[OrderStatus]
    symbols: Sequence[str]
    ways: Sequence[Way]
    url: str | None = None


async def save_notification_rule(work: UnitOfWork, command: SaveNotificationRule, *, reaches_private: bool) -> Rule:
    """Return the new rule."""
    work.require(Scope.TRADE)
    account = await read_account(work, command.account_id)
    if (Way.WEBHOOK in command.ways) != (command.url is not None):
        raise WebhookAddressMissing("Give an address for a webhook, and only for one.")
    url = None if command.url is None else require_web_address(command.url, reaches_private=reaches_private)
    if len(await store.load_rules(work)) >= RULES_MAX:
        raise TooManyNotificationRules(f"You have {RULES_MAX} rules already; delete one.", limit=RULES_MAX)
    rule = Rule(
        work.new_id(),
        work.who.tenant_id,
        work.who.user_id,
        AccountId(command.account_id),
        command.name,
        command.events,
        command.states,
        command.symbols,
        command.ways,
        url,
        account["last_seq"],
    )
    await store.insert_rule(work, rule)
    await work.record("save_notification_rule", rule.id, {"account_id": rule.account_id, "ways": rule.ways})
    return rule


async def delete_notification_rule(work: UnitOfWork, rule_id: UUID) -> None:
    """Tell no more by a rule; what was told stays."""
    work.require(Scope.TRADE)
    if not await store.delete_rule(work, rule_id):
        raise UnknownNotificationRule("You have no such rule.", rule_id=str(rule_id))
    await work.record("delete_notification_rule", rule_id)
