\set account random(1, 1000)
with place as (
  insert into bench.orders (id, tenant_id, account_id, epoch, tape_id, instrument_id, symbol, client_order_id, side, type,
    quantity, time_in_force, accepted_at, accepted_fact, accepted_seq, expires_at, updated_at, matched_through, status,
    filled_quantity, filled_value, fees, hold_price, trigger_source, post_only, reduce_only, order_class, recorded_at)
  select gen_random_uuid(), a.tenant_id, a.id, 1, a.tape_id, a.tape_id, 'BANA', gen_random_uuid()::text, 'buy', 'market',
    1, 'day', now(), 1, a.last_seq + 1, now(), now(), 1, 'filled', 1, 100.02, 0, 100.02, 'print', false, false, 'simple', now()
  from bench.accounts a where a.fork_seq = :account
  returning id, tenant_id, account_id, tape_id, accepted_seq
), fill as (
  insert into bench.fills (id, tenant_id, account_id, order_id, instrument_id, symbol, side, quantity, price, fee, fact_seq,
    reference, rule, seq, at, recorded_at)
  select gen_random_uuid(), tenant_id, account_id, id, tape_id, 'BANA', 'buy', 1, 100.02, 0, 1, 100.02, 'quote',
    accepted_seq + 1, now(), now() from place
), entry as (
  insert into bench.entries (id, tenant_id, account_id, number, seq, kind, description, postings, cash_change, cash_after,
    at, recorded_at)
  select gen_random_uuid(), tenant_id, account_id, accepted_seq, accepted_seq + 1, 'fill', 'Bought 1 BANA at 100.02',
    '[{"book":"securities","currency":"USD","amount":"100.02"},{"book":"cash","currency":"USD","amount":"-100.02"}]',
    -100.02, 0, now(), now() from place
), lot as (
  insert into bench.lots (id, tenant_id, account_id, instrument_id, opened_at, opened_seq, quantity, cost)
  select gen_random_uuid(), tenant_id, account_id, tape_id, now(), accepted_seq + 1, 1, 100.02 from place
), held as (
  insert into bench.positions (account_id, instrument_id, tenant_id, quantity, reserved, cost)
  select account_id, tape_id, tenant_id, 1, 0, 100.02 from place
  on conflict (account_id, epoch, instrument_id, book) do update
    set quantity = positions.quantity + 1, cost = positions.cost + 100.02
), happened as (
  insert into bench.events (account_id, seq, tenant_id, kind, subject, at, recorded_at, payload)
  select account_id, accepted_seq + n, tenant_id, 'order_filled', 'key', now(), now(),
    '{"order":"one payload of the size of a small event, so that the log has something to carry"}'
  from place, generate_series(0, 1) n
)
update bench.accounts a set cash = a.cash - 100.02, last_seq = a.last_seq + 2, last_entry = a.last_entry + 1
from place where a.id = place.account_id;
