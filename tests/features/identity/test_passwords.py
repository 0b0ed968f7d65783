"""A password is changed with the old one or fresh from a link, must be strong, and ends every other login."""

from datetime import timedelta

import httpx
import pytest

from paperdesk.features.identity.found_desk import Desk, FoundDesk, found_desk
from paperdesk.features.identity.issue_sign_in_link import issue_sign_in_link
from paperdesk.features.identity.passwords import PasswordTooWeak, require_strong
from paperdesk.infra.clock import FrozenClock
from paperdesk.infra.crypto import hash_password
from paperdesk.infra.runtime import Runtime
from tests.cheap_passwords import DEAR
from tests.features.identity.conftest import HERE, Holding

OLD, NEW = "correct horse battery staple", "tomorrow's bread, cheese"


def test_a_password_is_hashed_as_dear_as_the_standard_advises() -> None:
    assert DEAR.hash(OLD).startswith("$argon2id$v=19$m=65536,t=3,p=4$")


@pytest.fixture
async def ada(runtime: Runtime) -> Desk:
    """A desk whose owner has a password."""
    return await found_desk(runtime, FoundDesk("Engines", "ada@desk.test", "Countess Lovelace", hash_password(OLD)))


async def came_in(client: httpx.AsyncClient, password: str) -> httpx.Response:
    answer = await client.post("/v1/logins", json={"email": "ada@desk.test", "password": password})
    client.cookies.clear()
    return answer


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def test_a_password_is_changed_with_the_old_one_and_every_other_login_ends(
    anyone: httpx.AsyncClient, holding: Holding, ada: Desk
) -> None:
    mine = holding((await came_in(anyone, OLD)).json()["access_token"])
    other = holding((await came_in(anyone, OLD)).json()["access_token"])
    for wrong in ({}, {"old_password": "wrong"}, {"old_password": ""}):
        answer = await mine.put("/v1/me/password", json=wrong | {"new_password": NEW})
        assert refusal(answer) == (403, "old_password_wrong")
    assert (await other.get("/v1/me")).status_code == 200
    changed = await mine.put("/v1/me/password", json={"old_password": OLD, "new_password": NEW})
    assert changed.status_code == 204
    assert (await mine.get("/v1/me")).status_code == 200
    assert refusal(await other.get("/v1/me")) == (401, "credentials_ended")
    assert refusal(await came_in(anyone, OLD)) == (401, "sign_in_refused")
    assert (await came_in(anyone, NEW)).status_code == 201


async def test_who_forgot_comes_in_by_a_link_and_chooses_anew_within_a_quarter_of_an_hour(
    anyone: httpx.AsyncClient, runtime: Runtime, ada: Desk, clock: FrozenClock
) -> None:
    link = {"link_token": await issue_sign_in_link(runtime, ada.principal)}
    await anyone.post("/v1/logins", json=link)
    ours = {"Origin": HERE}
    clock.advance(timedelta(minutes=14))
    assert (await anyone.put("/v1/me/password", json={"new_password": NEW}, headers=ours)).status_code == 204
    clock.advance(timedelta(minutes=1))
    late = await anyone.put("/v1/me/password", json={"new_password": OLD}, headers=ours)
    assert refusal(late) == (403, "old_password_wrong")
    anyone.cookies.clear()
    assert (await came_in(anyone, NEW)).status_code == 201


async def test_a_key_changes_no_password(owner: httpx.AsyncClient) -> None:
    assert refusal(await owner.put("/v1/me/password", json={"new_password": NEW})) == (403, "login_needed")


async def test_a_weak_password_is_refused_with_every_reason_and_never_told_back(
    anyone: httpx.AsyncClient, holding: Holding, ada: Desk
) -> None:
    mine = holding((await came_in(anyone, OLD)).json()["access_token"])
    answer = await mine.put("/v1/me/password", json={"old_password": OLD, "new_password": "zzzz"})
    assert refusal(answer) == (422, "password_too_weak")
    assert len(answer.json()["reasons"]) == 2
    named = await mine.put("/v1/me/password", json={"old_password": OLD, "new_password": "ada@desk.test 1"})
    assert refusal(named) == (422, "password_too_weak")
    assert "zzzz" not in answer.text
    assert (await came_in(anyone, OLD)).status_code == 201


async def test_who_guesses_the_old_password_has_to_wait(anyone: httpx.AsyncClient, holding: Holding, ada: Desk) -> None:
    mine = holding((await came_in(anyone, OLD)).json()["access_token"])
    guess = {"old_password": "wrong", "new_password": NEW}
    answers = [await mine.put("/v1/me/password", json=guess) for _ in range(20)]
    assert [refusal(answer)[1] for answer in answers] == ["old_password_wrong"] * 19 + ["too_many_sign_ins"]


@pytest.mark.parametrize(
    "password",
    [
        "", "short", "x" * 101, "aaaaaaaa", "abababab", "Password1", "QWERTY123!", "12345678", "87654321", "abcdefgh",
        "asdfghjk", "my Ada.Lovelace", "LOVELACE'S cat",
    ],
)  # fmt: skip
def test_a_password_that_is_soon_guessed_is_refused(password: str) -> None:
    with pytest.raises(PasswordTooWeak) as refusal:
        require_strong(password, "Lovelace", "ada.lovelace@desk.test", "ada.lovelace")
    assert refusal.value.facts["reasons"]


@pytest.mark.parametrize(
    "password", [OLD, NEW, "x7-Kp2!v", "größe und würde", "a password of words", "12345 tulips", "y" * 90 + "abcd"]
)
def test_what_is_long_and_varied_enough_may_be_a_password(password: str) -> None:
    require_strong(password, "Lovelace", "ada.lovelace@desk.test", "ada.lovelace")
