"""What was asked of a run, as columns and back."""

from typing import Any, Final

import msgspec

from paperdesk.core.backtest.runner import Stretch
from paperdesk.core.kernel.ids import DatasetId, TapeId
from paperdesk.features.backtests.backtests import AskedLimit, Backtest, RunMode, SavedVersion
from paperdesk.features.broker.rows import rules_of, rules_value
from paperdesk.infra.db import Row
from paperdesk.infra.work import UnitOfWork, jsonable

_SAME: Final = (
    "id", "job_id", "name", "tape_id", "dataset_id", "strategy", "version", "symbols", "currency", "cash", "asked_at",
    "mode", "risk_free", "benchmark",
)  # fmt: skip


def values_of(work: UnitOfWork, asked: Backtest) -> dict[str, Any]:
    """Return what was asked as columns."""
    its = {name: getattr(asked, name) for name in _SAME} | {"symbols": list(asked.symbols)}
    return {
        **its,
        "tenant_id": work.who.tenant_id,
        "owner_id": work.who.user_id,
        "parameters": jsonable(dict(asked.parameters)),
        "rules": msgspec.json.encode(jsonable(rules_value(asked.rules))).decode(),
        "after_cursor": asked.stretch.after,
        "upto_cursor": asked.stretch.upto,
        "close_at_end": asked.stretch.close_at_end,
    }


def backtest_in(row: Row) -> Backtest:
    """Return what was asked from its columns."""
    return Backtest(
        id=row["id"],
        job_id=row["job_id"],
        name=row["name"],
        tape_id=TapeId(row["tape_id"]),
        dataset_id=DatasetId(row["dataset_id"]),
        strategy=row["strategy"],
        version=row["version"],
        symbols=tuple(row["symbols"]),
        parameters=row["parameters"],
        rules=rules_of(row["rules"]),
        currency=row["currency"],
        cash=row["cash"],
        stretch=Stretch(row["after_cursor"], row["upto_cursor"], row["close_at_end"]),
        asked_at=row["asked_at"],
        mode=RunMode(row["mode"]),
        ended_at=row.get("ended_at"),
        report=row.get("report"),
        risk_free=row["risk_free"],
        benchmark=row["benchmark"],
        saved=_saved_in(row),
        limits=msgspec.convert(row.get("limits", []), list[AskedLimit]),
    )


def _saved_in(row: Row) -> SavedVersion | None:
    saved_id = row.get("saved_strategy_id")
    return None if saved_id is None else SavedVersion(saved_id, row["saved_version"])
