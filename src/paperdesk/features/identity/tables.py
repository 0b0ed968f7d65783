"""Tables of identity. Of `users` a request sees its own tenant's, without what is secret.

Of `sign_in_links`, `second_factors`, `recovery_codes` and `provider_subjects` a request sees none.
"""

from sqlalchemy import BigInteger, Boolean, Column, Integer, LargeBinary, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from paperdesk.infra.db import Instant, metadata
from paperdesk.infra.personal import personal

tenants = Table(
    "tenants",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    info=personal(None),
)

tenant_rates = Table(
    "tenant_rates",
    metadata,
    Column("tenant_id", Uuid, primary_key=True),
    Column("rates", JSONB, nullable=False),
    Column("quotas", JSONB),
    info=personal(None),
)

users = Table(
    "users",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("email", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("password_hash", Text),
    Column("created_at", Instant, nullable=False),
    info=personal("id", secret=frozenset({"password_hash"})),
)

second_factors = Table(
    "second_factors",
    metadata,
    Column("user_id", Uuid, primary_key=True),
    Column("sealed_with", Text, nullable=False),
    Column("box", LargeBinary, nullable=False),
    Column("confirmed_at", Instant),
    Column("last_step", BigInteger, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("waits_until", Instant),
    info=personal(None),
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("user_id", Uuid, primary_key=True),
    Column("code_hash", LargeBinary, primary_key=True),
    info=personal(None),
)

memberships = Table(
    "memberships",
    metadata,
    Column("tenant_id", Uuid, primary_key=True),
    Column("user_id", Uuid, primary_key=True),
    Column("role", Text, nullable=False),
    Column("verification", Text, nullable=False),
    Column("tier", Text, nullable=False),
    Column("joined_at", Instant, nullable=False),
    Column("deactivated_at", Instant),
    info=personal("user_id"),
)

preferences = Table(
    "preferences",
    metadata,
    Column("tenant_id", Uuid, primary_key=True),
    Column("user_id", Uuid, primary_key=True),
    Column("time_zone", Text, nullable=False),
    Column("base_currency", Text, nullable=False),
    Column("locale", Text, nullable=False),
    Column("number_format", Text, nullable=False),
    info=personal("user_id"),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("tenant_id", Uuid, nullable=False),
    Column("user_id", Uuid, nullable=False),
    Column("name", Text, nullable=False),
    Column("prefix", Text, nullable=False, unique=True),
    Column("secret_hash", LargeBinary, nullable=False),
    Column("scopes", ARRAY(Text), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("limits", JSONB),
    Column("expires_at", Instant),
    Column("revoked_at", Instant),
    Column("last_used_at", Instant),
    info=personal("user_id", secret=frozenset({"secret_hash"}), blanked={"name": ""}),
)

logins = Table(
    "logins",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("tenant_id", Uuid, nullable=False),
    Column("user_id", Uuid, nullable=False),
    Column("way_in", Text, nullable=False),
    Column("program", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("ended_at", Instant),
    info=personal("user_id"),
)

login_tokens = Table(
    "login_tokens",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("login_id", Uuid, nullable=False),
    Column("tenant_id", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("spent_at", Instant),
    info=personal(None),
)

provider_subjects = Table(
    "provider_subjects",
    metadata,
    Column("issuer", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("user_id", Uuid, nullable=False),
    Column("linked_at", Instant, nullable=False),
    info=personal(None),
)

sign_in_links = Table(
    "sign_in_links",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("tenant_id", Uuid, nullable=False),
    Column("user_id", Uuid, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
    Column("proves_address", Boolean, nullable=False),
    info=personal(None),
)
