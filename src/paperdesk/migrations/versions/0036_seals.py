"""The audit trail says from where, cannot be changed by any role of ours, and is sealed into a chain of hashes."""

from alembic import op

revision = "0036"
down_revision = "0035"

MINE = "tenant_id = any((select nullif(current_setting('paperdesk.tenants', true), '')::uuid[])::uuid[])"


def upgrade() -> None:
    """Add seals, and how far the events of each account are sealed; what stands is sealed as it is."""
    op.execute("alter table audit add column origin text, add column seal bigint")
    op.execute("create index audit_unsealed on audit (id) where seal is null")
    op.execute("create index audit_by_seal on audit (tenant_id, seal)")
    op.execute("alter table events add column origin text")
    op.execute("""
        create table seals (
          tenant_id uuid not null references tenants,
          number bigint not null,
          sealed_at timestamptz not null,
          line_ids uuid[] not null,
          account_ids uuid[] not null,
          first_seqs bigint[] not null,
          last_seqs bigint[] not null,
          digests bytea not null,
          previous bytea not null,
          hash bytea not null,
          primary key (tenant_id, number)
        )
    """)
    op.execute("""
        create table sealed_accounts (
          account_id uuid primary key references accounts,
          tenant_id uuid not null references tenants,
          last_seq bigint not null
        )
    """)
    for table in ("seals", "sealed_accounts"):
        op.execute(f"alter table {table} enable row level security, force row level security")
        op.execute(f"create policy mine on {table} using ({MINE}) with check ({MINE})")
        op.execute(f"grant select on {table} to paperdesk_app")
        op.execute(f"grant select, insert on {table} to paperdesk_system")
    op.execute("grant update (last_seq) on sealed_accounts to paperdesk_system")
    op.execute("revoke update, delete, truncate on audit, events from paperdesk_app, paperdesk_system")
    op.execute("grant update (seal) on audit to paperdesk_system")
