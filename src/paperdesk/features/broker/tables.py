"""Tables of the broker, for reading. The order path writes them with the statements in store.py."""

from sqlalchemy import BigInteger, Column, Integer, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from paperdesk.infra.db import Exact, Instant, metadata

accounts = Table(
    "accounts",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("tenant_id", Uuid, nullable=False),
    Column("number", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("currency", Text, nullable=False),
    Column("tape_id", Uuid, nullable=False),
    Column("profile", Text, nullable=False),
    Column("rules", JSONB, nullable=False),
    Column("cash", Exact, nullable=False),
    Column("held", Exact, nullable=False),
    Column("last_seq", BigInteger, nullable=False),
    Column("last_entry", BigInteger, nullable=False),
    Column("last_at", Instant, nullable=False),
    Column("status", Text, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("recorded_at", Instant, nullable=False),
)

positions = Table(
    "positions",
    metadata,
    Column("account_id", Uuid, primary_key=True),
    Column("epoch", Integer, primary_key=True),
    Column("instrument_id", Uuid, primary_key=True),
    Column("book", Text, primary_key=True),
    Column("tenant_id", Uuid, nullable=False),
    Column("quantity", Exact, nullable=False),
    Column("reserved", Exact, nullable=False),
    Column("cost", Exact, nullable=False),
)

lots = Table(
    "lots",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("tenant_id", Uuid, nullable=False),
    Column("account_id", Uuid, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("instrument_id", Uuid, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("opened_seq", BigInteger, nullable=False),
    Column("quantity", Exact, nullable=False),
    Column("cost", Exact, nullable=False),
)

orders = Table(
    "orders",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("tenant_id", Uuid, nullable=False),
    Column("account_id", Uuid, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("tape_id", Uuid, nullable=False),
    Column("instrument_id", Uuid, nullable=False),
    Column("symbol", Text, nullable=False),
    Column("client_order_id", Text, nullable=False),
    Column("side", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("quantity", Exact, nullable=False),
    Column("limit_price", Exact),
    Column("time_in_force", Text, nullable=False),
    Column("accepted_at", Instant, nullable=False),
    Column("accepted_fact", BigInteger, nullable=False),
    Column("accepted_seq", BigInteger, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("matched_through", BigInteger, nullable=False),
    Column("status", Text, nullable=False),
    Column("filled_quantity", Exact, nullable=False),
    Column("filled_value", Exact, nullable=False),
    Column("fees", Exact, nullable=False),
    Column("hold_price", Exact),
    Column("closed_reason", Text),
    Column("recorded_at", Instant, nullable=False),
)

fills = Table(
    "fills",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("tenant_id", Uuid, nullable=False),
    Column("account_id", Uuid, nullable=False),
    Column("order_id", Uuid, nullable=False),
    Column("instrument_id", Uuid, nullable=False),
    Column("symbol", Text, nullable=False),
    Column("side", Text, nullable=False),
    Column("quantity", Exact, nullable=False),
    Column("price", Exact, nullable=False),
    Column("fee", Exact, nullable=False),
    Column("fact_seq", BigInteger, nullable=False),
    Column("reference", Exact, nullable=False),
    Column("rule", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("at", Instant, nullable=False),
    Column("recorded_at", Instant, nullable=False),
)

entries = Table(
    "entries",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("tenant_id", Uuid, nullable=False),
    Column("account_id", Uuid, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("postings", JSONB, nullable=False),
    Column("cash_change", Exact, nullable=False),
    Column("cash_after", Exact, nullable=False),
    Column("at", Instant, nullable=False),
    Column("recorded_at", Instant, nullable=False),
)
