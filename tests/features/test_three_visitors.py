"""Every address, asked by three visitors: nobody, somebody of another tenant, and a member.

The list is made from the app itself, so that a new address cannot escape: it fails until it is open
on purpose, or until CALLS says how a member uses it.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from uuid import uuid4

import pytest
from sqlalchemy import text

from paperdesk.doors.alpaca.app import ENDPOINTS
from tests.belongings import ask, signed_in
from tests.described import is_described
from tests.desk import RunningDesk, addresses, refused
from tests.route_calls import (
    ADMINISTRATION,
    CALLS,
    CODED,
    EVERYBODYS,
    HARMLESS,
    KEYED,
    OPEN,
    SPOKEN,
    THEIR_OWN,
    THEIRS,
    UNWRITTEN,
)
from tools.gen_openapi import unplugged_app

SPOKEN_ADDRESSES = [(each.method, each.path.replace(":path", "")) for each in ENDPOINTS]
ADDRESSES = sorted(addresses(unplugged_app().routes))
CLOSED = [address for address in ADDRESSES if address not in OPEN]
TOGETHER = 25

Address = tuple[str, str]
Addresses = Sequence[Address]


def sets_of(quiet: Addresses, loud: Addresses = ()) -> list[Addresses]:
    """Return addresses that leave everything as it is in sets, which share a desk, and the others one by one."""
    return [*(quiet[start : start + TOGETHER] for start in range(0, len(quiet), TOGETHER)), *([each] for each in loud)]


def named(addresses: Addresses) -> str:
    """Call a set by its first address."""
    return " ".join(addresses[0]) + (f" and {len(addresses) - 1} more" if addresses[1:] else "")


@contextmanager
def telling(address: Address) -> Iterator[None]:
    """Say of which address a failure is."""
    try:
        yield
    except AssertionError as error:
        error.add_note(" ".join(address))
        raise


def reading(addresses: Iterable[Address]) -> tuple[list[Address], list[Address]]:
    """Part addresses into those that read and the others."""
    known = list(addresses)
    return [each for each in known if each[0] == "GET"], [each for each in known if each[0] != "GET"]


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
        "stopped_sweep_id",
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
        "other_backtest_id",
        "verification_id",
        "sweep_id",
        "stopped_sweep_id",
        "walk_id",
        "study_id",
        "stopped_walk_id",
        "saved_strategy_id",
        "long_tape_id",
        "alert_id",
        "approval_id",
        "rule_id",
        "limit_id",
        "limit_alert_id",
    ),
    str(uuid4()),
)


async def written(desk: RunningDesk) -> int:
    """Count what the audit trail says of the first tenant: lines, and events that somebody asked for."""
    marks = """
    select (select count(*) from audit where tenant_id = :tenant_id)
      + (select count(*) from events where tenant_id = :tenant_id and subject <> 'tape')
    """
    async with desk.runtime.as_system() as db:
        found: int = (await db.execute(text(marks), {"tenant_id": desk.first.tenant_id})).scalar_one()
    return found


@pytest.mark.parametrize("some", sets_of(CLOSED), ids=named)
async def test_nobody_gets_in(desk: RunningDesk, some: Addresses) -> None:
    for address in some:
        with telling(address):
            answer = await ask(desk.visitor(), address, ANYTHING)
            refused(answer, 401, "credentials_missing")
            assert answer.headers["www-authenticate"] == "Bearer"


def is_of_somebody(address: Address) -> bool:
    """Say whether an address is of one thing, which a stranger does not find."""
    return CALLS[address].names(address[1]) and address not in EVERYBODYS


FOUND_BY_NOBODY = [
    each for each in CLOSED if each not in {*KEYED, *CODED} and (each[0] == "GET" or is_of_somebody(each))
]
FOUND_BY_ALL = [each for each in CLOSED if each not in FOUND_BY_NOBODY]


@pytest.mark.parametrize("some", sets_of(FOUND_BY_NOBODY, FOUND_BY_ALL), ids=named)
async def test_a_stranger_finds_nothing_of_ours(desk: RunningDesk, ids: dict[str, str], some: Addresses) -> None:
    stranger = await signed_in(desk, desk.second)
    for address in some:
        with telling(address):
            answer = await ask(stranger, address, ids)
            if address in KEYED:
                refused(answer, 409, "source_key_missing")
            elif address in CODED:
                refused(answer, 409, "second_factor_off")
            elif is_of_somebody(address):
                assert answer.status_code == 404, answer.text
            else:
                assert answer.is_success, answer.text
            asked = str(answer.request.url) + answer.request.content.decode()
            assert not [known for known in ids.values() if known in answer.text and known not in asked]


@pytest.mark.parametrize("some", sets_of(*reading(CLOSED)), ids=named)
async def test_a_member_is_served(desk: RunningDesk, ids: dict[str, str], some: Addresses) -> None:
    visitor = await signed_in(desk, desk.first)
    for address in some:
        with telling(address):
            before = await written(desk)
            answer = await ask(visitor, address, ids)
            if address in CODED:
                refused(answer, 409, "second_factor_off")
                continue
            assert (await written(desk) > before) == (address[0] != "GET" and address not in UNWRITTEN)
            assert answer.is_success, f"{answer.status_code} {answer.text}"
            assert is_described(address, answer)


WRITES = [
    address for address in CLOSED if address[0] != "GET" and address not in HARMLESS | CODED | dict.fromkeys(THEIR_OWN)
]


@pytest.mark.parametrize("some", sets_of(WRITES), ids=named)
async def test_a_viewer_changes_nothing(desk: RunningDesk, ids: dict[str, str], some: Addresses) -> None:
    login = await desk.visitor().post("/v1/logins", {"link_token": ids["viewers_link"]})
    for address in some:
        with telling(address):
            problem = refused(await ask(desk.visitor(login["access_token"]), address, ids), 403, "missing_scope")
            assert problem["scope"] in {"trade", "limits", "admin"}


@pytest.mark.parametrize("role", ["trader", "risk", "viewer"])
async def test_who_does_not_administer_does_not_get_in_there(desk: RunningDesk, ids: dict[str, str], role: str) -> None:
    person = await desk.mine.post("/v1/users", {"email": "ada@desk.test", "name": "Ada", "role": role})
    link = {"link_token": person["invitation"]["link_token"]}
    login = await desk.visitor().post("/v1/logins", link)
    for address in ADMINISTRATION:
        with telling(address):
            problem = refused(await ask(desk.visitor(login["access_token"]), address, ids), 403, "missing_scope")
            assert problem["scope"] == "admin"


@pytest.mark.parametrize("some", sets_of(*reading(HARMLESS)), ids=named)
async def test_a_viewer_may_ask_what_changes_nothing(desk: RunningDesk, ids: dict[str, str], some: Addresses) -> None:
    login = await desk.visitor().post("/v1/logins", {"link_token": ids["viewers_link"]})
    for address in some:
        with telling(address):
            assert (await ask(desk.visitor(login["access_token"]), address, ids)).is_success


@pytest.mark.parametrize("some", sets_of(sorted(OPEN)), ids=named)
async def test_what_is_open_tells_nothing_of_ours(desk: RunningDesk, ids: dict[str, str], some: Addresses) -> None:
    for method, path in some:
        with telling((method, path)):
            answer = await desk.visitor().ask(method, path.split("{")[0])
            assert answer.status_code in {200, 404, 405, 415, 422}
            assert not any(known in answer.text for known in ids.values())


# --- the Alpaca dialect -----------------------------------------------------------------------------


def test_every_address_of_the_dialect_has_a_call() -> None:
    assert set(SPOKEN) == set(SPOKEN_ADDRESSES)


@pytest.mark.parametrize("some", sets_of(list(SPOKEN)), ids=named)
async def test_nobody_gets_in_by_the_dialect(desk: RunningDesk, some: Addresses) -> None:
    for address in some:
        with telling(address):
            answer = await ask(desk.visitor(), address, ANYTHING)
            assert (answer.status_code, answer.json()["code"]) == (401, 40110000)


@pytest.mark.parametrize("has_account", [True, False], ids=["with an account", "without"])
@pytest.mark.parametrize("some", sets_of(*reading(SPOKEN)), ids=named)
async def test_a_stranger_finds_nothing_of_ours_by_the_dialect(
    desk: RunningDesk,
    ids: dict[str, str],
    some: Addresses,
    has_account: bool,  # noqa: FBT001
) -> None:
    if has_account:
        await desk.theirs.open_account(await desk.theirs.open_tape(desk.markets["chain"].id))
    for address in some:
        with telling(address):
            answer = await ask(desk.theirs, address, ids)
            asked = address[1] + str(SPOKEN[address].params)
            if not has_account or any(theirs in asked for theirs in THEIRS):
                assert (answer.status_code, answer.json()["code"]) in {(404, 40410000), (403, 40310000)}
            else:
                assert answer.is_success, answer.text
            assert not [known for known in ids.values() if known in answer.text]


@pytest.mark.parametrize("some", sets_of(reading(SPOKEN)[1]), ids=named)
async def test_a_viewer_changes_nothing_by_the_dialect(desk: RunningDesk, ids: dict[str, str], some: Addresses) -> None:
    login = await desk.visitor().post("/v1/logins", {"link_token": ids["viewers_link"]})
    for address in some:
        with telling(address):
            answer = await ask(desk.visitor(login["access_token"]), address, ids)
            assert (answer.status_code, answer.json()["code"]) == (403, 40310000)


@pytest.mark.parametrize("some", sets_of(*reading(SPOKEN)), ids=named)
async def test_a_member_is_served_by_the_dialect(desk: RunningDesk, ids: dict[str, str], some: Addresses) -> None:
    for address in some:
        with telling(address):
            answer = await ask(desk.mine, address, ids)
            assert answer.is_success, f"{answer.status_code} {answer.text}"
