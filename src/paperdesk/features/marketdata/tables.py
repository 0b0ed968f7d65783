"""Tables of market data: what a tape is made of. The prices themselves live in datasets on disk."""

from sqlalchemy import ARRAY, BigInteger, Boolean, Column, Integer, LargeBinary, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from paperdesk.infra.db import Exact, Instant, metadata
from paperdesk.infra.personal import personal

instruments = Table(
    "instruments",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("symbol", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("calendar", Text, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    info=personal(None),
)

tape_sources = Table(
    "tape_sources",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("tenant_id", Uuid),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    info=personal(None),
)

dataset_versions = Table(
    "dataset_versions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("source_id", Uuid, nullable=False),
    Column("tenant_id", Uuid),
    Column("version", Integer, nullable=False),
    Column("content_hash", Text, nullable=False),
    Column("manifest", JSONB, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    info=personal(None),
)

tape_runs = Table(
    "tape_runs",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("tenant_id", Uuid),
    Column("owner_id", Uuid, nullable=False),
    Column("dataset_id", Uuid, nullable=False),
    Column("parent_id", Uuid),
    Column("name", Text, nullable=False),
    Column("shared", Boolean, nullable=False),
    Column("seed", BigInteger, nullable=False),
    Column("cursor", BigInteger, nullable=False),
    Column("at", Instant, nullable=False),
    Column("target_cursor", BigInteger, nullable=False),
    Column("target_at", Instant, nullable=False),
    Column("state", Text, nullable=False),
    Column("speed", Exact),
    Column("skip_closed", Boolean, nullable=False),
    Column("awaits", Text),
    Column("awaits_account", Uuid),
    Column("stopped_by", Text),
    Column("acknowledged", BigInteger),
    Column("has_ended", Boolean, nullable=False),
    Column("starts_at", Instant, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    info=personal("owner_id", blanked={"name": "A tape"}),
)

tape_presets = Table(
    "tape_presets",
    metadata,
    Column("tenant_id", Uuid, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("owner_id", Uuid, nullable=False),
    Column("title", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("dataset_id", Uuid, nullable=False),
    Column("starts_at", Instant, nullable=False),
    Column("warm_up", Integer, nullable=False),
    Column("shared", Boolean, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    info=personal("owner_id"),
)

tape_strategies = Table(
    "tape_strategies",
    metadata,
    Column("tape_id", Uuid, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("tenant_id", Uuid, nullable=False),
    Column("acknowledged", BigInteger, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    info=personal(None),
)

source_keys = Table(
    "source_keys",
    metadata,
    Column("tenant_id", Uuid, primary_key=True),
    Column("vendor", Text, primary_key=True),
    Column("sealed_with", Text, nullable=False),
    Column("box", LargeBinary, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    info=personal(None),
)

source_rows = Table(
    "source_rows",
    metadata,
    Column("tenant_id", Uuid, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("vendors", ARRAY(Text), nullable=False),
    Column("recorded_at", Instant, nullable=False),
    info=personal(None),
)
