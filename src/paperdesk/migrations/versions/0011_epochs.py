"""Accounts have an owner and epochs: a client order id is taken only by an order of the same epoch."""

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add the owner, find what an epoch was given quickly, and let the guard of writes look at epochs."""
    op.execute("""
        alter table accounts add column owner_id uuid;
        update accounts a set owner_id = (select min(m.user_id::text)::uuid from memberships m
          where m.tenant_id = a.tenant_id);
        create index entries_of_capital on entries (account_id, number) where kind in ('transfer', 'reset')
    """)
    op.execute("""
        create or replace function unmoved(
          for_tenants text, tape_ids uuid[], tape_versions text[], account_ids uuid[], account_versions text[],
          named_in uuid[], names text[]
        ) returns boolean language plpgsql as $$
        begin
          perform set_config('paperdesk.tenants', for_tenants, true);
          if (
            select count(*) from (
              select t.id, t.xmin::text as version from tape_runs t where t.id = any(tape_ids)
              order by t.id for share
            ) found join unnest(tape_ids, tape_versions) as known(id, version) using (id, version)
          ) < cardinality(tape_ids) then
            return false;
          end if;
          if (
            select count(*) from (
              select a.id, a.xmin::text as version from accounts a where a.id = any(account_ids)
              order by a.id for update
            ) found join unnest(account_ids, account_versions) as known(id, version) using (id, version)
          ) < cardinality(account_ids) then
            return false;
          end if;
          return not exists (
            select from unnest(named_in, names) as n(account_id, client_order_id)
              join accounts a on a.id = n.account_id
              join orders o on (o.account_id, o.epoch, o.client_order_id) = (a.id, a.epoch, n.client_order_id)
          );
        end $$
    """)
