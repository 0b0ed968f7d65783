"""How often somebody may ask is told on every answer, and who asks too often is told when to come back."""

import re
from datetime import timedelta
from typing import Any

import httpx
import pytest

from paperdesk.core.kernel.rates import WITHOUT_END, Rates
from paperdesk.features.identity.access import Gate
from paperdesk.infra.clock import FrozenClock
from tests.desk import RunningDesk, Visitor, refused

LEFT = re.compile(r'"default";r=(\d+);t=(\d+)')
A_SECOND = timedelta(seconds=1)


def begin_with(desk: RunningDesk, **settings: Any) -> None:  # noqa: ANN401 - any setting
    """Let a desk begin with other settings."""
    desk.runtime.settings = desk.runtime.settings.model_copy(update=settings)
    object.__setattr__(desk.rooms, "gate", Gate(desk.runtime))
    for made in ("app", "mine", "theirs"):
        vars(desk).pop(made, None)


def left(answer: httpx.Response) -> int:
    """Return how many requests an answer leaves."""
    found = LEFT.fullmatch(answer.headers["ratelimit"])
    assert found is not None, answer.headers
    return int(found[1])


async def another_key(desk: RunningDesk, **limits: object) -> Visitor:
    """Return a program of mine with a key of its own."""
    key = await desk.mine.post("/v1/keys", {"name": "Bot", "scopes": ["read"], "limits": limits})
    return desk.visitor(f"{key['key_id']}.{key['secret']}")


async def test_a_desk_without_rates_counts_nothing(desk: RunningDesk) -> None:
    answers = [await desk.mine.ask("GET", "/v1/me") for _ in range(30)]
    assert {answer.status_code for answer in answers} == {200}
    assert "ratelimit" not in answers[-1].headers


async def test_a_hundred_a_minute_are_held_with_bursts_of_ten_a_second(desk: RunningDesk, clock: FrozenClock) -> None:
    begin_with(desk, requests_per_minute=100, requests_per_second=10)
    first = await desk.mine.ask("GET", "/v1/me")
    assert (first.headers["ratelimit-policy"], left(first)) == ('"default";q=100;w=60', 99)
    answers = [await desk.mine.ask("GET", "/v1/me") for _ in range(10)]
    assert [answer.status_code for answer in answers] == [200] * 9 + [429]
    problem = refused(answers[-1], 429, "too_many_requests")
    assert (problem["counted"], problem["limit"], answers[-1].headers["retry-after"]) == ("burst", 10, "1")
    counted, passed = set[str](), 10
    for _ in range(60):
        clock.advance(A_SECOND)
        for answer in [await desk.mine.ask("GET", "/v1/me") for _ in range(10)]:
            passed += answer.is_success
            counted |= set() if answer.is_success else {answer.json()["counted"]}
    assert counted == {"requests"}
    assert passed == 200  # what the bucket held, and what a minute filled


async def test_a_person_shares_what_is_theirs_among_their_keys_and_with_nobody_else(desk: RunningDesk) -> None:
    begin_with(desk, requests_per_minute=3)
    bot = await another_key(desk)
    assert [(await each.ask("GET", "/v1/me")).status_code for each in (bot, desk.mine, bot)] == [200, 200, 429]
    assert (await desk.theirs.ask("GET", "/v1/me")).status_code == 200
    assert (await desk.visitor().ask("GET", "/health/live")).status_code == 200


async def test_a_key_may_have_a_rate_of_its_own(desk: RunningDesk) -> None:
    bot = await another_key(desk, requests_per_minute=2)
    answers = [await bot.ask("GET", "/v1/me") for _ in range(3)]
    assert [left(answer) for answer in answers[:2]] == [1, 0]
    assert refused(answers[2], 429, "too_many_requests")["counted"] == "key"
    assert (await desk.mine.ask("GET", "/v1/me")).status_code == 200


async def test_settings_and_administration_have_rates_of_their_own(desk: RunningDesk) -> None:
    begin_with(desk, requests_per_minute=1, settings_per_minute=2, administration_per_minute=1000)
    changes = [await desk.mine.ask("PATCH", "/v1/me", json={"name": "Ada"}) for _ in range(3)]
    assert [answer.status_code for answer in changes] == [200, 200, 429]
    assert refused(changes[2], 429, "too_many_requests")["counted"] == "settings"
    answer = await desk.mine.ask("GET", "/v1/me")
    assert left(answer) == 997  # what was refused costs nothing


async def test_an_address_is_counted_whoever_asks(desk: RunningDesk) -> None:
    begin_with(desk, address_requests_per_minute=2)
    assert (await desk.visitor().ask("GET", "/v1/me")).status_code == 401
    assert (await desk.mine.ask("GET", "/v1/me")).status_code == 200
    refused(await desk.visitor().ask("GET", "/health/live"), 429, "too_many_requests")
    by_dialect = await desk.mine.ask("GET", "/v2/account")
    assert (by_dialect.status_code, by_dialect.json()["code"]) == (429, 42910000)
    assert int(by_dialect.headers["retry-after"]) > 0


@pytest.mark.parametrize("path", ["/v2/clock", "/v2/account"])
async def test_the_dialect_goes_by_the_same_rates(desk: RunningDesk, path: str) -> None:
    begin_with(desk, requests_per_minute=1)
    await desk.mine.ask("GET", "/v1/me")
    answer = await desk.mine.ask("GET", path)
    assert (answer.status_code, answer.json()["code"]) == (429, 42910000)


async def test_an_administrator_sets_what_their_tenant_may_ask_below_what_the_desk_allows(desk: RunningDesk) -> None:
    begin_with(desk, requests_per_minute=50)
    shown = await desk.mine.get("/v1/rates")
    assert shown == {
        "requests_per_minute": 50, "requests_per_second": None, "settings_per_minute": None,
        "administration_per_minute": None,
    }  # fmt: skip
    wanted = {"requests_per_minute": 1000, "requests_per_second": 3}
    set_now = (await desk.mine.ask("PUT", "/v1/rates", json=wanted)).json()
    assert (set_now["requests_per_minute"], set_now["requests_per_second"]) == (50, 3)
    answers = [await desk.mine.ask("GET", "/v1/me") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert (await desk.theirs.get("/v1/rates"))["requests_per_second"] is None
    begin_with(desk, requests_per_minute=50)  # as after a start
    assert (await desk.mine.get("/v1/rates"))["requests_per_second"] == 3


def test_the_lower_of_two_rates_holds() -> None:
    assert Rates(5, None, 7, None).within(Rates(9, 3, 2, None)) == Rates(5, 3, 2, None)
    assert WITHOUT_END.within(WITHOUT_END) == WITHOUT_END
