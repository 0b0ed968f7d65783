"""A caller with many connections is looked up once, however many requests arrive when what was kept has run out."""

import asyncio

import pytest

from paperdesk.features.identity import access
from paperdesk.features.identity.access import KEPT_FOR, Gate
from paperdesk.features.identity.found_desk import Desk
from paperdesk.infra.clock import FrozenClock


async def test_many_requests_at_once_ask_the_database_once(
    gate: Gate, found: Desk, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, real = [], access._on_file

    async def counted(*arguments: object) -> object:
        asked.append(arguments)
        return await real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(access, "_on_file", counted)
    for times in (1, 2):
        holders = await asyncio.gather(*(gate.principal(found.key.token) for _ in range(32)))
        assert {who.tenant_id for who in holders} == {found.tenant_id}
        assert len(asked) == times
        clock.advance(KEPT_FOR)
