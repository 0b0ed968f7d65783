"""What a run was made from, and what came of it, as hashes: equal inputs give equal results, and this shows it."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from paperdesk import core
from paperdesk.core.kernel.time import instant_text
from paperdesk.features.backtests.backtests import Backtest
from paperdesk.features.backtests.tape_market import TapeMarket
from paperdesk.features.broker.rows import rules_value
from paperdesk.features.marketdata.feeds.columns import canonical_bytes
from paperdesk.infra.strategy_packages import KNOWN
from paperdesk.infra.work import jsonable

# Ids follow from the run's own, and differ between two runs of the same; events are kept by the exact engine alone.
_OWN: Final = frozenset({"id", "order_id", "events", "evidence"})


def with_evidence(report: Mapping[str, Any], backtest: Backtest, market: TapeMarket) -> dict[str, Any]:
    """Return a report with the hashes of what was asked, of the data, of the code, and of itself and its parts."""
    symbols = [*backtest.symbols, *([] if backtest.benchmark is None else [backtest.benchmark])]
    evidence = {
        "config_hash": question_hash(backtest),
        "dataset_hash": market.dataset.manifest.content_hash,
        "inputs": inputs_of(market, symbols, backtest.stretch.upto),
        "began_at": instant_text(market.at_of(backtest.stretch.after)),
        "ended_at": instant_text(market.at_of(backtest.stretch.upto)),
        "code_version": version("paperdesk"),
        "code_hash": code_hash(),
        "result_hash": hashed(report),
        "parts": {name: hashed(rows) for name, rows in parts_of(report).items()},
    }
    return {**report, "evidence": evidence}


def parts_of(report: Mapping[str, Any]) -> dict[str, Sequence[Any]]:
    """Return what came of a run as rows, part by part; what a fill owed stands among the fees alone."""
    failure = [] if report["failure"] is None else [report["failure"]]
    return {
        "orders": [_without(each, "id", "fees") for each in report["orders"]],
        "fills": [_without(each, "fee") for each in report["fill_rows"]],
        "fees": [{"number": each["number"], "fee": each["fee"]} for each in report["fill_rows"]],
        "curve": report["equity"],
        "figures": [{"name": name, "value": value} for name, value in sorted(report["figures"].items())],
        "refusals": [*report["refusals"], *failure],
    }


def inputs_of(market: TapeMarket, symbols: Iterable[str], upto: int) -> list[dict[str, Any]]:
    """Return of each symbol how much the tape had shown of it by a cursor, and the hash of that."""
    return [_input(market, symbol, upto) for symbol in dict.fromkeys(symbols)]


def _input(market: TapeMarket, symbol: str, upto: int) -> dict[str, Any]:
    instrument, dataset = market.instrument(symbol), market.dataset
    assert instrument is not None, "who asked for the run made sure of that"
    rows = dataset.closed_bars(instrument.id, upto)
    columns = dataset.known_rows(instrument.id, upto) if rows is None else rows.columns
    digest = hashlib.sha256(f"{0 if rows is None else rows.scale}".encode())
    for each in canonical_bytes(columns):
        digest.update(each)
    last_on = dataset.calendar.day_of(market.at_of(upto))
    for action in dataset.actions:
        if action.instrument.id == instrument.id and action.ex_on <= last_on:
            said = (action.ex_on, action.pay_on, action.terms)
            digest.update(json.dumps(jsonable(said), sort_keys=True).encode())
    return {"symbol": symbol, "rows": len(columns.at), "hash": digest.hexdigest()}


@cache
def code_hash() -> str:
    """Return the hash of the code that decides: every module of the rules, by name."""
    digest, root = hashlib.sha256(), Path(core.__file__).parent
    for each in sorted(root.rglob("*.py")):
        digest.update(each.relative_to(root).as_posix().encode())
        digest.update(each.read_bytes())
    return digest.hexdigest()


def question_hash(backtest: Backtest) -> str:
    """Return the hash of what was asked of a run."""
    return question_hashes([backtest])[0]


def question_hashes(backtests: Sequence[Backtest]) -> list[str]:
    """Return the hash of each question; thousands of trials have the same rules, which are written once."""
    apart = {id(each.rules): each.rules for each in backtests}
    written = {known: jsonable(rules_value(rules)) for known, rules in apart.items()}
    return [hashed(_config(each, written[id(each.rules)])) for each in backtests]


def _config(backtest: Backtest, rules: object) -> dict[str, Any]:
    names = ("strategy", "version", "symbols", "parameters", "currency", "cash", "risk_free", "benchmark")
    asked = {name: jsonable(getattr(backtest, name)) for name in names}
    return {
        **asked,
        "rules": rules,
        "after": backtest.stretch.after,
        "upto": backtest.stretch.upto,
        "close_at_end": backtest.stretch.close_at_end,
        "package": KNOWN[backtest.strategy].package,
    }


def hashed(value: object) -> str:
    """Return the SHA-256 of a value as JSON with sorted names, without the ids of the run."""
    return hashlib.sha256(json.dumps(_without_ids(value), sort_keys=True).encode()).hexdigest()


def _without(row: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}


def _without_ids(value: object) -> object:
    if isinstance(value, Mapping):
        return {name: _without_ids(each) for name, each in value.items() if name not in _OWN}
    if isinstance(value, list | tuple):
        return [_without_ids(each) for each in value]
    return value
