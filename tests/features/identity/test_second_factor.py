"""A second factor: begun, confirmed, asked for by every way in, and gone only with password and code."""

import asyncio
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from paperdesk.features.identity.found_desk import Desk, FoundDesk, found_desk
from paperdesk.features.identity.issue_sign_in_link import issue_sign_in_link
from paperdesk.features.identity.reseal_second_factors import reseal_second_factors
from paperdesk.features.identity.time_codes import code_of, key_from, step_at
from paperdesk.infra.clock import FrozenClock
from paperdesk.infra.crypto import Vault, hash_password
from paperdesk.infra.runtime import Runtime
from tests.features.identity.conftest import HERE, Holding

EMAIL, PASSWORD = "ada@desk.test", "correct horse battery staple"
OWN = "/v1/me/second-factor"


@pytest.fixture
async def ada(runtime: Runtime) -> Desk:
    """A desk whose owner has a password."""
    return await found_desk(runtime, FoundDesk("Engines", EMAIL, "Ada", hash_password(PASSWORD)))


class Telephone:
    """The app of somebody who has a second factor, and their recovery codes."""

    def __init__(self, clock: FrozenClock, secret: str) -> None:
        self.clock, self.key = clock, key_from(secret)
        self.recovery_codes: list[str] = []

    def code(self, later: int = 0) -> str:
        """Return the code that is shown now, or some half minutes later."""
        return code_of(self.key, step_at(self.clock.now()) + later)

    def next_code(self) -> str:
        """Wait for the next code and return it."""
        self.clock.advance(timedelta(seconds=30))
        return self.code()


async def came_in(anyone: httpx.AsyncClient, **more: str) -> httpx.Response:
    answer = await anyone.post("/v1/logins", json={"email": EMAIL, "password": PASSWORD} | more)
    anyone.cookies.clear()
    return answer


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


@pytest.fixture
async def mine(anyone: httpx.AsyncClient, holding: Holding, ada: Desk) -> httpx.AsyncClient:
    """Ada, who has signed in by her password."""
    return holding((await came_in(anyone)).json()["access_token"])


@pytest.fixture
async def telephone(mine: httpx.AsyncClient, clock: FrozenClock) -> Telephone:
    """Ada's telephone, by which she has confirmed her second factor."""
    begun = await mine.post(OWN, json={"password": PASSWORD})
    assert (begun.status_code, begun.headers["cache-control"]) == (201, "no-store"), begun.text
    assert begun.json()["picture"].startswith('<svg xmlns="http://www.w3.org/2000/svg"')
    made = Telephone(clock, begun.json()["secret"])
    confirmed = await mine.post(f"{OWN}/confirmation", json={"code": made.code()})
    made.recovery_codes = confirmed.json()["recovery_codes"]
    return made


async def test_nobody_signs_in_without_the_code_once_it_was_confirmed(
    anyone: httpx.AsyncClient, mine: httpx.AsyncClient, holding: Holding, clock: FrozenClock
) -> None:
    other = holding((await came_in(anyone)).json()["access_token"])
    assert (await mine.get(OWN)).json() == {"is_on": False, "confirmed_at": None, "recovery_codes_left": 0}
    begun = await mine.post(OWN, json={"password": PASSWORD})
    assert begun.headers["cache-control"] == "no-store"
    assert begun.json()["address"].startswith("otpauth://totp/Paperdesk:ada@desk.test?secret=")
    telephone = Telephone(clock, begun.json()["secret"])
    assert (await came_in(anyone)).status_code == 201  # what was only begun asks for nothing
    confirmed = await mine.post(f"{OWN}/confirmation", json={"code": telephone.code()})
    assert len(set(confirmed.json()["recovery_codes"])) == 10
    assert refusal(await other.get("/v1/me")) == (401, "credentials_ended")
    assert (await mine.get(OWN)).json() == {
        "is_on": True, "confirmed_at": "2026-01-05T12:00:00Z", "recovery_codes_left": 10,
    }  # fmt: skip
    assert refusal(await came_in(anyone)) == (401, "code_needed")
    assert refusal(await came_in(anyone, password="wrong", code=telephone.code())) == (401, "sign_in_refused")
    assert refusal(await came_in(anyone, code="000000")) == (401, "code_refused")
    assert refusal(await came_in(anyone, code="٣٣٣٣٣٣")) == (401, "code_refused")
    assert (await came_in(anyone, code=telephone.next_code())).status_code == 201
    assert (await came_in(anyone, code=f" {telephone.next_code()[:3]} {telephone.code()[3:]}")).status_code == 201


async def test_a_code_is_taken_once_and_by_one_of_many(anyone: httpx.AsyncClient, telephone: Telephone) -> None:
    assert refusal(await came_in(anyone, code=telephone.code())) == (401, "code_refused")  # it confirmed
    code = telephone.next_code()
    answers = await asyncio.gather(*(came_in(anyone, code=code) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 401, 401, 401]
    # The one before is no longer good either, though it lies within the drift.
    assert refusal(await came_in(anyone, code=telephone.code(-1))) == (401, "code_refused")


async def test_a_link_asks_for_the_code_too_and_is_not_spent_without_it(
    anyone: httpx.AsyncClient, runtime: Runtime, ada: Desk, telephone: Telephone
) -> None:
    link = {"link_token": await issue_sign_in_link(runtime, ada.principal)}
    assert refusal(await anyone.post("/v1/logins", json=link)) == (401, "code_needed")
    assert refusal(await anyone.post("/v1/logins", json=link | {"code": "000000"})) == (401, "code_refused")
    assert (await anyone.post("/v1/logins", json=link | {"code": telephone.next_code()})).status_code == 201
    again = link | {"code": telephone.next_code()}
    assert refusal(await anyone.post("/v1/logins", json=again)) == (401, "link_spent")


async def test_wrong_codes_wait_wherever_they_come_from_and_a_recovery_code_does_not(
    app: FastAPI, anyone: httpx.AsyncClient, telephone: Telephone, clock: FrozenClock
) -> None:
    for number in range(5):
        transport = httpx.ASGITransport(app, client=(f"10.0.0.{number}", 1))
        async with httpx.AsyncClient(transport=transport, base_url=HERE) as client:
            assert refusal(await came_in(client, code="000000")) == (401, "code_refused")
    refused = await came_in(anyone, code=telephone.code(1))
    assert (*refusal(refused), refused.headers["retry-after"]) == (429, "too_many_codes", "1")
    assert (await came_in(anyone, code=telephone.recovery_codes[0].lower())).status_code == 201
    assert (await came_in(anyone, code=telephone.next_code())).status_code == 201
    for _ in range(6):
        await came_in(anyone, code="000000")
        clock.advance(timedelta(seconds=1))
    assert refusal(await came_in(anyone, code=telephone.code(1))) == (429, "too_many_codes")


async def test_a_recovery_code_lets_in_once_and_new_ones_void_the_old(
    anyone: httpx.AsyncClient, holding: Holding, runtime: Runtime, telephone: Telephone
) -> None:
    first, second, *_ = telephone.recovery_codes
    login = await came_in(anyone, code=first)
    assert refusal(await came_in(anyone, code=first)) == (401, "code_refused")
    mine = holding(login.json()["access_token"])
    assert (await mine.get(OWN)).json()["recovery_codes_left"] == 9
    shown = {"password": PASSWORD, "code": telephone.next_code()}
    renewed = (await mine.post(f"{OWN}/recovery-codes", json=shown)).json()["recovery_codes"]
    assert refusal(await came_in(anyone, code=second)) == (401, "code_refused")
    assert (await came_in(anyone, code=renewed[0])).status_code == 201
    async with runtime.as_system() as db:
        kept = str((await db.execute(text("select code_hash, user_id from recovery_codes"))).all())
        kept += str((await db.execute(text("select details from audit"))).all())
    assert not [code for code in renewed if code.replace("-", "") in kept or code in kept]


async def test_it_is_removed_with_password_and_code_and_with_nothing_less(
    anyone: httpx.AsyncClient, mine: httpx.AsyncClient, telephone: Telephone
) -> None:
    refused = {
        (403, "old_password_wrong"): {"password": "wrong", "code": telephone.next_code()},
        (403, "code_wrong"): {"password": PASSWORD, "code": "000000"},
        (422, "malformed_request"): {"password": PASSWORD},
    }
    for expected, shown in refused.items():
        assert refusal(await mine.post(f"{OWN}/removal", json=shown)) == expected
    assert refusal(await mine.post(OWN, json={"password": PASSWORD})) == (409, "second_factor_on")
    again = await mine.post(f"{OWN}/confirmation", json={"code": telephone.code()})
    assert refusal(again) == (409, "second_factor_on")
    shown = {"password": PASSWORD, "code": telephone.code()}
    assert (await mine.post(f"{OWN}/removal", json=shown)).status_code == 204
    assert (await came_in(anyone)).status_code == 201
    for path in ("removal", "recovery-codes", "confirmation"):
        body = {"code": "1"} if path == "confirmation" else {"password": PASSWORD, "code": "1"}
        assert refusal(await mine.post(f"{OWN}/{path}", json=body)) == (409, "second_factor_off")


async def test_a_stolen_login_begins_none_and_a_key_has_none(mine: httpx.AsyncClient, holding: Holding) -> None:
    assert refusal(await mine.post(OWN, json={})) == (403, "old_password_wrong")
    key = (await mine.post("/v1/keys", json={"name": "Bot", "scopes": ["read"]})).json()
    bot = holding(f"{key['key_id']}.{key['secret']}")
    assert refusal(await bot.post(OWN, json={"password": PASSWORD})) == (403, "login_needed")
    assert refusal(await bot.post(f"{OWN}/confirmation", json={"code": "1"})) == (403, "login_needed")


async def test_an_administrator_takes_away_what_somebody_has_lost_and_nobody_else_does(
    anyone: httpx.AsyncClient, mine: httpx.AsyncClient, owner: httpx.AsyncClient, runtime: Runtime, ada: Desk,
    holding: Holding, telephone: Telephone,
) -> None:  # fmt: skip
    path = f"/v1/users/{ada.user_id}/second-factor"
    assert refusal(await owner.delete(path)) == (404, "user_not_found")  # the owner of another tenant
    weak = (await mine.post("/v1/keys", json={"name": "Reader", "scopes": ["read"]})).json()
    assert refusal(await holding(f"{weak['key_id']}.{weak['secret']}").delete(path)) == (403, "missing_scope")
    assert (await holding(ada.key.token).delete(path)).status_code == 204
    assert (await holding(ada.key.token).delete(path)).status_code == 204
    assert (await came_in(anyone)).status_code == 201
    async with runtime.read(ada.principal) as work:
        rows = await work.db.execute(text("select action from audit where action like '%second_factor'"))
        assert sorted(rows.scalars()) == ["confirm_second_factor", "enrol_second_factor", "reset_second_factor"]


async def test_a_request_reads_no_second_factor_and_the_key_is_sealed(
    runtime: Runtime, ada: Desk, telephone: Telephone
) -> None:
    for table in ("second_factors", "recovery_codes"):
        async with runtime.read(ada.principal) as work:
            with pytest.raises(ProgrammingError, match="permission denied"):
                await work.db.execute(text(f"select * from {table}"))
    async with runtime.as_system() as db:
        box: bytes = (await db.execute(text("select box from second_factors"))).scalar_one()
    assert telephone.key not in box


async def test_a_changed_sealing_key_keeps_telephones_good_and_a_lost_one_leaves_recovery_codes(
    anyone: httpx.AsyncClient, runtime: Runtime, telephone: Telephone
) -> None:
    runtime.vault = Vault({"second": bytes(range(32)), "first": bytes(32)})
    assert await reseal_second_factors(runtime) == 1
    assert await reseal_second_factors(runtime) == 0
    runtime.vault = Vault({"second": bytes(range(32))})
    assert (await came_in(anyone, code=telephone.next_code())).status_code == 201
    runtime.vault = Vault({"third": bytes(range(1, 33))})
    assert await reseal_second_factors(runtime) == 0
    assert refusal(await came_in(anyone, code=telephone.next_code())) == (409, "seal_broken")
    assert (await came_in(anyone, code=telephone.recovery_codes[0])).status_code == 201


async def test_who_is_deleted_leaves_no_second_factor(mine: httpx.AsyncClient, runtime: Runtime, ada: Desk) -> None:
    bob = {"email": "bob@desk.test", "name": "Bob", "role": "owner"}
    assert (await mine.post("/v1/users", json=bob)).status_code == 201
    await mine.post(OWN, json={"password": PASSWORD})
    assert (await mine.post("/v1/me/deletion", json={"password": PASSWORD})).status_code == 204
    async with runtime.as_system() as db:
        assert (await db.execute(text("select count(*) from second_factors"))).scalar_one() == 0
