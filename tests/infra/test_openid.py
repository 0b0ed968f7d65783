"""What a provider of sign-ins answers is believed only where it is proven, and never by whom it was not meant for."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from pydantic import SecretStr

from paperdesk.core.kernel.values import replace
from paperdesk.infra.clock import FrozenClock
from paperdesk.infra.openid import (
    Attempt,
    Claims,
    MalformedIssuer,
    OpenIdProvider,
    ProviderUnavailable,
    SingleSignOnRefused,
)
from paperdesk.infra.settings import Settings
from tests.openid_server import CLIENT_ID, CLIENT_SECRET, OpenIdServer, openid_server

ADA = {"sub": "ada-1", "email": "Ada@Desk.test", "email_verified": True, "name": "Ada"}
ATTEMPT = Attempt("a state", "a nonce", "a verifier that nobody else has")
BACK = "http://desk.test/back"


@dataclass
class Meeting:
    """A provider, and our way to it."""

    server: OpenIdServer
    ours: OpenIdProvider

    async def code(self) -> str:
        """Sign in at the provider and return the code that it sends back."""
        async with httpx.AsyncClient() as browser:
            answer = await browser.get(await self.ours.address_of(ATTEMPT, BACK))
        returned = parse_qs(urlsplit(answer.headers["location"]).query)
        assert returned["state"] == [ATTEMPT.state]
        return returned["code"][0]

    async def claims(self, attempt: Attempt = ATTEMPT) -> Claims:
        """Go all the way."""
        return await self.ours.claims_of(await self.code(), attempt, BACK)

    async def is_refused(self, **lies: object) -> None:
        """Go all the way with what is no proof, and learn nothing of why."""
        self.server.lies = lies
        with pytest.raises(SingleSignOnRefused, match="does not prove who you are"):
            await self.claims()
        self.server.lies = {}


@pytest.fixture
async def meeting(clock: FrozenClock) -> AsyncIterator[Meeting]:
    """A provider that knows Ada."""
    async with openid_server(clock) as server:
        server.person = dict(ADA)
        told: dict[str, Any] = {"oidc_client_secret": SecretStr(CLIENT_SECRET)}
        settings = Settings(oidc_issuer=server.issuer, oidc_client_id=CLIENT_ID, **told)
        ours = OpenIdProvider(settings, clock)
        yield Meeting(server, ours)
        await ours.close()


@pytest.mark.parametrize("signs_with", ["ec", "rsa"])
async def test_a_proven_token_says_who_somebody_is(meeting: Meeting, signs_with: str) -> None:
    meeting.server.signs_with = signs_with
    known = Claims(meeting.server.issuer, "ada-1", "ada@desk.test", is_email_verified=True, name="Ada")
    assert await meeting.claims() == known == await meeting.claims()
    assert meeting.server.asked == ["document", "keys"]  # what it says of itself is kept
    meeting.server.lies = {"email": None, "email_verified": "true", "name": 7, "aud": [CLIENT_ID]}
    assert await meeting.claims() == replace(known, email=None, is_email_verified=False, name=None)


async def test_a_token_that_was_not_given_to_us_for_this_attempt_is_refused(meeting: Meeting) -> None:
    await meeting.is_refused(nonce="of another attempt")
    await meeting.is_refused(nonce=None)
    await meeting.is_refused(aud="another")
    await meeting.is_refused(aud=[CLIENT_ID, "another"])
    await meeting.is_refused(aud=[CLIENT_ID, "another"], azp="another")
    await meeting.is_refused(iss="https://another.test")
    await meeting.is_refused(sub=None)
    await meeting.is_refused(sub="")
    meeting.server.lies = {"aud": [CLIENT_ID, "another"], "azp": CLIENT_ID}
    assert (await meeting.claims()).subject == "ada-1"


async def test_a_token_is_good_for_its_time_and_a_minute(meeting: Meeting, clock: FrozenClock) -> None:
    now = int(clock.now().timestamp())
    await meeting.is_refused(exp=now - 60)
    await meeting.is_refused(iat=now + 61)
    await meeting.is_refused(nbf=now + 61)
    for times in ({"exp": None}, {"exp": "soon"}, {"iat": None}, {"nbf": True}):
        await meeting.is_refused(**times)
    meeting.server.lies = {"exp": now - 59, "iat": now + 60}
    assert (await meeting.claims()).subject == "ada-1"


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
async def test_a_token_that_nobody_signed_is_refused(meeting: Meeting, algorithm: str) -> None:
    meeting.server.algorithm = algorithm
    await meeting.is_refused()


async def test_a_key_that_is_not_shown_is_looked_for_once_in_a_while(meeting: Meeting, clock: FrozenClock) -> None:
    meeting.server.shows = {"rsa"}
    for _ in range(3):
        await meeting.is_refused()
    assert meeting.server.asked.count("keys") == 1
    meeting.server.shows = {"ec", "rsa"}
    clock.advance(timedelta(seconds=30))
    assert (await meeting.claims()).subject == "ada-1"  # a new key counts as soon as it is shown


async def test_a_code_is_good_once_and_for_whoever_began(meeting: Meeting) -> None:
    code = await meeting.code()
    await meeting.ours.claims_of(code, ATTEMPT, BACK)
    with pytest.raises(SingleSignOnRefused):
        await meeting.ours.claims_of(code, ATTEMPT, BACK)
    with pytest.raises(SingleSignOnRefused):
        await meeting.claims(replace(ATTEMPT, verifier="of another browser"))


async def test_a_provider_that_is_away_or_is_another_is_not_believed(meeting: Meeting) -> None:
    meeting.server.is_down = True
    with pytest.raises(ProviderUnavailable):
        await meeting.code()
    meeting.server.is_down, known = False, meeting.server.issuer
    meeting.server.issuer = "https://another.test"
    with pytest.raises(ProviderUnavailable):
        await meeting.code()
    meeting.server.issuer = known
    assert await meeting.code()


@pytest.mark.parametrize("issuer", ["http://accounts.example.com", "accounts.example.com", "https://a.test/?x=1"])
def test_a_provider_is_reached_in_the_open_on_this_machine_alone(issuer: str, clock: FrozenClock) -> None:
    with pytest.raises(MalformedIssuer):
        OpenIdProvider(Settings(oidc_issuer=issuer), clock)
