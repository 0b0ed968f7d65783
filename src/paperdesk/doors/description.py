"""The OpenAPI 3.1 description of the REST door: what its routes say of themselves, and in one place how they fail.

How an operation can fail follows from what it takes: who needs no key is never unauthenticated, and what has no body
is never too large. Each such answer is written once, and operations refer to it.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from paperdesk.doors.entity_tags import PREFIX as TAGGED
from paperdesk.doors.problems import MEDIA_TYPE, PROBLEM_SCHEMA
from paperdesk.features.broker import hot_routes
from paperdesk.infra.listing import CSV

# How anything can fail, by status: what the answer is called, and what it says.
FAILURES: Final[Mapping[str, tuple[str, str]]] = {
    "400": ("MalformedJson", "The body is not JSON."),
    "401": ("Unauthenticated", "The request names nobody, or somebody who is not known."),
    "403": ("Forbidden", "Whoever asks may not do this."),
    "404": ("NotFound", "What is named does not exist, or belongs to somebody else."),
    "409": ("Conflict", "What is asked does not go with how things stand."),
    "413": ("BodyTooLarge", "The body is larger than this address takes."),
    "415": ("UnsupportedMediaType", "The body is not of a media type that this address takes."),
    "422": ("Invalid", "Something in the request has the wrong shape, or no sense."),
    "429": ("RateLimited", "Asked too often; `Retry-After` says when to ask again."),
    "5XX": ("Unavailable", "The desk cannot answer just now, or has failed."),
}
UNCHANGED: Final = "Nothing has changed since the answer whose `ETag` the request shows in `If-None-Match`."
ALWAYS: Final = ("429", "5XX")
OF_CALLERS: Final = ("401", "403")
OF_BODIES: Final = ("400", "401", "403", "404", "409", "413", "415", "422")


def described(app: FastAPI, plain: Sequence[hot_routes.HotRoute]) -> dict[str, Any]:
    """Return the description, plain routes included, made once."""
    if app.openapi_schema is None:
        schema = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
        models = schema["components"]["schemas"]
        for route in plain:
            schema["paths"].setdefault(route.path, {})[route.method.lower()] = hot_routes.described(route)
            for model in (*route.bodies, route.answer, *([] if route.waiting is None else [route.waiting])):
                shape = model.model_json_schema(ref_template="#/components/schemas/{model}")
                parts = shape.pop("$defs", {})
                models |= {model.__name__: shape} | parts  # a model that is part of itself is among its parts
        for path, operations in schema["paths"].items():
            for method, operation in operations.items():
                _speak_our_way(operation)
                _say_how_it_fails(method, operation)
                _offer_lines(operation, models)
                if method == "get" and path.startswith(TAGGED):
                    operation["responses"]["304"] = {"$ref": "#/components/responses/NotModified"}
        for theirs in ("HTTPValidationError", "ValidationError"):
            models.pop(theirs, None)
        models["Problem"] = PROBLEM_SCHEMA
        schema["components"]["responses"] = _failures()
        app.openapi_schema = schema
    return app.openapi_schema


def _failures() -> dict[str, Any]:
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    failures: dict[str, Any] = {name: {"description": says, "content": content} for name, says in FAILURES.values()}
    return failures | {"NotModified": {"description": UNCHANGED}}


def _speak_our_way(operation: dict[str, Any]) -> None:
    """Say what an operation does in its own words."""
    first, _, rest = operation.pop("description", operation["summary"]).partition("\n")
    operation["summary"] = first.strip()
    if rest.strip():
        operation["description"] = rest.strip()
    operation["responses"].pop("422", None)
    for answer in operation["responses"].values():
        if answer["description"] == "Successful Response":
            answer["description"] = "Done."


def _say_how_it_fails(method: str, operation: dict[str, Any]) -> None:
    """Say which failures an operation may answer with, each of which is a problem."""
    named = {one["in"] for one in operation.get("parameters", ())}
    statuses = {
        *ALWAYS,
        *(operation["responses"].keys() & FAILURES.keys()),  # what a route says of itself
        *(OF_CALLERS if "security" in operation else ()),
        *(OF_BODIES if "requestBody" in operation else ()),
        *(("404", "409", "422") if named else ()),
        *(("404", "409") if method != "get" else ()),
    }
    for status in sorted(statuses):
        operation["responses"][status] = {"$ref": f"#/components/responses/{FAILURES[status][0]}"}


def _offer_lines(operation: dict[str, Any], models: dict[str, Any]) -> None:
    """Say that pages are answered as CSV too."""
    for answer in operation["responses"].values():
        content = answer.get("content", {})
        name = content.get("application/json", {}).get("schema", {}).get("$ref", "").rpartition("/")[2]
        if "next_cursor" in models.get(name, {}).get("properties", {}):
            content[CSV] = {"schema": {"type": "string"}}
