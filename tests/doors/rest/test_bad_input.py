"""Bad input is a typed problem with a stable code, and leaves no trace."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from paperdesk.core.kernel.principal import Scope
from paperdesk.features.identity.issue_key import IssueKey, issue_key
from paperdesk.infra.clock import FrozenClock
from tests.desk import RunningDesk, Visitor, refused, wish

HUGE = "9" * 5000
NOBODY = "0192f0c1-7b1e-7a3c-8000-3f5d5f9d9a11"

ORDERS: dict[str, tuple[dict[str, Any], int, str]] = {
    "unknown symbol": ({"symbol": "NOPE"}, 404, "unknown_symbol"),
    "a symbol of the future": ({"symbol": "BOLT"}, 404, "unknown_symbol"),
    "no symbol": ({"symbol": ""}, 404, "unknown_symbol"),
    "a symbol without end": ({"symbol": "A" * 100_000}, 404, "unknown_symbol"),
    "a symbol with NUL": ({"symbol": "ACME\x00"}, 404, "unknown_symbol"),
    "an index": ({"symbol": "MKTX"}, 409, "instrument_not_tradable"),
    "zero": ({"quantity": "0"}, 422, "quantity_not_positive"),
    "zero to the power of much": ({"quantity": "0E+999999"}, 422, "quantity_not_positive"),
    "negative": ({"quantity": "-1"}, 422, "quantity_not_positive"),
    "not a number": ({"quantity": "NaN"}, 422, "malformed_number"),
    "signalling": ({"quantity": "sNaN"}, 422, "malformed_number"),
    "infinite": ({"quantity": "Infinity"}, 422, "malformed_number"),
    "words": ({"quantity": "ten"}, 422, "malformed_number"),
    "nothing": ({"quantity": ""}, 422, "malformed_number"),
    "blanks": ({"quantity": " 1 "}, 422, "malformed_number"),
    "underscores": ({"quantity": "1_0"}, 422, "malformed_number"),
    "digits of another script": ({"quantity": "\N{ARABIC-INDIC DIGIT ONE}"}, 422, "malformed_number"),
    "huge": ({"quantity": HUGE}, 422, "malformed_number"),
    "an exponent": ({"quantity": "1E+400000"}, 422, "malformed_number"),
    "a tiny exponent": ({"quantity": "1E-400000"}, 422, "malformed_number"),
    "part of a share": ({"quantity": "1.5"}, 422, "quantity_too_precise"),
    "a float": ({"quantity": 1.5}, 422, "malformed_order"),
    "an integer": ({"quantity": 10}, 422, "malformed_order"),
    "a huge integer": ({"quantity": int(HUGE[:400])}, 422, "malformed_order"),
    "price off tick": ({"type": "limit", "limit_price": "100.005"}, 422, "price_off_tick"),
    "price of zero": ({"type": "limit", "limit_price": "0"}, 422, "price_not_positive"),
    "negative price": ({"type": "limit", "limit_price": "-1"}, 422, "price_not_positive"),
    "price not a number": ({"type": "limit", "limit_price": "NaN"}, 422, "malformed_number"),
    "limit without price": ({"type": "limit"}, 422, "limit_price_missing"),
    "market with price": ({"limit_price": "100.00", "type": "market"}, 422, "limit_price_not_allowed"),
    "too little cash": ({"quantity": "1000"}, 409, "insufficient_buying_power"),
    "the largest of both": (
        {"quantity": "9" * 15, "type": "limit", "limit_price": "9" * 15}, 409, "insufficient_buying_power",
    ),
    "nothing to sell": ({"side": "sell"}, 409, "insufficient_shares"),
    "ioc in a closed market": ({"time_in_force": "ioc"}, 409, "market_closed"),
    "fok in a closed market": ({"time_in_force": "fok"}, 409, "market_closed"),
    "unknown side": ({"side": "short"}, 422, "malformed_order"),
    "unknown type": ({"type": "iceberg"}, 422, "malformed_order"),
    "unknown time in force": ({"time_in_force": "week"}, 422, "malformed_order"),
    "an unknown field": ({"leverage": "90"}, 422, "malformed_order"),
    "no account": ({"account_id": NOBODY}, 404, "unknown_account"),
    "half an id": ({"account_id": "0192f0c1"}, 422, "malformed_order"),
    "an id that is a number": ({"account_id": 7}, 422, "malformed_order"),
    "an empty client id": ({"client_order_id": ""}, 422, "malformed_order"),
    "a long client id": ({"client_order_id": "x" * 129}, 422, "malformed_order"),
    "a client id with NUL": ({"client_order_id": "a\x00b"}, 422, "malformed_order"),
    "a client id of two lines": ({"client_order_id": "a\nb"}, 422, "malformed_order"),
    "half a letter": ({"client_order_id": "\ud800x"}, 400, "malformed_json"),
    "half a symbol": ({"symbol": "\udfffx"}, 400, "malformed_json"),
}  # fmt: skip


@pytest.fixture
async def account_id(desk: RunningDesk) -> str:
    _, account_id = await desk.market()
    return account_id


async def leaves_no_trace(desk: RunningDesk, account_id: str, method: str, path: str, **more: Any) -> Any:  # noqa: ANN401
    """Send what must be refused, and check that the account is as it was."""
    before = await desk.footprint(account_id)
    answer = await desk.mine.ask(method, path, **more)
    assert await desk.footprint(account_id) == before
    return answer


@pytest.mark.parametrize("name", ORDERS)
async def test_a_bad_order_is_refused_by_name(desk: RunningDesk, account_id: str, name: str) -> None:
    terms, status, code = ORDERS[name]
    body = wish(account_id, "buy", "10", type="market") | terms
    headers = {"Content-Type": "application/json"}
    content = _ascii_json(body)  # half letters can be spelt in ASCII only
    answer = await leaves_no_trace(desk, account_id, "POST", "/v1/orders", content=content, headers=headers)
    problem = refused(answer, status, code)
    assert len(answer.content) < 2000, "what was sent is not echoed at length"
    if code == "malformed_order":
        assert problem["fields"][0]["field"] in {*terms, ""}


@pytest.mark.parametrize(
    "content",
    [b"{", b"nonsense", b'{"account_id": }', b"\xff\xfe", b"{'name': 1}"],
)
async def test_what_is_not_json_is_malformed_json_everywhere(
    desk: RunningDesk, account_id: str, content: bytes
) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await leaves_no_trace(desk, account_id, "POST", "/v1/orders", content=content, headers=headers)
    refused(answer, 400, "malformed_json")
    other = await desk.mine.ask("POST", "/v1/accounts", content=content, headers=headers)
    assert refused(other, 400, "malformed_json")["title"] == "Invalid"


@pytest.mark.parametrize("content", [b"", b'"\\ud800"', b'{"quantity": NaN}', b'{"symbol": "'])
async def test_what_is_hardly_json_is_malformed_json_too(desk: RunningDesk, account_id: str, content: bytes) -> None:
    refused(await leaves_no_trace(desk, account_id, "POST", "/v1/orders", content=content), 400, "malformed_json")


async def test_what_is_nested_too_deeply_is_malformed_json(desk: RunningDesk, account_id: str) -> None:
    content = b'{"orders": ' + b"[" * 100_000
    refused(await leaves_no_trace(desk, account_id, "POST", "/v1/orders/batch", content=content), 400, "malformed_json")


@pytest.mark.parametrize("content", [b"null", b"[]", b"7", b'"text"', b"{}", b"[" * 100_000])
async def test_json_of_another_shape_is_a_malformed_order(desk: RunningDesk, account_id: str, content: bytes) -> None:
    refused(await leaves_no_trace(desk, account_id, "POST", "/v1/orders", content=content), 422, "malformed_order")


@pytest.mark.parametrize("path", ["/v1/orders", "/v1/accounts", "/v1/tapes", "/v1/keys", "/v1/logins"])
async def test_ten_megabytes_are_too_much(desk: RunningDesk, account_id: str, path: str) -> None:
    answer = await leaves_no_trace(desk, account_id, "POST", path, content=b" " * 10_000_000)
    assert refused(answer, 413, "body_too_large")["limit_bytes"] == 1_000_000


TRANSFERS: dict[str, tuple[Any, int, str]] = {
    "zero": ("0", 422, "amount_zero"),
    "zero to the power of much": ("0E+999999", 422, "amount_zero"),
    "part of a cent": ("0.001", 422, "amount_too_precise"),
    "more than there is": ("-10000.01", 409, "insufficient_cash"),
    "not a number": ("NaN", 422, "malformed_request"),
    "infinite": ("-Infinity", 422, "malformed_request"),
    "huge": (HUGE, 422, "malformed_request"),
    "a float": (1.5, 422, "malformed_request"),
    "a huge integer": (int(HUGE[:400]), 422, "malformed_request"),
    "nothing": (None, 422, "malformed_request"),
    "half a letter": ("\ud800", 422, "malformed_request"),
}


@pytest.mark.parametrize("name", TRANSFERS)
async def test_a_bad_transfer_is_refused_by_name(desk: RunningDesk, account_id: str, name: str) -> None:
    amount, status, code = TRANSFERS[name]
    path = f"/v1/accounts/{account_id}/transfers"
    refused(await leaves_no_trace(desk, account_id, "POST", path, content=_ascii_json({"amount": amount}),
                                  headers={"Content-Type": "application/json"}), status, code)  # fmt: skip


ACCOUNTS: dict[str, tuple[dict[str, Any], int, str]] = {
    "no name": ({"name": "  "}, 422, "malformed_request"),
    "a long name": ({"name": "x" * 81}, 422, "name_missing"),
    "a name with NUL": ({"name": "a\x00b"}, 422, "malformed_request"),
    "half a letter": ({"name": "\ud800"}, 422, "malformed_request"),
    "no tape": ({"tape_id": NOBODY}, 404, "unknown_tape"),
    "unknown currency": ({"currency": "XXX"}, 422, "unknown_currency"),
    "a currency with NUL": ({"currency": "\x00"}, 422, "unknown_currency"),
    "unknown fill model": ({"fill_model": "wishful"}, 422, "unknown_fill_model"),
    "less than nothing": ({"cash": "-1"}, 422, "opening_cash_negative"),
    "part of a cent": ({"cash": "0.001"}, 422, "amount_too_precise"),
    "cash not a number": ({"cash": "NaN"}, 422, "malformed_request"),
    "an unknown field": ({"leverage": 30}, 422, "malformed_request"),
}


@pytest.mark.parametrize("name", ACCOUNTS)
async def test_a_bad_account_is_not_opened(desk: RunningDesk, account_id: str, name: str) -> None:
    terms, status, code = ACCOUNTS[name]
    tape_id = (await desk.mine.get(f"/v1/accounts/{account_id}"))["tape_id"]
    body = {"name": "Other", "tape_id": tape_id} | terms
    headers = {"Content-Type": "application/json"}
    refused(await desk.mine.ask("POST", "/v1/accounts", content=_ascii_json(body), headers=headers), status, code)
    assert [row["id"] for row in await desk.mine.rows("/v1/accounts")] == [account_id]


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("/v1/orders", {"symbol": "\x00"}),
        ("/v1/orders", {"status": "dreaming"}),
        ("/v1/orders", {"account_id": "x"}),
        ("/v1/orders", {"limit": "0"}),
        ("/v1/orders", {"limit": HUGE[:100]}),
        ("/v1/orders", {"cursor": "x"}),
        ("/v1/orders", {"cursor": "WyJcdTAwMDAiXQ"}),
        ("/v1/accounts", {"cursor": "WzFd"}),
        ("/v1/accounts/x", {}),
        ("/v1/orders/x", {}),
        ("/v1/bars", {"symbol": "ACME", "interval": "7m"}),
        ("/v1/bars", {"symbol": "ACME", "start": "yesterday"}),
        ("/v1/bars", {"symbol": "ACME", "start": "2024-01-01T00:00:00"}),
        ("/v1/bars", {"symbol": "ACME", "limit": "5001"}),
        ("/v1/quotes", {"symbols": ",".join(f"S{n}" for n in range(201))}),
        ("/v1/instruments", {"cursor": "WyJcdTAwMDAiXQ"}),
    ],
)
async def test_a_bad_question_is_refused(
    desk: RunningDesk, account_id: str, path: str, params: Mapping[str, str]
) -> None:
    tape_id = (await desk.mine.get(f"/v1/accounts/{account_id}"))["tape_id"]
    known = {"/v1/orders": {"account_id": account_id}}.get(path, {"tape_id": tape_id})
    answer = await desk.mine.ask("GET", path, params=known | dict(params))
    assert answer.status_code == 422, answer.text
    assert answer.json()["code"] in {"malformed_request", "malformed_cursor", "too_many_symbols"}


@pytest.mark.parametrize("text", ["\x00", "\ud800", "%00", "'; drop table orders; --", "x" * 10_000])
async def test_strange_words_find_nothing_and_break_nothing(desk: RunningDesk, account_id: str, text: str) -> None:
    tape_id = (await desk.mine.get(f"/v1/accounts/{account_id}"))["tape_id"]
    given = text.encode("utf-8", "surrogatepass")
    found = await desk.mine.ask("GET", "/v1/instruments", params={"tape_id": tape_id, "q": given})
    assert (found.status_code, found.json()["items"]) == (200, [])
    refused(await desk.mine.ask("GET", "/v1/bars", params={"tape_id": tape_id, "symbol": given}), 404, "unknown_symbol")
    quotes = await desk.mine.ask("GET", "/v1/quotes", params={"tape_id": tape_id, "symbols": given})
    assert [row["bid"] for row in quotes.json()["items"]] == [None]


async def test_somebody_elses_account_is_not_found(desk: RunningDesk, account_id: str) -> None:
    before = await desk.footprint(account_id)
    answer = await desk.theirs.ask("POST", "/v1/orders", json=wish(account_id, "buy", "1"))
    problem = refused(answer, 404, "unknown_account")
    same = await desk.theirs.ask("POST", "/v1/orders", json=wish(NOBODY, "buy", "1"))
    assert problem["detail"] == refused(same, 404, "unknown_account")["detail"]
    refused(await desk.theirs.ask("POST", f"/v1/accounts/{account_id}/transfers", json={"amount": "1"}), 404,
            "unknown_account")  # fmt: skip
    assert await desk.footprint(account_id) == before


async def visitor(desk: RunningDesk, *scopes: Scope, lasts: timedelta | None = None) -> Visitor:
    async with desk.runtime.work(desk.first.principal) as work:
        expires_at = None if lasts is None else work.now + lasts
        key = await issue_key(work, IssueKey("Other", frozenset(scopes), expires_at), desk.runtime.hasher)
    return desk.visitor(key.token)


async def test_an_expired_key_opens_nothing(desk: RunningDesk, account_id: str, clock: FrozenClock) -> None:
    guest = await visitor(desk, Scope.READ, Scope.TRADE, lasts=timedelta(minutes=1))
    await guest.order(account_id, "buy", "1")
    clock.advance(timedelta(minutes=1))
    before = await desk.footprint(account_id)
    answer = await guest.ask("POST", "/v1/orders", json=wish(account_id, "buy", "1"))
    refused(answer, 401, "key_expired")
    assert await desk.footprint(account_id) == before


async def test_who_may_only_read_changes_nothing(desk: RunningDesk, account_id: str) -> None:
    reader = await visitor(desk, Scope.READ)
    order = await desk.mine.order(account_id, "buy", "1")
    tape_id = (await reader.get(f"/v1/accounts/{account_id}"))["tape_id"]
    before = await desk.footprint(account_id)
    tries: list[tuple[str, str, Any]] = [
        ("POST", "/v1/orders", wish(account_id, "buy", "1")),
        ("DELETE", f"/v1/orders/{order['id']}", None),
        ("POST", f"/v1/accounts/{account_id}/transfers", {"amount": "1"}),
        ("POST", "/v1/accounts", {"name": "Other", "tape_id": tape_id}),
        (
            "POST",
            "/v1/tapes",
            {"dataset_id": str(desk.markets["daily"].id), "name": "x", "start_at": "2024-06-05T00:00Z"},
        ),
        ("POST", f"/v1/tapes/{tape_id}/control", {"action": "play"}),
        ("POST", "/v1/datasets?name=x", {}),
        ("POST", "/v1/keys", {"name": "Stronger", "scopes": ["trade"]}),
    ]
    for method, path, body in tries:
        problem = refused(await reader.ask(method, path, json=body), 403, "missing_scope")
        assert problem["scope"] == ("admin" if path == "/v1/keys" else "trade")
    assert await desk.footprint(account_id) == before
    assert list((desk.runtime.settings.directory / "uploads").glob("*")) == []


async def test_who_may_only_trade_reads_nothing(desk: RunningDesk, account_id: str) -> None:
    trader = await visitor(desk, Scope.TRADE)
    order = await trader.order(account_id, "buy", "1")
    for path in (f"/v1/accounts/{account_id}", f"/v1/orders/{order['id']}", "/v1/tapes", "/v1/accounts"):
        assert refused(await trader.ask("GET", path), 403, "missing_scope")["scope"] == "read"


def _ascii_json(body: object) -> bytes:
    return json.dumps(body).encode()
