"""The API describes itself wholly: every address, every body with an example that is accepted, every error."""

import importlib
import inspect
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from paperdesk.core.kernel.errors import PaperdeskError
from paperdesk.core.kernel.ids import OrderId, uuid_from_text
from paperdesk.doors.description import FAILURES
from paperdesk.features.broker import hot_routes
from paperdesk.features.broker.order_schemas import ComboLegBody, OrderOut, PlaceComboBody, PlaceOrderBody
from tests.desk import RunningDesk, addresses
from tests.route_calls import OPEN
from tools import gen_openapi

UNDESCRIBED = {"/openapi.json", "/docs", "/docs/{name:path}", "/{path:path}"}  # files for people and tools
APP = gen_openapi.unplugged_app()
API: dict[str, Any] = APP.openapi()
OPERATIONS = [(method, path) for path, methods in API["paths"].items() for method in methods]
FEATURES = Path(gen_openapi.__file__).parents[1] / "src" / "paperdesk" / "features"
SHAPES = sorted(f"{path.parent.name}.{path.stem}" for path in FEATURES.glob("*/*schemas.py"))


def operation(method: str, path: str) -> dict[str, Any]:
    found: dict[str, Any] = API["paths"][path][method]
    return found


def models() -> dict[str, type[BaseModel]]:
    """Return every shape of the features by its name."""
    modules = [importlib.import_module(f"paperdesk.features.{shapes}") for shapes in SHAPES]
    found = (member for module in modules for member in vars(module).values() if inspect.isclass(member))
    return {member.__name__: member for member in found if issubclass(member, BaseModel)}


def references(node: object) -> Iterator[str]:
    """Yield every reference in a description."""
    if isinstance(node, dict):
        yield from (value for name, value in node.items() if name == "$ref")
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def test_the_description_is_the_one_that_was_agreed_on() -> None:
    assert gen_openapi.main(["--check"]) == 0, "if the change is meant: make docs"


def test_it_is_openapi_3_1() -> None:
    assert API["openapi"].startswith("3.1.")
    assert API["info"]["title"] == "Paperdesk"


def test_every_address_is_described_and_nothing_else() -> None:
    served = {(method.lower(), path) for method, path in addresses(APP.routes) if path not in UNDESCRIBED}
    assert set(OPERATIONS) == served


def test_every_reference_leads_somewhere() -> None:
    known = {f"#/components/{kind}/{name}" for kind in ("schemas", "responses") for name in API["components"][kind]}
    assert set(references(API)) <= known
    assert "$defs" not in json.dumps(API)


def test_every_operation_has_a_name_of_its_own() -> None:
    names = [operation(*one)["operationId"] for one in OPERATIONS]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_an_operation_says_what_it_does_and_how_it_fails(method: str, path: str) -> None:
    described = operation(method, path)
    assert described["summary"].endswith(".")
    assert described["tags"]
    failures = {status: answer["$ref"] for status, answer in described["responses"].items() if status[0] in "45"}
    assert failures == {status: f"#/components/responses/{FAILURES[status][0]}" for status in failures}
    assert {"429", "5XX"} <= failures.keys()
    is_open = (method.upper(), path) in OPEN
    assert ("security" in described) is not is_open
    named = {one["name"] for one in described.get("parameters", []) if one["in"] == "path"}
    assert all(f"{{{name}}}" in path for name in named)
    assert path.count("{") == len(named)


@pytest.mark.parametrize(("method", "path"), [one for one in OPERATIONS if "requestBody" in operation(*one)])
def test_a_body_has_an_example_that_is_accepted(method: str, path: str) -> None:
    for media, content in operation(method, path)["requestBody"]["content"].items():
        if media != "application/json":
            continue
        for schema in content["schema"].get("oneOf", [content["schema"]]):
            name = schema["$ref"].rpartition("/")[2]
            examples = API["components"]["schemas"][name]["examples"]
            assert examples
            for example in examples:
                models()[name].model_validate(example)


def test_examples_of_single_fields_are_accepted() -> None:
    for model in models().values():
        for name, one in model.model_fields.items():
            for example in one.examples or ():
                annotated = TypeAdapter(one.rebuild_annotation())
                annotated.validate_python(example)
                assert name


# --- the hot routes describe themselves by other models than those they run on -----------------------

ORDER = {
    "account_id": "0192f0c1-7b1e-7a3c-8000-3f5d5f9d9a11",
    "symbol": "ACME",
    "side": "buy",
    "type": "limit",
    "quantity": "10",
    "limit_price": "74.50",
    "time_in_force": "gtc",
    "client_order_id": "my-first-order",
}
CHANGES: list[dict[str, Any]] = [
    {},
    {"limit_price": None},
    {"client_order_id": None},
    {"side": "sell", "type": "market"},
    {"account_id": "x"},
    {"account_id": 7},
    {"account_id": None},
    {"symbol": None},
    {"symbol": 7},
    {"side": "short"},
    {"side": "BUY"},
    {"type": "stop"},
    {"quantity": 10},
    {"quantity": 1.5},
    {"quantity": "ten"},
    {"quantity": "NaN"},
    {"quantity": "1E+40"},
    {"quantity": None},
    {"limit_price": 74.5},
    {"limit_price": "dear"},
    {"time_in_force": "opg"},
    {"time_in_force": None},
    {"client_order_id": ""},
    {"client_order_id": "x" * 128},
    {"client_order_id": "x" * 129},
    {"client_order_id": "a\nb"},
    {"client_order_id": "a\x00b"},
    {"client_order_id": "größer"},
    {"stop_price": "90"},
]


@pytest.mark.parametrize(
    ("ours", "model"),
    [
        (hot_routes.Body, PlaceOrderBody),
        (hot_routes.ComboBody, PlaceComboBody),
        (hot_routes.LegWish, ComboLegBody),
    ],
)
def test_both_models_of_an_order_have_the_same_fields(ours: type[msgspec.Struct], model: type[BaseModel]) -> None:
    hot = {one.encode_name: one.required for one in msgspec.structs.fields(ours)}
    described = {name: one.is_required() for name, one in model.model_fields.items()}
    assert hot == described


def _is_taken_hot(body: dict[str, Any]) -> bool:
    order_id = OrderId(uuid_from_text(ORDER["account_id"]))
    try:
        hot_routes.read_order(json.dumps(body).encode()).command(order_id, None)
    except PaperdeskError:
        return False
    return True


def _is_taken_as_described(body: dict[str, Any]) -> bool:
    try:
        PlaceOrderBody.model_validate(body)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_both_models_of_an_order_take_and_refuse_the_same(change: dict[str, Any]) -> None:
    assert _is_taken_hot(ORDER | change) is _is_taken_as_described(ORDER | change)


@pytest.mark.parametrize("missing", sorted(ORDER))
def test_both_models_of_an_order_miss_the_same(missing: str) -> None:
    body = {name: value for name, value in ORDER.items() if name != missing}
    assert _is_taken_hot(body) is _is_taken_as_described(body)


async def test_an_order_is_answered_as_it_is_described(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market()
    for terms in ({}, {"limit_price": "90.00", "time_in_force": "gtc", "client_order_id": "mine"}):
        placed = await desk.mine.order(account_id, "buy", "1", **terms)
        assert OrderOut.model_validate(placed).model_dump(mode="json") == placed
        assert placed.keys() == OrderOut.model_fields.keys()
        assert await desk.mine.get(f"/v1/orders/{placed['id']}") == placed
    await desk.mine.step(tape_id)
    for order in await desk.mine.rows("/v1/orders", account_id=account_id):
        assert OrderOut.model_validate(order).model_dump(mode="json") == order
