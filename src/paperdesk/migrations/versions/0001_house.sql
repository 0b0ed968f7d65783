-- Roles belong to the cluster, so they may exist already; two migrations at once may both try.
do $$
begin
  create role paperdesk_app nologin;
exception when duplicate_object or unique_violation then null;
end $$;
do $$
begin
  create role paperdesk_system nologin bypassrls;
exception when duplicate_object or unique_violation then null;
end $$;
do $$
begin
  execute format('grant paperdesk_app, paperdesk_system to %I', current_user);
exception when duplicate_object or unique_violation or sqlstate 'XX000' then null;
end $$;
grant usage on schema public to paperdesk_app, paperdesk_system;

-- Identity ---------------------------------------------------------------------------------------
create table tenants (
  id uuid primary key,
  name text not null,
  created_at timestamptz not null
);
create table users (
  id uuid primary key,
  email text not null unique,
  name text not null,
  password_hash text,
  created_at timestamptz not null
);
create table memberships (
  tenant_id uuid not null references tenants,
  user_id uuid not null references users,
  role text not null,
  primary key (tenant_id, user_id)
);
create table api_keys (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  user_id uuid not null references users,
  name text not null,
  prefix text not null unique,
  secret_hash bytea not null,
  scopes text[] not null,
  created_at timestamptz not null,
  expires_at timestamptz,
  revoked_at timestamptz
);
create table logins (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  user_id uuid not null references users,
  token_hash bytea not null unique,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  ended_at timestamptz
);
create table sign_in_links (
  token_hash bytea primary key,
  tenant_id uuid not null references tenants,
  user_id uuid not null references users,
  expires_at timestamptz not null,
  used_at timestamptz
);

-- The machine room -------------------------------------------------------------------------------
create table idempotency_keys (
  tenant_id uuid not null,
  key text not null,
  fingerprint bytea not null,
  status int not null,
  body jsonb not null,
  recorded_at timestamptz not null,
  primary key (tenant_id, key)
);
create table audit (
  id uuid primary key,
  tenant_id uuid not null,
  recorded_at timestamptz not null,
  subject text not null,
  action text not null,
  object_id uuid,
  details jsonb not null
);
create index audit_by_tenant on audit (tenant_id, id);
create table jobs (
  id uuid primary key,
  tenant_id uuid not null,
  kind text not null,
  state text not null,
  progress double precision not null default 0,
  message text not null default '',
  arguments jsonb not null,
  result jsonb,
  problems jsonb not null default '[]',
  created_at timestamptz not null,
  finished_at timestamptz
);
create index jobs_by_tenant on jobs (tenant_id, id desc);

-- Market -----------------------------------------------------------------------------------------
create table instruments (
  id uuid primary key,
  symbol text not null,
  name text not null,
  kind text not null,
  currency text not null,
  calendar text not null,
  recorded_at timestamptz not null
);
create table tape_sources (
  id uuid primary key,
  tenant_id uuid,
  name text not null,
  kind text not null,
  recorded_at timestamptz not null
);
create table dataset_versions (
  id uuid primary key,
  source_id uuid not null references tape_sources,
  tenant_id uuid,
  version int not null,
  content_hash text not null,
  manifest jsonb not null,
  recorded_at timestamptz not null,
  unique (source_id, version)
);
create table tape_runs (
  id uuid primary key,
  tenant_id uuid,
  owner_id uuid not null,
  dataset_id uuid not null references dataset_versions,
  parent_id uuid references tape_runs,
  name text not null,
  shared boolean not null default false,
  seed bigint not null,
  cursor bigint not null,
  at timestamptz not null,
  target_cursor bigint not null,
  target_at timestamptz not null,
  state text not null,
  speed numeric not null,
  has_ended boolean not null default false,
  starts_at timestamptz not null,
  recorded_at timestamptz not null
);

-- Broker: no foreign keys on the order path; the engine is their keeper, the reconciliation their proof.
create table accounts (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  number text not null unique,
  name text not null,
  epoch int not null default 1,
  parent_id uuid references accounts,
  fork_seq bigint,
  currency text not null,
  tape_id uuid not null references tape_runs,
  profile text not null default 'native',
  rules jsonb not null,
  cash numeric not null,
  held numeric not null,
  last_seq bigint not null,
  last_entry bigint not null,
  last_at timestamptz not null,
  status text not null default 'open',
  opened_at timestamptz not null,
  recorded_at timestamptz not null
) with (fillfactor = 70);
create index accounts_by_tenant on accounts (tenant_id, id);
create table positions (
  account_id uuid not null,
  epoch int not null default 1,
  instrument_id uuid not null,
  book text not null default 'net',
  tenant_id uuid not null,
  quantity numeric not null,
  reserved numeric not null,
  cost numeric not null,
  primary key (account_id, epoch, instrument_id, book)
) with (fillfactor = 70);
create table lots (
  id uuid primary key,
  tenant_id uuid not null,
  account_id uuid not null,
  epoch int not null default 1,
  instrument_id uuid not null,
  book text not null default 'net',
  opened_at timestamptz not null,
  opened_seq bigint not null,
  quantity numeric not null,
  cost numeric not null
);
create index open_lots on lots (account_id, instrument_id, opened_seq) where quantity <> 0;
create table orders (
  id uuid primary key,
  tenant_id uuid not null,
  account_id uuid not null,
  epoch int not null default 1,
  tape_id uuid not null,
  instrument_id uuid not null,
  symbol text not null,
  client_order_id text not null,
  side text not null,
  type text not null,
  quantity numeric not null,
  notional numeric,
  limit_price numeric,
  stop_price numeric,
  trail_amount numeric,
  trail_rate numeric,
  watermark numeric,
  trigger_source text not null,
  triggered_at timestamptz,
  time_in_force text not null,
  auction_at timestamptz,
  accepted_at timestamptz not null,
  accepted_fact bigint not null,
  accepted_seq bigint not null,
  expires_at timestamptz not null,
  updated_at timestamptz not null,
  matched_through bigint not null,
  status text not null,
  filled_quantity numeric not null,
  filled_value numeric not null,
  fees numeric not null,
  hold_price numeric,
  closed_reason text,
  post_only boolean not null,
  reduce_only boolean not null,
  order_class text not null,
  group_id uuid,
  parent_id uuid,
  role text,
  leg int not null default 0,
  ratio int,
  armed_quantity numeric,
  replaces uuid,
  replaced_by uuid,
  recorded_at timestamptz not null,
  unique (account_id, epoch, client_order_id)
) with (fillfactor = 80);
create index orders_newest on orders (account_id, accepted_seq desc);
create index orders_of_group on orders (group_id) where group_id is not null;
create index orders_working on orders (tape_id, instrument_id) where status in ('accepted', 'partially_filled');
create table fills (
  id uuid primary key,
  tenant_id uuid not null,
  account_id uuid not null,
  order_id uuid not null,
  instrument_id uuid not null,
  symbol text not null,
  side text not null,
  quantity numeric not null,
  price numeric not null,
  fee numeric not null,
  fact_seq bigint not null,
  slice int not null default 0,
  reference numeric not null,
  rule text not null,
  ambiguous boolean not null default false,
  rules_version int not null default 1,
  seq bigint not null,
  at timestamptz not null,
  recorded_at timestamptz not null,
  unique (order_id, fact_seq, slice)
);
create index fills_newest on fills (account_id, seq desc);
create table entries (
  id uuid primary key,
  tenant_id uuid not null,
  account_id uuid not null,
  number bigint not null,
  seq bigint not null,
  kind text not null,
  description text not null,
  postings jsonb not null,
  cash_change numeric not null,
  cash_after numeric not null,
  at timestamptz not null,
  recorded_at timestamptz not null,
  unique (account_id, number)
);
create table events (
  account_id uuid not null,
  seq bigint not null,
  tenant_id uuid not null,
  kind text not null,
  subject text not null,
  at timestamptz not null,
  recorded_at timestamptz not null,
  payload jsonb not null,
  primary key (account_id, seq)
);
-- One row a commit until the relay takes it: whose events it brought, and which.
create table outbox (
  id bigint generated always as identity primary key,
  account_ids uuid[] not null,
  first_seqs bigint[] not null,
  last_seqs bigint[] not null
);

create view postings with (security_invoker = true) as
  select e.account_id, e.id as entry_id, e.number, e.kind, e.at, p.*
  from entries e,
    jsonb_to_recordset(e.postings) as p(book text, currency text, amount numeric, instrument_id uuid, quantity numeric);
