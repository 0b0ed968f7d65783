"""Calls to vendors are bounded: tried again only where that is fair, paused, limited, and never wordy."""

import asyncio
import io
import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal

import pytest

from paperdesk.infra import outbound
from paperdesk.infra.call_limits import Breaker, CallBudget
from paperdesk.infra.clock import FrozenClock
from paperdesk.infra.outbound import (
    Line,
    Question,
    Surroundings,
    VendorAnswerMalformed,
    VendorAnswerTooLarge,
    VendorBudgetUsedUp,
    VendorCredentialsRefused,
    VendorFailure,
    VendorPlanExcludes,
    VendorRequestRefused,
    VendorResting,
    VendorUnreachable,
    open_client,
)
from tests.loglines import write_logs
from tests.vendor_server import Waits
from tests.vendor_stand import ALPACA_KEY, Trouble, VendorStand

HEADERS = {"APCA-API-KEY-ID": ALPACA_KEY[0], "APCA-API-SECRET-KEY": ALPACA_KEY[1]}


@pytest.fixture
async def line(served_stand: VendorStand, around: Surroundings) -> AsyncIterator[Line]:
    client = open_client()
    yield Line("alpaca", client, CallBudget(100), around)
    await client.aclose()


def question(stand: VendorStand, **more: float) -> Question:
    return Question(f"{stand.base}/v2/stocks/snapshots", {"symbols": "ACME"}, HEADERS, **more)  # type: ignore[arg-type]


async def test_an_answer_keeps_its_decimals(line: Line, served_stand: VendorStand) -> None:
    answer = await line.get(question(served_stand))
    assert answer["ACME"]["latestQuote"]["ap"] == Decimal("100.04")


@pytest.mark.parametrize("status", [429, 502, 503, 504])
async def test_a_busy_vendor_is_asked_again(line: Line, served_stand: VendorStand, waits: Waits, status: int) -> None:
    served_stand.troubles = [Trouble(status), Trouble(status)]
    assert (await line.get(question(served_stand)))["ACME"]
    assert waits.seconds == [0.5, 1.0]


@pytest.mark.parametrize(
    ("status", "failure"),
    [
        (400, VendorRequestRefused),
        (401, VendorCredentialsRefused),
        (403, VendorPlanExcludes),
        (404, VendorRequestRefused),
        (422, VendorRequestRefused),
        (500, VendorUnreachable),
        (302, VendorRequestRefused),
    ],
)
async def test_a_refusal_is_final(
    line: Line, served_stand: VendorStand, waits: Waits, status: int, failure: type[VendorFailure]
) -> None:
    served_stand.troubles = [Trouble(status, {"location": "http://127.0.0.1:1/elsewhere"})]
    with pytest.raises(failure):
        await line.get(question(served_stand))
    assert (len(served_stand.asked), waits.seconds) == (1, [])


async def test_what_is_absent_is_no_failure(line: Line, served_stand: VendorStand) -> None:
    served_stand.troubles = [Trouble(404)]
    assert await line.get(Question(f"{served_stand.base}/x", absent=frozenset({404}))) is None


async def test_pauses_grow_and_chance_spreads_them() -> None:
    assert [outbound._pause(attempt, None, 1.0) for attempt in (1, 2, 3, 9)] == [0.5, 1.0, 2.0, 60.0]
    assert outbound._pause(3, None, 0.0) == 1.0


async def test_a_vendor_is_waited_for_as_long_as_it_asks_within_patience(
    line: Line, served_stand: VendorStand, waits: Waits
) -> None:
    served_stand.troubles = [Trouble(429, {"retry-after": "3"})]
    assert (await line.get(question(served_stand)))["ACME"]
    assert waits.seconds == [3.0]
    served_stand.troubles = [Trouble(429, {"retry-after": "30"})]
    with pytest.raises(VendorBudgetUsedUp) as used_up:
        await line.get(question(served_stand))
    assert used_up.value.facts["retry_after_s"] == 30
    # What the vendor said holds for the calls after it as well, which do not go out.
    before = len(served_stand.asked)
    with pytest.raises(VendorBudgetUsedUp):
        await line.get(question(served_stand))
    assert len(served_stand.asked) == before


async def test_nobody_is_waited_for_longer_than_a_minute(line: Line, served_stand: VendorStand, waits: Waits) -> None:
    served_stand.troubles = [Trouble(503, {"retry-after": "61"})]
    with pytest.raises(VendorUnreachable):
        await line.get(question(served_stand, patience_s=1000))
    assert waits.seconds == []


async def test_a_minutes_end_is_a_time_to_come_back(line: Line, served_stand: VendorStand, clock: FrozenClock) -> None:
    reset = int((clock.now() + timedelta(seconds=4)).timestamp())
    served_stand.troubles = [Trouble(429, {"x-ratelimit-reset": str(reset)})]
    assert (await line.get(question(served_stand)))["ACME"]


@pytest.mark.parametrize(
    "trouble",
    [Trouble(body=b"<html>"), Trouble(body=b""), Trouble(body=b'{"p": NaN}'), Trouble(body=b"[" * 100_000)],
    ids=["html", "nothing", "nan", "nested"],
)
async def test_what_is_no_json_is_malformed(line: Line, served_stand: VendorStand, trouble: Trouble) -> None:
    served_stand.troubles = [trouble]
    with pytest.raises(VendorAnswerMalformed):
        await line.get(question(served_stand))
    assert len(served_stand.asked) == 1


async def test_a_body_that_breaks_off_is_asked_for_again(line: Line, served_stand: VendorStand) -> None:
    served_stand.troubles = [Trouble(breaks_off=True)]
    assert (await line.get(question(served_stand)))["ACME"]
    assert len(served_stand.asked) == 2


async def test_a_vendor_that_hangs_is_given_up(
    line: Line, served_stand: VendorStand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbound, "TOTAL_S", 0.05)
    served_stand.troubles = [Trouble(hangs_s=0.5)] * 4
    with pytest.raises(VendorUnreachable):
        await line.get(question(served_stand))
    assert line.breaker.rest(line._now()) == timedelta(0)


async def test_nobody_there_is_a_failure(around: Surroundings) -> None:
    client = open_client()
    with pytest.raises(VendorUnreachable):
        await Line("alpaca", client, CallBudget(100), around).get(Question("http://127.0.0.1:9/"))
    await client.aclose()


async def test_an_answer_beyond_all_bounds_is_not_read(
    line: Line, served_stand: VendorStand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbound, "BYTES_MAX", 1000)
    served_stand.troubles = [Trouble(body=b" " * 5000)]
    with pytest.raises(VendorAnswerTooLarge):
        await line.get(question(served_stand))


async def test_after_five_failures_a_vendor_is_left_alone_for_five_minutes(
    line: Line, served_stand: VendorStand, clock: FrozenClock
) -> None:
    served_stand.is_down = True
    for _ in range(2):
        with pytest.raises(VendorFailure):
            await line.get(question(served_stand))
    assert len(served_stand.asked) == 5
    with pytest.raises(VendorResting) as resting:
        await line.get(question(served_stand))
    assert resting.value.facts["retry_after_s"] == 300
    assert len(served_stand.asked) == 5
    served_stand.is_down = False
    clock.advance(timedelta(minutes=5))
    assert (await line.get(question(served_stand)))["ACME"]
    assert line.breaker == Breaker()


async def test_no_minute_holds_more_calls_than_the_plan_allows(clock: FrozenClock) -> None:
    budget = CallBudget(3)
    assert [budget.spend(clock.now()) for _ in range(3)] == [None] * 3
    clock.advance(timedelta(seconds=20))
    assert budget.spend(clock.now()) == timedelta(seconds=40)
    clock.advance(timedelta(seconds=40))
    assert budget.left(clock.now()) == 3
    assert budget.spend(clock.now()) is None
    assert budget.used_today(clock.now()) == 4
    clock.advance(timedelta(days=1))
    assert budget.used_today(clock.now()) == 0


async def test_a_clock_that_is_set_back_takes_nothing_away(clock: FrozenClock) -> None:
    budget = CallBudget(1)
    budget.spend(clock.now())
    clock.advance(timedelta(hours=-1))
    assert budget.wait(clock.now()) == timedelta(minutes=1)


async def test_a_spent_budget_refuses_by_name_and_says_when_to_come_back(
    served_stand: VendorStand, around: Surroundings
) -> None:
    client = open_client()
    line = Line("polygon", client, CallBudget(1), around)
    await line.get(question(served_stand))
    with pytest.raises(VendorBudgetUsedUp) as used_up:
        await line.get(question(served_stand))
    assert used_up.value.facts == {"vendor": "polygon", "retry_after_s": 60}
    assert len(served_stand.asked) == 1
    await client.aclose()


async def test_connections_are_few_and_used_again(line: Line, served_stand: VendorStand) -> None:
    for _ in range(3):
        await line.get(question(served_stand))
    assert len({each.client for each in served_stand.asked}) == 1
    served_stand.troubles = [Trouble(hangs_s=0.05)] * 20
    await asyncio.gather(*(line.get(question(served_stand)) for _ in range(20)))
    assert len({each.client for each in served_stand.asked}) == 8


async def test_no_key_reaches_a_log_line(
    line: Line, served_stand: VendorStand, capfd: pytest.CaptureFixture[str]
) -> None:
    words = io.StringIO()
    logging.getLogger().addHandler(handler := logging.StreamHandler(words))
    logging.getLogger().setLevel(logging.DEBUG)
    write_logs("DEBUG")
    try:
        secret = "in-the-address-0123456789"
        asked = Question(f"{served_stand.base}/fred/series/observations", {"api_key": secret, "series_id": "DGS10"})
        with pytest.raises(VendorRequestRefused):
            await line.get(asked)
    finally:
        logging.getLogger().removeHandler(handler)
        logging.getLogger().setLevel(logging.WARNING)
    said = capfd.readouterr()
    assert secret not in words.getvalue() + said.err + said.out


async def test_calls_are_counted_by_vendor_and_outcome(
    line: Line, served_stand: VendorStand, around: Surroundings
) -> None:
    served_stand.troubles = [Trouble(503)]
    await line.get(question(served_stand))
    text = around.metrics.text().decode()
    assert 'paperdesk_vendor_calls_total{outcome="ok",vendor="alpaca"} 1.0' in text
    assert 'paperdesk_vendor_credits_total{vendor="alpaca"} 2.0' in text
