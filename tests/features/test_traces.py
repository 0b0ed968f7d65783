"""Every answer leads back to its tape and to the kind of market it came from, and a missing price is never a number."""

from typing import Any

from tests.desk import RunningDesk, refused, wish

# What is of no market: people, keys, jobs, what somebody watches, what can be run, and what tapes can be opened on.
OF_NO_MARKET = {
    "/v1/me", "/v1/me/preferences", "/v1/me/second-factor", "/v1/logins", "/v1/keys", "/v1/users",
    "/v1/users/{user_id}", "/v1/audit", "/v1/audit/verification", "/v1/jobs", "/v1/jobs/{job_id}",
    "/v1/sources", "/v1/tape-presets", "/v1/tape-presets/truth",
    "/v1/watchlists", "/v1/watchlists/{watchlist_id}", "/v1/rates", "/v1/quotas", "/v1/strategies", "/v1/tools",
    "/v1/strategies/templates", "/v1/single-sign-on", "/v1/single-sign-on/begin", "/v1/single-sign-on/callback",
    "/v1/saved-strategies", "/v1/saved-strategies/{saved_strategy_id}",
    "/v1/saved-strategies/{saved_strategy_id}/versions", "/v1/saved-strategies/{saved_strategy_id}/performance",
}  # fmt: skip
LEADS = {
    "tape_id",
    "account_id",
    "order_id",
    "fill_id",
    "number",
    "dataset_id",
    "backtest_id",
    "sweep_id",
    "walk_id",
    "study_id",
}


def shape_of(api: dict[str, Any], operation: dict[str, Any]) -> dict[str, Any]:
    content = operation["responses"].get("200", {}).get("content", {}).get("application/json", {})
    return named(api, content.get("schema", {}))


def named(api: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """Return the members of a shape, by name."""
    name = schema.get("$ref", "").rpartition("/")[2]
    members: dict[str, Any] = api["components"]["schemas"].get(name, {}).get("properties", {})
    return members


async def test_every_address_of_a_market_names_what_leads_to_its_tape(desk: RunningDesk) -> None:
    api = await desk.mine.get("/openapi.json")
    astray: list[str] = []
    for path, operations in api["paths"].items():
        if "get" not in operations or not path.startswith("/v1/") or path in OF_NO_MARKET or path.endswith(".csv"):
            continue
        asked = {each["name"] for each in operations["get"].get("parameters", ()) if each["required"]}
        told = shape_of(api, operations["get"])
        row = named(api, told.get("items", {}).get("items", {}))
        # What a vendor says at this moment is of no tape; it names the vendor.
        if not (asked | told.keys() | row.keys()) & LEADS and not {"told", "kind"} & (told.keys() | row.keys()):
            astray.append(path)
    assert astray == []


async def test_from_a_fill_the_way_leads_to_the_tape_and_its_kind_of_market(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market()
    await desk.mine.order(account_id, "buy", "1")
    await desk.mine.step(tape_id)
    (fill,) = await desk.mine.rows(f"/v1/accounts/{account_id}/fills")
    explained = await desk.mine.get(f"/v1/fills/{fill['id']}/explanation")
    order = await desk.mine.get(f"/v1/orders/{explained['order_id']}")
    account = await desk.mine.get(f"/v1/accounts/{order['account_id']}")
    tape = await desk.mine.get(f"/v1/tapes/{account['tape_id']}")
    assert (tape["id"], tape["kind"], tape["dataset_id"]) == (tape_id, "recorded", str(desk.markets["daily"].id))
    dataset = next(row for row in await desk.mine.rows("/v1/datasets") if row["id"] == tape["dataset_id"])
    assert (dataset["kind"], dataset["provenance"]) == ("recorded", "Written for the tests")
    of_tape: dict[str, str | int] = {"tape_id": tape_id}
    for path, more in (("/v1/bars", {"symbol": "ACME"}), ("/v1/quotes", {"symbols": "ACME"})):
        assert (await desk.mine.get(path, **of_tape, **more))["source"] == tape["kind"]


async def test_a_missing_price_is_a_problem_or_null_with_a_reason_and_never_a_number(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market("chain")
    of_tape: dict[str, str | int] = {"tape_id": tape_id}
    for symbol in ("BOLT", "NOPE"):  # BOLT has its first price two days later
        (quote,) = (await desk.mine.get("/v1/quotes", **of_tape, symbols=symbol))["items"]
        assert {name: quote[name] for name in ("bid", "ask", "last", "reason")} == {
            "bid": None, "ask": None, "last": None, "reason": "not on this tape, or not yet",
        }  # fmt: skip
        for path in ("/v1/bars", "/v1/prints", "/v1/depth"):
            refused(await desk.mine.ask("GET", path, params={**of_tape, "symbol": symbol}), 404, "unknown_symbol")
        order = await desk.mine.ask("POST", "/v1/orders", json=wish(account_id, "buy", "1") | {"symbol": symbol})
        refused(order, 404, "unknown_symbol")
    before = await desk.footprint(account_id)
    option = wish(account_id, "buy", "1") | {"symbol": "ACME240607C00100000"}
    preview = await desk.mine.post("/v1/orders/preview", option | {"symbol": "NOPE"})
    assert (preview["would_be_accepted"], preview["refusal"]["code"]) == (False, "unknown_symbol")
    assert preview["expected_fill"] is None
    for line in await desk.mine.rows("/v1/options/chain", **of_tape, underlying="ACME"):
        assert (line["implied_vol"] is None) is (line["reason"] is not None), line
        assert line["bid"] is None or line["reason"] is None or line["delta"] is None
    assert await desk.footprint(account_id) == before
