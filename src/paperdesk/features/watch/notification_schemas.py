"""What rules and notifications look like from outside."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from paperdesk.core.broker.orders import OrderStatus
from paperdesk.features.watch.notifications import Notification, OrderEvent, Rule, Way
from paperdesk.features.watch.save_notification_rule import SaveNotificationRule
from paperdesk.infra.http import Body, Line, NumberText, SymbolLine

SYMBOLS_MAX = 200
URL_LENGTH_MAX = 2000


class NotificationRuleBody(Body):
    """Which events of an account's orders to tell of, and how; a list that is left out means any."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "account_id": "0192f0c1-7b1e-7a3c-8000-3f5d5f9d9a11",
                    "name": "Fills",
                    "states": ["filled"],
                    "channels": ["stream", "webhook"],
                    "url": "https://example.com/hook",
                }
            ]
        },
    )

    account_id: UUID
    name: Line
    events: list[OrderEvent] = Field(default_factory=list[OrderEvent], max_length=len(OrderEvent))
    states: list[OrderStatus] = Field(default_factory=list[OrderStatus], max_length=len(OrderStatus))
    symbols: list[SymbolLine] = Field(default_factory=list[SymbolLine], max_length=SYMBOLS_MAX)
    channels: list[Way] = Field(min_length=1, max_length=len(Way))
    url: str | None = Field(default=None, max_length=URL_LENGTH_MAX, description="Where a webhook goes.")

    def command(self) -> SaveNotificationRule:
        """Return what is asked."""
        wanted = list(dict.fromkeys(self.events)), list(dict.fromkeys(self.states)), list(dict.fromkeys(self.symbols))
        return SaveNotificationRule(self.account_id, self.name, *wanted, list(dict.fromkeys(self.channels)), self.url)


class NotificationRuleOut(BaseModel):
    """A rule."""

    id: UUID
    account_id: UUID
    name: str
    events: list[OrderEvent]
    states: list[OrderStatus]
    symbols: list[str]
    channels: list[Way]
    url: str | None

    @classmethod
    def of(cls, rule: Rule) -> "NotificationRuleOut":
        """Show a rule."""
        return cls(
            id=rule.id,
            account_id=rule.account_id,
            name=rule.name,
            events=list(rule.events),
            states=list(rule.states),
            symbols=list(rule.symbols),
            channels=list(rule.ways),
            url=rule.url,
        )


class MadeNotificationRuleOut(BaseModel):
    """A new rule, and what its messages are signed with; that is shown this once."""

    rule: NotificationRuleOut
    secret: str | None = Field(description="The key of the signature; null without a webhook.")


class NotificationOut(BaseModel):
    """What you were told: an event of an order, and how the order stood right after it."""

    number: int = Field(description="Counts what you were told of this account.")
    id: UUID
    rule_id: UUID
    rule: str
    account_id: UUID
    seq: int = Field(description="The event of the account.")
    event: OrderEvent
    order_id: UUID
    symbol: str
    state: OrderStatus
    quantity: NumberText
    filled_quantity: NumberText
    at: datetime
    job_id: UUID | None = Field(description="The job that sends it to a webhook; null without one.")

    @classmethod
    def of(cls, told: Notification) -> "NotificationOut":
        """Show a notification."""
        return cls(**{name: getattr(told, name) for name in cls.model_fields})
