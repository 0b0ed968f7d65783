"""Finding the one thing a person meant: by id, number, name, or the end of an id as tables show it."""

from collections.abc import Sequence

from paperdesk.core.kernel.errors import Invalid, NotFound
from paperdesk.doors.cli.client import PAGE_ROWS_MAX, Desk, Row

# Tables show this much of an id; the end, because the start of a UUIDv7 is only the time.
ID_END = 8
_ENDING_MIN = 4
_NAMES = ("id", "number", "name", "client_order_id", "email", "key_id")


class NothingByThatName(NotFound):
    """Nothing of that kind has this id, number or name."""


class AmbiguousName(Invalid):
    """More than one thing goes by this name; its id says which."""


def account(desk: Desk, wanted: str | None) -> Row:
    """Return the account meant; without a name the one that the caller starts from, or else the first opened."""
    accounts = _oldest_first(desk.rows("/v1/accounts"))
    if wanted is None and len(accounts) > 1:
        wanted = desk.get("/v1/me/preferences").json()["default_account_id"]
    return _one("account", accounts, wanted)


def tape(desk: Desk, wanted: str | None) -> Row:
    """Return the tape meant; without a name the one the first account lives on."""
    tapes = _oldest_first(desk.rows("/v1/tapes"))
    if wanted is None:
        accounts = _oldest_first(desk.rows("/v1/accounts"))
        wanted = str(accounts[0]["tape_id"]) if accounts else None
    return _one("tape", tapes, wanted)


def dataset(desk: Desk, wanted: str) -> Row:
    """Return the dataset meant."""
    return _one("dataset", desk.rows("/v1/datasets"), wanted)


def order_id(desk: Desk, wanted: str, account_id: str | None) -> str:
    """Return an order's id; an ending or a client order id is looked up among the account's latest orders."""
    if _is_id(wanted):
        return wanted
    chosen = account(desk, account_id)
    page: Row = desk.get("/v1/orders", account_id=chosen["id"], status="all", limit=PAGE_ROWS_MAX).json()
    return str(_one("order", page["items"], wanted)["id"])


def job_id(desk: Desk, wanted: str) -> str:
    """Return a job's id from the id or its ending."""
    return wanted if _is_id(wanted) else str(_one("job", desk.rows("/v1/jobs"), wanted)["id"])


def backtest_id(desk: Desk, wanted: str) -> str:
    """Return a backtest's id from the id, its ending or its name."""
    return wanted if _is_id(wanted) else str(_one("backtest", desk.rows("/v1/backtests"), wanted)["id"])


def approval_id(desk: Desk, wanted: str) -> str:
    """Return the id of what waits from the id or its ending."""
    return wanted if _is_id(wanted) else str(_one("approval", desk.rows("/v1/approvals"), wanted)["id"])


def sweep_id(desk: Desk, wanted: str) -> str:
    """Return a sweep's id from the id, its ending or its name."""
    return wanted if _is_id(wanted) else str(_one("sweep", desk.rows("/v1/sweeps"), wanted)["id"])


def walk_id(desk: Desk, wanted: str) -> str:
    """Return the id of a walk forward from the id, its ending or its name."""
    return wanted if _is_id(wanted) else str(_one("walk forward", desk.rows("/v1/walk-forwards"), wanted)["id"])


def study_id(desk: Desk, wanted: str) -> str:
    """Return a study's id from the id, its ending or its name."""
    return wanted if _is_id(wanted) else str(_one("study", desk.rows("/v1/studies"), wanted)["id"])


def saved_strategy_id(desk: Desk, wanted: str) -> str:
    """Return a saved strategy's id from the id, its ending or its name."""
    return wanted if _is_id(wanted) else str(_one("strategy", desk.rows("/v1/saved-strategies"), wanted)["id"])


def user(desk: Desk, wanted: str) -> Row:
    """Return the person meant, by address, name or id."""
    return _one("user", desk.rows("/v1/users"), wanted)


def key(desk: Desk, wanted: str) -> Row:
    """Return the key meant, by name, public id or id."""
    return _one("key", desk.rows("/v1/keys"), wanted)


def _one(kind: str, rows: Sequence[Row], wanted: str | None) -> Row:
    if wanted is None:
        if not rows:
            raise NothingByThatName(f"There is no {kind} yet.")
        return rows[0]
    exact = [row for row in rows if any(str(row.get(name, "")).casefold() == wanted.casefold() for name in _NAMES)]
    found = exact or [row for row in rows if _ends_with(row, wanted)]
    if not found:
        raise NothingByThatName(f"There is no {kind} {wanted!r}.", wanted=wanted)
    if len(found) > 1:
        ids = [str(row["id"]) for row in found]
        raise AmbiguousName(f"{len(found)} {kind}s go by {wanted!r}; give the id.", wanted=wanted, ids=ids)
    return found[0]


def _ends_with(row: Row, wanted: str) -> bool:
    return len(wanted) >= _ENDING_MIN and str(row["id"]).endswith(wanted.casefold())


def _oldest_first(rows: Sequence[Row]) -> list[Row]:
    """Order by age, so that the default does not move when something new is opened; ids are time-ordered."""
    return sorted(rows, key=lambda row: (str(row.get("created_at") or ""), str(row["id"])))


def _is_id(text: str) -> bool:
    return len(text) == 36 and text.count("-") == 4  # noqa: PLR2004 - the shape of a UUID
