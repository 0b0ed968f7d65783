"""A write may depend on what its writer remembers: the database says whether all of that still stands."""

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add the function; it sees what its caller's tenants see, and locks tapes before accounts, as everyone does.

    A row's `xmin` is the transaction that last wrote it, so that whatever anybody writes moves it. The tenants hold
    until the end of the transaction, which is the statement that asks. A client order id that is taken counts as moved.
    """
    op.execute("""
        create function unmoved(
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
              join orders o using (account_id, client_order_id)
          );
        end $$
    """)
