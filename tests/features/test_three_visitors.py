"""Every address, asked by three visitors: nobody, somebody of another tenant, and a member.

The list is made from the app itself, so that a new address cannot escape: it fails until it is open
on purpose, or until CALLS says how a member uses it.
"""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
import pytest

from paperdesk.core.kernel.ids import DatasetId
from paperdesk.doors.alpaca.app import ENDPOINTS
from paperdesk.features.identity.found_desk import Desk as Founded
from paperdesk.features.identity.issue_sign_in_link import issue_sign_in_link
from paperdesk.features.marketdata.store import insert_dataset
from paperdesk.infra.jobs import enqueue
from tests.desk import FIRST_CLOSE, RunningDesk, Visitor, addresses, filled, refused, wish
from tests.vendor_stand import KEYS
from tools.gen_openapi import unplugged_app

OPEN = {
    ("POST", "/v1/logins"): "this is how somebody comes to be known",
    ("GET", "/health/live"): "monitors have no key",
    ("GET", "/health/ready"): "monitors have no key",
    ("GET", "/metrics"): "monitors have no key; only counters are told",
    ("GET", "/openapi.json"): "what there is to be asked is no secret",
    ("GET", "/docs"): "what there is to be asked is no secret",
    ("GET", "/docs/{name:path}"): "what there is to be asked is no secret",
    ("GET", "/{path:path}"): "the web app: files that are the same for everybody",
    **{(method, "/{path:path}"): "nothing is there" for method in ("DELETE", "OPTIONS", "PATCH", "POST", "PUT")},
}


@dataclass(frozen=True)
class Call:
    """How a member uses an address: names in braces are ids of things that belong to the first tenant."""

    params: Mapping[str, str] = field(default_factory=dict[str, str])
    body: Mapping[str, Any] | None = None
    symbol: str = "ACME"
    instead: Mapping[str, str] = field(default_factory=dict[str, str])

    def names(self, path: str) -> bool:
        """Say whether the call names something that belongs to somebody."""
        texts = (value for value in (*self.params.values(), *(self.body or {}).values()) if isinstance(value, str))
        return "{" in path or any("{" in text for text in texts)


OPTION = "ACME240607C00100000"
CALLS = {
    ("DELETE", "/v1/logins/current"): Call(),
    ("GET", "/v1/me"): Call(),
    ("GET", "/v1/keys"): Call(),
    ("POST", "/v1/keys"): Call(body={"name": "Another", "scopes": ["read"]}),
    ("DELETE", "/v1/keys/{key_id}"): Call(),
    ("GET", "/v1/accounts"): Call(),
    ("POST", "/v1/accounts"): Call(body={"name": "Second", "tape_id": "{tape_id}"}),
    ("GET", "/v1/accounts/{account_id}"): Call(),
    ("GET", "/v1/accounts/by-number/{number}"): Call(),
    ("DELETE", "/v1/accounts/{account_id}"): Call(instead={"account_id": "empty_id"}),
    ("PATCH", "/v1/accounts/{account_id}"): Call(body={"name": "Renamed"}),
    ("POST", "/v1/accounts/{account_id}/reset"): Call(body={"cash": "1"}),
    ("GET", "/v1/accounts/{account_id}/epochs"): Call(),
    ("POST", "/v1/accounts/{account_id}/forks"): Call(body={"name": "What if"}),
    ("GET", "/v1/accounts/{account_id}/comparison"): Call({"with": "{empty_id}"}),
    ("GET", "/v1/accounts/{account_id}/order-statistics"): Call(),
    ("GET", "/v1/orders/{order_id}/history"): Call(),
    ("POST", "/v1/accounts/{account_id}/rescore"): Call(body={"fill_model": "harsh"}),
    ("POST", "/v1/accounts/{account_id}/transfers"): Call(body={"amount": "1"}),
    ("PUT", "/v1/accounts/{account_id}/keys/{key_id}"): Call(),
    ("GET", "/v1/accounts/{account_id}/positions"): Call(),
    ("GET", "/v1/accounts/{account_id}/ledger"): Call(),
    ("GET", "/v1/accounts/{account_id}/activities"): Call(),
    ("GET", "/v1/accounts/{account_id}/activities.csv"): Call(),
    ("GET", "/v1/accounts/{account_id}/fills"): Call(),
    ("GET", "/v1/accounts/{account_id}/lots"): Call(),
    ("GET", "/v1/accounts/{account_id}/gains"): Call(),
    ("GET", "/v1/accounts/{account_id}/gains.csv"): Call(),
    ("GET", "/v1/fills/{fill_id}/explanation"): Call(),
    ("GET", "/v1/accounts/{account_id}/equity"): Call(),
    ("GET", "/v1/accounts/{account_id}/reconciliation"): Call(),
    ("GET", "/v1/orders"): Call({"account_id": "{account_id}"}),
    ("POST", "/v1/orders"): Call(body=wish("{account_id}", "buy", "1")),
    ("POST", "/v1/orders/preview"): Call(body=wish("{account_id}", "buy", "1")),
    ("POST", "/v1/orders/batch"): Call(body={"orders": [wish("{account_id}", "buy", "1")]}),
    ("POST", "/v1/orders/batch/cancel"): Call(body={"order_ids": ["{order_id}"]}),
    ("GET", "/v1/orders/{order_id}"): Call(),
    ("DELETE", "/v1/orders/{order_id}"): Call(),
    ("PATCH", "/v1/orders/{order_id}"): Call(body={"quantity": "2"}),
    ("DELETE", "/v1/orders"): Call({"account_id": "{account_id}"}),
    ("POST", "/v1/accounts/{account_id}/positions/{symbol}/close"): Call(body={"percent": "100"}),
    ("POST", "/v1/accounts/{account_id}/positions/{symbol}/exercise"): Call(body={}, symbol=OPTION),
    ("PUT", "/v1/accounts/{account_id}/positions/{symbol}/at-expiry"): Call(body={"at_expiry": "lapse"}, symbol=OPTION),
    ("GET", "/v1/accounts/{account_id}/option-positions"): Call(),
    ("GET", "/v1/accounts/{account_id}/strategies"): Call(),
    ("POST", "/v1/options/payoff"): Call(body={"legs": [{"symbol": OPTION, "quantity": "1", "price": "3"}]}),
    ("GET", "/v1/options/contracts"): Call({"tape_id": "{tape_id}", "underlying": "ACME"}),
    ("GET", "/v1/options/chain"): Call({"tape_id": "{tape_id}", "underlying": "ACME"}),
    ("GET", "/v1/options/expirations"): Call({"tape_id": "{tape_id}", "underlying": "ACME"}),
    ("GET", "/v1/options/strikes"): Call({"tape_id": "{tape_id}", "underlying": "ACME"}),
    ("GET", "/v1/accounts/{account_id}/expiries"): Call({"on": "2024-06-07"}),
    ("GET", "/v1/tapes"): Call(),
    ("POST", "/v1/tapes"): Call(body={"dataset_id": "{dataset_id}", "name": "Run", "start_at": FIRST_CLOSE}),
    ("GET", "/v1/tape-presets"): Call(),
    ("GET", "/v1/tape-presets/truth"): Call(),
    ("POST", "/v1/tape-presets"): Call(body={"name": "again", "title": "A", "summary": "B", "tape_id": "{tape_id}"}),
    ("DELETE", "/v1/tape-presets/{preset_name}"): Call(),
    ("GET", "/v1/tapes/{tape_id}"): Call(),
    ("POST", "/v1/tapes/{tape_id}/control"): Call(body={"action": "pause"}),
    ("POST", "/v1/tapes/{tape_id}/rewind"): Call(body={"to": FIRST_CLOSE}),
    ("GET", "/v1/tapes/{tape_id}/branches"): Call(),
    ("GET", "/v1/tapes/{tape_id}/strategies"): Call(),
    ("POST", "/v1/tapes/{tape_id}/strategies"): Call(body={"name": "Beta"}),
    ("DELETE", "/v1/tapes/{tape_id}/strategies/{strategy}"): Call(),
    ("POST", "/v1/tapes/{tape_id}/strategies/{strategy}/acknowledgements"): Call(body={"cursor": 0}),
    ("GET", "/v1/instruments"): Call({"tape_id": "{tape_id}"}),
    ("GET", "/v1/bars"): Call({"tape_id": "{tape_id}", "symbol": "ACME"}),
    ("GET", "/v1/quotes"): Call({"tape_id": "{tape_id}", "symbols": "ACME"}),
    ("GET", "/v1/quotes/history"): Call({"tape_id": "{tape_id}", "symbol": "ACME"}),
    ("GET", "/v1/prints"): Call({"tape_id": "{tape_id}", "symbol": "ACME"}),
    ("GET", "/v1/depth"): Call({"tape_id": "{tape_id}", "symbol": "ACME"}),
    ("GET", "/v1/facts"): Call({"tape_id": "{tape_id}", "symbol": "ACME"}),
    ("GET", "/v1/sectors"): Call({"tape_id": "{tape_id}"}),
    ("GET", "/v1/statistics"): Call({"tape_id": "{tape_id}"}),
    ("GET", "/v1/movers"): Call({"tape_id": "{tape_id}"}),
    ("GET", "/v1/tapes/{tape_id}/catalogue"): Call(),
    ("GET", "/v1/datasets"): Call(),
    ("POST", "/v1/datasets"): Call({"name": "Mine"}),
    ("GET", "/v1/datasets/{dataset_id}/quality"): Call(),
    ("POST", "/v1/datasets/{dataset_id}/repairs"): Call(body={"from_dataset_id": "{dataset_id}"}),
    ("POST", "/v1/datasets/{dataset_id}/backfills"): Call(),
    ("POST", "/v1/datasets/{dataset_id}/actions"): Call(),
    ("POST", "/v1/datasets/{dataset_id}/halts"): Call(),
    ("POST", "/v1/datasets/{dataset_id}/auctions"): Call(),
    ("POST", "/v1/datasets/{dataset_id}/holdings"): Call(),
    ("GET", "/v1/fund-holdings"): Call({"tape_id": "{tape_id}", "symbol": "ACME"}),
    ("GET", "/v1/tapes/{tape_id}/halts"): Call(),
    ("GET", "/v1/tapes/{tape_id}/corporate-actions"): Call(),
    ("GET", "/v1/sources"): Call(),
    ("PUT", "/v1/sources/{source}/key"): Call(body={"key_id": "AKINVENTED", "secret": "invented"}),
    ("DELETE", "/v1/sources/{source}/key"): Call(),
    ("POST", "/v1/sources/{source}/test"): Call(),
    ("PUT", "/v1/source-rows/{subject}"): Call(body={"sources": ["polygon"]}),
    ("DELETE", "/v1/source-rows/{subject}"): Call(),
    ("POST", "/v1/datasets/histories"): Call(
        body={"name": "Half", "symbols": ["ACME"], "start_on": "2024-01-02", "end_on": "2024-01-09"}
    ),
    ("POST", "/v1/live/tapes"): Call(body={"name": "Today", "symbols": ["ACME"]}),
    ("POST", "/v1/live/tapes/{live_tape_id}/symbols"): Call(body={"symbols": ["ACME"]}),
    ("DELETE", "/v1/live/answers"): Call(),
    ("GET", "/v1/live/quotes"): Call({"symbols": "ACME"}),
    ("GET", "/v1/live/bars"): Call({"symbol": "ACME", "start": "2024-01-02T00:00:00Z", "end": "2024-02-01T00:00:00Z"}),
    ("GET", "/v1/live/chain"): Call({"underlying": "ACME"}),
    ("GET", "/v1/live/instruments"): Call({"q": "acme"}),
    ("GET", "/v1/live/actions"): Call({"symbol": "ACME", "start": "2024-01-01", "end": "2024-12-31"}),
    ("GET", "/v1/live/yields"): Call({"series": "DGS10", "start": "2024-01-01", "end": "2024-12-31"}),
    ("GET", "/v1/jobs"): Call(),
    ("GET", "/v1/jobs/{job_id}"): Call(),
    ("DELETE", "/v1/jobs/{job_id}"): Call(),
}


# The Alpaca dialect, which is an app of its own and refuses in its own words: a call is somebody's when it
# names what only they have.
SPOKEN = {
    ("GET", "/v2/account"): Call(),
    ("GET", "/v2/account/configurations"): Call(),
    ("PATCH", "/v2/account/configurations"): Call(body={"suspend_trade": False}),
    ("GET", "/v2/account/activities"): Call(),
    ("GET", "/v2/account/activities/{activity_type}"): Call(),
    ("GET", "/v2/account/portfolio/history"): Call(),
    ("GET", "/v2/clock"): Call(),
    ("GET", "/v2/calendar"): Call({"start": "2024-06-03", "end": "2024-06-04"}),
    ("GET", "/v2/assets"): Call(),
    ("GET", "/v2/assets/{symbol}"): Call(),
    ("POST", "/v2/orders"): Call(
        body={"symbol": "ACME", "qty": "1", "side": "buy", "type": "market", "time_in_force": "day"}
    ),
    ("GET", "/v2/orders"): Call(),
    ("DELETE", "/v2/orders"): Call(),
    ("GET", "/v2/orders:by_client_order_id"): Call({"client_order_id": "{client_order_id}"}),
    ("GET", "/v2/orders/{order_id}"): Call(),
    ("PATCH", "/v2/orders/{order_id}"): Call(body={"qty": "2"}),
    ("DELETE", "/v2/orders/{order_id}"): Call(),
    ("GET", "/v2/positions"): Call(),
    ("DELETE", "/v2/positions"): Call(),
    ("GET", "/v2/positions/{symbol}"): Call(),
    ("DELETE", "/v2/positions/{symbol}"): Call(),
}
READ_BY_SYMBOL = {"symbols": "ACME", "start": "2024-06-03"}
SPOKEN |= {
    ("GET", path): Call() if "{symbol}" in path else Call(READ_BY_SYMBOL)
    for path in (
        *(f"/v2/stocks/{each}" for each in ("bars", "quotes", "trades", "snapshots")),
        *(f"/v2/stocks/{each}/latest" for each in ("bars", "quotes", "trades")),
        *(f"/v2/stocks/{{symbol}}/{each}" for each in ("bars", "quotes", "trades", "snapshot")),
        *(f"/v2/stocks/{{symbol}}/{each}/latest" for each in ("bars", "quotes", "trades")),
        *(f"/v1beta3/crypto/us/{each}" for each in ("bars", "quotes", "trades", "snapshots")),
        *(f"/v1beta3/crypto/us/latest/{each}" for each in ("bars", "quotes", "trades", "orderbooks")),
        *(f"/v1beta1/options/{each}" for each in ("bars", "trades", "quotes/latest", "trades/latest", "snapshots")),
        *("/v1beta1/options/snapshots/{symbol}", "/v1beta1/options/meta/exchanges", "/v2/options/contracts"),
        *("/v1beta1/screener/stocks/most-actives", "/v1beta1/screener/{market}/movers"),
        *("/v1beta1/news", "/v1/corporate-actions"),
    )
}
SPOKEN[("GET", "/v2/options/contracts/{contract}")] = Call()
SPOKEN[("POST", "/v2/positions/{contract}/exercise")] = Call()
SPOKEN[("POST", "/v2/positions/{contract}/do-not-exercise")] = Call()
THEIRS = ("/v2/positions/{contract}", "{order_id}", "{client_order_id}", "/v2/positions/{symbol}")
SPOKEN_ADDRESSES = [(each.method, each.path.replace(":path", "")) for each in ENDPOINTS]


# Sources have the same names for everybody, and each tenant keys of its own: who set none is told so.
EVERYBODYS = {
    ("PUT", "/v1/sources/{source}/key"),
    ("PUT", "/v1/source-rows/{subject}"),
    ("DELETE", "/v1/source-rows/{subject}"),
}
KEYED = {address for address in CALLS if address[0] == "GET" and address[1].startswith("/v1/live/")} | {
    ("DELETE", "/v1/sources/{source}/key"),
    ("POST", "/v1/sources/{source}/test"),
}
ADDRESSES = sorted(addresses(unplugged_app().routes))
CLOSED = [address for address in ADDRESSES if address not in OPEN]


@pytest.fixture
async def ids(desk: RunningDesk) -> dict[str, str]:
    """Real ids of the first tenant, one of each kind."""
    tape_id, account_id = await desk.market("chain", cash="20000")
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
    fill, *_ = await desk.mine.rows(f"/v1/accounts/{account_id}/fills")
    order = await desk.mine.order(account_id, "buy", "1")
    empty_id = await desk.mine.open_account(tape_id)
    # Two accounts that were opened within one millisecond have no first one.
    (await desk.mine.ask("PUT", f"/v1/accounts/{account_id}/keys/{desk.first.key.id}")).raise_for_status()
    return {
        "preset_name": "first_tenants_own",
        "strategy": "alpha-bot",
        "fill_id": fill["id"],
        "tape_id": tape_id,
        "live_tape_id": live["id"],
        "account_id": account_id,
        "number": (await desk.mine.get(f"/v1/accounts/{account_id}"))["number"],
        "empty_id": empty_id,
        "order_id": order["id"],
        "client_order_id": order["client_order_id"],
        "key_id": str(desk.first.key.id),
        "dataset_id": str(private),
        "job_id": str(job_id),
    }


async def ask(visitor: Visitor, address: tuple[str, str], ids: Mapping[str, str]) -> httpx.Response:
    """Call an address as a member would, with the first tenant's ids."""
    method, path = address
    call = CALLS.get(address) or SPOKEN[address]
    body = None if call.body is None else filled(dict(call.body), ids)
    ids = {**ids, **{name: ids[other] for name, other in call.instead.items()}}
    params = {name: value.format(**ids) for name, value in call.params.items()}
    return await visitor.ask(method, path.format(**ids, **NAMED, symbol=call.symbol), params=params, json=body)


NAMED = {
    "source": "alpaca",
    "subject": "quotes",
    "activity_type": "FILL",
    "market": "stocks",
    "contract": "ACME240607C00100000",
}


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
        "order_id",
        "client_order_id",
        "fill_id",
        "key_id",
        "dataset_id",
        "job_id",
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


@pytest.mark.parametrize("address", SPOKEN, ids=" ".join)
async def test_a_member_is_served_by_the_dialect(
    desk: RunningDesk, ids: dict[str, str], address: tuple[str, str]
) -> None:
    answer = await ask(desk.mine, address, ids)
    assert answer.is_success, f"{answer.status_code} {answer.text}"
