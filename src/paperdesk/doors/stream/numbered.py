"""What a stream tells by number: alerts of a tape that fired, and what was told of an account's orders and limits."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from paperdesk.core.kernel.money import plain
from paperdesk.core.kernel.time import instant_text
from paperdesk.features.broker.queries import read_account
from paperdesk.features.marketdata.queries import read_tape
from paperdesk.features.watch.account_limits import LimitAlert
from paperdesk.features.watch.alerts import Firing
from paperdesk.features.watch.limit_queries import alerts_after, last_alert
from paperdesk.features.watch.limit_schemas import LimitAlertOut
from paperdesk.features.watch.notification_queries import last_notification, notifications_after
from paperdesk.features.watch.notifications import Notification
from paperdesk.features.watch.queries import firings_after, last_firing
from paperdesk.infra.bus import Message
from paperdesk.infra.work import ReadOnly


@dataclass(frozen=True, slots=True)
class Numbered:
    """How one topic is read: whose it is, its last number, what came after one, and what that looks like."""

    require: Callable[[ReadOnly, UUID], Awaitable[object]]
    last: Callable[[ReadOnly, UUID], Awaitable[int]]
    after: Callable[[ReadOnly, UUID, int, int], Awaitable[Sequence[Any]]]
    message: Callable[[Any], Message]


def _firing(firing: Firing) -> Message:
    change = firing.fired.change_percent
    return {
        "topic": "alerts",
        "id": str(firing.tape_id),
        "seq": firing.seq,
        "alert_id": str(firing.alert_id),
        "symbol": firing.symbol,
        "condition": firing.condition.value,
        "level": plain(firing.fired.level),
        "cursor": firing.fired.cursor,
        "at": instant_text(firing.fired.at),
        "price": plain(firing.fired.price),
        "change_percent": None if change is None else plain(change),
    }


def _notification(told: Notification) -> Message:
    return {"topic": "notifications", "id": str(told.account_id), "seq": told.number, "notification": told.told}


def _limit_alert(alert: LimitAlert) -> Message:
    shown = LimitAlertOut.of(alert).model_dump(mode="json")
    return {"topic": "limit_alerts", "id": str(alert.account_id), "seq": alert.number, "alert": shown}


NUMBERED: Final[Mapping[str, Numbered]] = {
    "alerts": Numbered(read_tape, last_firing, firings_after, _firing),
    "notifications": Numbered(read_account, last_notification, notifications_after, _notification),
    "limit_alerts": Numbered(read_account, last_alert, alerts_after, _limit_alert),
}
