"""The documentation page is our own: no script and no style comes from elsewhere."""

import json
import re

import pytest

from paperdesk.doors.pages import REFERENCE
from tests.desk import RunningDesk, refused


@pytest.mark.parametrize("path", ["/docs", "/docs/", "/docs/errors"])
async def test_anybody_can_read_it(desk: RunningDesk, path: str) -> None:
    answer = await desk.visitor().ask("GET", path)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert '<script src="/docs/reference.js"' in answer.text


async def test_everything_it_asks_for_is_there(desk: RunningDesk) -> None:
    page = (await desk.visitor().ask("GET", "/docs")).text
    script = (await desk.visitor().ask("GET", "/docs/reference.js")).text
    asked = set(re.findall(r'(?:src|href)="(/[^"]+)"', page)) | set(re.findall(r'"(/(?:docs|openapi)[^"]*)"', script))
    assert {"/docs/reference.js", "/docs/reference.css", "/openapi.json", "/docs/errors.json"} <= asked
    for address in sorted(asked):
        assert (await desk.visitor().ask("GET", address)).status_code == 200, address


def test_nothing_comes_from_elsewhere_and_nothing_is_inline() -> None:
    for file in (REFERENCE / name for name in ("index.html", "reference.js", "reference.css")):
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"https?://", text), file.name
        assert "innerHTML" not in text
    page = (REFERENCE / "index.html").read_text(encoding="utf-8")
    assert not re.search(r"<script(?![^>]*src=)|<style|\son\w+=|style=", page)


async def test_every_code_is_explained_where_problems_point_to(desk: RunningDesk) -> None:
    problem = refused(await desk.visitor().ask("GET", "/v1/me"), 401, "credentials_missing")
    assert problem["type"] == "/docs/errors#credentials_missing"
    tables = json.loads((REFERENCE / "errors.json").read_text(encoding="utf-8"))
    codes = [row["code"] for rows in tables.values() for row in rows]
    assert {"credentials_missing", "insufficient_buying_power", "malformed_json", "internal"} <= set(codes)
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("name", ["%2e%2e/pages.py", "..%2fpages.py", "nothing.js", "index.html"])
async def test_no_other_file_is_given_out(desk: RunningDesk, name: str) -> None:
    answer = await desk.visitor().ask("GET", f"/docs/{name}")
    assert answer.status_code == 404
