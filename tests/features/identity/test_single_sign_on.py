"""A browser signs in at a provider and comes back, once, and whoever the desk knows or makes room for is let in."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from pydantic import SecretStr

from paperdesk.infra.clock import FrozenClock
from paperdesk.infra.openid import OpenIdProvider
from tests.desk import HERE, RunningDesk, Visitor, refused
from tests.features.identity.test_second_factor import Telephone
from tests.openid_server import CLIENT_ID, CLIENT_SECRET, OpenIdServer, openid_server

ADA = {"sub": "ada-1", "email": "Ada@Desk.test", "email_verified": True, "name": "Ada"}
BEGIN, CALLBACK = "/v1/single-sign-on/begin", "/v1/single-sign-on/callback"


@dataclass
class Browser:
    """A browser of one person, and the provider that it is sent to."""

    desk: RunningDesk
    provider: OpenIdServer
    visitor: Visitor

    async def begin(self) -> str:
        """Follow the button, and return where the provider is to be asked."""
        answer = await self.visitor.ask("GET", BEGIN)
        assert (answer.status_code, answer.headers["cache-control"]) == (303, "no-store"), answer.text
        return answer.headers["location"]

    async def signed_in_there(self, address: str) -> str:
        """Sign in at the provider, and return the address it sends back to."""
        async with httpx.AsyncClient() as client:
            answer = await client.get(address)
        assert answer.status_code == 302, answer.text
        return answer.headers["location"]

    async def come_back(self, address: str) -> httpx.Response:
        """Come back with what the provider sent along."""
        parts = urlsplit(address)
        return await self.visitor.ask("GET", f"{parts.path}?{parts.query}")

    async def link(self) -> str:
        """Go all the way, and return the token of the link at its end."""
        answer = await self.come_back(await self.signed_in_there(await self.begin()))
        assert answer.status_code == 303, answer.text
        page, _, token = answer.headers["location"].partition("#token=")
        assert page == "/sign-in"
        return token

    async def refusal(self, status: int, code: str) -> dict[str, Any]:
        """Go all the way and be refused at its end."""
        return refused(await self.come_back(await self.signed_in_there(await self.begin())), status, code)


@pytest.fixture
async def browser(desk: RunningDesk, clock: FrozenClock) -> AsyncIterator[Browser]:
    """A desk with a provider, whom it knows one person of, and a browser of that person."""
    async with openid_server(clock) as provider:
        provider.person = dict(ADA)
        await trust(desk, provider)
        await desk.mine.post("/v1/users", {"email": "ada@desk.test", "name": "Ada", "role": "trader"})
        yield Browser(desk, provider, desk.visitor())
        assert desk.runtime.openid is not None
        await desk.runtime.openid.close()


async def trust(desk: RunningDesk, provider: OpenIdServer, **more: str) -> None:
    """Let a desk have a provider."""
    told = {"oidc_issuer": provider.issuer, "oidc_client_id": CLIENT_ID, "oidc_client_secret": SecretStr(CLIENT_SECRET)}
    if desk.runtime.openid is not None:
        await desk.runtime.openid.close()
    desk.runtime.settings = desk.runtime.settings.model_copy(update=told | {"public_url": HERE} | more)
    desk.runtime.openid = OpenIdProvider(desk.runtime.settings, desk.runtime.clock)


async def test_whoever_signs_in_at_the_provider_is_signed_in_here(browser: Browser) -> None:
    asked = parse_qs(urlsplit(await browser.begin()).query)
    assert (asked["redirect_uri"], asked["code_challenge_method"]) == ([HERE + CALLBACK], ["S256"])
    cookie = (await browser.visitor.ask("GET", BEGIN)).headers["set-cookie"]
    assert all(each in cookie.lower() for each in ("httponly", "samesite=lax", f"path={CALLBACK}"))
    login = await browser.visitor.post("/v1/logins", {"link_token": await browser.link()})
    assert login["user"]["email"] == "ada@desk.test"
    me = await browser.desk.visitor(login["access_token"]).get("/v1/me")
    assert (me["user"]["name"], me["role"]) == ("Ada", "trader")
    told = await browser.visitor.get("/v1/single-sign-on")
    assert told == {"is_offered": True, "issuer": browser.provider.issuer}


async def test_somebody_is_known_by_what_never_changes_there(browser: Browser) -> None:
    await browser.link()
    browser.provider.person["email"] = "ada@elsewhere.test"
    login = await browser.visitor.post("/v1/logins", {"link_token": await browser.link()})
    assert login["user"]["email"] == "ada@desk.test"
    # Whoever has their address at the provider later is somebody else, and does not come in as them.
    browser.provider.person |= {"sub": "another", "email": "ada@desk.test"}
    await browser.refusal(403, "nobody_by_that_address")


async def test_what_comes_back_belongs_to_one_browser_once_and_for_ten_minutes(
    browser: Browser, clock: FrozenClock
) -> None:
    back = await browser.signed_in_there(await browser.begin())
    another = Browser(browser.desk, browser.provider, browser.desk.visitor())
    refused(await another.come_back(back), 401, "attempt_unknown")
    forged = f"{CALLBACK}?{urlencode({'code': 'x', 'state': 'y'})}"
    refused(await browser.visitor.ask("GET", forged), 401, "attempt_unknown")

    back = await browser.signed_in_there(await browser.begin())
    kept = dict(browser.visitor.client.cookies)
    assert (await browser.come_back(back)).status_code == 303
    assert not browser.visitor.client.cookies
    refused(await browser.come_back(back), 401, "attempt_unknown")
    browser.visitor.client.cookies.update(kept)
    refused(await browser.come_back(back), 401, "single_sign_on_refused")  # a code is good once, too

    browser.visitor.client.cookies.clear()
    back = await browser.signed_in_there(await browser.begin())
    elsewhere = back.replace(urlencode({"iss": browser.provider.issuer}), "iss=https%3A%2F%2Fanother.test")
    refused(await browser.come_back(elsewhere), 401, "single_sign_on_refused")
    back = await browser.signed_in_there(await browser.begin())
    clock.advance(timedelta(minutes=10))
    refused(await browser.come_back(back), 401, "attempt_unknown")


async def test_an_address_counts_when_it_is_verified_and_of_a_domain_that_enters(browser: Browser) -> None:
    for email in ({"email_verified": None}, {"email_verified": False}, {"email_verified": "true"}, {"email": None}):
        browser.provider.lies = email
        await browser.refusal(403, "address_not_verified")
    browser.provider.lies = {}
    await trust(browser.desk, browser.provider, oidc_domains="elsewhere.test")
    await browser.refusal(403, "nobody_by_that_address")
    await trust(browser.desk, browser.provider, oidc_domains="elsewhere.test, Desk.test")
    await browser.link()


async def test_who_is_not_here_comes_in_only_where_the_desk_makes_room(browser: Browser) -> None:
    browser.provider.person = {"sub": "eve", "email": "eve@desk.test", "email_verified": True}
    await browser.refusal(403, "nobody_by_that_address")
    await trust(browser.desk, browser.provider, oidc_people="create")
    login = await browser.visitor.post("/v1/logins", {"link_token": await browser.link()})
    me = await browser.desk.visitor(login["access_token"]).get("/v1/me")
    assert (me["user"]["name"], me["role"], me["tenant"]["name"]) == ("eve", "owner", "eve")
    assert "trade" in me["scopes"]  # the provider has verified their address


async def test_a_second_factor_is_asked_for_as_ever(browser: Browser, clock: FrozenClock) -> None:
    login = await browser.visitor.post("/v1/logins", {"link_token": await browser.link()})
    ada = browser.desk.visitor(login["access_token"])
    telephone = Telephone(clock, (await ada.post("/v1/me/second-factor", {}))["secret"])
    await ada.post("/v1/me/second-factor/confirmation", {"code": telephone.code()})
    link = await browser.link()
    refused(await browser.visitor.ask("POST", "/v1/logins", json={"link_token": link}), 401, "code_needed")
    await browser.visitor.post("/v1/logins", {"link_token": link, "code": telephone.next_code()})


async def test_a_person_is_told_why_not_on_the_sign_in_page(browser: Browser) -> None:
    browser.visitor.client.headers["accept"] = "text/html,*/*"
    answer = await browser.visitor.ask("GET", CALLBACK)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?problem=attempt_unknown")
    browser.provider.is_down = True
    answer = await browser.visitor.ask("GET", BEGIN)
    assert answer.headers["location"] == "/sign-in?problem=provider_unavailable"


async def test_a_desk_without_a_provider_says_so(desk: RunningDesk) -> None:
    assert await desk.visitor().get("/v1/single-sign-on") == {"is_offered": False, "issuer": None}
    for path in (BEGIN, CALLBACK):
        refused(await desk.visitor().ask("GET", path), 404, "single_sign_on_off")
