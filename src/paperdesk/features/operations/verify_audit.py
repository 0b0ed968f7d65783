"""Verify the audit trail of a tenant: go along the chain of its seals, and name the first place that does not hold."""

import re
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final

from paperdesk.core.kernel.errors import Invalid
from paperdesk.core.kernel.principal import Scope
from paperdesk.features.operations import seal_store
from paperdesk.features.operations.audit_chain import BEFORE_THE_FIRST, Break, Head, Seal
from paperdesk.infra.db import Row
from paperdesk.infra.work import ReadOnly

SEALS_AT_ONCE: Final = 100
_HEAD: Final = re.compile(r"([1-9][0-9]{0,17}):([0-9a-f]{64})")


class MalformedSealHead(Invalid):
    """The head of a chain is the number of a seal, a colon and its hash in hexadecimal digits."""


@dataclass(frozen=True, slots=True)
class Verified:
    """How far a chain holds: its last seal, what it stands for, and the first break, if there is one."""

    head: Head | None
    lines: int
    events: int
    unsealed: int
    broken: Break | None


def head_from(spelling: str) -> Head:
    """Read a head that somebody wrote down. Raises MalformedSealHead."""
    said = _HEAD.fullmatch(spelling)
    if said is None:
        raise MalformedSealHead("A head is a number, a colon and a hash.", head=spelling[:100])
    return Head(int(said[1]), bytes.fromhex(said[2]))


async def say_nothing(number: int) -> None:
    """Hear that a seal was reached; nobody waits for it."""


async def verify_audit(
    work: ReadOnly, known: Head | None = None, reached: Callable[[int], Awaitable[None]] = say_nothing
) -> Verified:
    """Compare everything that is sealed with its seals, and the chain with a head that is known from before.

    Tells now and then which seal it has reached. Raises MissingScope.
    """
    work.require(Scope.ADMIN)
    head, lines, events = Head(0, BEFORE_THE_FIRST), 0, 0
    broken, has_met = None, known is None
    while broken is None and (found := await seal_store.seals_after(work, head.number, SEALS_AT_ONCE)):
        await reached(head.number)
        for seal, written in found:
            broken = _link_broken(seal, written, head) or await _rows_broken(work, seal)
            if broken is not None:
                break
            head = Head(seal.number, written)
            has_met = has_met or head == known
            lines += len(seal.line_ids)
            events += len(seal.digests_in_order()) - len(seal.line_ids)
    if broken is None and not has_met:
        assert known is not None, "a chain has met whom it did not have to meet"
        broken = Break(known.number, "seal", "the seal that you know is not in the chain")
    unsealed = await seal_store.count_unsealed(work)
    return Verified(head if head.number else None, lines, events, unsealed, broken)


def _link_broken(seal: Seal, written: bytes, before: Head) -> Break | None:
    if seal.number != before.number + 1:
        return Break(before.number + 1, "seal", "missing")
    if seal.previous != before.hash:
        return Break(seal.number, "seal", "does not stand on the seal before")
    if seal.hash != written:
        return Break(seal.number, "seal", "changed")
    return None


async def _rows_broken(work: ReadOnly, seal: Seal) -> Break | None:
    digests, count = seal.digests_in_order(), len(seal.line_ids)
    lines = {row["id"]: row for row in await seal_store.lines_of(work, seal)}
    for line_id, digest in zip(seal.line_ids, digests[:count], strict=True):
        row = lines.pop(line_id, None)
        if row is None:
            return Break(seal.number, f"line {line_id}", "missing")
        if row["digest"] != digest:
            return Break(seal.number, f"line {line_id}", "changed")
    for line_id in lines:
        return Break(seal.number, f"line {line_id}", "added afterwards")
    events = await seal_store.events_of(work.db, seal.stretches) if seal.stretches else []
    return next(_events_broken(seal, events, digests[count:]), None)


def _events_broken(seal: Seal, events: Iterable[Row], digests: Iterable[bytes]) -> Iterator[Break]:
    sealed = (
        (place, each.account_id, seq)
        for place, each in enumerate(seal.stretches, 1)
        for seq in range(each.first_seq, each.last_seq + 1)
    )
    found = {(row["place"], row["seq"]): row["digest"] for row in events}
    for (place, account_id, seq), digest in zip_longest(sealed, digests):
        there = found.get((place, seq))
        if there != digest:
            why = "missing" if there is None else "changed"
            yield Break(seal.number, f"event {seq} of account {account_id}", why)
