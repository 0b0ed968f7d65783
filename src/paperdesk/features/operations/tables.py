"""Tables of operations."""

from sqlalchemy import BigInteger, Column, LargeBinary, Table, Uuid
from sqlalchemy.dialects.postgresql import ARRAY

from paperdesk.infra.db import Instant, metadata
from paperdesk.infra.personal import personal

seals = Table(
    "seals",
    metadata,
    Column("tenant_id", Uuid, primary_key=True),
    Column("number", BigInteger, primary_key=True),
    Column("sealed_at", Instant, nullable=False),
    Column("line_ids", ARRAY(Uuid), nullable=False),
    Column("account_ids", ARRAY(Uuid), nullable=False),
    Column("first_seqs", ARRAY(BigInteger), nullable=False),
    Column("last_seqs", ARRAY(BigInteger), nullable=False),
    Column("digests", LargeBinary, nullable=False),
    Column("previous", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    info=personal(None),
)
