"""The capsule of a run: one file that says what was asked, of which prices, by which code, and what came of it.

It is JSON with sorted names and no spaces, not an archive: equal runs give equal bytes on every machine, a person can
read it, and any program can compare two. Its own hash covers all the rest. Of every row of a part it has the first
eight digits of its hash, so that the first that differs can be named, and of the first rows what they said.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from uuid import UUID

import msgspec

from paperdesk.core.backtest.trials import Selection
from paperdesk.core.broker.account import Rules
from paperdesk.core.kernel.errors import Conflict, Invalid, PaperdeskError
from paperdesk.core.kernel.ids import TapeId
from paperdesk.features.backtests.backtests import Backtest, RunMode
from paperdesk.features.backtests.evidence import hashed, parts_of
from paperdesk.features.backtests.request_backtest import RequestBacktest
from paperdesk.features.broker.open_account import OpenAccount
from paperdesk.features.broker.rows import rules_of, rules_value
from paperdesk.infra.work import jsonable

FORMAT: Final = "paperdesk-capsule-1"
DIGITS: Final = 8
"""How many digits of the hash of a row are kept."""

SHOWN_MAX: Final = 500
"""Of how many rows of a part is kept what they said; of the others only that they were so."""

_ASKED: Final = ("strategy", "version", "symbols", "currency", "cash", "risk_free", "benchmark", "mode")


class CapsuleDamaged(Invalid):
    """What a capsule says is not what its own hash was made of: it was changed, or cut off."""


class CapsuleUnreadable(Invalid):
    """What a capsule says was asked of a run cannot be asked."""


class NotToBeProven(Conflict):
    """A run that was cancelled, or is from before there were capsules, comes to nothing that could be repeated."""


def capsule_of(backtest: Backtest, report: Mapping[str, Any], selection: Selection) -> dict[str, Any]:
    """Return the capsule of a run beside its family. Raises NotToBeProven."""
    evidence = report.get("evidence") or {}
    if report["is_cancelled"] or "parts" not in evidence:
        said = "was cancelled" if report["is_cancelled"] else "is from before there were capsules; run it again"
        raise NotToBeProven(f"No capsule can be made of a run that {said}.", backtest_id=str(backtest.id))
    told = {
        "format": FORMAT,
        "backtest_id": str(backtest.id),
        "question": _question(backtest),
        "source": {
            "tape_id": str(backtest.tape_id),
            "dataset_id": str(backtest.dataset_id),
            "after_cursor": backtest.stretch.after,
            "upto_cursor": backtest.stretch.upto,
            **{name: evidence[name] for name in ("dataset_hash", "inputs", "began_at", "ended_at")},
        },
        "code": {"version": evidence["code_version"], "hash": evidence["code_hash"]},
        "trials": jsonable(selection),
        "results": {name: part_of(rows, evidence["parts"][name]) for name, rows in parts_of(report).items()},
    }
    return {**told, "hash": hash_of(told)}


def part_of(rows: Sequence[Any], whole: str) -> dict[str, Any]:
    """Return a part of what came of a run as a capsule tells it."""
    digests = "".join(digest_of(each) for each in rows)
    return {"hash": whole, "rows": len(rows), "digests": digests, "first": list(rows[:SHOWN_MAX])}


def digest_of(row: object) -> str:
    """Return the first digits of the hash of a row."""
    return hashed(row)[:DIGITS]


def hash_of(capsule: Mapping[str, Any]) -> str:
    """Return the hash of all that a capsule says beside its hash."""
    return hashlib.sha256(written({name: each for name, each in capsule.items() if name != "hash"})).hexdigest()


def written(capsule: Mapping[str, Any]) -> bytes:
    """Write a capsule in the one form there is."""
    return json.dumps(capsule, sort_keys=True, separators=(",", ":")).encode()


def check_whole(capsule: Mapping[str, Any]) -> None:
    """Refuse a capsule that is not what it was when it was made. Raises CapsuleDamaged."""
    if hash_of(capsule) != capsule["hash"]:
        raise CapsuleDamaged("The capsule was changed since it was made, or a part of it is missing.")


def asked_in(capsule: Mapping[str, Any], tape_id: UUID) -> RequestBacktest:
    """Return what a capsule says was asked, to be asked again on a tape. Raises CapsuleUnreadable."""
    asked, source = capsule["question"], capsule["source"]
    try:
        opening = OpenAccount("A capsule", TapeId(tape_id), asked["currency"], _rules(asked), Decimal(asked["cash"]))
        return RequestBacktest(
            opening,
            asked["strategy"],
            asked["symbols"],
            asked["parameters"],
            datetime.fromisoformat(source["began_at"]),
            datetime.fromisoformat(source["ended_at"]),
            RunMode(asked["mode"]),
            Decimal(asked["risk_free"]),
            asked["benchmark"],
            asked["close_at_end"],
        )
    except (ValueError, InvalidOperation):
        raise CapsuleUnreadable("What the capsule says was asked cannot be read.") from None


def _question(backtest: Backtest) -> dict[str, Any]:
    asked = {name: jsonable(getattr(backtest, name)) for name in _ASKED}
    parameters = jsonable(dict(backtest.parameters))
    rules, closes = jsonable(rules_value(backtest.rules)), backtest.stretch.close_at_end
    return {**asked, "parameters": parameters, "rules": rules, "close_at_end": closes}


def _rules(asked: Mapping[str, Any]) -> Rules:
    try:
        return rules_of(json.dumps(asked["rules"]))
    except (KeyError, TypeError, ValueError, msgspec.ValidationError, PaperdeskError):
        raise CapsuleUnreadable("The rules of the account cannot be read.") from None
