"""One and the same order through every door leaves the same traces: nothing but ids tells by which it came."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from alpaca.trading.client import TradingClient
from alpaca.trading.enums import OrderSide, TimeInForce
from alpaca.trading.requests import LimitOrderRequest, ReplaceOrderRequest
from typer.testing import CliRunner
from websockets.asyncio.client import connect

from paperdesk.core.kernel.money import plain
from paperdesk.doors.cli.app import LocalCommands, build_app
from tests.mcp_door import Models

TERMS = {"symbol": "ACME", "side": "buy", "type": "limit", "time_in_force": "gtc"}
FIRST, SECOND = {"quantity": "3", "limit_price": "103"}, {"quantity": "2", "limit_price": "104"}


async def by_rest(models: Models) -> None:
    mine, order = models.desk.mine, {"account_id": models.account_id, **TERMS, **FIRST, "client_order_id": "first"}
    placed = await mine.post("/v1/orders", order)
    replaced = await mine.ask("PATCH", f"/v1/orders/{placed['id']}", json={**SECOND, "client_order_id": "second"})
    replaced.raise_for_status()
    other = await mine.post("/v1/orders", {**order, "client_order_id": "third"})
    (await mine.ask("DELETE", f"/v1/orders/{other['id']}")).raise_for_status()


async def by_the_stream(models: Models) -> None:
    headers = {"Authorization": f"Bearer {models.desk.first.key.token}"}
    order = {"account_id": models.account_id, **TERMS, **FIRST}
    async with connect(f"ws://127.0.0.1:{models.port}/v1/stream", additional_headers=headers, proxy=None) as line:

        async def ask(**said: Any) -> str:  # noqa: ANN401 - any JSON
            await line.send(json.dumps(said))
            told = json.loads(await line.recv())
            assert (told["event"], told["did"]) == ("done", said["do"]), told
            return str(told["order"]["id"])

        placed = await ask(do="place", order={**order, "client_order_id": "first"})
        await ask(do="replace", id=placed, order={**SECOND, "client_order_id": "second"})
        await ask(do="cancel", id=await ask(do="place", order={**order, "client_order_id": "third"}))


async def by_the_dialect(models: Models) -> None:
    key = models.desk.first.key
    trading = TradingClient(key.prefix, key.secret, url_override=f"http://127.0.0.1:{models.port}")

    def order(client_order_id: str) -> LimitOrderRequest:
        return LimitOrderRequest(
            symbol="ACME", side=OrderSide.BUY, qty=3, limit_price=103, time_in_force=TimeInForce.GTC,
            client_order_id=client_order_id,
        )  # fmt: skip

    def trade() -> None:
        placed = trading.submit_order(order("first"))
        changed = ReplaceOrderRequest(qty=2, limit_price=104, client_order_id="second")
        trading.replace_order_by_id(placed.id, changed)  # type: ignore[union-attr]  # a model, as nothing raw is asked
        trading.cancel_order_by_id(trading.submit_order(order("third")).id)  # type: ignore[union-attr]  # as above

    await asyncio.to_thread(trade)


async def by_a_model(models: Models) -> None:
    placed = await models.call("place_order", **TERMS, **FIRST, client_order_id="first")
    await models.call("replace_order", order_id=placed["id"], **SECOND, client_order_id="second")
    other = await models.call("place_order", **TERMS, **FIRST, client_order_id="third")
    await models.call("cancel_order", order_id=other["id"])


async def by_the_command_line(models: Models) -> None:
    local = LocalCommands(up=lambda _: 0, down=lambda _: False, doctor=lambda _: [], bridge=print)
    app, runner = build_app(local, Path()), CliRunner()
    desk = {"PAPERDESK_URL": f"http://127.0.0.1:{models.port}", "PAPERDESK_KEY": models.desk.first.key.token}

    async def speak(*words: str) -> str:
        said = [*words, "--json"]
        result = await asyncio.to_thread(runner.invoke, app, said, env=desk, catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return str(json.loads(result.stdout)["id"])

    async def place(client_order_id: str) -> str:
        terms = ("--limit", "103", "--tif", "gtc", "--account", models.account_id, "--client-id", client_order_id)
        return await speak("orders", "place", "buy", "3", "ACME", *terms)

    first = await place("first")
    await speak("orders", "replace", first, "--quantity", "2", "--limit", "104", "--client-id", "second")
    await speak("orders", "cancel", await place("third"))


DOORS: tuple[Callable[[Models], Awaitable[None]], ...] = (
    by_rest, by_the_stream, by_the_dialect, by_a_model, by_the_command_line,
)  # fmt: skip

# The rows of an account, in the order in which they came to be.
ROWS = {
    "events": "seq",
    "orders": "accepted_seq",
    "fills": "seq",
    "entries": "number",
    "lots": "opened_seq",
    "positions": "instrument_id",
}
# What is JSON as it was written.
WRITTEN = {"events": ("payload", "command"), "fills": ("explanation",)}
# Alpaca's client sends floats; "3.0" is 3 all the same.
_NUMBER = re.compile(r'(?<=")-?[0-9]+\.[0-9]+(?=")')
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


async def traces(models: Models, account_id: str) -> dict[str, list[Any]]:
    """Return every row an account has, with its ids numbered as they are met and its numbers written one way."""
    numbers: dict[str, str] = {}

    def number(found: re.Match[str]) -> str:
        return numbers.setdefault(found.group(), f"id {len(numbers)}")

    found = {}
    for table, place in ROWS.items():
        # By which door an event was asked for is what differs.
        said = [f"jsonb_build_object('{each}', {each}::jsonb)" for each in WRITTEN.get(table, ())]
        row = " || ".join(["(to_jsonb(t) - 'origin')", *said])
        query = f"select ({row})::text from {table} t where account_id = $1 order by {place}"
        rows = await models.desk.owner.fetch(query, UUID(account_id))
        found[table] = [json.loads(_ID.sub(number, _NUMBER.sub(_one_way, row[0]))) for row in rows]
    return found


def _one_way(found: re.Match[str]) -> str:
    return plain(Decimal(found.group()))


async def test_one_order_through_every_door_leaves_the_same_traces(models: Models) -> None:
    await models.open()
    account_ids = []
    for door in DOORS:
        models.account_id = await models.desk.mine.open_account(models.tape_id, seed=7)
        key = f"/v1/accounts/{models.account_id}/keys/{models.desk.first.key.id}"
        (await models.desk.mine.ask("PUT", key)).raise_for_status()
        await door(models)
        account_ids.append(models.account_id)
    await models.desk.mine.step(models.tape_id)
    first, *others = [await traces(models, account_id) for account_id in account_ids]
    kinds = [event["kind"] for event in first["events"]]
    assert kinds[1:] == ["order_accepted", "order_replaced", "order_accepted", "order_cancelled", "order_filled"]
    assert [len(first[table]) for table in ("orders", "fills", "positions")] == [3, 1, 1]
    for door, other in zip(DOORS[1:], others, strict=True):
        assert other == first, door.__name__
    came = await models.desk.owner.fetch(
        "select origin from events where origin is not null and kind = 'order_replaced'"
    )
    assert sorted(row["origin"].split()[0] for row in came) == ["alpaca", "mcp", "rest", "rest", "stream"]
