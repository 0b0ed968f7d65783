"""The sources of a small desk: one vendor, whose key and row are kept in memory."""

from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

SET_AT = "2020-03-13T20:00:00Z"


@dataclass
class SmallSources:
    keys: dict[str, Any] = field(default_factory=dict)
    rows: dict[str, list[str]] = field(default_factory=dict)
    refreshed: int = 0

    def routes(self) -> list[Route]:
        return [
            Route("/v1/sources", self.list_sources),
            Route("/v1/sources/{name}/key", self.one_key, methods=["PUT", "DELETE"]),
            Route("/v1/sources/{name}/test", self.try_source, methods=["POST"]),
            Route("/v1/live/answers", self.forget, methods=["DELETE"]),
            Route("/v1/source-rows/{subject}", self.one_row, methods=["PUT", "DELETE"]),
        ]

    async def list_sources(self, _request: Request) -> Response:
        condition = "ready" if "alpaca" in self.keys else "no_key"
        one: dict[str, Any] = {
            "name": "alpaca",
            "condition": condition,
            "key_set_at": SET_AT if self.keys else None,
            "calls_left": 199,
        }
        one |= {"calls_per_minute": 200, "calls_today": 1, "tells": ["quotes"], "last_failure": None}
        row = {"subject": "quotes", "sources": self.rows.get("quotes", ["alpaca"]), "is_chosen": bool(self.rows)}
        return JSONResponse({"items": [one], "rows": [row]})

    async def one_key(self, request: Request) -> Response:
        if request.method == "PUT":
            self.keys[request.path_params["name"]] = await request.json()
        else:
            self.keys.pop(request.path_params["name"])
        return Response(status_code=204)

    async def try_source(self, request: Request) -> Response:
        if request.path_params["name"] not in self.keys:
            frame = {"title": "Refused", "status": 409, "code": "source_key_missing", "detail": "No key has been set."}
            return JSONResponse(frame, status_code=409, media_type="application/problem+json")
        return JSONResponse({"source": request.path_params["name"], "feed": "iex", "is_delayed": False})

    async def one_row(self, request: Request) -> Response:
        if request.method == "PUT":
            self.rows[request.path_params["subject"]] = (await request.json())["sources"]
        else:
            self.rows.clear()
        return Response(status_code=204)

    async def forget(self, _request: Request) -> Response:
        self.refreshed += 1
        return Response(status_code=204)
