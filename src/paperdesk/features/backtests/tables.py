"""The tables of backtests: what was asked and what came of it, and the ledger of all trials."""

from sqlalchemy import ARRAY, BigInteger, Column, Double, Integer, LargeBinary, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from paperdesk.infra.db import Exact, Instant, metadata
from paperdesk.infra.personal import personal

backtests = Table(
    "backtests",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("tenant_id", Uuid, nullable=False),
    Column("owner_id", Uuid, nullable=False),
    Column("job_id", Uuid, nullable=False),
    Column("name", Text, nullable=False),
    Column("tape_id", Uuid, nullable=False),
    Column("dataset_id", Uuid, nullable=False),
    Column("strategy", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("symbols", ARRAY(Text), nullable=False),
    Column("parameters", JSONB, nullable=False),
    Column("rules", Text, nullable=False),
    Column("mode", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("cash", Exact, nullable=False),
    Column("risk_free", Exact, nullable=False),
    Column("benchmark", Text),
    Column("after_cursor", BigInteger, nullable=False),
    Column("upto_cursor", BigInteger, nullable=False),
    Column("report", JSONB),
    Column("asked_at", Instant, nullable=False),
    Column("ended_at", Instant),
    info=personal("owner_id", on_erasure="goes"),
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
