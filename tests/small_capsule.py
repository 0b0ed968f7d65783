"""A capsule made by hand, and what somebody does who changes one."""

from typing import Any

from paperdesk.core.broker.account import Rules
from paperdesk.features.backtests.capsules import FORMAT, hash_of
from paperdesk.features.broker.rows import rules_value
from paperdesk.infra.work import jsonable
from tests.desk import FIRST_CLOSE

NONE = "0" * 64
NOBODYS = "0192f0c1-7b1e-7a3c-8000-3f5d5f9d9a11"


def small_capsule(**asked: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """Return a capsule of somebody else's run of one day, on prices that nobody here has."""
    part = {"hash": NONE, "rows": 0, "digests": "", "first": []}
    question = {
        "strategy": "buy_and_hold", "version": 1, "symbols": ["ACME"], "parameters": {}, "mode": "events",
        "currency": "USD", "cash": "100000", "risk_free": "0", "benchmark": None,
        "close_at_end": False, "rules": jsonable(rules_value(Rules())), **asked,
    }  # fmt: skip
    source = {
        "tape_id": NOBODYS, "dataset_id": NOBODYS, "dataset_hash": NONE, "after_cursor": 0, "upto_cursor": 1,
        "began_at": "2024-06-01T00:00:00Z", "ended_at": FIRST_CLOSE, "inputs": [],
    }  # fmt: skip
    luck = {"deflated_sharpe": None, "sharpe_by_luck": None, "overfitting_probability": None}
    return sealed(
        {
            "format": FORMAT,
            "backtest_id": NOBODYS,
            "question": question,
            "source": source,
            "code": {"version": "0.0.1", "hash": NONE},
            "trials": {"trials": 1, **luck, "reasons": {}},
            "results": dict.fromkeys(("orders", "fills", "fees", "curve", "figures", "refusals"), part),
        }
    )


def sealed(capsule: dict[str, Any]) -> dict[str, Any]:
    """Give a capsule that was changed the hash of what it now says, as somebody would who wants to deceive."""
    return {**capsule, "hash": hash_of(capsule)}
