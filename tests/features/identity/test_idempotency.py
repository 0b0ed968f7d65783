"""The same request sent twice is done once and answered twice."""

import asyncio

import pytest

from paperdesk.features.identity.found_desk import Desk
from paperdesk.infra.idempotency import (
    Answer,
    IdempotencyKeyReused,
    MalformedIdempotencyKey,
    fingerprint_of,
    replay_or_run,
)
from paperdesk.infra.runtime import Runtime

REQUEST = fingerprint_of("POST", "/v1/accounts", b'{"name":"One"}')
OTHER = fingerprint_of("POST", "/v1/accounts", b'{"name":"Two"}')


class Counter:
    """Work that can be counted."""

    def __init__(self) -> None:
        self.runs = 0

    async def __call__(self) -> Answer:
        self.runs += 1
        await asyncio.sleep(0.02)
        return Answer(201, {"run": self.runs})


async def ask(runtime: Runtime, desk: Desk, run: Counter, fingerprint: bytes = REQUEST, key: str = "one") -> Answer:
    async with runtime.work(desk.principal) as work:
        return await replay_or_run(work, key, fingerprint, run)


async def test_the_second_asking_gets_the_first_answer(runtime: Runtime, found: Desk) -> None:
    run = Counter()
    first, second = await ask(runtime, found, run), await ask(runtime, found, run)
    assert first == second == Answer(201, {"run": 1})
    assert run.runs == 1


async def test_askings_at_once_are_one_run(runtime: Runtime, found: Desk) -> None:
    run = Counter()
    answers = await asyncio.gather(*(ask(runtime, found, run) for _ in range(6)))
    assert run.runs == 1
    assert answers == [Answer(201, {"run": 1})] * 6


async def test_a_key_is_for_one_request(runtime: Runtime, found: Desk) -> None:
    run = Counter()
    await ask(runtime, found, run)
    with pytest.raises(IdempotencyKeyReused):
        await ask(runtime, found, run, OTHER)
    assert (await ask(runtime, found, run, OTHER, "two")).body == {"run": 2}


async def test_what_failed_may_be_asked_again(runtime: Runtime, found: Desk) -> None:
    run = Counter()

    async def fail() -> Answer:
        raise ValueError("the work went wrong")

    with pytest.raises(ValueError, match="went wrong"):
        async with runtime.work(found.principal) as work:
            await replay_or_run(work, "one", REQUEST, fail)
    assert (await ask(runtime, found, run)).body == {"run": 1}


async def test_two_desks_may_choose_the_same_key(runtime: Runtime, found: Desk, second: Desk) -> None:
    run = Counter()
    await ask(runtime, found, run)
    assert (await ask(runtime, second, run, OTHER)).body == {"run": 2}


@pytest.mark.parametrize("key", ["", "x" * 256, "two\nlines", "\x00", "é"])
async def test_a_strange_key_is_refused(runtime: Runtime, found: Desk, key: str) -> None:
    with pytest.raises(MalformedIdempotencyKey):
        await ask(runtime, found, Counter(), key=key)
