"""Raw requests: what other clients send, strings for numbers and slashes where they should not be."""

import re
from base64 import b64encode
from typing import Any

import httpx
import pytest

from paperdesk.infra.rate_limit import RateLimit
from tests.conftest import NOON
from tests.desk import RunningDesk
from tests.dialect import Dialect

ORDER = {"symbol": "ACME", "qty": "1", "side": "buy", "type": "limit", "time_in_force": "gtc", "limit_price": "50"}


def told(answer: httpx.Response) -> tuple[int, int]:
    """Return the status and the number of a refusal, which has a sentence too."""
    body = answer.json()
    assert body["message"], body
    return answer.status_code, body["code"]


@pytest.fixture
async def trader(dialect: Dialect) -> Dialect:
    """An account on daily bars whose first session has closed."""
    await dialect.open()
    return dialect


async def test_a_position_tells_what_its_day_brought(trader: Dialect) -> None:
    """10 bought at 101.02 stand at 103; a day later they count from there, and 5 more from 103.52; both end at 105."""
    order = {"symbol": "ACME", "qty": "10", "side": "buy", "type": "market", "time_in_force": "day"}
    for qty, pl, plpc in (("10", "19.8", "0.0196000792"), ("5", "27.4", "0.0177048333")):
        await trader.ask("POST", "/v2/orders", json={**order, "qty": qty})
        await trader.desk.mine.step(trader.tape_id)
        (found,) = (await trader.ask("GET", "/v2/positions")).json()
        assert (found["unrealized_intraday_pl"], found["unrealized_intraday_plpc"]) == (pl, plpc)


# --- who asks ---------------------------------------------------------------------------------------


def shown(desk: RunningDesk) -> dict[str, dict[str, str]]:
    """Return every way of showing a key."""
    key, secret = desk.first.key.prefix, desk.first.key.secret
    return {
        "two headers": {"APCA-API-KEY-ID": key, "APCA-API-SECRET-KEY": secret},
        "bearer": {"Authorization": f"Bearer {key}.{secret}"},
        "basic": {"Authorization": f"Basic {b64encode(f'{key}:{secret}'.encode()).decode()}"},
    }


@pytest.mark.parametrize("way", ["two headers", "bearer", "basic"])
async def test_a_key_is_shown_in_three_ways(trader: Dialect, way: str) -> None:
    answer = await trader.desk.visitor().ask("GET", "/v2/account", headers=shown(trader.desk)[way])
    assert answer.json()["id"] == trader.account_id


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"APCA-API-KEY-ID": "PKNOBODY"},
        {"APCA-API-KEY-ID": "PKNOBODY", "APCA-API-SECRET-KEY": "secret"},
        {"Authorization": "Basic not-base-64"},
        {"Authorization": "Bearer "},
        {"Authorization": "Digest x"},
    ],
)
async def test_who_is_not_known_is_told_so(trader: Dialect, headers: dict[str, str]) -> None:
    answer = await trader.desk.visitor().ask("GET", "/v2/account", headers=headers)
    assert told(answer) == (401, 40110000)


async def test_a_login_of_the_browser_opens_nothing_here(trader: Dialect) -> None:
    answer = await trader.desk.visitor().ask("GET", "/v2/account", headers={"Cookie": "paperdesk_login=x"})
    assert told(answer) == (401, 40110000)


async def test_a_key_that_only_reads_does_not_trade(trader: Dialect) -> None:
    issued = await trader.desk.mine.post("/v1/keys", {"name": "Reader", "scopes": ["read"]})
    reader = trader.desk.visitor(f"{issued['key_id']}.{issued['secret']}")
    assert (await reader.ask("GET", "/v2/orders")).status_code == 200
    assert told(await reader.ask("POST", "/v2/orders", json=ORDER)) == (403, 40310000)


async def test_each_key_speaks_for_its_own_account(trader: Dialect) -> None:
    issued = await trader.desk.mine.post("/v1/keys", {"name": "Second", "scopes": ["read", "trade"]})
    other = await trader.desk.mine.open_account(trader.tape_id)
    await trader.desk.mine.ask("PUT", f"/v1/accounts/{other}/keys/{issued['id']}")
    second = trader.desk.visitor(f"{issued['key_id']}.{issued['secret']}")
    assert (await second.get("/v2/account"))["id"] == other
    placed = await second.post("/v2/orders", ORDER)
    assert told(await trader.ask("GET", f"/v2/orders/{placed['id']}")) == (404, 40410000)
    assert (await trader.ask("GET", "/v2/orders")).json() == []


# --- addresses --------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["//v2/account", "/v2/v2/account", "//v2//v2/account"])
async def test_a_base_url_that_was_written_wrong_is_forgiven(trader: Dialect, path: str) -> None:
    assert (await trader.ask("GET", f"http://desk.test{path}")).json()["id"] == trader.account_id


@pytest.mark.parametrize("path", ["/v2", "/v2/nothing", "/v2/account/", "/v1beta1/forex/rates", "/v1/locates"])
async def test_an_unknown_address_is_not_found_and_never_redirected(trader: Dialect, path: str) -> None:
    assert told(await trader.ask("GET", path)) == (404, 40410000)


async def test_a_method_that_an_address_does_not_take_is_told(trader: Dialect) -> None:
    assert told(await trader.ask("PUT", "/v2/account")) == (405, 40510000)


async def test_addresses_of_our_own_stay_our_own(trader: Dialect) -> None:
    answer = await trader.desk.visitor().ask("GET", "/v1/orders")
    assert answer.json()["code"] == "credentials_missing"


# --- bodies and parameters --------------------------------------------------------------------------


@pytest.mark.parametrize("number", ["1", 1, 1.0, "1.0"])
async def test_a_number_is_a_number_or_text(trader: Dialect, number: object) -> None:
    answer = await trader.ask("POST", "/v2/orders", json=ORDER | {"qty": number, "limit_price": 50.25})
    assert (answer.json()["qty"], answer.json()["limit_price"]) == ("1", "50.25")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"{", (400, 40010000)),
        (b"[]", (422, 40010001)),
        (b"\xff", (400, 40010000)),
        (b'{"type": "limit"}', (422, 40010001)),
    ],
)
async def test_a_body_that_cannot_be_read_is_refused(trader: Dialect, body: bytes, expected: tuple[int, int]) -> None:
    assert told(await trader.ask("POST", "/v2/orders", content=body)) == expected


@pytest.mark.parametrize(
    "change",
    [
        {"type": "market_if_touched"},
        {"time_in_force": "gtd"},
        {"side": "sell_short"},
        {"symbol": None},
        {"qty": "many"},
        {"qty": "NaN"},
        {"qty": 1e300},
        {"qty": True},
        {"qty": "0"},
        {"qty": "-1"},
        {"limit_price": None},
        {"type": "market"},
        {"order_class": "bracket"},
        {"order_class": "bracket", "take_profit": {}, "stop_loss": {}},
        {"order_class": "mleg", "legs": []},
        {"extended_hours": True},
        {"client_order_id": "x" * 129},
        {"client_order_id": "two\nlines"},
        {"notional": "100"},
    ],
)
async def test_an_order_that_makes_no_sense_leaves_no_trace(trader: Dialect, change: dict[str, Any]) -> None:
    before = await trader.desk.footprint(trader.account_id)
    answer = await trader.ask("POST", "/v2/orders", json=ORDER | change)
    assert answer.status_code == 422, answer.text
    assert told(answer)[1] in {40010001, 42210000}
    assert await trader.desk.footprint(trader.account_id) == before


@pytest.mark.parametrize(
    "params",
    [
        {"status": "some"},
        {"limit": "0"},
        {"limit": "501"},
        {"limit": "ten"},
        {"after": "yesterday"},
        {"nested": "perhaps"},
        {"after_order_id": "x"},
    ],
)
async def test_a_filter_that_cannot_be_read_is_refused(trader: Dialect, params: dict[str, str]) -> None:
    assert told(await trader.ask("GET", "/v2/orders", params=params))[0] == 422


async def test_orders_are_paged_by_their_ids(trader: Dialect) -> None:
    first, second, third = [(await trader.ask("POST", "/v2/orders", json=ORDER)).json()["id"] for _ in range(3)]
    earlier = await trader.ask("GET", "/v2/orders", params={"before_order_id": third, "limit": "1"})
    later = await trader.ask("GET", "/v2/orders", params={"after_order_id": first, "direction": "asc"})
    assert [order["id"] for order in earlier.json()] == [second]
    assert [order["id"] for order in later.json()] == [second, third]


async def test_the_same_client_order_id_is_refused_even_for_the_same_order(trader: Dialect) -> None:
    asked = ORDER | {"client_order_id": "once"}
    placed = (await trader.ask("POST", "/v2/orders", json=asked)).json()
    assert told(await trader.ask("POST", "/v2/orders", json=asked)) == (422, 40010001)
    await trader.ask("DELETE", f"/v2/orders/{placed['id']}")
    assert told(await trader.ask("POST", "/v2/orders", json=asked)) == (422, 40010001)


async def test_what_has_ended_is_neither_cancelled_nor_replaced(trader: Dialect) -> None:
    placed = (await trader.ask("POST", "/v2/orders", json=ORDER)).json()
    cancelled = await trader.ask("DELETE", f"/v2/orders/{placed['id']}")
    assert (cancelled.status_code, cancelled.content) == (204, b"")
    assert told(await trader.ask("DELETE", f"/v2/orders/{placed['id']}")) == (422, 42210000)
    assert told(await trader.ask("PATCH", f"/v2/orders/{placed['id']}", json={"qty": "2"})) == (422, 42210000)
    shown = (await trader.ask("GET", f"/v2/orders/{placed['id']}")).json()
    assert (shown["status"], shown["canceled_at"]) == ("canceled", shown["updated_at"])


async def test_a_refusal_tells_what_was_free(trader: Dialect) -> None:
    answer = await trader.ask("POST", "/v2/orders", json=ORDER | {"qty": "1000"})
    assert told(answer) == (403, 40310000)
    assert (answer.json()["buying_power"], answer.json()["cost_basis"]) == ("10000", "50000")


async def test_kinds_of_order_that_alpaca_does_not_know_spoil_no_list(trader: Dialect) -> None:
    touched = {"account_id": trader.account_id, "symbol": "ACME", "side": "buy", "quantity": "1"}
    until = {"time_in_force": "gtd", "expires_on": "2024-06-10"}
    await trader.desk.mine.post("/v1/orders", touched | until | {"type": "market_if_touched", "stop_price": "90"})
    (order,) = (await trader.ask("GET", "/v2/orders")).json()
    assert (order["type"], order["time_in_force"], order["expires_at"]) == ("stop", "gtc", "2024-06-10T20:00:00Z")


async def test_a_body_that_is_too_large_is_refused_in_their_words(trader: Dialect) -> None:
    answer = await trader.ask("POST", "/v2/orders", content=b" " * 1_000_001)
    assert told(answer) == (413, 41310000)


@pytest.mark.parametrize("params", [{"timeframe": "1Min"}, {"period": "fortnight"}, {"period": "9999999D"}])
async def test_history_that_nobody_knows_is_refused(trader: Dialect, params: dict[str, str]) -> None:
    assert told(await trader.ask("GET", "/v2/account/portfolio/history", params=params))[0] == 422


# --- how often --------------------------------------------------------------------------------------


async def test_every_answer_says_how_much_may_still_be_asked(trader: Dialect) -> None:
    first = await trader.ask("GET", "/v2/clock")
    second = await trader.ask("POST", "/v2/orders", json={})
    left = [int(answer.headers["x-ratelimit-remaining"]) for answer in (first, second)]
    assert left[0] - left[1] == 1
    assert int(first.headers["x-ratelimit-limit"]) == 1000
    assert int(first.headers["x-ratelimit-reset"]) > 0


async def test_one_request_too_many_is_told_with_429(dialect: Dialect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(dialect.desk.runtime.settings.__dict__, "alpaca_requests_per_minute", 2)
    vars(dialect.desk).pop("app", None)
    answers = [await dialect.ask("GET", "/v2/clock") for _ in range(3)]
    assert told(answers[-1]) == (429, 42910000)
    assert answers[-1].headers["x-ratelimit-remaining"] == "0"


def test_a_bucket_fills_evenly() -> None:
    limit = RateLimit(60)
    taken = [limit.take("somebody", NOON) for _ in range(61)]
    assert [each.is_over for each in taken[-2:]] == [False, True]
    assert limit.take("another", NOON).remaining == 59
    later = NOON.replace(second=2)
    assert [limit.take("somebody", later).is_over for _ in range(3)] == [False, False, True]
    assert not limit.take("somebody", NOON.replace(minute=59)).is_over


# --- the same everywhere ----------------------------------------------------------------------------


async def test_the_same_order_by_rest_and_by_the_dialect_leaves_the_same_rows(trader: Dialect) -> None:
    rest = await trader.desk.mine.open_account(trader.tape_id)
    terms = {"symbol": "ACME", "side": "buy", "type": "limit", "time_in_force": "gtc", "limit_price": "102.50"}
    own = {"account_id": rest, "quantity": "3", "client_order_id": "same"}
    await trader.desk.mine.post("/v1/orders", terms | own)
    await trader.ask("POST", "/v2/orders", json=terms | {"qty": 3, "client_order_id": "same"})
    await trader.step(2)
    by_rest, by_dialect = [await traces(trader.desk, account_id) for account_id in (rest, trader.account_id)]
    assert by_rest == by_dialect
    assert tuple(row["kind"] for row in by_rest if "payload" in row)[-2:] == ("order_accepted", "order_filled")


async def traces(desk: RunningDesk, account_id: str) -> list[dict[str, str]]:
    """Return events, orders, fills and entries of an account; ids, which must differ, look alike.

    By which door something came, and when it was written down, differs on purpose.
    """
    return [
        {name: UUIDS.sub("an id", str(value)) for name, value in row.items() if name not in {"recorded_at", "origin"}}
        for table, order in {"events": "seq", "orders": "accepted_seq", "fills": "seq", "entries": "number"}.items()
        for row in await desk.owner.fetch(f"select * from {table} where account_id = $1 order by {order}", account_id)
    ]


UUIDS = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
