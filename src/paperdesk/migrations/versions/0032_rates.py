"""How often the people of a tenant may ask, where it has set that."""

from alembic import op

revision = "0032"
down_revision = "0031"

MINE = "tenant_id = any((select nullif(current_setting('paperdesk.tenants', true), '')::uuid[])::uuid[])"


def upgrade() -> None:
    """Add the table; a tenant without a row goes by the rates of the desk."""
    op.execute("create table tenant_rates (tenant_id uuid primary key references tenants, rates jsonb not null)")
    op.execute("alter table tenant_rates enable row level security, force row level security")
    op.execute(f"create policy mine on tenant_rates using ({MINE}) with check ({MINE})")
    op.execute("grant select, insert, update, delete on tenant_rates to paperdesk_app, paperdesk_system")
