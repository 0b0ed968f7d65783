"""The unit of work of the order path: it holds no connection, its commands share a commit with others."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from paperdesk.core.broker.commands import Command
from paperdesk.core.broker.key_approvals import ApprovalNeeded
from paperdesk.core.kernel.ids import uuid7
from paperdesk.core.kernel.key_limits import Verb
from paperdesk.core.kernel.principal import Principal, Scope
from paperdesk.features.broker.answers import Answer, Answers, Prepare
from paperdesk.features.broker.ask_approval import ask_approval
from paperdesk.features.broker.order_writer import OrderWriter
from paperdesk.infra.crypto import entropy


@dataclass(frozen=True, slots=True)
class BrokerWork:
    """Who asks, when, and the writer that commits; `prepare` is told of an answer while it is still being written."""

    who: Principal
    now: datetime
    writer: OrderWriter
    prepare: Prepare | None = None

    def require(self, scope: Scope, verb: Verb | None = None) -> None:
        """Refuse a caller without the permission, or a key that is kept to other verbs."""
        self.who.require(scope, verb)

    def new_id(self) -> UUID:
        """Return a fresh UUIDv7 of this unit's instant."""
        return uuid7(self.now, entropy())

    async def submit(self, command: Command) -> Answer:
        """Return the answer after the commit that holds it. Raises ApprovalPending when a person is asked first."""
        try:
            return await self.writer.submit(self.who, command, self.prepare)
        except ApprovalNeeded as needed:
            raise await ask_approval(self.writer.runtime, self.who, command, needed) from None

    async def submit_all(self, commands: Sequence[Command]) -> Answers:
        """Return what came of each after the commit that holds all of them; about some a person may be asked first."""
        answers = await self.writer.submit_all(self.who, commands)
        for place, answer in enumerate(answers):
            if isinstance(answer, ApprovalNeeded):
                answers[place] = await ask_approval(self.writer.runtime, self.who, commands[place], answer)
        return answers
