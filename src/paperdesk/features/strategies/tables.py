"""The tables of saved strategies."""

from sqlalchemy import ARRAY, Boolean, Column, ForeignKey, Integer, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from paperdesk.infra.db import Instant, metadata
from paperdesk.infra.personal import personal

saved_strategies = Table(
    "saved_strategies",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("tenant_id", Uuid, nullable=False),
    Column("owner_id", Uuid, nullable=False),
    Column("name", Text, nullable=False),
    Column("strategy", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("is_active", Boolean, nullable=False),
    Column("is_published", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    info=personal("owner_id", on_erasure="goes"),
)

strategy_versions = Table(
    "strategy_versions",
    metadata,
    Column("saved_strategy_id", Uuid, ForeignKey(saved_strategies.c.id, ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("tenant_id", Uuid, nullable=False),
    Column("code_version", Integer, nullable=False),
    Column("symbols", ARRAY(Text), nullable=False),
    Column("parameters", JSONB, nullable=False),
    Column("note", Text, nullable=False),
    Column("made_at", Instant, nullable=False),
    info=personal(None),  # they go with their strategy
)
