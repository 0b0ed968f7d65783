"""What somebody prefers is checked, kept for them alone, and used where nothing else is said."""

from datetime import timedelta
from typing import Any

import pytest

from paperdesk.features.identity.issue_sign_in_link import issue_sign_in_link
from paperdesk.infra.clock import FrozenClock
from tests.desk import RunningDesk, Visitor, refused

PATH = "/v1/me/preferences"
AT_FIRST = {
    "time_zone": "UTC", "base_currency": "USD", "locale": "en-US", "number_format": "1,234.5",
    "default_account_id": None,
}  # fmt: skip


async def viewer(desk: RunningDesk) -> Visitor:
    """Return somebody else of the first tenant, who may only read."""
    user = await desk.mine.post("/v1/users", {"email": "vera@desk.test", "name": "Vera", "role": "viewer"})
    login = await desk.visitor().post("/v1/logins", {"link_token": user["invitation"]["link_token"]})
    return desk.visitor(login["access_token"])


async def changed(visitor: Visitor, **said: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    answer = await visitor.ask("PATCH", PATH, json=said)
    assert answer.is_success, answer.text
    return dict(answer.json())


async def test_what_somebody_prefers_is_kept_for_them_alone(desk: RunningDesk) -> None:
    vera = await viewer(desk)
    assert await desk.mine.get(PATH) == AT_FIRST
    mine = {"time_zone": "Asia/Kolkata", "base_currency": "EUR", "locale": "de-CH", "number_format": "1'234.5"}
    assert await changed(desk.mine, **mine) == AT_FIRST | mine
    assert await changed(desk.mine, locale="fr") == AT_FIRST | mine | {"locale": "fr"}
    assert await vera.get(PATH) == await desk.theirs.get(PATH) == AT_FIRST
    assert (await changed(vera, time_zone="America/New_York"))["time_zone"] == "America/New_York"
    assert await desk.mine.get(PATH) == AT_FIRST | mine | {"locale": "fr"}
    assert await changed(desk.mine, **dict.fromkeys(mine)) == AT_FIRST


async def test_what_was_saved_is_there_at_the_next_sign_in_and_is_reset_as_a_whole(desk: RunningDesk) -> None:
    _, account_id = await desk.market()
    mine = {"time_zone": "Asia/Kolkata", "base_currency": "EUR", "locale": "de-CH", "number_format": "1'234.5"}
    mine |= {"default_account_id": account_id}
    await changed(desk.mine, **mine)
    link = await issue_sign_in_link(desk.runtime, desk.first.principal)
    login = await desk.visitor().post("/v1/logins", {"link_token": link})
    again = desk.visitor(login["access_token"])
    assert await again.get(PATH) == mine
    reset = await again.ask("DELETE", PATH)
    assert (reset.status_code, reset.json()) == (200, AT_FIRST)
    assert await desk.mine.get(PATH) == AT_FIRST


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"time_zone": "Mars/Olympus"}, "unknown_time_zone"),
        ({"time_zone": "../UTC"}, "unknown_time_zone"),
        ({"time_zone": "+02:00"}, "unknown_time_zone"),
        ({"base_currency": "XXX"}, "unknown_currency"),
        ({"base_currency": "usd"}, "unknown_currency"),
        ({"locale": "english"}, "malformed_locale"),
        ({"locale": "en_US"}, "malformed_locale"),
        ({"number_format": "1_234"}, "malformed_request"),
        ({"number_format": 1}, "malformed_request"),
        ({"default_account_id": "first"}, "malformed_request"),
        ({"colour": "red"}, "malformed_request"),
    ],
)
async def test_what_cannot_be_preferred_is_refused_and_nothing_of_it_kept(
    desk: RunningDesk, said: dict[str, Any], code: str
) -> None:
    answer = await desk.mine.ask("PATCH", PATH, json={"locale": "fr"} | said)
    refused(answer, 422, code)
    assert await desk.mine.get(PATH) == AT_FIRST


async def test_an_account_of_nobodys_cannot_be_ones_default(desk: RunningDesk) -> None:
    tape_id = await desk.theirs.open_tape(desk.markets["daily"].id)
    theirs = await desk.theirs.open_account(tape_id)
    said = {"locale": "fr", "default_account_id": theirs}
    refused(await desk.mine.ask("PATCH", PATH, json=said), 404, "unknown_account")
    assert await desk.mine.get(PATH) == AT_FIRST


async def test_the_default_account_is_the_one_that_an_unbound_key_speaks_for(
    desk: RunningDesk, clock: FrozenClock
) -> None:
    tape_id, first = await desk.market()
    clock.advance(timedelta(seconds=1))  # ids of one millisecond have no order among them
    second = await desk.mine.open_account(tape_id)
    assert (await desk.mine.get("/v2/account"))["id"] == first
    await changed(desk.mine, default_account_id=second)
    assert (await desk.mine.get("/v2/account"))["id"] == second
    (await desk.mine.ask("PUT", f"/v1/accounts/{first}/keys/{desk.first.key.id}")).raise_for_status()
    assert (await desk.mine.get("/v2/account"))["id"] == first
    assert (await changed(desk.mine, default_account_id=None))["default_account_id"] is None


async def test_an_account_is_opened_in_the_base_currency_unless_another_is_named(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market()
    assert (await desk.mine.get(f"/v1/accounts/{account_id}"))["currency"] == "USD"
    await changed(desk.mine, base_currency="GBP")
    opened = await desk.mine.open_account(tape_id)
    assert (await desk.mine.get(f"/v1/accounts/{opened}"))["currency"] == "GBP"
    named = await desk.mine.open_account(tape_id, currency="USD")
    assert (await desk.mine.get(f"/v1/accounts/{named}"))["currency"] == "USD"


async def test_a_profile_is_read_and_changed_by_its_owner_and_its_time_zone_exists(desk: RunningDesk) -> None:
    vera = await viewer(desk)
    renamed = await vera.ask("PATCH", "/v1/me", json={"name": " Vera V. "})
    assert renamed.json() == await vera.get("/v1/me")
    assert renamed.json()["user"]["name"] == "Vera V."
    assert (await desk.mine.get("/v1/me"))["user"]["name"] == "Demo"
    assert (await changed(vera, time_zone="Europe/Zurich"))["time_zone"] == "Europe/Zurich"
    refused(await vera.ask("PATCH", PATH, json={"time_zone": "Europe/Zuerich"}), 422, "unknown_time_zone")
    for name in ("", "two\nlines", "x" * 101):
        refused(await vera.ask("PATCH", "/v1/me", json={"name": name}), 422, "malformed_request")
    assert "Vera V." in [user["name"] for user in await desk.mine.rows("/v1/users")]


async def test_a_key_that_only_reads_changes_nobodys_taste(desk: RunningDesk) -> None:
    key = await desk.mine.post("/v1/keys", {"name": "Reader", "scopes": ["read"]})
    reader = desk.visitor(f"{key['key_id']}.{key['secret']}")
    refused(await reader.ask("PATCH", PATH, json={"locale": "fr"}), 403, "missing_scope")
    refused(await reader.ask("PATCH", "/v1/me", json={"name": "Reader"}), 403, "missing_scope")
    assert await reader.get(PATH) == AT_FIRST
