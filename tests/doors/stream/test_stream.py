"""One socket a client: who may open it, what it hears, and that it hears each event once and in order."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from paperdesk.core.kernel.ids import KeyId
from paperdesk.core.kernel.time import instant_text
from paperdesk.doors.stream import app as stream_app
from paperdesk.features.identity import access
from paperdesk.features.identity.issue_sign_in_link import issue_sign_in_link
from paperdesk.features.identity.revoke_key import RevokeKey, revoke_key
from paperdesk.infra.clock import FrozenClock
from paperdesk.infra.outbox import account_topic
from tests.doors.stream.conftest import Exchange


async def login(exchange: Exchange) -> str:
    """Sign the first member in, and return what their browser keeps."""
    link = await issue_sign_in_link(exchange.desk.runtime, exchange.desk.first.principal)
    return str((await exchange.desk.visitor().post("/v1/logins", {"link_token": link}))["access_token"])


# --- who may open it --------------------------------------------------------------------------------


async def test_a_key_in_the_header_opens_it(exchange: Exchange) -> None:
    line = await exchange.mine()
    assert await line.until_pong() == []


async def test_the_first_message_can_show_the_key(exchange: Exchange) -> None:
    line = await exchange.call()
    await line.say(do="authenticate", token=exchange.desk.first.key.token)
    assert await line.until_pong() == []


async def test_a_login_cookie_opens_it_for_our_own_page(exchange: Exchange) -> None:
    cookie = f"paperdesk_login={await login(exchange)}"
    line = await exchange.call(Cookie=cookie, Origin=f"http://{exchange.host}")
    assert await line.until_pong() == []


@pytest.mark.parametrize("origin", ["http://evil.test", "null", ""])
async def test_a_foreign_page_cannot_use_the_cookie(exchange: Exchange, origin: str) -> None:
    cookie = f"paperdesk_login={await login(exchange)}"
    line = await exchange.call(Cookie=cookie, Origin=origin)
    assert await line.end() == (4001, "origin_refused")


@pytest.mark.parametrize("token", ["", "nobody", "PKNOBODY.secret", None, "\x00", "x" * 5000])
async def test_a_bad_token_is_told_with_4001(exchange: Exchange, token: str | None) -> None:
    line = await exchange.call()
    await line.say(do="authenticate", token=token)
    code, reason = await line.end()
    assert code == 4001
    assert reason in {"credentials_missing", "unknown_credentials"}


async def test_a_revoked_key_ends_its_open_streams_at_once_and_opens_no_more(exchange: Exchange) -> None:
    key = await exchange.desk.mine.post("/v1/keys", {"name": "Short-lived", "scopes": ["read"]})
    shown = {"Authorization": f"Bearer {key['key_id']}.{key['secret']}"}
    lines, other = [await exchange.call(**shown) for _ in range(2)], await exchange.mine()
    for line in lines:
        assert await line.until_pong() == []
    assert (await exchange.desk.mine.ask("DELETE", f"/v1/keys/{key['id']}")).status_code == 204
    for line in lines:
        assert await line.end() == (4002, "credentials_ended")
    assert await (await exchange.call(**shown)).end() == (4002, "credentials_ended")
    assert await other.until_pong() == []


async def test_who_signs_out_is_hung_up_on(exchange: Exchange) -> None:
    token = await login(exchange)
    line = await exchange.call(Authorization=f"Bearer {token}")
    assert await line.until_pong() == []
    await exchange.desk.visitor(token).ask("DELETE", "/v1/logins/current")
    assert await line.end() == (4002, "credentials_ended")


async def test_a_key_that_expires_or_is_revoked_by_another_process_ends_its_streams_soon(
    exchange: Exchange, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "LOOK_AGAIN_S", 0.02)
    desk, until = exchange.desk, instant_text(clock.now() + timedelta(seconds=60))
    expiring = await desk.mine.post("/v1/keys", {"name": "For a minute", "scopes": ["read"], "expires_at": until})
    revoked = await desk.mine.post("/v1/keys", {"name": "For now", "scopes": ["read"]})
    lines = [
        await exchange.call(Authorization=f"Bearer {key['key_id']}.{key['secret']}") for key in (expiring, revoked)
    ]
    for line in lines:
        assert await line.until_pong() == []
    async with desk.runtime.work(desk.first.principal) as work:
        await revoke_key(work, RevokeKey(KeyId(UUID(revoked["id"]))))
    clock.advance(timedelta(seconds=61))
    assert await lines[0].end() == (4002, "key_expired")
    assert await lines[1].end() == (4002, "credentials_ended")


async def test_who_never_says_a_name_is_hung_up_on(exchange: Exchange, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream_app, "SIGN_IN_S", 0.05)
    line = await exchange.call()
    assert (await line.end())[0] == 4001


async def test_one_person_has_a_bounded_number_of_streams(exchange: Exchange) -> None:
    runtime = exchange.desk.runtime
    runtime.settings = runtime.settings.model_copy(update={"streams_per_person": 2})
    for _ in range(2):
        assert await (await exchange.mine()).until_pong() == []
    assert (await (await exchange.mine()).end())[0] == 4003
    await exchange.lines[0].close()
    async with asyncio.timeout(30):
        while exchange.desk.runtime.metrics.streams._value.get() != 1:
            await asyncio.sleep(0.01)
    assert await (await exchange.mine()).until_pong() == []


async def test_all_together_have_a_bounded_number_of_streams(exchange: Exchange) -> None:
    runtime = exchange.desk.runtime
    assert (runtime.settings.streams_per_person, runtime.settings.streams_max) == (5, 1000)
    runtime.settings = runtime.settings.model_copy(update={"streams_max": 1})
    assert await (await exchange.mine()).until_pong() == []
    other = await exchange.call(Authorization=f"Bearer {exchange.desk.second.key.token}")
    assert (await other.end())[0] == 4003


async def test_the_state_of_the_connection_can_be_asked(exchange: Exchange) -> None:
    tape_id, account_id = await exchange.desk.market()
    line = await exchange.mine()
    await line.say(do="status")
    first = await line.system("status")
    assert (first["accounts"], first["channels"]) == ({}, 0)
    await line.say(do="subscribe", topic="account", id=account_id, after=0)
    seen = (await exchange.desk.mine.get(f"/v1/accounts/{account_id}"))["last_seq"]
    await line.events(seen)
    await line.say(do="subscribe", topic="quotes", id=tape_id, symbols=["ACME"])
    await line.until_pong()
    await line.say(do="status")
    status = await line.system("status")
    assert (status["accounts"], status["channels"]) == ({account_id: seen}, 1)
    assert status["told"] > first["told"]


# --- what cannot be understood ----------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "{", "[]", "7", '{"do": 7}', '{"do": "ping", "id": "x"}', "{}", b"\x00\x01"])
@pytest.mark.parametrize("is_known", [False, True], ids=["a stranger", "a member"])
async def test_what_is_not_a_message_ends_it_with_4004(exchange: Exchange, text: str | bytes, is_known: bool) -> None:  # noqa: FBT001
    line = await (exchange.mine() if is_known else exchange.call())
    await line.socket.send(text)
    assert (await line.end())[0] == 4004


@pytest.mark.parametrize("after", [-1, 2**63, 1.5, "1"])
async def test_a_number_that_cannot_be_one_ends_it_with_4004(exchange: Exchange, after: object) -> None:
    _, account_id = await exchange.desk.market()
    line = await exchange.mine()
    await line.say(do="subscribe", topic="account", id=account_id, after=after)
    assert (await line.end())[0] == 4004


async def test_the_first_message_must_authenticate(exchange: Exchange) -> None:
    line = await exchange.call()
    await line.say(do="ping")
    assert (await line.end())[0] == 4004


async def test_what_cannot_be_done_is_a_problem_and_the_stream_goes_on(exchange: Exchange) -> None:
    line = await exchange.mine()
    for message in ({"do": "dance"}, {"do": "subscribe", "topic": "weather", "id": str(uuid4())}, {"do": "subscribe"}):
        await line.say(**message)
        assert (await line.system("problem"))["code"] == "unknown_topic"
    assert await line.until_pong() == []


async def test_somebody_elses_account_or_tape_is_a_problem(exchange: Exchange) -> None:
    tape_id, account_id = await exchange.desk.market()
    line = await exchange.call(Authorization=f"Bearer {exchange.desk.second.key.token}")
    await line.say(do="subscribe", topic="account", id=account_id)
    assert (await line.system("problem"))["code"] == "unknown_account"
    await line.say(do="subscribe", topic="tape", id=tape_id)
    assert (await line.system("problem"))["code"] == "unknown_tape"
    await exchange.desk.mine.order(account_id, "buy", "1")
    await exchange.desk.mine.step(tape_id)
    assert await line.until_pong() == []


# --- events of an account ---------------------------------------------------------------------------


async def test_events_arrive_once_each_and_in_order(exchange: Exchange) -> None:
    desk = exchange.desk
    tape_id, account_id = await desk.market()
    line = await exchange.mine()
    await line.say(do="subscribe", topic="account", id=account_id)
    assert (await line.system("subscribed"))["seq"] == 1
    order = await desk.mine.order(account_id, "buy", "10")
    await desk.mine.step(tape_id)
    first, second = await line.hear(), await line.hear()
    assert (first["seq"], first["event"], first["at"]) == (2, "order_accepted", "2024-06-03T20:00:00Z")
    assert first["payload"]["order"]["id"] == order["id"]
    assert (second["seq"], second["event"], second["at"]) == (3, "order_filled", "2024-06-04T13:30:00Z")
    assert second["payload"]["fill"]["price"] == "101.02"
    assert await line.until_pong() == []


async def test_who_was_away_resumes_after_the_last_event_they_saw(exchange: Exchange) -> None:
    desk = exchange.desk
    tape_id, account_id = await desk.market()
    for _ in range(4):
        await desk.mine.order(account_id, "buy", "1")
    await desk.mine.step(tape_id)
    line = await exchange.mine()
    await line.say(do="subscribe", topic="account", id=account_id, after=3)
    assert (await line.system("subscribed"))["seq"] == 9
    assert await line.events(6) == [
        (4, "order_accepted"), (5, "order_accepted"),
        (6, "order_filled"), (7, "order_filled"), (8, "order_filled"), (9, "order_filled"),
    ]  # fmt: skip
    assert await line.until_pong() == []


async def test_replay_and_live_events_join_without_a_gap(exchange: Exchange) -> None:
    desk = exchange.desk
    _, account_id = await desk.market(cash="1000000")

    async def trade() -> None:
        await asyncio.gather(*(desk.mine.order(account_id, "buy", "1") for _ in range(40)))

    lines = [await exchange.mine() for _ in range(3)]
    trading = asyncio.create_task(trade())
    for line in lines:
        await line.say(do="subscribe", topic="account", id=account_id, after=0)
        await asyncio.sleep(0.01)
    await trading
    for line in lines:
        assert [seq for seq, _ in await line.events(41)] == list(range(1, 42))
        assert await line.until_pong() == []


async def test_much_that_was_missed_is_replayed_wholly(exchange: Exchange) -> None:
    desk = exchange.desk
    _, account_id = await desk.market()
    await _invent_events(exchange, account_id, 2, 3000)
    line = await exchange.mine()
    await line.say(do="subscribe", topic="account", id=account_id, after=0)
    assert [seq for seq, _ in await line.events(3000)] == list(range(1, 3001))


async def test_too_much_that_was_missed_is_a_problem_and_nothing_follows(exchange: Exchange) -> None:
    desk = exchange.desk
    _, account_id = await desk.market()
    await _invent_events(exchange, account_id, 2, 10_001)
    line = await exchange.mine()
    await line.say(do="subscribe", topic="account", id=account_id, after=0)
    problem = await line.system("problem")
    assert (problem["code"], problem["id"]) == ("too_far_behind", account_id)
    await desk.mine.post(f"/v1/accounts/{account_id}/transfers", {"amount": "1"})
    assert await line.until_pong() == []


async def test_a_client_that_claims_the_future_misses_nothing(exchange: Exchange) -> None:
    desk = exchange.desk
    _, account_id = await desk.market()
    line = await exchange.mine()
    await line.say(do="subscribe", topic="account", id=account_id, after=1000)
    await line.system("subscribed")
    await desk.mine.order(account_id, "buy", "1")
    assert await line.events(1) == [(2, "order_accepted")]


async def test_a_gap_in_the_news_is_read_from_the_books(exchange: Exchange) -> None:
    desk = exchange.desk
    _, account_id = await desk.market()
    line = await exchange.mine()
    await line.say(do="subscribe", topic="account", id=account_id)
    await line.system("subscribed")
    await _invent_events(exchange, account_id, 2, 4)
    await desk.mine.order(account_id, "buy", "1")
    assert [seq for seq, _ in await line.events(4)] == [2, 3, 4, 5]


async def test_after_unsubscribing_nothing_more_is_heard(exchange: Exchange) -> None:
    desk = exchange.desk
    tape_id, account_id = await desk.market()
    line = await exchange.mine()
    for topic, followed in (("account", account_id), ("tape", tape_id)):
        await line.say(do="subscribe", topic=topic, id=followed)
        await line.system("subscribed")
        await line.until_pong()
        await line.say(do="unsubscribe", topic=topic, id=followed)
    await line.until_pong()
    await desk.mine.order(account_id, "buy", "1")
    await desk.mine.step(tape_id)
    assert await line.until_pong() == []


# --- the heart, and who is slow ---------------------------------------------------------------------


async def test_the_heart_beats(exchange: Exchange, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream_app, "HEARTBEAT_S", 0.02)
    line = await exchange.mine()
    for _ in range(2):
        assert await asyncio.wait_for(line.socket.recv(), 30) == '{"topic":"system","event":"heartbeat"}'


async def test_who_is_too_slow_is_dropped_and_the_others_are_not(exchange: Exchange) -> None:
    desk = exchange.desk
    _, account_id = await desk.market()
    line = await exchange.mine()
    await line.say(do="subscribe", topic="account", id=account_id)
    await line.system("subscribed")
    other = await exchange.mine()
    for seq in range(2, 3000):
        desk.runtime.bus.publish(account_topic(account_id), {"topic": "account", "id": account_id, "seq": seq})
    code, reason = await line.end()
    assert code == 1013
    assert reason is not None
    assert "too slow" in reason
    assert await other.until_pong() == []


async def test_a_stream_that_ends_leaves_nothing_behind(exchange: Exchange) -> None:
    _, account_id = await exchange.desk.market()
    line = await exchange.mine()
    await line.say(do="subscribe", topic="account", id=account_id)
    await line.system("subscribed")
    assert exchange.desk.runtime.bus.has_subscribers(account_topic(account_id))
    await line.socket.close()
    for _ in range(3000):
        if not exchange.desk.runtime.bus.has_subscribers(account_topic(account_id)):
            return
        await asyncio.sleep(0.01)
    pytest.fail("somebody still listens")


async def _invent_events(exchange: Exchange, account_id: str, first: int, last: int) -> None:
    """Write events that were published before anybody listened."""
    copy = """
      insert into events (account_id, seq, tenant_id, kind, subject, at, recorded_at, payload)
      select account_id, n, tenant_id, kind, subject, at, recorded_at, payload
      from events, generate_series($2::bigint, $3::bigint) n where account_id = $1 and seq = 1
    """
    owner = exchange.desk.owner
    await owner.execute(copy, account_id, first, last)
    await owner.execute("update accounts set last_seq = $2 where id = $1", account_id, last)
