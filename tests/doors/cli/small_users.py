"""The people of a small desk, kept in memory."""

from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

JOINED_AT = "2020-03-13T20:00:00Z"
INVITATION = {"link_token": "l1nk", "expires_at": "2020-03-14T20:00:00Z"}


def person(number: int, **known: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """Return somebody, as the server shows them."""
    always = {
        "id": f"0170d4f1-0000-7000-8000-00000000000{number}",
        "verification": "verified",
        "is_active": True,
        "tier": "basic",
    }
    return always | {"joined_at": JOINED_AT, "deactivated_at": None} | known


def small_key(number: int, **known: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """Return a key, as the server shows it."""
    none = {"accounts": None, "symbols": None, "verbs": None, "networks": None, "dry_run": False}
    none |= {"budget": None, "requests_per_minute": None, "approval_above": None}
    always = {"id": f"0170d4f1-0000-7000-8000-00000000010{number}", "key_id": f"PK{number}", "user_id": None}
    lasts = {"expires_at": None, "created_at": JOINED_AT, "last_used_at": None}
    return always | lasts | known | {"limits": none | known.get("limits", {})}


APPROVAL = {
    "id": "0190a0c0-0000-7000-8000-0000000000aa", "asked": "buy 10 ACME at 100", "worth": "1000", "currency": "USD",
    "status": "waiting", "expires_at": "2030-01-01T01:00:00Z", "reason": None, "order_id": None,
}  # fmt: skip


@dataclass
class SmallUsers:
    keys: list[dict[str, Any]] = field(
        default_factory=lambda: [small_key(1, name="First key", scopes=["read", "trade", "limits", "admin"])]
    )
    people: list[dict[str, Any]] = field(
        default_factory=lambda: [person(1, email="demo@desk.test", name="Demo", role="owner")]
    )
    preferences: dict[str, Any] = field(
        default_factory=lambda: {
            "time_zone": "UTC", "base_currency": "USD", "locale": "en-US", "number_format": "1,234.5",
            "default_account_id": None,
        }
    )  # fmt: skip
    rates: dict[str, Any] = field(
        default_factory=lambda: dict.fromkeys(
            ("requests_per_minute", "requests_per_second", "settings_per_minute", "administration_per_minute")
        )
    )
    asked: list[dict[str, str]] = field(default_factory=list)
    archive: bytes = b"PK"
    reset_for: list[str] = field(default_factory=list)
    approval: dict[str, Any] = field(default_factory=lambda: dict(APPROVAL))

    def routes(self) -> list[Route]:
        return [
            Route("/v1/me/preferences", self.preferred, methods=["GET", "PATCH", "DELETE"]),
            Route("/v1/rates", self.one_minute, methods=["GET", "PUT"]),
            Route("/v1/me/archive", self.archived, methods=["POST"]),
            Route("/v1/audit", self.trail),
            Route("/v1/keys", self.list_keys),
            Route("/v1/keys", self.issue, methods=["POST"]),
            Route("/v1/keys/{key_id}", self.revoke, methods=["DELETE"]),
            Route("/v1/approvals", self.list_approvals),
            Route("/v1/approvals/{approval_id}/{decision}", self.decide, methods=["POST"]),
            Route("/v1/users", self.list_people),
            Route("/v1/users", self.add, methods=["POST"]),
            Route("/v1/users/{user_id}", self.one, methods=["GET", "PATCH", "DELETE"]),
            Route("/v1/users/{user_id}/tier", self.one, methods=["PUT"]),
            Route("/v1/users/{user_id}/second-factor", self.reset, methods=["DELETE"]),
            Route("/v1/users/{user_id}/sign-in-links", self.invite, methods=["POST"]),
            Route("/v1/users/{user_id}/accounts", self.accounts),
        ]

    async def preferred(self, request: Request) -> Response:
        if request.method == "PATCH":
            self.preferences |= await request.json()
        if request.method == "DELETE":
            self.preferences |= {"time_zone": "UTC", "default_account_id": None}
        return JSONResponse(self.preferences)

    async def one_minute(self, request: Request) -> Response:
        if request.method == "PUT":
            self.rates |= await request.json()
        return JSONResponse(self.rates)

    async def archived(self, _request: Request) -> Response:
        if not self.archive:
            return JSONResponse({"code": "missing_scope", "detail": "This needs the 'admin' permission."}, 403)
        return Response(self.archive, media_type="application/zip")

    async def trail(self, request: Request) -> Response:
        self.asked.append(dict(request.query_params))
        line = {"id": "1", "recorded_at": JOINED_AT, "subject": "user:1", "action": "change_user", "object_id": "2"}
        return JSONResponse(
            {"items": [line | {"details": {}, "origin": "rest ::1 r1", "seal": 1}], "next_cursor": None}
        )

    async def list_keys(self, _request: Request) -> Response:
        return JSONResponse({"items": self.keys, "next_cursor": None})

    async def issue(self, request: Request) -> Response:
        self.keys.append(small_key(len(self.keys) + 1, **await request.json()))
        return JSONResponse(self.keys[-1] | {"secret": "s3cret"}, 201)

    async def revoke(self, request: Request) -> Response:
        self.keys = [key for key in self.keys if key["id"] != request.path_params["key_id"]]
        return Response(status_code=204)

    async def list_approvals(self, request: Request) -> Response:
        self.asked.append(dict(request.query_params))
        return JSONResponse({"items": [self.approval], "next_cursor": None})

    async def decide(self, request: Request) -> Response:
        if request.path_params["decision"] == "decline":
            self.approval |= {"status": "declined", **await request.json()}
        else:
            self.approval |= {"status": "approved", "order_id": "42"}
        return JSONResponse(self.approval)

    async def list_people(self, request: Request) -> Response:
        self.asked.append(dict(request.query_params))
        return JSONResponse({"items": self.people, "next_cursor": None})

    async def add(self, request: Request) -> Response:
        self.people.append(person(2, **await request.json()))
        return JSONResponse(self.people[-1] | {"invitation": INVITATION}, 201)

    async def one(self, request: Request) -> Response:
        found = next(each for each in self.people if each["id"] == request.path_params["user_id"])
        if request.method == "DELETE":
            self.people.remove(found)
            return Response(status_code=204)
        if request.method != "GET":
            found |= await request.json()
        return JSONResponse(found)

    async def reset(self, request: Request) -> Response:
        self.reset_for.append(request.path_params["user_id"])
        return Response(status_code=204)

    async def invite(self, _request: Request) -> Response:
        return JSONResponse(INVITATION, 201)

    async def accounts(self, _request: Request) -> Response:
        return JSONResponse({"items": [], "next_cursor": None})
