"""An address that does not exist is not found, whatever is tried on it; one that exists says what it takes."""

import pytest

from tests.desk import RunningDesk, refused

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


@pytest.mark.parametrize("path", ["/v1/nowhere", "/v1", "/v1/accounts/one/two/three", "/health/dead"])
async def test_nothing_is_at_an_unknown_address_of_the_api(desk: RunningDesk, path: str) -> None:
    for method in METHODS:
        problem = refused(await desk.visitor().ask(method, path), 404, "not_found")
        assert problem["detail"] == "There is nothing at this address."


async def test_an_address_says_which_methods_it_takes(desk: RunningDesk) -> None:
    for method in ("PUT", "PATCH", "DELETE"):
        answer = await desk.visitor().ask(method, "/v1/accounts")
        refused(answer, 405, "method_not_allowed")
        assert answer.headers["allow"] == "GET, POST"
