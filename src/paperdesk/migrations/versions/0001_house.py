"""The house stands: identity, tapes, accounts, orders, ledger, events and jobs.

Written out rather than generated, because row-level security, partial indexes and grants are the
point of it. Every table with a tenant is locked to the tenants its transaction named.
"""

from importlib.resources import files

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0001"
down_revision = None

OWNED = (
    "memberships", "api_keys", "logins", "idempotency_keys", "audit", "jobs", "accounts", "positions",
    "lots", "orders", "fills", "entries", "events",
)  # fmt: skip
PUBLIC_OR_OWNED = ("tape_sources", "dataset_versions", "tape_runs")
SYSTEM_ONLY = ("users", "sign_in_links")
PUBLIC = ("instruments",)

MINE = "tenant_id = any((select nullif(current_setting('paperdesk.tenants', true), '')::uuid[])::uuid[])"


def upgrade() -> None:
    """Create everything."""
    script = files("paperdesk.migrations.versions").joinpath("0001_house.sql").read_text(encoding="utf-8")
    # The driver itself, because scripts hold percent signs that are not placeholders.
    run = op.get_bind().connection.cursor().execute
    run(script)
    run(SchemaManager.get_schema())
    for table in OWNED:
        run(f"alter table {table} enable row level security, force row level security")
        run(f"create policy mine on {table} using ({MINE}) with check ({MINE})")
    for table in PUBLIC_OR_OWNED:
        run(f"alter table {table} enable row level security, force row level security")
        run(f"create policy seen on {table} for select using (tenant_id is null or {MINE})")
        run(f"create policy mine on {table} using ({MINE}) with check ({MINE})")
    for table in (*OWNED, *PUBLIC_OR_OWNED):
        run(f"grant select, insert, update, delete on {table} to paperdesk_app")
    for table in PUBLIC:
        run(f"grant select, insert on {table} to paperdesk_app")
    run("grant select on tenants to paperdesk_app")
    run("grant insert on outbox to paperdesk_app")
    run("grant select on postings to paperdesk_app, paperdesk_system")
    run("grant select, insert, update, delete on all tables in schema public to paperdesk_system")
    run("grant usage, select on all sequences in schema public to paperdesk_app, paperdesk_system")
    run("grant select, insert on procrastinate_jobs, procrastinate_events to paperdesk_app")
    run("revoke update, delete on audit, entries, events, fills from paperdesk_app")
