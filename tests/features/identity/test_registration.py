"""Who may come to be here, what they can do until their address is confirmed, and how somebody gets back in."""

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any, Literal

import httpx
import pytest
from sqlalchemy import text

from paperdesk.features.identity.found_desk import Desk
from paperdesk.infra.mail import Postman, SmtpMailer
from paperdesk.infra.runtime import Runtime
from tests.features.identity.conftest import HERE
from tests.smtp_server import MailServer, mail_server

ADA = {"email": "Ada@desk.test", "name": "Ada"}
PASSWORD = "tomorrow's bread, cheese"


def admit(runtime: Runtime, whom: Literal["open", "invite", "closed"]) -> None:
    """Set who may come to be here."""
    runtime.settings = runtime.settings.model_copy(update={"registration": whom, "public_url": "https://desk.test/"})


@pytest.fixture
async def post(runtime: Runtime) -> AsyncIterator[MailServer]:
    """A mail server that the desk writes to."""
    async with mail_server() as server:
        runtime.postman = Postman(SmtpMailer(f"smtp://127.0.0.1:{server.port}", "desk@desk.test"), pause_s=0)
        task = asyncio.create_task(runtime.postman.run())
        yield server
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def link_in(post: MailServer, number: int = 1) -> dict[str, str]:
    """Return the link of a letter, as it is used."""
    letter = (await post.arrived(number))[number - 1].get_content()
    found = re.search(r"https://desk\.test/sign-in#token=(\S+)", letter)
    assert found, letter
    return {"link_token": found[1]}


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def test_who_registers_confirms_their_address_chooses_a_password_and_signs_in(
    anyone: httpx.AsyncClient, runtime: Runtime, post: MailServer
) -> None:
    admit(runtime, "open")
    assert (await anyone.post("/v1/registrations", json=ADA)).status_code == 202
    link = await link_in(post)
    assert post.recipients == ["ada@desk.test"]
    assert (await anyone.post("/v1/logins", json=link)).status_code == 201
    me = (await anyone.get("/v1/me")).json()
    assert (me["user"]["email"], me["role"], me["tier"], me["tenant"]["name"]) == (
        "ada@desk.test", "owner", "basic", "Ada",
    )  # fmt: skip
    assert me["scopes"] == ["read", "trade", "limits", "admin"]
    chosen = await anyone.put("/v1/me/password", json={"new_password": PASSWORD}, headers={"Origin": HERE})
    assert chosen.status_code == 204
    anyone.cookies.clear()
    login = await anyone.post("/v1/logins", json={"email": "ada@desk.test", "password": PASSWORD})
    assert login.status_code == 201
    tokens = await anyone.post("/v1/logins/refresh", json={"refresh_token": login.json()["refresh_token"]})
    assert tokens.status_code == 200
    shown = {"Authorization": f"Bearer {tokens.json()['access_token']}"}
    assert (await anyone.delete("/v1/logins/current", headers=shown)).status_code == 204
    assert refusal(await anyone.get("/v1/me", headers=shown)) == (401, "credentials_ended")


async def test_an_address_that_has_an_account_gets_the_same_answer_and_a_way_in(
    anyone: httpx.AsyncClient, runtime: Runtime, post: MailServer, found: Desk
) -> None:
    admit(runtime, "open")
    new = await anyone.post("/v1/registrations", json=ADA)
    known = await anyone.post("/v1/registrations", json=ADA | {"email": "demo@paperdesk.local", "name": "Not Demo"})
    assert (new.status_code, new.text) == (known.status_code, known.text)
    signed_in = await anyone.post("/v1/logins", json=await link_in(post, 2))
    assert signed_in.json()["user"] == {"id": str(found.user_id), "email": "demo@paperdesk.local", "name": "Demo"}
    async with runtime.as_system() as db:
        assert (await db.execute(text("select count(*) from tenants"))).scalar_one() == 2


@pytest.mark.parametrize("whom", ["invite", "closed"])
async def test_nobody_registers_where_the_desk_does_not_allow_it(
    anyone: httpx.AsyncClient, owner: httpx.AsyncClient, runtime: Runtime, whom: Literal["invite", "closed"]
) -> None:
    admit(runtime, whom)
    assert refusal(await anyone.post("/v1/registrations", json=ADA)) == (403, "registration_closed")
    added = await owner.post("/v1/users", json=ADA | {"role": "viewer"})
    if whom == "invite":
        assert added.status_code == 201
    else:
        assert refusal(added) == (403, "nobody_new")


async def test_who_forgot_gets_a_link_and_who_is_not_here_gets_the_same_answer(
    anyone: httpx.AsyncClient, owner: httpx.AsyncClient, runtime: Runtime, post: MailServer, found: Desk
) -> None:
    admit(runtime, "invite")
    waiting = await owner.post("/v1/users", json=ADA | {"role": "trader", "verification": "pending"})
    answers = [
        await anyone.post("/v1/sign-in-links", json={"email": email}) for email in ("nobody@desk.test", "ada@desk.test")
    ]
    assert {(answer.status_code, answer.text) for answer in answers} == {(202, answers[0].text)}
    link = await link_in(post)
    assert post.recipients == ["ada@desk.test"]
    by_hand = {"link_token": waiting.json()["invitation"]["link_token"]}
    for shown, scopes in ((by_hand, ["read"]), (link, ["read", "trade"])):
        login = (await anyone.post("/v1/logins", json=shown)).json()
        anyone.cookies.clear()
        me = await anyone.get("/v1/me", headers={"Authorization": f"Bearer {login['access_token']}"})
        assert me.json()["scopes"] == scopes  # only a link that came by mail proves the address
    refused = await anyone.post("/v1/logins", json=link)
    assert refusal(refused) == (401, "link_spent")


async def test_a_link_by_mail_undoes_no_rejection(
    anyone: httpx.AsyncClient, owner: httpx.AsyncClient, runtime: Runtime, post: MailServer
) -> None:
    admit(runtime, "invite")
    await owner.post("/v1/users", json=ADA | {"role": "trader", "verification": "rejected"})
    await anyone.post("/v1/sign-in-links", json={"email": "ada@desk.test"})
    await anyone.post("/v1/logins", json=await link_in(post))
    assert (await anyone.get("/v1/me")).json()["scopes"] == []


async def test_an_address_is_not_flooded_and_others_get_their_letters(
    anyone: httpx.AsyncClient, runtime: Runtime
) -> None:
    asked: list[Any] = [await anyone.post("/v1/sign-in-links", json={"email": "ada@desk.test"}) for _ in range(4)]
    assert [answer.status_code for answer in asked] == [202, 202, 202, 429]
    assert asked[-1].json()["code"] == "too_many_letters"
    assert (await anyone.post("/v1/sign-in-links", json={"email": "bob@desk.test"})).status_code == 202
