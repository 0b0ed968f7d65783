"""A login has several tokens: a short one for programs, one for its browser, and one that fetches the next."""

from alembic import op

revision = "0026"
down_revision = "0025"

MINE = "tenant_id = any((select nullif(current_setting('paperdesk.tenants', true), '')::uuid[])::uuid[])"


def upgrade() -> None:
    """Add the tokens; logins that stand keep the one they have, for as long as they had it."""
    op.execute("""
        create table login_tokens (
          token_hash bytea primary key,
          login_id uuid not null references logins,
          tenant_id uuid not null references tenants,
          kind text not null,
          expires_at timestamptz not null,
          spent_at timestamptz
        )
    """)
    op.execute("create index login_tokens_by_login on login_tokens (login_id)")
    op.execute("create index logins_by_user on logins (user_id, id)")
    op.execute("""
        insert into login_tokens (token_hash, login_id, tenant_id, kind, expires_at)
        select token_hash, id, tenant_id, 'browser', expires_at from logins
    """)
    op.execute("alter table logins drop column token_hash")
    op.execute("alter table logins add column way_in text not null default 'link'")
    op.execute("alter table logins alter column way_in drop default")
    op.execute("alter table logins add column program text not null default ''")
    op.execute("alter table logins alter column program drop default")
    op.execute("alter table login_tokens enable row level security, force row level security")
    op.execute(f"create policy mine on login_tokens using ({MINE}) with check ({MINE})")
    op.execute("grant select, insert, update, delete on login_tokens to paperdesk_app, paperdesk_system")
