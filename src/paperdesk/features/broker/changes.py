"""What happened to accounts, on its way to the store: who or what caused it, and what is different after it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from paperdesk.core.broker.account import Account
from paperdesk.core.broker.commands import Command
from paperdesk.core.broker.events import Event

BY_TAPE = "tape"
"""The subject of what the market brings."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Who or what brought an event, how far its tape was, and of a command's first event the command and its origin."""

    subject: str
    cursor: int
    command: Command | None = None
    origin: str | None = None


@dataclass(slots=True)
class Change:
    """One account before and after, and the events in between with what caused each."""

    before: Account
    after: Account
    events: list[tuple[Event, Cause]] = field(default_factory=list)

    def take(self, events: Sequence[Event], cause: Cause) -> None:
        """Note events that one cause brought; the first of them carries the command."""
        rest = cause if cause.command is None and cause.origin is None else Cause(cause.subject, cause.cursor)
        self.events += [(event, cause if number == 0 else rest) for number, event in enumerate(events)]
