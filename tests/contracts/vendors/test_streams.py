"""What a vendor streams is taken as it is documented, and a fault is a failure with a name."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from uuid import UUID

import pytest

from paperdesk.core.kernel.ids import TenantId
from paperdesk.core.market.facts import HaltReason
from paperdesk.features.marketdata.feeds.vendor import VendorStatus
from paperdesk.features.marketdata.sources import SealedKey, SourceKeyMissing, Sources, Sourcing
from paperdesk.infra.clock import FrozenClock
from paperdesk.infra.crypto import Vault
from paperdesk.infra.outbound import (
    Surroundings,
    VendorAnswerMalformed,
    VendorCredentialsRefused,
    VendorFailure,
    VendorPlanExcludes,
    VendorRequestRefused,
    VendorUnreachable,
)
from paperdesk.infra.settings import Settings
from tests.vendor_stand import KEYS, VendorStand
from tests.vendor_stream import VendorStream, vendor_stream

TENANT = TenantId(UUID(int=7))


@pytest.fixture
async def stream() -> AsyncIterator[VendorStream]:
    """Alpaca's stream."""
    async with vendor_stream() as found:
        yield found


def listened(
    stream: VendorStream, around: Surroundings, key: tuple[str, str] | None = KEYS["alpaca"]
) -> AsyncIterator[Sequence[VendorStatus]]:
    """Listen to halts with a key, or without."""
    stand = VendorStand(stream_port=stream.port)
    sources = Sources(Settings(), Vault({"first": bytes(32)}), around, opens_wire=stand.opens_wire)
    now = around.clock.now()
    keys = {} if key is None else {"alpaca": SealedKey("alpaca", sources.seal(TENANT, "alpaca", key), now)}
    return sources.halts(Sourcing(TENANT, keys, {}), ["ACME", "BOLT"])


async def test_halts_and_resumptions_are_told_once_somebody_listens(stream: VendorStream, around: Surroundings) -> None:
    told = listened(stream, around)
    assert not await anext(told)
    await stream.tell("ACME", "H", "T12", "2026-01-05T15:31:10.123456789Z")
    at = datetime(2026, 1, 5, 15, 31, 10, 123456, tzinfo=UTC)
    assert await anext(told) == [VendorStatus("ACME", at, HaltReason.REGULATORY)]
    await stream.tell("ACME", "3")
    (resumed,) = await anext(told)
    assert resumed.halted_for is None


@pytest.mark.parametrize(
    ("said", "meaning"),
    [
        ('[{"T": "error", "code": 402, "msg": "auth failed"}]', VendorCredentialsRefused),
        ('[{"T": "error", "code": 409, "msg": "insufficient subscription"}]', VendorPlanExcludes),
        ('[{"T": "error", "code": 406, "msg": "connection limit exceeded"}]', VendorRequestRefused),
        ('[{"T": "error", "code": 500, "msg": "internal error"}]', VendorUnreachable),
        ('[{"T": "error"}]', VendorRequestRefused),
        ('[{"T": "surprise"}]', VendorAnswerMalformed),
        ("no json", VendorAnswerMalformed),
        ('{"T": "success"}', VendorAnswerMalformed),
        ("[1]", VendorAnswerMalformed),
    ],
)
async def test_a_refusal_has_a_name(
    stream: VendorStream, around: Surroundings, said: str, meaning: type[VendorFailure]
) -> None:
    stream.instead = said
    with pytest.raises(VendorFailure) as failure:
        await anext(listened(stream, around))
    assert type(failure.value) is meaning
    assert KEYS["alpaca"][1] not in str(failure.value)


async def test_a_status_that_has_drifted_is_malformed(stream: VendorStream, around: Surroundings) -> None:
    told = listened(stream, around)
    await anext(told)
    await stream.say([{"T": "s", "S": "ACME", "sc": "H", "t": "yesterday"}])
    with pytest.raises(VendorAnswerMalformed):
        await anext(told)


async def test_a_line_that_breaks_is_unreachable_and_so_is_nobody(
    stream: VendorStream, around: Surroundings, clock: FrozenClock
) -> None:
    told = listened(stream, around)
    await anext(told)
    ending = asyncio.create_task(stream.hang_up())
    with pytest.raises(VendorUnreachable):
        await anext(told)
    await ending
    with pytest.raises(VendorUnreachable):
        await anext(listened(VendorStream(port=9), around))
    assert clock.now() == around.clock.now()


async def test_a_second_line_with_one_key_is_refused_and_a_wrong_key_too(
    stream: VendorStream, around: Surroundings
) -> None:
    first = listened(stream, around)
    await anext(first)
    with pytest.raises(VendorRequestRefused):
        await anext(listened(stream, around))
    with pytest.raises(VendorCredentialsRefused):
        await anext(listened(stream, around, ("AK", "wrong")))
    with pytest.raises(SourceKeyMissing):
        await anext(listened(stream, around, None))
