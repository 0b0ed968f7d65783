"""The tables of sweeps, of the folds of walks forward, and of studies; trials stand in the ledger of backtests."""

from sqlalchemy import ARRAY, BigInteger, Boolean, Column, Double, ForeignKey, Integer, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from paperdesk.features.backtests.question_store import question_columns
from paperdesk.infra.db import Instant, metadata
from paperdesk.infra.personal import personal

sweeps = Table(
    "sweeps",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("tenant_id", Uuid, nullable=False),
    Column("owner_id", Uuid, nullable=False),
    Column("job_ids", ARRAY(Uuid), nullable=False),
    *question_columns(),
    Column("axes", JSONB, nullable=False),
    Column("search", Text, nullable=False),
    Column("seed", BigInteger, nullable=False),
    Column("trials", Integer, nullable=False),
    Column("objective", Text, nullable=False),
    Column("only_end", Boolean, nullable=False),
    Column("walk", JSONB(none_as_null=True)),
    info=personal("owner_id", on_erasure="goes"),
)

folds = Table(
    "folds",
    metadata,
    Column("sweep_id", Uuid, ForeignKey(sweeps.c.id, ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("tenant_id", Uuid, nullable=False),
    Column("parameters", JSONB(none_as_null=True)),
    Column("trials", Integer, nullable=False),
    Column("sharpe_before", Double),
    Column("return_before", Double),
    Column("sharpe", Double),
    Column("total_return", Double),
    Column("max_drawdown", Double),
    Column("orders", Integer),
    Column("reason", Text),
    Column("at", ARRAY(Double), nullable=False),
    Column("equity", ARRAY(Double), nullable=False),
    info=personal(None),  # they go with their sweep
)

studies = Table(
    "studies",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("tenant_id", Uuid, nullable=False),
    Column("owner_id", Uuid, nullable=False),
    Column("job_id", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    *question_columns(),
    Column("plan", JSONB, nullable=False),
    Column("report", JSONB(none_as_null=True)),
    Column("ended_at", Instant),
    info=personal("owner_id", on_erasure="goes"),
)
