\set account random(1, 1000)
with place as (
  insert into bench.orders (id, tenant_id, account_id, epoch, tape_id, instrument_id, symbol, client_order_id, side, type,
    quantity, time_in_force, accepted_at, accepted_fact, accepted_seq, expires_at, updated_at, matched_through, status,
    filled_quantity, filled_value, fees, hold_price, closed_reason, trigger_source, post_only, reduce_only, order_class,
    recorded_at)
  select gen_random_uuid(), a.tenant_id, a.id, 1, a.tape_id, a.tape_id, 'BFNF', gen_random_uuid()::text, 'buy', 'market',
    1, 'day', now(), 1511, a.last_seq + 1, now(), now(), 1511, 'filled', 1, 105.02, 0, 105.02, 'filled', 'quote', false,
    false, 'simple', now()
  from bench.accounts a where a.fork_seq = :account
  returning id, tenant_id, account_id, tape_id, accepted_seq
), fill as (
  insert into bench.fills (id, tenant_id, account_id, order_id, instrument_id, symbol, side, quantity, price, fee, fact_seq,
    reference, rule, seq, at, recorded_at, explanation)
  select gen_random_uuid(), tenant_id, account_id, id, tape_id, 'BFNF', 'buy', 1, 105.02, 0, 1511, 105.02, 'quote',
    accepted_seq + 1, now(), now(),
    '{"base": "mid", "fact": "quote", "fees": {}, "luck": {"seed": 0, "draws": {}}, "seen": {"ask": "105.02", "bid": "105.00"}, "model": "realistic", "parts": {"base": "105.01", "noise": "0", "queue": "0", "impact": "0", "spread": "0.01", "latency": "0", "rounding": "0", "volatility": "0", "time_of_day": "0"}, "rules": ["quote"], "rules_version": 2}'
  from place
), entry as (
  insert into bench.entries (id, tenant_id, account_id, number, seq, kind, description, postings, cash_change, cash_after,
    at, recorded_at)
  select gen_random_uuid(), tenant_id, account_id, accepted_seq, accepted_seq + 1, 'fill', 'Bought 1 BFNF at 105.02',
    '[{"book": "securities", "amount": "105.02", "currency": "USD", "fee_kind": null, "quantity": "1", "instrument_id": "efae0a49-e689-545f-b354-260aaa89051a"}, {"book": "cash", "amount": "-105.02", "currency": "USD", "fee_kind": null, "quantity": null, "instrument_id": null}]',
    -105.02, 0, now(), now() from place
), lot as (
  insert into bench.lots (id, tenant_id, account_id, instrument_id, opened_at, opened_seq, quantity, cost)
  select gen_random_uuid(), tenant_id, account_id, tape_id, now(), accepted_seq + 1, 1, 105.02 from place
), held as (
  insert into bench.positions (account_id, instrument_id, tenant_id, quantity, reserved, cost)
  select account_id, tape_id, tenant_id, 1, 0, 105.02 from place
  on conflict (account_id, epoch, instrument_id, book) do update
    set quantity = positions.quantity + 1, cost = positions.cost + 105.02
), accepted as (
  insert into bench.events (account_id, seq, tenant_id, kind, subject, at, recorded_at, cursor, origin, command, payload)
  select account_id, accepted_seq, tenant_id, 'order_accepted', 'key:01a22b74-6b9b-7c7a-9009-9806627ced77', now(), now(), 1511,
    'rest 127.0.0.1 49f38b6d114854b0a619',
    '["place_order", {"side": "buy", "type": "market", "intent": null, "symbol": "BFNF", "notional": null, "order_id": "01a22b74-e84e-7715-be37-c8e8454ec236", "quantity": "1", "post_only": false, "stop_loss": null, "account_id": "01a22b74-ae45-720d-9a63-72c387f9df2b", "expires_on": null, "lot_choice": null, "stop_price": null, "trail_rate": null, "limit_price": null, "order_class": "simple", "reduce_only": false, "take_profit": null, "trail_amount": null, "do_not_reduce": false, "time_in_force": "day", "trigger_source": null, "client_order_id": null, "protection_rate": null}]',
    '{"at": "2025-06-02T15:30:00Z", "seq": 2, "order": {"id": "01a22b74-e84e-7715-be37-c8e8454ec236", "leg": 0, "nth": 0, "fees": "0", "role": null, "side": "buy", "type": "market", "ratio": null, "intent": null, "status": "accepted", "group_id": null, "notional": null, "quantity": "1", "replaces": null, "parent_id": null, "post_only": false, "structure": null, "watermark": null, "account_id": "01a22b74-ae45-720d-9a63-72c387f9df2b", "auction_at": null, "expires_at": "2025-06-02T20:00:00Z", "held_money": null, "held_units": null, "hold_price": "105.02", "instrument": {"id": "efae0a49-e689-545f-b354-260aaa89051a", "kind": "equity", "name": "BFNF", "tick": "0.01", "symbol": "BFNF", "calendar": "XNYS", "contract": null, "currency": "USD", "lot_step": "1", "underlying_id": null}, "lot_choice": null, "stop_price": null, "trail_rate": null, "updated_at": "2025-06-02T15:30:00Z", "accepted_at": "2025-06-02T15:30:00Z", "limit_price": null, "order_class": "simple", "reduce_only": false, "replaced_by": null, "accepted_seq": 2, "filled_value": "0", "trail_amount": null, "triggered_at": null, "accepted_fact": 1511, "closed_reason": null, "do_not_reduce": false, "time_in_force": "day", "armed_quantity": null, "trigger_source": "quote", "client_order_id": "01a22b74-e84e-7715-be37-c8e8454ec236", "filled_quantity": "0", "matched_through": 1511, "protection_rate": null, "protection_price": null}}'
  from place
), filled as (
  insert into bench.events (account_id, seq, tenant_id, kind, subject, at, recorded_at, cursor, origin, payload)
  select account_id, accepted_seq + 1, tenant_id, 'order_filled', 'key:01a22b74-6b9b-7c7a-9009-9806627ced77', now(), now(), 1511,
    'rest 127.0.0.1 49f38b6d114854b0a619',
    '{"at": "2025-06-02T15:30:00Z", "seq": 3, "fill": {"id": "1981e6bf-9f0a-5947-9b54-6e44061af56d", "fee": "0", "rule": "quote", "price": "105.02", "fact_seq": 1511, "order_id": "01a22b74-e84e-7715-be37-c8e8454ec236", "quantity": "1", "ambiguous": false, "reference": "105.02", "explanation": {"base": "mid", "fact": "quote", "fees": {}, "luck": {"seed": 0, "draws": {}}, "seen": {"ask": "105.02", "bid": "105.00"}, "model": "realistic", "parts": {"base": "105.01", "noise": "0", "queue": "0", "impact": "0", "spread": "0.01", "latency": "0", "rounding": "0", "volatility": "0", "time_of_day": "0"}, "rules": ["quote"], "rules_version": 2}, "instrument_id": "efae0a49-e689-545f-b354-260aaa89051a"}, "entry": {"at": "2025-06-02T15:30:00Z", "id": "feeeb7ff-ab40-589f-965e-3dfcf49ba11a", "kind": "fill", "number": 2, "postings": [{"book": "securities", "amount": "105.02", "currency": "USD", "fee_kind": null, "quantity": "1", "instrument_id": "efae0a49-e689-545f-b354-260aaa89051a"}, {"book": "cash", "amount": "-105.02", "currency": "USD", "fee_kind": null, "quantity": null, "instrument_id": null}], "description": "Bought 1 BFNF at 105.02"}, "memorandum": "0", "settles_on": "2025-06-03", "lot_changes": [{"lot": {"id": "30cf515d-1f1c-52d1-9d65-db63a3079deb", "cost": "105.02", "quantity": "1", "opened_at": "2025-06-02T15:30:00Z", "opened_seq": 3}, "is_new": true}], "day_trade_on": null}'
  from place
), told as (
  insert into bench.outbox (account_ids, first_seqs, last_seqs)
  select array[account_id], array[accepted_seq], array[accepted_seq + 1] from place
)
update bench.accounts a set cash = a.cash - 105.02, last_seq = a.last_seq + 2, last_entry = a.last_entry + 1, last_at = now(),
  book = '{"calls": [], "placed": null, "unpaid": [], "recalls": [], "leverage": [], "is_warned": false, "unsettled": [{"on": "2025-06-03", "paid": "105.02", "received": "0"}], "day_trades": [], "memorandum": "0", "violations": [], "frozen_until": null, "excess_at_close": "0"}'
from place where a.id = place.account_id;
