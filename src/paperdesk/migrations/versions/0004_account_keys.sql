create table account_keys (
  key_id uuid primary key references api_keys,
  tenant_id uuid not null references tenants,
  account_id uuid not null references accounts,
  recorded_at timestamptz not null
);
alter table account_keys enable row level security, force row level security;
create policy mine on account_keys
  using (tenant_id = any((select nullif(current_setting('paperdesk.tenants', true), '')::uuid[])::uuid[]))
  with check (tenant_id = any((select nullif(current_setting('paperdesk.tenants', true), '')::uuid[])::uuid[]));
grant select, insert, update, delete on account_keys to paperdesk_app, paperdesk_system;
