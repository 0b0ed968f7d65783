"""What a desk refuses, as exceptions: one class a kind, and the code that says exactly what."""

from collections.abc import Mapping
from typing import Any, Final

import httpx
import msgspec

from paperdesk.client.codes import Code

# Members of a problem that are its frame, and not the facts of this refusal.
FRAME: Final = frozenset({"type", "title", "status", "code", "detail", "request_id"})


class Refused(Exception):
    """A problem that the desk answered with: a code for programs, a sentence for people, and facts."""

    code: Code | str
    """What a program reads; one of those of this release, or of a newer desk."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        """Keep the members of the problem."""
        super().__init__(str(problem.get("detail") or f"The desk answered {status}."))
        self.status = status
        self.code = str(problem.get("code", ""))
        self.request_id = problem.get("request_id")
        self.facts = {name: fact for name, fact in problem.items() if name not in FRAME}


class Invalid(Refused):
    """The request cannot be understood."""


class Unauthenticated(Refused):
    """The key names nobody."""


class Forbidden(Refused):
    """Known, but not allowed."""


class NotFound(Refused):
    """Absent, or somebody else's."""


class Conflict(Refused):
    """The state of things refuses."""


class RateLimited(Refused):
    """Asked too often."""


class Unavailable(Refused):
    """The desk cannot answer just now."""


class Waits(Refused):
    """Taken and not done: it waits for a person to approve of it, and `facts` say what; not to be sent again."""

    def __init__(self, approval: Mapping[str, Any]) -> None:
        """Keep what it waits for."""
        detail = f"To {approval.get('asked')} waits for a person to approve of it."
        super().__init__(202, {"detail": detail, "code": "approval_pending", **approval, "approval_id": approval["id"]})


KINDS: Final[Mapping[int, type[Refused]]] = {
    400: Invalid,
    401: Unauthenticated,
    403: Forbidden,
    404: NotFound,
    405: Invalid,
    409: Conflict,
    413: Invalid,
    415: Invalid,
    422: Invalid,
    429: RateLimited,
    503: Unavailable,
}


def refusal_of(answer: httpx.Response) -> Refused:
    """Return what an answer that is no success says, as the exception of its kind."""
    try:
        problem = msgspec.json.decode(answer.content, type=dict[str, Any])
    except msgspec.MsgspecError:
        problem = {}  # something else than a desk answered, a proxy perhaps
    return KINDS.get(answer.status_code, Refused)(answer.status_code, problem)
