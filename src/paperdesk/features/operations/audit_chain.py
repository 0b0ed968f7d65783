"""The chain of seals: each stands for some lines of the audit and some events, and for the seal before it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from paperdesk.core.kernel.ids import TenantId
from paperdesk.core.kernel.time import instant_text

DIGEST_BYTES: Final = 32
BEFORE_THE_FIRST: Final = bytes(DIGEST_BYTES)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Events of one account that follow each other, first and last included."""

    account_id: UUID
    first_seq: int
    last_seq: int


@dataclass(frozen=True, slots=True)
class Seal:
    """What was there at an instant: the digests of lines and events, in their order, and the hash of the seal before.

    A digest covers everything that a row says; the hash covers everything that the seal says.
    """

    tenant_id: TenantId
    number: int
    sealed_at: datetime
    line_ids: Sequence[UUID]
    stretches: Sequence[Stretch]
    digests: bytes
    previous: bytes

    @property
    def hash(self) -> bytes:
        """Return what the next seal stands on."""
        said = [
            str(self.tenant_id), str(self.number), instant_text(self.sealed_at), ",".join(map(str, self.line_ids)),
            ",".join(f"{each.account_id}:{each.first_seq}-{each.last_seq}" for each in self.stretches),
        ]  # fmt: skip
        return hashlib.sha256(self.previous + "\n".join(said).encode() + b"\n" + self.digests).digest()

    def digests_in_order(self) -> list[bytes]:
        """Return the digests of the lines and then of the events."""
        return [self.digests[at : at + DIGEST_BYTES] for at in range(0, len(self.digests), DIGEST_BYTES)]


@dataclass(frozen=True, slots=True)
class Head:
    """The last seal of a chain: whoever wrote it down elsewhere finds out whether the end was cut off."""

    number: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Break:
    """The first place where a chain does not hold: which seal, what of it, and what is wrong there."""

    seal: int
    where: str
    why: str
