"""What every answer has in common: ids and numbers are text, instants name their offset, nothing is deprecated."""

import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from paperdesk.infra.db import metadata
from tests.desk import RunningDesk, refused

ID = re.compile(r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")
INSTANT = re.compile(r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$")
PARTS = ("positions", "fills", "ledger", "lots", "equity", "epochs", "activities")
WITHOUT_OFFSET = """
select table_name, column_name from information_schema.columns
where table_schema = 'public' and data_type = 'timestamp without time zone' and table_name not like 'procrastinate%'
"""


def leaves(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - any JSON
    """Yield every value of an answer with the name it stands under."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from leaves(each, key)
    elif isinstance(value, list):
        for each in value:
            yield from leaves(each, name)
    else:
        yield name, value


async def answers(desk: RunningDesk) -> list[Any]:
    """Trade a little, and return all that a trader is told of it."""
    tape_id, account_id = await desk.market()
    order = await desk.mine.order(account_id, "buy", "10")
    await desk.mine.step(tape_id)
    await desk.mine.order(account_id, "sell", "4")
    await desk.mine.step(tape_id)
    account, of_tape = f"/v1/accounts/{account_id}", {"tape_id": tape_id}
    (fill, *_) = await desk.mine.rows(f"{account}/fills")
    paths: list[tuple[str, dict[str, Any]]] = [
        ("/v1/me", {}), ("/v1/keys", {}), ("/v1/accounts", {}), (account, {}), ("/v1/tapes", {}), ("/v1/datasets", {}),
        *((f"{account}/{part}", {}) for part in PARTS),
        ("/v1/orders", {"account_id": account_id}), (f"/v1/orders/{order['id']}", {}),
        (f"/v1/orders/{order['id']}/history", {}), (f"/v1/fills/{fill['id']}/explanation", {}),
        (f"/v1/tapes/{tape_id}", {}), ("/v1/instruments", of_tape), ("/v1/quotes", {**of_tape, "symbols": "ACME"}),
        ("/v1/bars", {**of_tape, "symbol": "ACME"}),
    ]  # fmt: skip
    return [await desk.mine.get(path, **params) for path, params in paths]


async def test_ids_are_text_and_those_of_what_is_stored_tell_their_time(desk: RunningDesk) -> None:
    told = [leaf for answer in await answers(desk) for leaf in leaves(answer)]
    ids = [value for name, value in told if (name == "id" or name.endswith("_id")) and value is not None]
    assert ids
    assert all(isinstance(value, str) and (ID.match(value) or value.count("-") != 4) for value in ids)
    versions = {UUID(value).version for value in ids if ID.match(value)}
    assert versions <= {5, 7}, "stored ids are UUIDv7, derived ones UUIDv5"


async def test_no_instant_comes_without_its_offset(desk: RunningDesk) -> None:
    told = [leaf for answer in await answers(desk) for leaf in leaves(answer)]
    instants = [value for name, value in told if name in {"at", "until", "since"} or name.endswith("_at")]
    assert len(instants) > 50
    assert [value for value in instants if value is not None and not INSTANT.match(value)] == []


async def test_no_instant_is_taken_or_stored_without_its_offset(desk: RunningDesk) -> None:
    asked = {
        (path, parameter["name"])
        for path, operations in desk.app.openapi()["paths"].items()
        for parameter in operations.get("get", {}).get("parameters", [])
        if "{" not in path and "date-time" in str(parameter["schema"])
    }
    assert len(asked) >= 4
    for path, name in sorted(asked):
        naive = await desk.mine.ask("GET", path, params={name: "2024-06-04T14:00:00"})
        fields = refused(naive, 422, "malformed_request")["fields"]
        assert any(field["field"] == name and "offset" in field["reason"] for field in fields), (path, fields)
    tapes = {"dataset_id": str(desk.markets["daily"].id), "name": "Run", "start_at": "2024-06-03T20:00:00"}
    refused(await desk.mine.ask("POST", "/v1/tapes", json=tapes), 422, "malformed_request")
    assert [tuple(row) for row in await desk.owner.fetch(WITHOUT_OFFSET)] == []
    assert metadata.tables


async def test_money_prices_and_quantities_are_text_and_never_floats(desk: RunningDesk) -> None:
    told = [leaf for answer in await answers(desk) for leaf in leaves(answer)]
    assert [
        (name, value) for name, value in told if isinstance(value, float) and name not in {"progress", "speed"}
    ] == []
    exact = {"price", "quantity", "cash", "amount", "fee", "equity", "bid", "ask", "close", "cost_basis", "realised"}
    assert {type(value) for name, value in told if name in exact and value is not None} == {str}


async def test_nothing_that_can_be_asked_is_deprecated(desk: RunningDesk) -> None:
    assert '"deprecated"' not in (await desk.visitor().ask("GET", "/openapi.json")).text
    paths = (await desk.visitor().get("/openapi.json"))["paths"]
    assert {path.split("/")[1] for path in paths} == {"v1", "health", "metrics"}
