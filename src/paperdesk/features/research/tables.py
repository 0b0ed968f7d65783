"""The table of sweeps; their trials stand in the ledger of backtests."""

from sqlalchemy import ARRAY, BigInteger, Column, Integer, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from paperdesk.infra.db import Exact, Instant, metadata
from paperdesk.infra.personal import personal

sweeps = Table(
    "sweeps",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("tenant_id", Uuid, nullable=False),
    Column("owner_id", Uuid, nullable=False),
    Column("job_ids", ARRAY(Uuid), nullable=False),
    Column("name", Text, nullable=False),
    Column("tape_id", Uuid, nullable=False),
    Column("dataset_id", Uuid, nullable=False),
    Column("strategy", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("symbols", ARRAY(Text), nullable=False),
    Column("parameters", JSONB, nullable=False),
    Column("axes", JSONB, nullable=False),
    Column("search", Text, nullable=False),
    Column("seed", BigInteger, nullable=False),
    Column("trials", Integer, nullable=False),
    Column("objective", Text, nullable=False),
    Column("rules", Text, nullable=False),
    Column("mode", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("cash", Exact, nullable=False),
    Column("risk_free", Exact, nullable=False),
    Column("benchmark", Text),
    Column("after_cursor", BigInteger, nullable=False),
    Column("upto_cursor", BigInteger, nullable=False),
    Column("asked_at", Instant, nullable=False),
    info=personal("owner_id", on_erasure="goes"),
)
