"""Whatever is answered, by whichever door, guards the browser that reads it."""

import pytest

from tests.desk import RunningDesk

ALWAYS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
ADDRESSES = [
    ("GET", "/"),
    ("GET", "/docs"),
    ("GET", "/openapi.json"),
    ("GET", "/health/live"),
    ("GET", "/metrics"),
    ("GET", "/v1/me"),
    ("GET", "/v1/nowhere"),
    ("POST", "/v1/orders"),
    ("POST", "/v1/logins"),
    ("GET", "/v2/account"),
    ("GET", "/v2/nowhere"),
    ("POST", "/mcp"),
]


@pytest.mark.parametrize(("method", "path"), ADDRESSES)
async def test_every_answer_guards_the_browser_that_reads_it(desk: RunningDesk, method: str, path: str) -> None:
    for visitor in (desk.mine, desk.visitor()):
        headers = (await visitor.ask(method, path, json={} if method == "POST" else None)).headers
        assert {name: headers.get(name) for name in ALWAYS} == ALWAYS
        policy = headers["content-security-policy"]
        for rule in ("default-src 'self'", "script-src 'self';", "object-src 'none'", "frame-ancestors 'none'"):
            assert rule in policy
        assert "access-control-allow-origin" not in headers  # no other origin reads anything
        assert "strict-transport-security" not in headers  # the desk of this test is reached as its owner likes


async def test_a_desk_that_is_reached_by_https_says_so_for_a_year(desk: RunningDesk) -> None:
    changed = {"public_url": "https://desk.example.org"}
    desk.runtime.settings = desk.runtime.settings.model_copy(update=changed)
    answer = await desk.mine.ask("GET", "/v1/me")
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
