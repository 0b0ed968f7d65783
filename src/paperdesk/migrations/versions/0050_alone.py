"""An order that comes alone is written with one lock less, and its rows are checked without plans of their own.

Writing an account's row locks and compares it; the guard is asked for the tape, and for accounts where there are any.
A position and a lot are written by a statement that inserts or updates, which checks each row against every policy:
one that asks by a query is a plan of its own each time.
"""

from alembic import op

revision = "0050"
down_revision = "0049"

TABLES = ("positions", "lots")


def upgrade() -> None:
    """Ask for tapes and accounts apart, and for what is one by its key; let positions and lots be checked plainly."""
    op.execute("""
        create or replace function unmoved(
          for_tenants text, tape_ids uuid[], tape_versions text[], account_ids uuid[], account_versions text[],
          named_in uuid[], names text[]
        ) returns boolean language plpgsql as $$
        declare
          version text;
        begin
          version := set_config('paperdesk.tenants', for_tenants, true);
          if cardinality(tape_ids) = 1 then
            select t.xmin::text into version from tape_runs t where t.id = tape_ids[1] for share;
            if version is distinct from tape_versions[1] then
              return false;
            end if;
          elsif (
            select count(*) from (
              select t.id, t.xmin::text as version from tape_runs t where t.id = any(tape_ids)
              order by t.id for share
            ) found join unnest(tape_ids, tape_versions) as known(id, version) using (id, version)
          ) < cardinality(tape_ids) then
            return false;
          end if;
          if cardinality(account_ids) = 1 then
            select a.xmin::text into version from accounts a where a.id = account_ids[1] for update;
            if version is distinct from account_versions[1] then
              return false;
            end if;
          elsif cardinality(account_ids) > 1 then
            -- Asked by itself: a condition with a query in it is a query even where its first half says no.
            if (
              select count(*) from (
                select a.id, a.xmin::text as version from accounts a where a.id = any(account_ids)
                order by a.id for update
              ) found join unnest(account_ids, account_versions) as known(id, version) using (id, version)
            ) < cardinality(account_ids) then
              return false;
            end if;
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
    for table in TABLES:
        op.execute(
            f"alter policy mine on {table} using "
            "(tenant_id = any (nullif(current_setting('paperdesk.tenants', true), '')::uuid[]))"
        )
