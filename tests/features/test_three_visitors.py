"""Every address, asked by three visitors: nobody, somebody of another tenant, and a member.

The list is made from the app itself, so that a new address cannot escape: it fails until it is open
on purpose, or until CALLS says how a member uses it.
"""

import shutil
from collections.abc import Mapping
from uuid import uuid4

import httpx
import pytest

from paperdesk.core.kernel.ids import DatasetId
from paperdesk.doors.alpaca.app import ENDPOINTS
from paperdesk.features.identity.found_desk import Desk as Founded
from paperdesk.features.identity.issue_sign_in_link import issue_sign_in_link
from paperdesk.features.marketdata.store import insert_dataset
from paperdesk.infra.jobs import enqueue
from tests.desk import RunningDesk, Visitor, addresses, filled, refused
from tests.features.backtests.at_once import ran_backtest
from tests.route_calls import (
    ADMINISTRATION,
    CALLS,
    EVERYBODYS,
    HARMLESS,
    KEYED,
    NAMED,
    OPEN,
    OPTION,
    SPOKEN,
    THEIR_OWN,
    THEIRS,
)
from tests.vendor_stand import KEYS
from tools.gen_openapi import unplugged_app

SPOKEN_ADDRESSES = [(each.method, each.path.replace(":path", "")) for each in ENDPOINTS]
ADDRESSES = sorted(addresses(unplugged_app().routes))
CLOSED = [address for address in ADDRESSES if address not in OPEN]


@pytest.fixture
async def ids(desk: RunningDesk) -> dict[str, str]:
    """Real ids of the first tenant, one of each kind."""
    tape_id, account_id = await desk.market("chain", cash="20000")
    _, margined_id = await desk.market("mixed", margin={"kind": "reg_t"})
    private, market = DatasetId(uuid4()), desk.markets["daily"]
    shutil.copytree(market.folder, desk.runtime.settings.datasets / str(private))
    async with desk.runtime.work(desk.first.principal) as work:
        await insert_dataset(work, private, market.manifest, desk.first.tenant_id)
        job_id = await enqueue(work, "import_dataset", {})
    await desk.mine.order(account_id, "buy", "2")
    await desk.mine.order(account_id, "buy", "1", symbol=OPTION)
    await desk.mine.step(tape_id)
    saved = {"name": "first_tenants_own", "title": "Ours", "summary": "Our own.", "tape_id": tape_id, "shared": True}
    await desk.mine.post("/v1/tape-presets", saved)
    await desk.mine.post(f"/v1/tapes/{tape_id}/strategies", {"name": "alpha-bot"})
    for source, (key_id, secret) in KEYS.items():
        key = {"secret": secret, **({"key_id": key_id} if key_id else {})}
        (await desk.mine.ask("PUT", f"/v1/sources/{source}/key", json=key)).raise_for_status()
    live = await desk.mine.post("/v1/live/tapes", {"name": "Ours", "symbols": ["BOLT"]})
    watchlist = await desk.mine.post("/v1/watchlists", {"name": "Ours", "symbols": ["ACME"]})
    waiting = {"tape_id": tape_id, "symbol": "ACME", "condition": "above", "level": "500"}
    alert = await desk.mine.post("/v1/price-alerts", waiting)
    told = {"account_id": account_id, "name": "All", "channels": ["stream"]}
    rule = (await desk.mine.post("/v1/notification-rules", told))["rule"]
    fill, *_ = await desk.mine.rows(f"/v1/accounts/{account_id}/fills")
    order = await desk.mine.order(account_id, "buy", "1")
    empty_id = await desk.mine.open_account(tape_id)
    # Two accounts that were opened within one millisecond have no first one.
    (await desk.mine.ask("PUT", f"/v1/accounts/{account_id}/keys/{desk.first.key.id}")).raise_for_status()
    await signed_in(desk, desk.first)
    (login,) = await desk.mine.rows("/v1/logins")
    # Whoever is the last owner of a tenant cannot leave it.
    for each in (desk.mine, desk.theirs):
        other = f"other.{desk.first.tenant_id if each is desk.mine else desk.second.tenant_id}@desk.test"
        await each.post("/v1/users", {"email": other, "name": "Other", "role": "owner"})
    viewer = {"email": "viewer@desk.test", "name": "Vera", "role": "viewer"}
    added = await desk.mine.post("/v1/users", viewer)
    return {
        "login_id": login["id"],
        "user_id": added["id"],
        "viewers_link": added["invitation"]["link_token"],
        "preset_name": "first_tenants_own",
        "strategy": "alpha-bot",
        "fill_id": fill["id"],
        "tape_id": tape_id,
        "live_tape_id": live["id"],
        "account_id": account_id,
        "number": (await desk.mine.get(f"/v1/accounts/{account_id}"))["number"],
        "empty_id": empty_id,
        "margined_id": margined_id,
        "order_id": order["id"],
        "client_order_id": order["client_order_id"],
        "key_id": str(desk.first.key.id),
        "dataset_id": str(private),
        "job_id": str(job_id),
        "watchlist_id": watchlist["id"],
        "backtest_id": await ran_backtest(desk, tape_id, "buy_and_hold"),
        "alert_id": alert["id"],
        "rule_id": rule["id"],
    }


async def ask(visitor: Visitor, address: tuple[str, str], ids: Mapping[str, str]) -> httpx.Response:
    """Call an address as a member would, with the first tenant's ids."""
    method, path = address
    call = CALLS.get(address) or SPOKEN[address]
    body = None if call.body is None else filled(dict(call.body), ids)
    ids = {**ids, **{name: ids[other] for name, other in call.instead.items()}}
    params = {name: value.format(**ids) for name, value in call.params.items()}
    return await visitor.ask(method, path.format(**ids, **NAMED, symbol=call.symbol), params=params, json=body)


async def signed_in(desk: RunningDesk, member: Founded) -> Visitor:
    """Return a member with a login of their own, which they can end."""
    link = await issue_sign_in_link(desk.runtime, member.principal)
    login = await desk.visitor().post("/v1/logins", {"link_token": link})
    return desk.visitor(login["access_token"])


def test_every_address_is_open_on_purpose_or_has_a_call() -> None:
    assert set(CLOSED) == set(CALLS)
    assert set(OPEN) <= set(ADDRESSES)


ANYTHING = dict.fromkeys(
    (
        "preset_name",
        "strategy",
        "tape_id",
        "live_tape_id",
        "account_id",
        "number",
        "empty_id",
        "margined_id",
        "order_id",
        "client_order_id",
        "fill_id",
        "key_id",
        "user_id",
        "login_id",
        "dataset_id",
        "job_id",
        "watchlist_id",
        "backtest_id",
        "alert_id",
        "rule_id",
    ),
    str(uuid4()),
)


@pytest.mark.parametrize("address", CLOSED, ids=" ".join)
async def test_nobody_gets_in(desk: RunningDesk, address: tuple[str, str]) -> None:
    answer = await ask(desk.visitor(), address, ANYTHING)
    refused(answer, 401, "credentials_missing")
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("address", CLOSED, ids=" ".join)
async def test_a_stranger_finds_nothing_of_ours(
    desk: RunningDesk, ids: dict[str, str], address: tuple[str, str]
) -> None:
    answer = await ask(await signed_in(desk, desk.second), address, ids)
    if address in KEYED:
        refused(answer, 409, "source_key_missing")
    elif CALLS[address].names(address[1]) and address not in EVERYBODYS:
        assert answer.status_code == 404, answer.text
    else:
        assert answer.is_success, answer.text
    asked = str(answer.request.url) + answer.request.content.decode()
    assert not [known for known in ids.values() if known in answer.text and known not in asked]


@pytest.mark.parametrize("address", CLOSED, ids=" ".join)
async def test_a_member_is_served(desk: RunningDesk, ids: dict[str, str], address: tuple[str, str]) -> None:
    answer = await ask(await signed_in(desk, desk.first), address, ids)
    assert answer.is_success, f"{answer.status_code} {answer.text}"


WRITES = [address for address in CLOSED if address[0] != "GET" and address not in HARMLESS | dict.fromkeys(THEIR_OWN)]


@pytest.mark.parametrize("address", WRITES, ids=" ".join)
async def test_a_viewer_changes_nothing(desk: RunningDesk, ids: dict[str, str], address: tuple[str, str]) -> None:
    login = await desk.visitor().post("/v1/logins", {"link_token": ids["viewers_link"]})
    problem = refused(await ask(desk.visitor(login["access_token"]), address, ids), 403, "missing_scope")
    assert problem["scope"] in {"trade", "limits", "admin"}


@pytest.mark.parametrize("role", ["trader", "risk", "viewer"])
@pytest.mark.parametrize("address", ADMINISTRATION, ids=" ".join)
async def test_who_does_not_administer_does_not_get_in_there(
    desk: RunningDesk, ids: dict[str, str], address: tuple[str, str], role: str
) -> None:
    person = await desk.mine.post("/v1/users", {"email": "ada@desk.test", "name": "Ada", "role": role})
    link = {"link_token": person["invitation"]["link_token"]}
    login = await desk.visitor().post("/v1/logins", link)
    problem = refused(await ask(desk.visitor(login["access_token"]), address, ids), 403, "missing_scope")
    assert problem["scope"] == "admin"


@pytest.mark.parametrize("address", HARMLESS, ids=" ".join)
async def test_a_viewer_may_ask_what_changes_nothing(
    desk: RunningDesk, ids: dict[str, str], address: tuple[str, str]
) -> None:
    login = await desk.visitor().post("/v1/logins", {"link_token": ids["viewers_link"]})
    assert (await ask(desk.visitor(login["access_token"]), address, ids)).is_success


@pytest.mark.parametrize("address", sorted(OPEN), ids=" ".join)
async def test_what_is_open_tells_nothing_of_ours(
    desk: RunningDesk, ids: dict[str, str], address: tuple[str, str]
) -> None:
    method, path = address
    answer = await desk.visitor().ask(method, path.split("{")[0])
    assert answer.status_code in {200, 404, 405, 415, 422}
    assert not any(known in answer.text for known in ids.values())


# --- the Alpaca dialect -----------------------------------------------------------------------------


def test_every_address_of_the_dialect_has_a_call() -> None:
    assert set(SPOKEN) == set(SPOKEN_ADDRESSES)


@pytest.mark.parametrize("address", SPOKEN, ids=" ".join)
async def test_nobody_gets_in_by_the_dialect(desk: RunningDesk, address: tuple[str, str]) -> None:
    answer = await ask(desk.visitor(), address, ANYTHING)
    assert (answer.status_code, answer.json()["code"]) == (401, 40110000)


@pytest.mark.parametrize("has_account", [True, False], ids=["with an account", "without"])
@pytest.mark.parametrize("address", SPOKEN, ids=" ".join)
async def test_a_stranger_finds_nothing_of_ours_by_the_dialect(
    desk: RunningDesk,
    ids: dict[str, str],
    address: tuple[str, str],
    has_account: bool,  # noqa: FBT001
) -> None:
    if has_account:
        await desk.theirs.open_account(await desk.theirs.open_tape(desk.markets["chain"].id))
    answer = await ask(desk.theirs, address, ids)
    asked = address[1] + str(SPOKEN[address].params)
    if not has_account or any(theirs in asked for theirs in THEIRS):
        assert (answer.status_code, answer.json()["code"]) in {(404, 40410000), (403, 40310000)}
    else:
        assert answer.is_success, answer.text
    assert not [known for known in ids.values() if known in answer.text]


SPOKEN_WRITES = [address for address in SPOKEN if address[0] != "GET"]


@pytest.mark.parametrize("address", SPOKEN_WRITES, ids=" ".join)
async def test_a_viewer_changes_nothing_by_the_dialect(
    desk: RunningDesk, ids: dict[str, str], address: tuple[str, str]
) -> None:
    login = await desk.visitor().post("/v1/logins", {"link_token": ids["viewers_link"]})
    answer = await ask(desk.visitor(login["access_token"]), address, ids)
    assert (answer.status_code, answer.json()["code"]) == (403, 40310000)


@pytest.mark.parametrize("address", SPOKEN, ids=" ".join)
async def test_a_member_is_served_by_the_dialect(
    desk: RunningDesk, ids: dict[str, str], address: tuple[str, str]
) -> None:
    answer = await ask(desk.mine, address, ids)
    assert answer.is_success, f"{answer.status_code} {answer.text}"
