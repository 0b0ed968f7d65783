"""People are told of orders by rules over event, state and symbol: on the stream, in the log and by webhook."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
import structlog
from structlog.testing import capture_logs

from paperdesk.core.kernel.ids import AccountId, uuid_from_text
from paperdesk.features.watch import tell_of_orders as telling
from paperdesk.features.watch.jobs import JOBS
from paperdesk.features.watch.tell_of_orders import Teller, tell_of_orders
from paperdesk.infra import webhooks
from paperdesk.infra.job_worker import Worker
from paperdesk.infra.jobs import RETRIES, Rhythm
from paperdesk.infra.mail import Postman, SmtpMailer
from tests.desk import RunningDesk, refused
from tests.features.watch.hook import Hook, hook_at_work
from tests.smtp_server import mail_server


@pytest.fixture
async def at_work(desk: RunningDesk) -> AsyncIterator[RunningDesk]:
    """The desk with somebody who does the jobs, whose webhooks may stay on this machine."""
    desk.runtime.settings = desk.runtime.settings.model_copy(update={"webhooks_reach_private": True})
    working = asyncio.create_task(Worker(desk.runtime, JOBS, rhythm=Rhythm(look_s=0.02, first_pause_s=0.01)).run())
    yield desk
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)


@pytest.fixture
async def hook() -> AsyncIterator[Hook]:
    """Somebody who is told by webhook."""
    async with hook_at_work() as hook:
        yield hook


async def ruled(desk: RunningDesk, account_id: str, **terms: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    body = {"account_id": account_id, "name": "Fills", "channels": ["stream"], **terms}
    return dict(await desk.mine.post("/v1/notification-rules", body))


async def told(desk: RunningDesk, account_id: str, count: int) -> list[dict[str, Any]]:
    """Wait until so much was told of an account's orders, and return it."""
    path = f"/v1/accounts/{account_id}/notifications"
    async with asyncio.timeout(30):
        while len(found := await desk.mine.rows(path)) < count:
            await asyncio.sleep(0.02)
    assert len(found) == count
    return found


async def test_orders_are_told_by_rules_on_several_channels_with_retries(
    at_work: RunningDesk, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    every_line = structlog.make_filtering_bound_logger(0)
    monkeypatch.setattr(telling, "log", structlog.wrap_logger(structlog.PrintLogger(), wrapper_class=every_line))
    tape_id, account_id = await at_work.market("daily")
    hook.answers = [500, 302, 429]
    made = await ruled(
        at_work, account_id, states=["filled"], symbols=["ACME"], channels=["log", "webhook"], url=hook.url
    )
    order = await at_work.mine.order(account_id, "buy", "2")
    with capture_logs() as lines:
        await at_work.mine.step(tape_id)
        (told_once,) = await told(at_work, account_id, 1)
        await hook.come(4)
    job = await at_work.mine.ended(told_once["job_id"])
    assert (job["state"], job["attempts"], job["result"]) == ("done", 4, {"sent": True})
    assert (told_once["event"], told_once["state"], told_once["order_id"]) == ("order_filled", "filled", order["id"])
    (line,) = [each for each in lines if each["event"] == "order_notification"]
    assert len(set(hook.bodies)) == 1
    message = json.loads(hook.bodies[-1])
    assert message["id"] == told_once["id"]
    assert (message["symbol"], message["filled_quantity"], message["rule"]) == ("ACME", "2", "Fills")
    head = hook.heads[-1]
    signed = f"{head['paperdesk-timestamp']}.".encode() + hook.bodies[-1]
    expected = hmac.new(made["secret"].encode(), signed, hashlib.sha256).hexdigest()
    assert head["paperdesk-signature"] == f"sha256={expected}"
    assert head["host"] == f"localhost:{hook.port}"
    assert (line["id"], line["happened"], line["log_level"]) == (told_once["id"], "order_filled", "info")


async def test_a_letter_goes_to_the_confirmed_address_of_who_made_the_rule_and_is_tried_again(
    at_work: RunningDesk,
) -> None:
    tape_id, account_id = await at_work.market("daily")
    async with mail_server() as post:
        post.says_no = 2
        at_work.runtime.postman = Postman(SmtpMailer(f"smtp://127.0.0.1:{post.port}", "desk@desk.test"))
        await ruled(at_work, account_id, states=["filled"], channels=["email"])
        order = await at_work.mine.order(account_id, "buy", "2")
        await at_work.mine.step(tape_id)
        (letter,) = await post.arrived(1)
    (found,) = await told(at_work, account_id, 1)
    assert (letter["Subject"], found["job_id"]) == ("Fills: ACME order filled", None)
    assert letter["To"] == (await at_work.mine.get("/v1/me"))["user"]["email"]
    body = letter.get_content()
    assert f"id: {found['id']}" in body
    assert f"order id: {order['id']}" in body


async def test_only_what_a_rule_wants_is_told_and_each_event_once(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market("daily")
    await ruled(desk, account_id, name="Ends", states=["cancelled", "filled"])
    await ruled(desk, account_id, name="Accepted", events=["order_accepted"])
    await ruled(desk, account_id, name="Elsewhere", symbols=["BOLT"])
    resting = await desk.mine.order(account_id, "buy", "1", limit_price="1")
    await desk.mine.order(account_id, "buy", "2")
    (await desk.mine.ask("DELETE", f"/v1/orders/{resting['id']}")).raise_for_status()
    await desk.mine.step(tape_id)
    found = await told(desk, account_id, 4)
    assert sorted((each["rule"], each["event"]) for each in found) == [
        ("Accepted", "order_accepted"),
        ("Accepted", "order_accepted"),
        ("Ends", "order_cancelled"),
        ("Ends", "order_filled"),
    ]
    assert [each["number"] for each in found] == [1, 2, 3, 4]
    others = [Teller(desk.runtime, desk.rooms.shelf) for _ in range(2)]
    known = AccountId(uuid_from_text(account_id))
    await asyncio.gather(*(tell_of_orders(each, known) for each in others))
    assert await desk.mine.rows(f"/v1/accounts/{account_id}/notifications") == found


async def test_what_happened_while_nobody_told_is_told_later(
    desk: RunningDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nobody_tells(*_: object) -> bool:
        return True

    # The room hears nothing, and tells nothing when it looks at all accounts, which it does now and then.
    monkeypatch.setattr(Teller, "told", lambda *_: None)
    monkeypatch.setattr(telling, "tell_of_orders", nobody_tells)
    _, account_id = await desk.market("daily")
    await desk.mine.order(account_id, "buy", "1")
    await ruled(desk, account_id, name="From now on")
    await desk.mine.order(account_id, "buy", "2")
    await desk.all_told()
    assert await desk.mine.rows(f"/v1/accounts/{account_id}/notifications") == []
    await tell_of_orders(Teller(desk.runtime, desk.rooms.shelf), AccountId(uuid_from_text(account_id)))
    (found,) = await told(desk, account_id, 1)
    assert (found["event"], found["quantity"]) == ("order_accepted", "2")


async def test_a_webhook_that_never_answers_is_given_up_and_says_so(
    at_work: RunningDesk, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "TIMEOUT_S", 0.2)
    hook.is_silent = True
    _, account_id = await at_work.market("daily")
    await ruled(at_work, account_id, channels=["webhook"], url=hook.url)
    await at_work.mine.order(account_id, "buy", "1")
    (found,) = await told(at_work, account_id, 1)
    job = await at_work.mine.ended(found["job_id"])
    assert (job["state"], job["attempts"]) == ("failed", 1 + RETRIES)
    assert job["problems"][0]["code"] == "webhook_failed"


async def test_a_webhook_into_our_own_network_is_refused(desk: RunningDesk) -> None:
    _, account_id = await desk.market("daily")
    body = {"account_id": account_id, "name": "Inside", "channels": ["webhook"]}
    for url in ("http://127.0.0.1:2080/", "http://[::1]/", "gopher://example.com/"):
        answer = await desk.mine.ask("POST", "/v1/notification-rules", json={**body, "url": url})
        refused(answer, 422, "webhook_address_refused")
    for terms in ({}, {"channels": ["log"], "url": "https://example.com/"}):
        answer = await desk.mine.ask("POST", "/v1/notification-rules", json={**body, **terms})
        refused(answer, 422, "webhook_address_missing")


async def test_a_name_of_our_own_network_is_refused_as_it_is_called(at_work: RunningDesk, hook: Hook) -> None:
    _, account_id = await at_work.market("daily")
    await ruled(at_work, account_id, channels=["webhook"], url=hook.url)
    at_work.runtime.settings = at_work.runtime.settings.model_copy(update={"webhooks_reach_private": False})
    await at_work.mine.order(account_id, "buy", "1")
    (found,) = await told(at_work, account_id, 1)
    job = await at_work.mine.ended(found["job_id"])
    assert (job["state"], job["attempts"], job["problems"][0]["code"]) == ("failed", 1, "webhook_address_refused")
    assert hook.bodies == []


async def test_a_rule_is_its_owners_alone_and_tells_no_more_when_it_is_gone(desk: RunningDesk) -> None:
    _, account_id = await desk.market("daily")
    rule = (await ruled(desk, account_id))["rule"]
    assert await desk.theirs.rows("/v1/notification-rules") == []
    foreign = {"account_id": account_id, "name": "Theirs", "channels": ["stream"]}
    refused(await desk.theirs.ask("POST", "/v1/notification-rules", json=foreign), 404, "unknown_account")
    for visitor, status in ((desk.theirs, 404), (desk.mine, 204), (desk.mine, 404)):
        answer = await visitor.ask("DELETE", f"/v1/notification-rules/{rule['id']}")
        assert answer.status_code == status
    refused(await desk.mine.ask("DELETE", f"/v1/notification-rules/{uuid4()}"), 404, "unknown_notification_rule")
