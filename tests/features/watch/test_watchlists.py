"""Lists of symbols are kept by the server, in the order that their owner chose."""

from uuid import uuid4

from tests.desk import RunningDesk, refused


async def test_a_watchlist_is_made_read_changed_and_deleted(desk: RunningDesk) -> None:
    mine = desk.mine
    made = await mine.post("/v1/watchlists", {"name": "Chips", "symbols": ["bolt", "ACME"]})
    assert (made["name"], made["symbols"]) == ("Chips", ["bolt", "ACME"])
    path = f"/v1/watchlists/{made['id']}"
    assert await mine.get(path) == made
    changed = (await mine.ask("PUT", path, json={"name": "Fewer", "symbols": ["ACME", "BOLT", "COIL"]})).json()
    assert (changed["name"], changed["symbols"]) == ("Fewer", ["ACME", "BOLT", "COIL"])
    assert await mine.rows("/v1/watchlists") == [changed]
    assert (await mine.ask("DELETE", path)).status_code == 204
    refused(await mine.ask("GET", path), 404, "unknown_watchlist")
    for method in ("PUT", "DELETE"):
        body = {"name": "Gone", "symbols": []} if method == "PUT" else None
        refused(await mine.ask(method, f"/v1/watchlists/{uuid4()}", json=body), 404, "unknown_watchlist")


async def test_a_symbol_stands_in_a_list_once(desk: RunningDesk) -> None:
    twice = {"name": "Twice", "symbols": ["ACME", "BOLT", "ACME"]}
    problem = refused(await desk.mine.ask("POST", "/v1/watchlists", json=twice), 422, "repeated_symbol")
    assert problem["symbol"] == "ACME"


async def test_a_list_is_its_owners_alone(desk: RunningDesk) -> None:
    made = await desk.mine.post("/v1/watchlists", {"name": "Mine", "symbols": ["ACME"]})
    refused(await desk.theirs.ask("GET", f"/v1/watchlists/{made['id']}"), 404, "unknown_watchlist")
    assert await desk.theirs.rows("/v1/watchlists") == []


async def test_there_are_at_most_a_hundred_lists(desk: RunningDesk) -> None:
    for number in range(100):
        await desk.mine.post("/v1/watchlists", {"name": f"List {number}", "symbols": []})
    body = {"name": "One more", "symbols": []}
    refused(await desk.mine.ask("POST", "/v1/watchlists", json=body), 409, "too_many_watchlists")
