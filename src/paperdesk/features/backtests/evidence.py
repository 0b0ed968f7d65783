"""What a run was made from, and what came of it, as hashes: equal inputs give equal results, and this shows it."""

import hashlib
import json
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any, Final

from paperdesk.features.backtests.backtests import Backtest
from paperdesk.features.broker.rows import rules_value
from paperdesk.features.marketdata.feeds.dataset import Dataset
from paperdesk.infra.work import jsonable

# Ids follow from the run's own, and differ between two runs of the same; events are kept by the exact engine alone.
_OWN: Final = frozenset({"id", "order_id", "events", "evidence"})


def with_evidence(report: Mapping[str, Any], backtest: Backtest, dataset: Dataset) -> dict[str, Any]:
    """Return a report with the hash of what was asked, of the data, and of itself, and the version of the code."""
    evidence = {
        "config_hash": question_hash(backtest),
        "dataset_hash": dataset.manifest.content_hash,
        "code_version": version("paperdesk"),
        "result_hash": hashed(report),
    }
    return {**report, "evidence": evidence}


def question_hash(backtest: Backtest) -> str:
    """Return the hash of what was asked of a run."""
    return hashed(_config(backtest))


def _config(backtest: Backtest) -> dict[str, Any]:
    names = ("strategy", "version", "symbols", "parameters", "currency", "cash", "risk_free", "benchmark")
    asked = {name: jsonable(getattr(backtest, name)) for name in names}
    return {
        **asked,
        "rules": jsonable(rules_value(backtest.rules)),
        "after": backtest.stretch.after,
        "upto": backtest.stretch.upto,
    }


def hashed(value: object) -> str:
    """Return the SHA-256 of a value as JSON with sorted names, without the ids of the run."""
    return hashlib.sha256(json.dumps(_without_ids(value), sort_keys=True).encode()).hexdigest()


def _without_ids(value: object) -> object:
    if isinstance(value, Mapping):
        return {name: _without_ids(each) for name, each in value.items() if name not in _OWN}
    if isinstance(value, list | tuple):
        return [_without_ids(each) for each in value]
    return value
