"""The SQL of second factors: the sealed key that a person's app holds, and their recovery codes as hashes.

All of it is the system's; a request can neither read nor write these tables.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from paperdesk.core.kernel.ids import UserId
from paperdesk.features.identity.tables import recovery_codes, second_factors
from paperdesk.infra.crypto import Sealed


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """What somebody shows besides a password or a link; it counts from when it was confirmed."""

    user_id: UserId
    sealed: Sealed
    confirmed_at: datetime | None
    last_step: int
    failures: int
    waits_until: datetime | None


async def find_factor(db: AsyncConnection, user_id: UserId, *, is_locked: bool = False) -> SecondFactor | None:
    """Return the second factor of somebody, confirmed or not; locked, their next code waits for this transaction."""
    query = select(second_factors).where(second_factors.c.user_id == user_id)
    query = query.with_for_update() if is_locked else query
    row = (await db.execute(query)).one_or_none()
    return None if row is None else _factor(row)


async def factors_sealed_otherwise(db: AsyncConnection, key_name: str) -> list[SecondFactor]:
    """Return the second factors that were sealed with another key than this."""
    query = select(second_factors).where(second_factors.c.sealed_with != key_name).with_for_update()
    return [_factor(row) for row in await db.execute(query)]


def _factor(row: Row[tuple[object, ...]]) -> SecondFactor:
    sealed = Sealed(row.sealed_with, row.box)
    return SecondFactor(row.user_id, sealed, row.confirmed_at, row.last_step, row.failures, row.waits_until)


async def save_factor(db: AsyncConnection, factor: SecondFactor) -> None:
    """Write somebody's second factor in the place of the one they had."""
    await delete_factor(db, factor.user_id)
    row = {
        "user_id": factor.user_id, "sealed_with": factor.sealed.key_name, "box": factor.sealed.box,
        "confirmed_at": factor.confirmed_at, "last_step": factor.last_step, "failures": factor.failures,
        "waits_until": factor.waits_until,
    }  # fmt: skip
    await db.execute(insert(second_factors).values(row))


async def confirm_factor(db: AsyncConnection, user_id: UserId, now: datetime) -> None:
    """Let somebody's second factor count from now on."""
    await db.execute(update(second_factors).where(second_factors.c.user_id == user_id).values(confirmed_at=now))


async def reseal_factor(db: AsyncConnection, user_id: UserId, sealed: Sealed) -> None:
    """Write a key sealed anew."""
    query = update(second_factors).where(second_factors.c.user_id == user_id)
    await db.execute(query.values(sealed_with=sealed.key_name, box=sealed.box))


async def note_right_code(db: AsyncConnection, user_id: UserId, step: int | None) -> None:
    """Forget somebody's wrong codes, and take no code of this step or an earlier one again."""
    said = {"failures": 0, "waits_until": None} | ({} if step is None else {"last_step": step})
    await db.execute(update(second_factors).where(second_factors.c.user_id == user_id).values(said))


async def note_wrong_code(db: AsyncConnection, user_id: UserId, failures: int, waits_until: datetime) -> None:
    """Write how often somebody's code was wrong, and until when the next one waits."""
    query = update(second_factors).where(second_factors.c.user_id == user_id)
    await db.execute(query.values(failures=failures, waits_until=waits_until))


async def save_recovery_codes(db: AsyncConnection, user_id: UserId, hashes: Iterable[bytes]) -> None:
    """Write somebody's recovery codes in the place of those they had."""
    await db.execute(delete(recovery_codes).where(recovery_codes.c.user_id == user_id))
    await db.execute(insert(recovery_codes), [{"user_id": user_id, "code_hash": each} for each in hashes])


async def spend_recovery_code(db: AsyncConnection, user_id: UserId, code_hash: bytes) -> bool:
    """Use up a recovery code; say whether there was one."""
    is_theirs = (recovery_codes.c.user_id == user_id, recovery_codes.c.code_hash == code_hash)
    return (await db.execute(delete(recovery_codes).where(*is_theirs))).rowcount == 1


async def count_recovery_codes(db: AsyncConnection, user_id: UserId) -> int:
    """Return how many recovery codes somebody has left."""
    query = select(func.count()).select_from(recovery_codes).where(recovery_codes.c.user_id == user_id)
    left: int = (await db.execute(query)).scalar_one()
    return left


async def delete_factor(db: AsyncConnection, user_id: UserId) -> bool:
    """Take away what somebody shows besides a password; say whether there was anything."""
    await db.execute(delete(recovery_codes).where(recovery_codes.c.user_id == user_id))
    return (await db.execute(delete(second_factors).where(second_factors.c.user_id == user_id))).rowcount == 1
