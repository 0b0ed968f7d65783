"""Answers about tapes, given again for as long as nothing has moved the tape that they are about.

What a tape shows follows from its dataset, which never changes, and from where it stands. The database tells whoever
listens that a tape's row has changed, with the commit that changes it; until then an answer is as good as a new one.
While nobody tells, nothing is kept.
"""

from collections.abc import MutableMapping
from typing import TypeAlias
from uuid import UUID

from paperdesk.core.kernel.ids import TenantId, uuid_from_text

CHANNEL = "paperdesk_tapes"
TAPES_MAX = 1024
ANSWERS_MAX = 256

# What a tenant asked, word for word; tenants do not see the same tapes.
Question: TypeAlias = tuple[TenantId, bytes]
Kept: TypeAlias = MutableMapping[Question, bytes]


class Answers:
    """What was answered about each tape as it stands."""

    def __init__(self) -> None:
        """Keep nothing until somebody tells what moves."""
        self._is_told = False
        self._kept: dict[UUID, Kept] = {}

    def about(self, tape_id: UUID) -> Kept:
        """Return the answers about a tape as it stands; whoever adds one must have begun to work it out after this.

        When the tape moves in between, what is added goes to what has been forgotten already.
        """
        if not self._is_told:
            return {}
        if tape_id not in self._kept and len(self._kept) >= TAPES_MAX:
            self._kept.clear()
        kept = self._kept.setdefault(tape_id, {})
        if len(kept) >= ANSWERS_MAX:
            kept.clear()
        return kept

    def forget(self, tape_id: UUID) -> None:
        """Forget what was answered about a tape."""
        self._kept.pop(tape_id, None)

    def told(self, payload: str) -> None:
        """Forget about the tape that a notice names."""
        self.forget(uuid_from_text(payload))

    def listening(self, *, is_on: bool) -> None:
        """Begin to keep answers, or forget all of them because nobody tells any more what moves."""
        self._is_told = is_on
        self._kept.clear()
