"""Whoever registers finds an account to trade with, once they have shown that their address is theirs."""

import asyncio
import re
from collections.abc import AsyncIterator

import pytest

from paperdesk.features.operations.jobs import JOBS
from paperdesk.infra.job_worker import Worker
from paperdesk.infra.mail import Postman, SmtpMailer
from tests.desk import RunningDesk, refused, wish
from tests.smtp_server import MailServer, mail_server

ADA = {"email": "ada@desk.test", "name": "Ada"}
PASSWORD = "tomorrow's bread, cheese"


@pytest.fixture
async def post(desk: RunningDesk) -> AsyncIterator[MailServer]:
    """A desk where whoever likes registers, with a mail server and a worker."""
    runtime = desk.runtime
    runtime.settings = runtime.settings.model_copy(update={"registration": "open"})
    async with mail_server() as server:
        runtime.postman = Postman(SmtpMailer(f"smtp://127.0.0.1:{server.port}", "desk@desk.test"), pause_s=0)
        tasks = [asyncio.create_task(each) for each in (runtime.postman.run(), Worker(runtime, JOBS).run())]
        yield server
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def test_who_registers_trades_at_once_signs_in_refreshes_asks_who_they_are_and_leaves(
    desk: RunningDesk, post: MailServer
) -> None:
    anyone = desk.visitor()
    assert (await anyone.ask("POST", "/v1/registrations", json=ADA)).status_code == 202
    letter = (await post.arrived(1))[0].get_content()
    found = re.search(r"#token=(\S+)", letter)
    assert found
    begun = await anyone.post("/v1/logins", {"link_token": found[1]})
    anyone.client.cookies.clear()
    ada = desk.visitor(begun["access_token"])
    (job,) = await ada.rows("/v1/jobs")
    ended = await ada.ended(job["id"])
    assert (job["kind"], ended["state"]) == ("open_first_account", "done")
    (account,) = await ada.rows("/v1/accounts")
    assert (account["id"], account["name"], account["cash"]) == (ended["result"]["account_id"], "Practice", "100000")
    assert (await ada.post("/v1/orders", wish(account["id"], "buy", "1", symbol="SPY")))["status"] == "accepted"

    assert (await ada.ask("PUT", "/v1/me/password", json={"new_password": PASSWORD})).status_code == 204
    login = await anyone.post("/v1/logins", {"email": ADA["email"], "password": PASSWORD})
    anyone.client.cookies.clear()
    tokens = await anyone.post("/v1/logins/refresh", {"refresh_token": login["refresh_token"]})
    again = desk.visitor(tokens["access_token"])
    me = await again.get("/v1/me")
    assert (me["user"]["email"], me["role"]) == (ADA["email"], "owner")
    assert (await again.ask("DELETE", "/v1/logins/current")).status_code == 204
    refused(await again.ask("GET", "/v1/me"), 401, "credentials_ended")
    assert await desk.mine.rows("/v1/accounts") == []  # nobody else got one
