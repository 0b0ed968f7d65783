"""The description holds: whatever schemathesis thinks up from it is answered as it says, and nothing breaks."""

import asyncio
import random
from collections.abc import Mapping
from functools import partial
from typing import Any

import httpx
import pytest
import requests
from hypothesis import HealthCheck, Phase, given, reject, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode

from paperdesk.core.kernel.principal import Scope
from paperdesk.features.identity.issue_key import IssueKey, issue_key
from tests.described import Case, Operation, faults_of, operations
from tests.desk import HERE, RunningDesk, Visitor
from tests.route_calls import NAMED

METHODS = ("get", "post", "put", "patch", "delete")
# Whatever takes from those who ask what they ask with comes last, and what takes most at the very end.
LAST = ("DELETE /v1/keys", "DELETE /v1/users", "PUT /v1/rates", "PATCH /v1/users", "POST /v1/me/deletion")
# What goes on for as long as somebody listens is asked not to; nobody would ever have all of it.
GOES_ON = "GET /v1/accounts/{account_id}/events"


def in_turn() -> list[Operation]:
    """Return reads, then writes, then what ends something."""

    def place(operation: Operation) -> tuple[int, int, str]:
        ends = next((number for number, each in enumerate(LAST, 1) if operation.label.startswith(each)), 0)
        return ends, METHODS.index(operation.method), operation.label

    return sorted(operations(), key=place)


class Examiner:
    """Asks a desk what schemathesis thinks up, half of the time about what is really there, and notes what is amiss."""

    def __init__(self, desk: RunningDesk, ids: Mapping[str, str], number: int) -> None:
        """Begin with nothing found; the same number thinks up the same."""
        self._desk, self._ids, self._number = desk, {**ids, **NAMED, "symbol": "ACME", "underlying": "ACME"}, number
        self._loop = asyncio.get_running_loop()
        self._visitor: Visitor | None = None
        self.faults: list[str] = []

    def examine(self, operation: Operation, mode: GenerationMode, times: int) -> None:
        """Ask one operation so many things, from a thread beside the desk."""

        @seed(self._number)
        @settings(
            max_examples=times, database=None, deadline=None, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(case=operation.as_strategy(generation_mode=mode), is_real=st.booleans())
        def examine_one(case: Case, is_real: bool) -> None:  # noqa: FBT001 - drawn
            try:
                answer = asyncio.run_coroutine_threadsafe(self._ask(case, is_real=is_real), self._loop).result()
            except httpx.InvalidURL:
                reject()  # longer than the client sends
            self.faults += [] if _is_spent(answer) else faults_of(case, answer)

        try:
            examine_one()
        except Unsatisfiable:
            assert mode is GenerationMode.NEGATIVE, "what takes nothing cannot be asked wrongly; all else can be asked"

    async def _ask(self, case: Case, *, is_real: bool) -> httpx.Response:
        if is_real:
            case.path_parameters = self._real(case.path_parameters)
        asked = case.as_transport_kwargs(base_url=HERE)
        del asked["cookies"]
        asked["headers"].pop("Authorization", None)
        if is_real:
            asked |= {name: self._real(asked[name]) for name in ("params", "json") if isinstance(asked.get(name), dict)}
        if case.operation.label == GOES_ON:
            asked["params"] = {**asked.get("params", {}), "goes_on": "false"}
        sent = requests.Request(**asked).prepare()
        answer = await self._send(sent)
        if answer.status_code == 401:  # the key, or whose it is, has gone with what was asked before
            self._visitor = None
            answer = await self._send(sent)
        return answer

    async def _send(self, sent: requests.PreparedRequest) -> httpx.Response:
        if self._visitor is None:
            async with self._desk.runtime.work(self._desk.first.principal) as work:
                key = await issue_key(work, IssueKey("Examiner", frozenset(Scope)), self._desk.runtime.hasher)
            self._visitor = self._desk.visitor(key.token)
        return await self._visitor.ask(str(sent.method), str(sent.url), headers=dict(sent.headers), content=sent.body)

    def _real(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        return {name: self._ids.get(name, value) for name, value in asked.items()}


def _is_spent(answer: httpx.Response) -> bool:
    """Say whether a vendor was asked so often that its calls are used up, which is described and true."""
    return answer.status_code == 503 and answer.json()["code"] == "vendor_budget_used_up"


async def examined(examiner: Examiner, rightly: int, wrongly: int, every: int = 1) -> list[str]:
    """Ask each operation so many good things, and every so manieth so many bad ones; return what was amiss."""
    for place, operation in enumerate(in_turn()):
        await asyncio.to_thread(partial(examiner.examine, operation, GenerationMode.POSITIVE, rightly))
        if place % every == 0:
            await asyncio.to_thread(partial(examiner.examine, operation, GenerationMode.NEGATIVE, wrongly))
    return examiner.faults


@pytest.mark.timeout(600)
async def test_whatever_is_asked_is_answered_as_described(desk: RunningDesk, ids: dict[str, str]) -> None:
    assert await examined(Examiner(desk, ids, 5), rightly=2, wrongly=2, every=3) == []


@pytest.mark.nightly
@pytest.mark.timeout(1800)
async def test_whatever_is_asked_for_long_is_answered_as_described(desk: RunningDesk, ids: dict[str, str]) -> None:
    number = random.randrange(10**6)
    assert (number, await examined(Examiner(desk, ids, number), rightly=60, wrongly=20)) == (number, [])
