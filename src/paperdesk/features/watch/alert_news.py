"""What has fired, for whoever follows a tape's alerts on a stream."""

from dataclasses import dataclass
from typing import Any

from paperdesk.core.kernel.money import plain
from paperdesk.core.kernel.time import instant_text
from paperdesk.features.watch.store import Firing
from paperdesk.infra.bus import Bus


def alerts_topic(tape_id: object) -> str:
    """Name the topic of what fires on one tape."""
    return f"alerts:{tape_id}"


@dataclass(frozen=True, slots=True)
class AlertNews:
    """Hears from the database on which tapes something fired, whichever process looked."""

    bus: Bus

    def told(self, payload: str) -> None:
        """Let those who follow read what is new."""
        word, _, tape_id = payload.partition(" ")
        if word == "fired":
            self._missed(tape_id)

    def listening(self, *, is_on: bool) -> None:
        """Let everyone look once notices come, or come again."""
        for tape_id in self.bus.ids_of("alerts:") if is_on else ():
            self._missed(tape_id)

    def _missed(self, tape_id: str) -> None:
        self.bus.publish_latest(alerts_topic(tape_id), {"topic": "missed_alerts", "id": tape_id})


def message_of_firing(firing: Firing) -> dict[str, Any]:
    """Render a firing as the stream's message."""
    change = firing.fired.change_percent
    return {
        "topic": "alerts",
        "id": str(firing.tape_id),
        "seq": firing.seq,
        "alert_id": str(firing.alert_id),
        "symbol": firing.symbol,
        "condition": firing.condition.value,
        "level": plain(firing.level),
        "cursor": firing.fired.cursor,
        "at": instant_text(firing.fired.at),
        "price": plain(firing.fired.price),
        "change_percent": None if change is None else plain(change),
    }
