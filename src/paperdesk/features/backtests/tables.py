"""The tables of backtests: what was asked and what came of it row by row, and the ledger of all trials."""

from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

from paperdesk.features.backtests.question_store import question_columns
from paperdesk.infra.db import Exact, Instant, metadata
from paperdesk.infra.personal import personal

backtests = Table(
    "backtests",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("tenant_id", Uuid, nullable=False),
    Column("owner_id", Uuid, nullable=False),
    Column("job_id", Uuid, nullable=False),
    *question_columns(),
    Column("limits", JSONB, nullable=False),
    Column("report", JSONB),
    Column("ended_at", Instant),
    info=personal("owner_id", on_erasure="goes"),
)

strategy_runs = Table(
    "strategy_runs",
    metadata,
    Column("backtest_id", Uuid, ForeignKey(backtests.c.id, ondelete="CASCADE"), primary_key=True),
    Column("tenant_id", Uuid, nullable=False),
    # Of the feature above, which alone knows that table.
    Column("saved_strategy_id", Uuid, nullable=False),
    Column("version", Integer, nullable=False),
    info=personal(None),  # they go with their strategy, and with their backtest
)


def _result_table(name: str, *columns: Column[Any]) -> Table:
    """Return a table of rows of what came of runs, in their order from 1; they go with their run."""
    return Table(
        f"backtest_{name}",
        metadata,
        Column("backtest_id", Uuid, ForeignKey(backtests.c.id, ondelete="CASCADE"), primary_key=True),
        Column("number", Integer, primary_key=True),
        Column("tenant_id", Uuid, nullable=False),
        Column("owner_id", Uuid, nullable=False),
        *columns,
        info=personal("owner_id", on_erasure="goes"),
    )


points = _result_table(
    "points",
    Column("at", Instant, nullable=False),
    Column("equity", Exact),
    Column("cash", Exact, nullable=False),
    Column("invested", Exact),
)
run_orders = _result_table(
    "orders",
    Column("id", Uuid, nullable=False),
    Column("accepted_at", Instant, nullable=False),
    Column("symbol", Text, nullable=False),
    Column("side", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("quantity", Exact, nullable=False),
    Column("limit_price", Exact),
    Column("stop_price", Exact),
    Column("status", Text, nullable=False),
    Column("filled_quantity", Exact, nullable=False),
    Column("average_fill_price", Exact),
    Column("fees", Exact, nullable=False),
    Column("closed_reason", Text),
    Column("tag", Text),
)
run_fills = _result_table(
    "fills",
    Column("at", Instant, nullable=False),
    Column("order_number", Integer, nullable=False),
    Column("symbol", Text, nullable=False),
    Column("side", Text, nullable=False),
    Column("quantity", Exact, nullable=False),
    Column("price", Exact, nullable=False),
    Column("fee", Exact, nullable=False),
    Column("rule", Text),
    Column("is_ambiguous", Boolean, nullable=False),
)
round_trips = _result_table(
    "round_trips",
    Column("symbol", Text, nullable=False),
    Column("side", Text, nullable=False),
    Column("decided_at", Instant, nullable=False),
    Column("entered_at", Instant, nullable=False),
    Column("delay_s", Double, nullable=False),
    Column("left_at", Instant),
    Column("quantity", Exact, nullable=False),
    Column("entry_price", Exact, nullable=False),
    Column("exit_price", Exact),
    Column("gain", Exact),
    Column("gain_rate", Double),
    Column("fees", Exact, nullable=False),
    Column("bars", Integer, nullable=False),
    Column("adverse", Double),
    Column("favourable", Double),
    Column("entry_rule", Text),
    Column("exit_rule", Text),
    Column("exit_reason", Text),
    Column("tag", Text),
    Column("exit_tag", Text),
    Column("is_ambiguous", Boolean, nullable=False),
)
run_positions = _result_table(
    "positions",
    Column("at", Instant, nullable=False),
    Column("symbol", Text, nullable=False),
    Column("quantity", Exact, nullable=False),
    Column("average_price", Exact),
)
run_events = _result_table(
    "events",
    Column("seq", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Column("kind", Text, nullable=False),
    Column("order_id", Uuid),
    Column("symbol", Text),
    Column("reason", Text),
    Column("tag", Text),
)
periods = _result_table(
    "periods",
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("began_at", Instant, nullable=False),
    Column("ended_at", Instant, nullable=False),
    Column("equity", Exact),
    Column("gain", Exact),
    Column("rate", Double),
    Column("round_trips", Integer, nullable=False),
    Column("round_trip_gain", Exact, nullable=False),
)
figures = _result_table(
    "figures",
    Column("name", Text, nullable=False),
    Column("value", Double),
    Column("reason", Text),
)

# Whoever asked for a trial may go, and the run with them; that it was tried stays, and is nobody's.
trials = Table(
    "trials",
    metadata,
    Column("run_id", Uuid, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("tenant_id", Uuid, nullable=False),
    Column("strategy", Text, nullable=False),
    Column("dataset_id", Uuid, nullable=False),
    Column("symbols", ARRAY(Text), nullable=False),
    Column("question", Text, nullable=False),
    Column("after_cursor", BigInteger, nullable=False),
    Column("upto_cursor", BigInteger, nullable=False),
    Column("parameters", JSONB, nullable=False),
    Column("equity_after", Exact),
    Column("total_return", Double),
    Column("cagr", Double),
    Column("volatility", Double),
    Column("sharpe", Double),
    Column("max_drawdown", Double),
    Column("calmar", Double),
    Column("orders", Integer),
    Column("refusals", Integer),
    Column("reason", Text),
    Column("periods_a_year", Double, nullable=False),
    Column("returns", Integer),
    Column("sums", LargeBinary),
    Column("tried_at", Instant, nullable=False),
    info=personal(None),
)
