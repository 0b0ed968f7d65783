"""What schemathesis makes of our API description: its operations, and whether an answer is as they say."""

from functools import cache
from typing import Any

import httpx
import schemathesis
from hypothesis import strategies as st
from schemathesis import Case as AnyCase
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation, BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tools.gen_openapi import unplugged_app

Operation = APIOperation[Any, Any, Any, Any]
Case = AnyCase[Any]

CHECKS = [status_code_conformance, content_type_conformance, response_headers_conformance, response_schema_conformance]
# A vendor may refuse what it is asked, and then its answer is not there; the fake ones know little.
OF_VENDORS = "vendor_request_refused"

schemathesis.openapi.format("decimal", st.decimals(0, 10**5, places=2).map(str) | st.integers(1, 100).map(str))


@cache
def description() -> BaseSchema:
    """Return the description as the app gives it."""
    return schemathesis.openapi.from_dict(unplugged_app().openapi())


def operations() -> list[Operation]:
    """Return every operation of the description."""
    return [each.ok() for each in description().get_all_operations() if isinstance(each, Ok)]


def faults_of(case: Case, answer: httpx.Response) -> list[str]:
    """Return what an answer does that the description does not say, and whether the desk broke."""
    try:
        case.validate_response(answer, checks=CHECKS if OF_VENDORS in answer.text else [not_a_server_error, *CHECKS])
    except FailureGroup as group:
        asked = f"{answer.request.method} {answer.request.url} {answer.request.content[:300]!r}"
        return [f"{asked} -> {answer.status_code} {answer.text[:600]}: {each}" for each in group.exceptions]
    return []


def is_described(address: tuple[str, str], answer: httpx.Response) -> bool:
    """Say whether an address answered as it is described; raises what is amiss."""
    method, path = address
    case = description()[path][method].Case(path_parameters=_anything(path))
    assert faults_of(case, answer) == []
    return True


def _anything(path: str) -> dict[str, str]:
    """Return something for each name in a path; answers are not judged by it."""
    return {part.strip("{}"): "x" for part in path.split("/") if part.startswith("{")}
