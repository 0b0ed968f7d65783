"""What a small desk says: ids, pages and problems."""

from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

T0, T1 = "2020-03-13T20:00:00Z", "2020-03-16T20:00:00Z"


def numbered(kind: int, nth: int) -> str:
    return str(UUID(int=(0x0170E0000000 << 80) | (7 << 76) | (2 << 62) | (kind << 16) | nth))


def problem(status: int, code: str, detail: str, **facts: object) -> JSONResponse:
    frame = {"type": f"/docs/errors#{code}", "title": "Refused", "status": status, "code": code, "detail": detail}
    body = {**frame, "request_id": "req-1", **facts}
    return JSONResponse(body, status_code=status, media_type="application/problem+json")


def by_id(rows: list[dict[str, Any]], request: Request) -> dict[str, Any]:
    return next((row for row in rows if row["id"] == request.path_params["id"]), {})


def page(request: Request, rows: list[dict[str, Any]]) -> Response:
    start, limit = int(request.query_params.get("cursor", 0)), int(request.query_params.get("limit", 50))
    end = start + limit
    return JSONResponse({"items": rows[start:end], "next_cursor": str(end) if end < len(rows) else None})
