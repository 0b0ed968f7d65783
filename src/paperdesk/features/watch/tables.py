"""Tables of watching: lists of symbols, price alerts and when they fired, and what people are told of orders."""

from sqlalchemy import ARRAY, BigInteger, Boolean, Column, Integer, Table, Text, Uuid

from paperdesk.infra.db import Exact, Instant, metadata
from paperdesk.infra.personal import personal

watchlists = Table(
    "watchlists",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("tenant_id", Uuid, nullable=False),
    Column("owner_id", Uuid, nullable=False),
    Column("name", Text, nullable=False),
    Column("symbols", ARRAY(Text), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    info=personal("owner_id", on_erasure="goes"),
)

price_alerts = Table(
    "price_alerts",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("tenant_id", Uuid, nullable=False),
    Column("owner_id", Uuid, nullable=False),
    Column("tape_id", Uuid, nullable=False),
    Column("instrument_id", Uuid, nullable=False),
    Column("symbol", Text, nullable=False),
    Column("condition", Text, nullable=False),
    Column("level", Exact, nullable=False),
    Column("rearms", Boolean, nullable=False),
    Column("is_armed", Boolean, nullable=False),
    Column("is_beyond", Boolean, nullable=False),
    Column("checked_cursor", BigInteger, nullable=False),
    Column("version", Integer, nullable=False),
    Column("set_at", Instant, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    info=personal("owner_id", on_erasure="goes"),
)

price_alert_firings = Table(
    "price_alert_firings",
    metadata,
    Column("tape_id", Uuid, primary_key=True),
    Column("owner_id", Uuid, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("tenant_id", Uuid, nullable=False),
    Column("alert_id", Uuid, nullable=False),
    Column("symbol", Text, nullable=False),
    Column("condition", Text, nullable=False),
    Column("level", Exact, nullable=False),
    Column("cursor", BigInteger, nullable=False),
    Column("at", Instant, nullable=False),
    Column("price", Exact, nullable=False),
    Column("change_percent", Exact),
    Column("recorded_at", Instant, nullable=False),
    info=personal("owner_id", on_erasure="goes"),
)

notification_rules = Table(
    "notification_rules",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("tenant_id", Uuid, nullable=False),
    Column("owner_id", Uuid, nullable=False),
    Column("account_id", Uuid, nullable=False),
    Column("name", Text, nullable=False),
    Column("events", ARRAY(Text), nullable=False),
    Column("states", ARRAY(Text), nullable=False),
    Column("symbols", ARRAY(Text), nullable=False),
    Column("channels", ARRAY(Text), nullable=False),
    Column("url", Text),
    Column("told_seq", BigInteger, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    info=personal("owner_id", on_erasure="goes"),
)

notifications = Table(
    "notifications",
    metadata,
    Column("account_id", Uuid, primary_key=True),
    Column("owner_id", Uuid, primary_key=True),
    Column("number", BigInteger, primary_key=True),
    Column("tenant_id", Uuid, nullable=False),
    Column("id", Uuid, nullable=False),
    Column("rule_id", Uuid, nullable=False),
    Column("rule", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("event", Text, nullable=False),
    Column("order_id", Uuid, nullable=False),
    Column("symbol", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("quantity", Exact, nullable=False),
    Column("filled_quantity", Exact, nullable=False),
    Column("at", Instant, nullable=False),
    Column("job_id", Uuid),
    Column("recorded_at", Instant, nullable=False),
    info=personal("owner_id", on_erasure="goes"),
)
