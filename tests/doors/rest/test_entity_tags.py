"""Whoever asks again and again is told that nothing has changed, and is sent the answer only when it has."""

import httpx
import pytest

from tests.desk import RunningDesk


async def asked(desk: RunningDesk, path: str, **headers: str) -> httpx.Response:
    return await desk.mine.ask("GET", path, headers={name.replace("_", "-"): each for name, each in headers.items()})


async def test_an_answer_that_has_not_changed_is_not_sent_again(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market()
    path = f"/v1/orders?account_id={account_id}"
    first = await asked(desk, path)
    tag = first.headers["etag"]
    assert first.headers["cache-control"] == "private, no-cache"
    again = await asked(desk, path, If_None_Match=tag)
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert not {"content-type", "content-length"} & again.headers.keys()
    assert again.headers.keys() >= {"x-request-id", "vary"}
    order = await desk.mine.order(account_id, "buy", "1")
    changed = await asked(desk, path, If_None_Match=tag)
    assert (changed.status_code, changed.json()["items"][0]["id"]) == (200, order["id"])
    assert changed.headers["etag"] != tag
    one = await asked(desk, f"/v1/orders/{order['id']}")
    await desk.mine.step(tape_id)
    assert (await asked(desk, f"/v1/orders/{order['id']}", If_None_Match=one.headers["etag"])).status_code == 200


async def test_lines_and_json_of_one_list_have_tags_of_their_own(desk: RunningDesk) -> None:
    await desk.market()
    lines = await asked(desk, "/v1/accounts", Accept="text/csv")
    whole = await asked(desk, "/v1/accounts")
    assert lines.headers["etag"] != whole.headers["etag"]
    tag = lines.headers["etag"]
    assert (await asked(desk, "/v1/accounts", Accept="text/csv", If_None_Match=tag)).status_code == 304
    assert (await asked(desk, "/v1/accounts", If_None_Match=tag)).status_code == 200


@pytest.mark.parametrize(("shown", "status"), [("*", 304), ('"x", {}', 304), ("W/{}", 304), ('"x"', 200), ("", 200)])
async def test_several_tags_may_be_shown_and_any_that_fits_will_do(desk: RunningDesk, shown: str, status: int) -> None:
    tag = (await asked(desk, "/v1/me")).headers["etag"]
    assert (await asked(desk, "/v1/me", If_None_Match=shown.format(tag))).status_code == status


async def test_what_is_written_or_refused_or_goes_on_has_no_tag(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market()
    missing = await desk.mine.ask("GET", f"/v1/accounts/{tape_id}")
    written = await desk.mine.ask("POST", "/v1/watchlists", json={"name": "Mine", "symbols": ["ACME"]})
    followed = await desk.mine.ask("GET", f"/v1/accounts/{account_id}/events", params={"goes_on": "false"})
    for answer, status in ((missing, 404), (written, 201), (followed, 200)):
        assert (answer.status_code, "etag" in answer.headers) == (status, False), answer.text
