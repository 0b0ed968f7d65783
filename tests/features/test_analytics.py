"""Every figure of every analytic answers to what it is worked out from: none is a constant in disguise."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from tests.desk import RunningDesk, wish

CALL, HIGH_CALL, PUT = "ACME240607C00100000", "ACME240607C00105000", "ACME240607P00100000"
MARGINED = {"margin": {"kind": "reg_t"}, "option_level": 4, "fill_model": "ideal"}
FAR = {"type": "limit", "limit_price": "50.00", "time_in_force": "gtc"}
FAR_ABOVE = {**FAR, "limit_price": "200.00"}
Trade = tuple[str, str, str, dict[str, str]]
# What somebody may hold: little, much, owed, and options of every make; what comes last may go on waiting.
BOOKS: dict[str, tuple[dict[str, Any], tuple[Trade, ...]]] = {
    "a share": ({"cash": "20000", **MARGINED}, (("buy", "10", "ACME", {}), ("sell", "4", "ACME", {}))),
    "on credit": ({"cash": "20000", **MARGINED}, (("buy", "350", "ACME", {}), ("sell", "30", "ACME", {}))),
    "short": ({"cash": "30000", **MARGINED}, (("sell", "90", "ACME", {}), ("buy", "25", "ACME", {}))),
    "spread": ({"cash": "15000", **MARGINED}, (("buy", "3", CALL, {}), ("sell", "3", HIGH_CALL, {}))),
    "condor's half": ({"cash": "25000", **MARGINED}, (("buy", "1", HIGH_CALL, {}), ("sell", "1", CALL, {}))),
    "covered": ({"cash": "50000", **MARGINED}, (("buy", "200", "ACME", {}), ("sell", "1", HIGH_CALL, {}))),
    "put": ({"cash": "9000", **MARGINED}, (("sell", "2", PUT, {}), ("buy", "1", PUT, {}))),
    "cash": (
        {"cash": "8000", "seed": 7, "option_level": 1},
        (("buy", "20", "ACME", {}), ("buy", "5", "ACME", FAR), ("sell", "3", "ACME", FAR_ABOVE)),
    ),
    "long calls": ({"cash": "9500", "option_level": 2, "fill_model": "ideal"}, (("buy", "2", CALL, {}),)),
}
NEVER = "none of these books has seen any"
PLAIN_MODEL = "the model of these accounts has no such part"
# Figures that are the same for all of these books, and why.
GIVEN = {
    **dict.fromkeys(("account.epoch", "statistics.epoch"), "none of these accounts was reset"),
    **dict.fromkeys(
        ("account.claims", "account.unsettled_cash", "account.margin.day_trades", "gains.items.added_basis",
         "gains.items.disallowed_loss", "gains.totals.disallowed_loss", "gains.totals.long_term",
         "preview.before.margin.day_trades", "preview.accepted.margin.day_trades", "preview.filled.margin.day_trades",
         "statistics.by_status.partially_filled", "statistics.by_status.cancelled", "statistics.by_status.replaced",
         "statistics.by_status.rejected"), NEVER,
    ),
    **dict.fromkeys(
        ("statistics.median_seconds_to_fill", "statistics.mean_seconds_to_fill"),
        "each of these orders waited for the next session of the same market",
    ),
    **dict.fromkeys(
        ("preview.order.leg", "preview.order.filled_quantity", "preview.order.fees"), "an order before its time",
    ),
    **dict.fromkeys(
        (f"preview.expected_fill.parts.{part}" for part in ("volatility", "time_of_day", "noise", "queue")), PLAIN_MODEL
    ),
    **dict.fromkeys(
        ("positions.items.leverage", "account.margin.set_aside", "preview.before.margin.set_aside",
         "preview.accepted.margin.set_aside", "preview.filled.margin.set_aside",
         "account.margin.isolated", "preview.before.margin.isolated",
         "preview.accepted.margin.isolated", "preview.filled.margin.isolated"),
        "only pairs are bought with leverage, and this market has none; see tests/features/broker/test_leverage.py",
    ),
    "account.funding_daily_rate": "only pairs are funded; see tests/features/broker/test_funding.py",
    "preview.borrow_rate": "one share is borrowed",
}  # fmt: skip
READS = {
    "account": "/v1/accounts/{id}",
    "positions": "/v1/accounts/{id}/positions",
    "equity": "/v1/accounts/{id}/equity",
    "gains": "/v1/accounts/{id}/gains",
    "strategies": "/v1/accounts/{id}/strategies",
    "statistics": "/v1/accounts/{id}/order-statistics",
}


def figures(answer: Any, where: str) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - any JSON
    """Yield every number in an answer with the path to it; the place in a list does not count."""
    if isinstance(answer, dict):
        for name, value in answer.items():
            yield from figures(value, f"{where}.{name}")
    elif isinstance(answer, list):
        for value in answer:
            yield from figures(value, where)
    elif not isinstance(answer, bool) and _is_number(answer):
        yield where, str(answer)


def _is_number(value: object) -> bool:
    try:
        float(str(value))
    except ValueError:
        return False
    return True


async def seen(desk: RunningDesk, rules: dict[str, Any], trades: tuple[Trade, ...]) -> list[tuple[str, str]]:
    """Let an account trade, and return every figure that its analytics tell."""
    tape_id, account_id = await desk.market("chain", **rules)
    for side, quantity, symbol, terms in trades:
        await desk.mine.order(account_id, side, quantity, symbol=symbol, **terms)
        if symbol == "ACME":
            await desk.mine.step(tape_id)
    await desk.mine.step(tape_id)
    reads = {name: await desk.mine.get(path.format(id=account_id)) for name, path in READS.items()}
    side, quantity, symbol, _ = trades[0]
    reads["preview"] = await desk.mine.post("/v1/orders/preview", wish(account_id, side, quantity, symbol=symbol))
    return [figure for name, answer in reads.items() for figure in figures(answer, name)]


async def test_every_figure_answers_to_its_input(desk: RunningDesk) -> None:
    values: defaultdict[str, set[str]] = defaultdict(set)
    for rules, trades in BOOKS.values():
        for path, value in await seen(desk, rules, trades):
            values[path].add(value)
    constant = {path: min(found) for path, found in values.items() if len(found) == 1}
    assert {path: value for path, value in constant.items() if path not in GIVEN} == {}
    assert GIVEN.keys() <= constant.keys()
    assert len(values) > 100
