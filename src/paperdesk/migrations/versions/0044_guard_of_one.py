"""The guard of writes looks a single account up by itself: one client's order spends an eighth less of the database."""

from alembic import op

revision = "0044"
down_revision = "0043"


def upgrade() -> None:
    """Ask for the one tape and account by their keys, and for names only where there are some; else as before."""
    op.execute("""
        create or replace function unmoved(
          for_tenants text, tape_ids uuid[], tape_versions text[], account_ids uuid[], account_versions text[],
          named_in uuid[], names text[]
        ) returns boolean language plpgsql as $$
        declare
          version text;
        begin
          version := set_config('paperdesk.tenants', for_tenants, true);
          if cardinality(tape_ids) = 1 and cardinality(account_ids) = 1 then
            select t.xmin::text into version from tape_runs t where t.id = tape_ids[1] for share;
            if version is distinct from tape_versions[1] then
              return false;
            end if;
            select a.xmin::text into version from accounts a where a.id = account_ids[1] for update;
            if version is distinct from account_versions[1] then
              return false;
            end if;
          elsif (
            select count(*) from (
              select t.id, t.xmin::text as version from tape_runs t where t.id = any(tape_ids)
              order by t.id for share
            ) found join unnest(tape_ids, tape_versions) as known(id, version) using (id, version)
          ) < cardinality(tape_ids) then
            return false;
          elsif (
            select count(*) from (
              select a.id, a.xmin::text as version from accounts a where a.id = any(account_ids)
              order by a.id for update
            ) found join unnest(account_ids, account_versions) as known(id, version) using (id, version)
          ) < cardinality(account_ids) then
            return false;
          end if;
          if cardinality(names) = 0 then
            return true;
          end if;
          return not exists (
            select from unnest(named_in, names) as n(account_id, client_order_id)
              join accounts a on a.id = n.account_id
              join orders o on (o.account_id, o.epoch, o.client_order_id) = (a.id, a.epoch, n.client_order_id)
          );
        end $$
    """)
