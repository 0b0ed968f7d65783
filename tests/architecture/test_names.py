"""Names come from the field; drawers without a meaning are refused, and a use case is its file."""

import ast
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

import pytest

from tests.architecture.sources import broken, seeded

BANNED_PARTS = frozenset(
    [
        "manager",
        "managers",
        "handler",
        "handlers",
        "helper",
        "helpers",
        "util",
        "utils",
        "processor",
        "processors",
        "service",
        "services",
        "data",
        "info",
        "item",
        "items",
        "asset",
        "assets",
        "ticker",
        "tickers",
        "stock",
        "stocks",
    ]
)
BANNED_WHOLE = frozenset({"trade", "trades"})  # a print or a fill?
BANNED_FILES = frozenset({"common", "base", "misc", "shared"})

# Whole names that stay, and why.
ALLOWED = {
    "TRADE": "the permission; a verb",
    "END_OF_DATA": "what the field calls the end of a run's prices, as a reason to leave a position",
    "items": "what a page of a list calls its rows, on the wire as in code",
    "get_route_handler": "what the web framework calls the method that a route of ours replaces",
}

FIXED_FILES = frozenset(["__init__", "tables", "store", "access", "queries", "schemas", "routes", "tools", "jobs"])
ADAPTER_FOLDERS = frozenset({"feeds", "venues", "models"})
# Files of a feature that are nouns, because other features read them; everything else is a use case.
NOUNS = {
    "backtests/capsules": "runs as files that prove themselves, for the use cases that make and verify them",
    "backtests/capsule_routes": "the routes of capsules, for the REST door",
    "backtests/capsule_schemas": "what capsules look like from outside",
    "backtests/comparison_routes": "the route of runs side by side, for the REST door",
    "backtests/comparison_schemas": "what runs side by side look like from outside",
    "backtests/result_store": "what came of runs as typed rows, for the store and the reads",
    "backtests/told_run": "a run with all that a report tells of it",
    "backtests/question_store": "the columns of what is asked of a run, for every table that asks one",
    "backtests/report_charts": "the drawings of a report",
    "backtests/report_page": "a report as a page",
    "backtests/report_print": "a report for paper",
    "backtests/report_routes": "the route of reports, for the REST door",
    "backtests/report_style": "how a report looks",
    "backtests/report_tables": "what came of a run as tables, for files",
    "backtests/verdict": "what a repetition says of a capsule",
    "backtests/evidence": "hashes of what a run was made from and came to",
    "backtests/rows": "what was asked of a run, as columns and back, for runs and sweeps",
    "backtests/trial_store": "the ledger of trials, for runs and sweeps",
    "research/walk_routes": "the routes of walks forward",
    "research/walk_schemas": "what walks forward look like from outside",
    "research/studies": "a question with a plan of how it is studied, as it is kept",
    "research/paper_routes": "the route of a run beside a paper account",
    "research/paper_schemas": "what a run beside a paper account looks like from outside",
    "research/studied": "the study of a job with its market, for the jobs of studies",
    "research/study_store": "the SQL of studies",
    "research/study_queries": "reads of studies",
    "research/study_routes": "the routes of studies",
    "research/study_schemas": "what studies look like from outside",
    "backtests/strategy_schemas": "what shipped strategies look like from outside",
    "strategies/saved_strategies": "a strategy and its versions as they are kept",
    "research/learner": "a search that learns, for the job of a sweep",
    "research/sweeps": "a question that is asked with many parameters, as it is kept",
    "research/trial_runs": "trials run one by one or many at once, for the job of a sweep",
    "backtests/run_records": "what happened in a run, as rows that are kept",
    "broker/deciding": "what the order writer decides of a batch",
    "marketdata/quotes": "latest quotes, for other features",
    "marketdata/bars": "price history, for other features",
    "marketdata/chain_routes": "the routes of option chains",
    "marketdata/chain_schemas": "what option chains look like from outside",
    "marketdata/import_schemas": "what an import looks like from outside",
    "marketdata/chains": "option chains, for other features",
    "marketdata/instruments": "reference data, for other features",
    "marketdata/calendar": "sessions, for other features",
    "marketdata/tapes": "a source of market facts and its clock, for other features",
    "marketdata/branch_routes": "the routes of going back, for the REST door",
    "marketdata/indicators": "what the usual indicators say of a symbol, and a scan by one of them",
    "marketdata/indicator_routes": "the routes of indicators, for the REST door",
    "marketdata/indicator_schemas": "what indicators look like from outside",
    "marketdata/halt_routes": "the routes of halts, for the REST door",
    "marketdata/halt_schemas": "what halts look like from outside",
    "marketdata/dataset_routes": "the routes of datasets and of files that are sent in",
    "marketdata/fund_holding_routes": "the routes of what funds hold, for the REST door",
    "marketdata/fund_holding_schemas": "what the holdings of funds look like from outside",
    "marketdata/strategy_routes": "the routes of lock-step, for the REST door",
    "marketdata/branch_schemas": "what going back on a tape is asked with",
    "marketdata/strategy_schemas": "what the strategies attached to a tape look like from outside",
    "marketdata/presets": "tapes by name, for the store and the use cases that save and open them",
    "marketdata/quality_schemas": "what the quality report of a dataset looks like from outside",
    "marketdata/action_schemas": "what corporate actions look like from outside",
    "marketdata/preset_schemas": "what presets and their truth look like from outside",
    "marketdata/sources": "vendors with the keys set for them, for the routes and the use cases that ask them",
    "marketdata/source_routes": "the routes of sources and of what they say now",
    "marketdata/source_schemas": "what sources look like from outside",
    "marketdata/channels": "what can be followed of a tape, for the publication and the stream",
    "marketdata/publication": "the channels that are followed, for the pump and the stream",
    "marketdata/kept_sources": "sources with the cache in front of them, for the routes and what runs by itself",
    "marketdata/market_reads": "what a market did in a day, for the routes",
    "marketdata/market_routes": "the routes of what a market did",
    "marketdata/market_schemas": "what reads of a market look like from outside",
    "marketdata/pump": "the loop that yields a tape's facts, for the worker",
    "broker/preference_routes": "the routes of what somebody prefers, their default account among it",
    "broker/preference_schemas": "what somebody prefers, from outside",
    "operations/quota_routes": "the routes of how much a tenant may have, for the REST door",
    "operations/quota_schemas": "what quotas look like from outside",
    "operations/audit_chain": "what seals stand for, for the use cases that seal and verify",
    "operations/seal_store": "the SQL of the audit trail and its seals",
    "broker/unsealed_queries": "which events no seal stands for, for the sealer",
    "identity/login_store": "the SQL of logins and their tokens",
    "identity/personal_store": "what is a person's in every table, for the archive and for erasing",
    "identity/passwords": "what a password must be, for the use cases that take one",
    "identity/letters": "what is written to people, for the use cases that write",
    "identity/registration_routes": "the routes of who has no way in yet",
    "identity/member_store": "the SQL of people and what they are in a tenant",
    "identity/provider_store": "the SQL of who somebody is at a provider of sign-ins",
    "identity/single_sign_on_routes": "the routes of signing in at a provider, for the REST door",
    "identity/second_factor_store": "the SQL of second factors and recovery codes",
    "identity/second_factor_routes": "the routes of second factors, for the REST door",
    "identity/second_factor_schemas": "what second factors look like from outside",
    "identity/time_codes": "the codes that apps show, for the use cases that look at one",
    "identity/user_routes": "the routes of people, for the REST door",
    "broker/approvals": "orders of keys that wait for a person, for the store, the use cases and the doors",
    "broker/approval_store": "the SQL of orders that wait for a person",
    "broker/approval_routes": "the routes of orders that wait for a person",
    "broker/approval_schemas": "what orders that wait for a person look like from outside",
    "broker/spending_store": "the SQL of what keys have spent of their budgets, for the order writer",
    "identity/rate_routes": "the routes of how often people may ask",
    "identity/rate_schemas": "what rates look like from outside",
    "identity/request_counts": "how often people ask and fail to sign in, for the gate",
    "identity/key_schemas": "what keys look like from outside, and what they can be kept to",
    "identity/user_schemas": "what people look like from outside",
    "watch/lookout": "what is to be looked at next, for both rooms that look",
    "watch/numbered_news": "that there is something new by number, for the stream",
    "watch/notifications": "what people want to be told of orders, and were told",
    "watch/notification_store": "rules and what was told by them, for the use cases and reads",
    "watch/notification_queries": "reads of rules and notifications, for the doors",
    "watch/notification_routes": "the routes of what people are told of orders",
    "watch/notification_schemas": "what rules and notifications look like from outside",
    "watch/account_limits": "limits of accounts and what was told of them, for the store, the use cases and the stream",
    "watch/limit_store": "limits of accounts and what was told of them, for the use cases and reads",
    "watch/limit_queries": "reads of limits and of what they measure, for the doors",
    "watch/limit_routes": "the routes of limits of accounts",
    "watch/limit_schemas": "what limits of accounts look like from outside",
    "broker/limit_schemas": "what a limit is asked with, of an account and of a run",
    "backtests/result_schemas": "what came of a run in figures, from outside",
    "backtests/limit_rows": "how the limits of a run were used, as it is kept",
    "watch/alerts": "alerts that were set and what fired of them, for the store, the use cases and the stream",
    "watch/watchlists": "a list of symbols, for the store and the use cases",
    "broker/greek_history": "the Greeks of an account now and at closes, for the routes",
    "broker/greek_schemas": "what the Greeks of an account look like from outside",
    "broker/spread_schemas": "what spreads from a template look like from outside",
    "broker/popular_queries": "what is held or ordered on tapes, for what keeps its quotes warm",
    "broker/held_queries": "options that were ever held, for the routes",
    "broker/history_queries": "which orders of an account are meant, for the routes",
    "broker/order_queries": "reads of orders and activities, for the doors",
    "broker/account_store": "accounts as a whole, for the use cases of their life",
    "broker/life_routes": "the routes of the life of accounts",
    "broker/position_sizes": "how much an account would buy, for its route and tool",
    "broker/size_routes": "the route of position sizes",
    "broker/size_schemas": "what position sizes look like from outside",
    "broker/leverage_routes": "the routes of the leverage of pairs",
    "broker/leverage_schemas": "what leverage looks like from outside",
    "broker/position_schemas": "what a position looks like from outside",
    "broker/life_schemas": "what the life of accounts looks like from outside",
    "broker/gain_queries": "gains by lot and open lots, worked out from events, for the routes",
    "broker/gain_routes": "the routes of lots and of what closing them brought",
    "broker/gain_schemas": "what gains and lots look like from outside",
    "broker/changed_rows": "what changes write, as one statement takes it",
    "broker/changes": "what happened to accounts and why, for the store and those who hand it over",
    "backtests/backtests": "a run of a strategy as it is kept",
    "backtests/report": "what came of a run, as it is kept and told",
    "backtests/compiled_course": "what a tape has shown as bars, for compiled runs",
    "backtests/price_spans": "where prices went, for runs that pass over facts",
    "backtests/tape_market": "what a tape has shown, as a strategy is run on it",
    "broker/replay": "an account lived again, for re-scores",
    "broker/repeats": "what was asked for under a name before",
    "broker/rescore_routes": "the routes of re-scoring",
    "broker/rescore_schemas": "what re-scores look like from outside",
    "broker/risk_schemas": "what the risk of an order looks like from outside",
    "broker/story": "what the events of an account tell, for reconciliation and reads of the past",
    "broker/past_queries": "reads of an account as of a moment",
    "broker/statistics_queries": "reads of what became of orders",
    "broker/statistics_routes": "the routes of what became of orders",
    "broker/statistics_schemas": "what the statistics of orders look like from outside",
    "broker/fill_queries": "which fills are meant, and what each realised",
    "broker/book_queries": "everything stored of an account, for its reconciliation",
    "broker/close_queries": "what is new of accounts at a close, for their reconciliation",
    "broker/day_queries": "what a day has brought an account, since the previous close",
    "broker/lineage_queries": "whose history an account reads, for every read of history",
    "broker/fork_routes": "the routes of forks and of accounts side by side",
    "broker/fork_schemas": "what forks and comparisons look like from outside",
    "broker/rows": "what the store reads and writes, as values",
    "broker/guarded_write": "a write that happens only if what it was decided on stands, for the order writer",
    "broker/write_statements": "the SQL of what changed, for the store and guarded writes",
    "broker/statements": "the SQL of the order path, for the store and the order writer",
    "marketdata/scans": "how options move at the points of a portfolio scan, for the marks",
    "marketdata/answers": "answers about tapes that nothing has moved since, for the routes",
    "marketdata/quote_routes": "the route of standing quotes, which repeats itself",
    "marketdata/price_tests": "which shares are under the price test of short sales, for their marks",
    "marketdata/sectors": "which sectors a tape knows, for the broker",
    "marketdata/circumstances": "what stands around a price, for the marks",
    "marketdata/volatilities": "how much instruments have moved on a tape, for other features",
    "marketdata/marks": "what instruments are worth on a tape, for other features",
    "broker/work": "the unit of work of the order path",
    "broker/equity_history": "the equity line, worked out from ledger and tape, for the routes",
    "broker/hot_routes": "plain routes declared in a table, for the REST door",
    "broker/activity_schemas": "what activities look like from outside",
    "broker/order_schemas": "what orders look like from outside",
    "broker/margin_schemas": "what margin looks like from outside",
    "broker/preview_schemas": "what the preview of an order looks like from outside",
    "broker/option_schemas": "what the life of options looks like from outside",
    "broker/expiries": "how options would end, worked out from the tape, for the routes",
    "broker/payoffs": "what models say of legs, for the routes",
    "broker/strategies": "what positions in options make, for the routes",
    "broker/strategy_schemas": "what strategies look like from outside",
    "broker/option_routes": "the routes of options, which are many",
    "broker/remembered": "what is known of accounts between batches, for the order writer",
    "broker/touching": "what a batch of commands needs to load, for the order writer",
    "broker/writer_connection": "how the order writer reaches the database",
    "broker/answers": "what the order writer answers",
    "broker/batch_schemas": "what many orders at once look like from outside",
    "broker/batch_routes": "the routes of many orders at once",
    "broker/order_writer": "many commands, one commit; place_order and its like hand over to it",
}

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


def words(name: str) -> list[str]:
    """Split a name into lower-case words: PlaceOrder and place_order are both place, order."""
    return [word.lower() for word in _WORD.findall(name)]


def is_banned(name: str) -> bool:
    """Say whether a name is, or contains, a word we do not use."""
    if name in ALLOWED:
        return False
    found = words(name)
    return bool(BANNED_PARTS.intersection(found)) or "".join(found) in BANNED_WHOLE


def defined_names(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield every name a module gives to something, with its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name, node.lineno
        elif isinstance(node, ast.arg):
            yield node.arg, node.lineno
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id, node.lineno
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr, node.lineno
        elif isinstance(node, ast.alias) and node.asname:
            yield node.asname, 0


def banned_names(path: PurePosixPath, tree: ast.Module) -> Iterator[str]:
    """Find names, of files and inside them, that say nothing or say two things."""
    if path.parts[:2] == ("doors", "alpaca"):  # a dialect keeps its own words in its own folder
        return
    for part in (*path.parts[:-1], path.stem):
        if is_banned(part) or part in BANNED_FILES:
            yield f"{part} is not a name"
    for name, line in defined_names(tree):
        if is_banned(name):
            yield f"line {line} defines {name}"


def nameless_use_cases(path: PurePosixPath, tree: ast.Module) -> Iterator[str]:
    """Find files of a feature that are neither a fixed file, a listed noun, nor a use case of their name."""
    folder, stem = path.parts[:-1], path.stem
    if not folder or folder[0] != "features" or stem in FIXED_FILES or ADAPTER_FOLDERS.intersection(folder):
        return
    if "/".join((*folder[1:], stem)) in NOUNS:
        return
    defined = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    if stem not in defined:
        yield f"defines no function {stem}; a use case has the name of its file, a noun is listed in NOUNS"


def test_every_name_means_one_thing() -> None:
    assert broken(banned_names) == []


def test_a_use_case_has_the_name_of_its_file() -> None:
    assert broken(nameless_use_cases) == []


@pytest.mark.parametrize(
    "source",
    [
        "class OrderManager: ...",
        "def helper(): ...",
        "def place(order_data): ...",
        "stock = 1",
        "for info in (): ...",
        "trade = 1",
        "class Trade: ...",
        "import json as utils",
    ],
)
def test_a_drawer_is_found(source: str) -> None:
    assert seeded(banned_names, "core/broker/engine.py", source)


@pytest.mark.parametrize("path", ["core/broker/utils.py", "infra/common.py", "features/order_service/store.py"])
def test_a_drawer_of_a_file_is_found(path: str) -> None:
    assert seeded(banned_names, path, "")


@pytest.mark.parametrize("name", ["marketdata", "metadata", "TRADE", "traded_quantity", "restock_fee", "information"])
def test_a_word_that_only_contains_a_banned_one_stays(name: str) -> None:
    assert not is_banned(name)


def test_a_file_without_its_use_case_is_found() -> None:
    assert seeded(nameless_use_cases, "features/broker/place_order.py", "async def submit(): ...")
    assert not seeded(nameless_use_cases, "features/broker/place_order.py", "async def place_order(): ...")
