"""How each address is used by a member of the first tenant, and which need nobody: the list that the visitors go by."""

from tests.desk import FIRST_CLOSE, wish
from tests.research_calls import RESEARCH, Call
from tests.small_capsule import small_capsule

OPEN = {
    ("POST", "/v1/logins"): "this is how somebody comes to be known",
    ("POST", "/v1/registrations"): "this is how somebody comes to be here, where the desk allows it",
    ("POST", "/v1/sign-in-links"): "whoever forgot has nothing to show",
    ("GET", "/v1/single-sign-on"): "who has no way in yet looks for one",
    ("GET", "/v1/single-sign-on/begin"): "whoever goes to the provider is nobody yet",
    ("GET", "/v1/single-sign-on/callback"): "who somebody is, the provider says",
    ("POST", "/v1/logins/refresh"): "a refresh token tells who it is",
    ("GET", "/health/live"): "monitors have no key",
    ("GET", "/health/ready"): "monitors have no key",
    ("GET", "/health/database"): "monitors have no key",
    ("GET", "/health/quotes"): "monitors have no key",
    ("GET", "/health/trading"): "monitors have no key",
    ("GET", "/metrics"): "monitors have no key; only counters are told",
    ("GET", "/openapi.json"): "what there is to be asked is no secret",
    ("GET", "/docs"): "what there is to be asked is no secret",
    ("GET", "/docs/{name:path}"): "what there is to be asked is no secret",
    ("GET", "/{path:path}"): "the web app: files that are the same for everybody",
    **{(method, "/{path:path}"): "nothing is there" for method in ("DELETE", "OPTIONS", "PATCH", "POST", "PUT")},
}


OPTION = "ACME240607C00100000"
CALLS = {
    ("DELETE", "/v1/logins/current"): Call(),
    ("GET", "/v1/me"): Call(),
    ("PATCH", "/v1/me"): Call(body={"name": "Another"}),
    ("POST", "/v1/me/deletion"): Call(body={}),
    ("GET", "/v1/keys"): Call(),
    ("POST", "/v1/keys"): Call(body={"name": "Another", "scopes": ["read"]}),
    ("DELETE", "/v1/keys/{key_id}"): Call(),
    ("GET", "/v1/rates"): Call(),
    ("GET", "/v1/quotas"): Call(),
    ("PUT", "/v1/quotas"): Call(body={"accounts": 1000}),
    ("PUT", "/v1/rates"): Call(body={"requests_per_minute": 1000}),
    ("GET", "/v1/logins"): Call(),
    ("DELETE", "/v1/logins/{login_id}"): Call(),
    ("PUT", "/v1/me/password"): Call(body={"new_password": "correct horse battery staple"}),
    ("GET", "/v1/me/preferences"): Call(),
    ("DELETE", "/v1/me/preferences"): Call(),
    ("PATCH", "/v1/me/preferences"): Call(body={"time_zone": "Europe/Zurich", "default_account_id": "{account_id}"}),
    ("POST", "/v1/me/archive"): Call(),
    ("GET", "/v1/me/second-factor"): Call(),
    ("POST", "/v1/me/second-factor"): Call(body={}),
    ("POST", "/v1/me/second-factor/confirmation"): Call(body={"code": "000000"}),
    ("POST", "/v1/me/second-factor/recovery-codes"): Call(body={"code": "000000"}),
    ("POST", "/v1/me/second-factor/removal"): Call(body={"code": "000000"}),
    ("DELETE", "/v1/users/{user_id}/second-factor"): Call(),
    ("GET", "/v1/users"): Call(),
    ("POST", "/v1/users"): Call(body={"email": "new@desk.test", "name": "New", "role": "trader"}),
    ("GET", "/v1/users/{user_id}"): Call(),
    ("PATCH", "/v1/users/{user_id}"): Call(body={"role": "risk"}),
    ("DELETE", "/v1/users/{user_id}"): Call(),
    ("PUT", "/v1/users/{user_id}/tier"): Call(body={"tier": "premium"}),
    ("POST", "/v1/users/{user_id}/sign-in-links"): Call(),
    ("GET", "/v1/users/{user_id}/accounts"): Call(),
    ("GET", "/v1/accounts"): Call(),
    ("POST", "/v1/accounts"): Call(body={"name": "Second", "tape_id": "{tape_id}"}),
    ("GET", "/v1/accounts/{account_id}"): Call(),
    ("GET", "/v1/accounts/by-number/{number}"): Call(),
    ("DELETE", "/v1/accounts/{account_id}"): Call(instead={"account_id": "empty_id"}),
    ("PATCH", "/v1/accounts/{account_id}"): Call(body={"name": "Renamed"}),
    ("POST", "/v1/accounts/{account_id}/reset"): Call(body={"cash": "1"}),
    ("GET", "/v1/accounts/{account_id}/epochs"): Call(),
    ("POST", "/v1/accounts/{account_id}/forks"): Call(body={"name": "What if"}),
    ("GET", "/v1/accounts/{account_id}/comparison"): Call({"with": "{empty_id}"}),
    ("GET", "/v1/accounts/{account_id}/order-statistics"): Call(),
    ("GET", "/v1/orders/{order_id}/history"): Call(),
    ("POST", "/v1/accounts/{account_id}/rescore"): Call(body={"fill_model": "harsh"}),
    ("POST", "/v1/accounts/{account_id}/transfers"): Call(body={"amount": "1"}),
    ("PUT", "/v1/accounts/{account_id}/keys/{key_id}"): Call(),
    ("GET", "/v1/accounts/{account_id}/positions"): Call(),
    ("GET", "/v1/accounts/{account_id}/ledger"): Call(),
    ("GET", "/v1/accounts/{account_id}/events"): Call({"goes_on": "false"}),
    ("GET", "/v1/accounts/{account_id}/activities"): Call(),
    ("GET", "/v1/accounts/{account_id}/activities.csv"): Call(),
    ("GET", "/v1/accounts/{account_id}/fills"): Call(),
    ("GET", "/v1/accounts/{account_id}/lots"): Call(),
    ("GET", "/v1/accounts/{account_id}/gains"): Call(),
    ("GET", "/v1/accounts/{account_id}/gains.csv"): Call(),
    ("GET", "/v1/fills/{fill_id}/explanation"): Call(),
    ("GET", "/v1/accounts/{account_id}/equity"): Call(),
    ("GET", "/v1/accounts/{account_id}/reconciliation"): Call(),
    ("GET", "/v1/orders"): Call({"account_id": "{account_id}"}),
    ("POST", "/v1/orders"): Call(body=wish("{account_id}", "buy", "1")),
    ("POST", "/v1/orders/preview"): Call(body=wish("{account_id}", "buy", "1")),
    ("POST", "/v1/orders/batch"): Call(body={"orders": [wish("{account_id}", "buy", "1")]}),
    ("POST", "/v1/accounts/{account_id}/positions/close"): Call(body={}),
    ("POST", "/v1/orders/batch/cancel"): Call(body={"order_ids": ["{order_id}"]}),
    ("GET", "/v1/orders/{order_id}"): Call(),
    ("DELETE", "/v1/orders/{order_id}"): Call(),
    ("PATCH", "/v1/orders/{order_id}"): Call(body={"quantity": "2"}),
    ("DELETE", "/v1/orders"): Call({"account_id": "{account_id}"}),
    ("POST", "/v1/accounts/{account_id}/positions/{symbol}/close"): Call(body={"percent": "100"}),
    ("POST", "/v1/accounts/{account_id}/positions/{symbol}/exercise"): Call(body={}, symbol=OPTION),
    ("PUT", "/v1/accounts/{account_id}/positions/{symbol}/at-expiry"): Call(body={"at_expiry": "lapse"}, symbol=OPTION),
    ("GET", "/v1/accounts/{account_id}/leverage"): Call(),
    ("GET", "/v1/accounts/{account_id}/position-size"): Call({"symbol": "ACME", "method": "fixed_share"}),
    ("PUT", "/v1/accounts/{account_id}/leverage"): Call(
        body={"symbol": "BTC/USD", "leverage": 10}, instead={"account_id": "margined_id"}
    ),
    ("GET", "/v1/accounts/{account_id}/option-positions"): Call(),
    ("GET", "/v1/accounts/{account_id}/strategies"): Call(),
    ("GET", "/v1/accounts/{account_id}/greeks"): Call(),
    ("GET", "/v1/accounts/{account_id}/greeks/history"): Call(),
    ("POST", "/v1/options/payoff"): Call(body={"legs": [{"symbol": OPTION, "quantity": "1", "price": "3"}]}),
    ("POST", "/v1/options/spreads"): Call(
        body={
            "tape_id": "{tape_id}",
            "template": "bull_call",
            "underlying": "ACME",
            "expires_on": "2024-06-07",
            "strikes": ["100", "105"],
        }
    ),
    ("GET", "/v1/options/contracts"): Call({"tape_id": "{tape_id}", "underlying": "ACME"}),
    ("GET", "/v1/options/chain"): Call({"tape_id": "{tape_id}", "underlying": "ACME"}),
    ("GET", "/v1/options/expirations"): Call({"tape_id": "{tape_id}", "underlying": "ACME"}),
    ("GET", "/v1/options/strikes"): Call({"tape_id": "{tape_id}", "underlying": "ACME"}),
    ("GET", "/v1/accounts/{account_id}/expiries"): Call({"on": "2024-06-07"}),
    ("GET", "/v1/tapes"): Call(),
    ("POST", "/v1/tapes"): Call(body={"dataset_id": "{dataset_id}", "name": "Run", "start_at": FIRST_CLOSE}),
    ("GET", "/v1/tape-presets"): Call(),
    ("GET", "/v1/tape-presets/truth"): Call(),
    ("POST", "/v1/tape-presets"): Call(body={"name": "again", "title": "A", "summary": "B", "tape_id": "{tape_id}"}),
    ("DELETE", "/v1/tape-presets/{preset_name}"): Call(),
    ("GET", "/v1/tapes/{tape_id}"): Call(),
    ("POST", "/v1/tapes/{tape_id}/control"): Call(body={"action": "pause"}),
    ("POST", "/v1/tapes/{tape_id}/rewind"): Call(body={"to": FIRST_CLOSE}),
    ("GET", "/v1/tapes/{tape_id}/branches"): Call(),
    ("GET", "/v1/tapes/{tape_id}/strategies"): Call(),
    ("POST", "/v1/tapes/{tape_id}/strategies"): Call(body={"name": "Beta"}),
    ("DELETE", "/v1/tapes/{tape_id}/strategies/{strategy}"): Call(),
    ("POST", "/v1/tapes/{tape_id}/strategies/{strategy}/acknowledgements"): Call(body={"cursor": 0}),
    ("GET", "/v1/instruments"): Call({"tape_id": "{tape_id}"}),
    ("GET", "/v1/bars"): Call({"tape_id": "{tape_id}", "symbol": "ACME"}),
    ("GET", "/v1/quotes"): Call({"tape_id": "{tape_id}", "symbols": "ACME"}),
    ("GET", "/v1/quotes/history"): Call({"tape_id": "{tape_id}", "symbol": "ACME"}),
    ("GET", "/v1/prints"): Call({"tape_id": "{tape_id}", "symbol": "ACME"}),
    ("GET", "/v1/depth"): Call({"tape_id": "{tape_id}", "symbol": "ACME"}),
    ("GET", "/v1/facts"): Call({"tape_id": "{tape_id}", "symbol": "ACME"}),
    ("GET", "/v1/sectors"): Call({"tape_id": "{tape_id}"}),
    ("GET", "/v1/statistics"): Call({"tape_id": "{tape_id}"}),
    ("GET", "/v1/movers"): Call({"tape_id": "{tape_id}"}),
    ("GET", "/v1/indicators"): Call({"tape_id": "{tape_id}", "symbol": "ACME"}),
    ("GET", "/v1/scan"): Call({"tape_id": "{tape_id}", "measure": "return_1"}),
    ("GET", "/v1/tapes/{tape_id}/catalogue"): Call(),
    ("GET", "/v1/datasets"): Call(),
    ("POST", "/v1/datasets"): Call({"name": "Mine"}),
    ("GET", "/v1/datasets/{dataset_id}/quality"): Call(),
    ("POST", "/v1/datasets/{dataset_id}/repairs"): Call(body={"from_dataset_id": "{dataset_id}"}),
    ("POST", "/v1/datasets/{dataset_id}/backfills"): Call(),
    ("POST", "/v1/datasets/{dataset_id}/actions"): Call(),
    ("POST", "/v1/datasets/{dataset_id}/halts"): Call(),
    ("POST", "/v1/datasets/{dataset_id}/auctions"): Call(),
    ("POST", "/v1/datasets/{dataset_id}/holdings"): Call(),
    ("GET", "/v1/fund-holdings"): Call({"tape_id": "{tape_id}", "symbol": "ACME"}),
    ("GET", "/v1/tapes/{tape_id}/halts"): Call(),
    ("GET", "/v1/tapes/{tape_id}/corporate-actions"): Call(),
    ("GET", "/v1/sources"): Call(),
    ("PUT", "/v1/sources/{source}/key"): Call(body={"key_id": "AKINVENTED", "secret": "invented"}),
    ("DELETE", "/v1/sources/{source}/key"): Call(),
    ("POST", "/v1/sources/{source}/test"): Call(),
    ("PUT", "/v1/source-rows/{subject}"): Call(body={"sources": ["polygon"]}),
    ("DELETE", "/v1/source-rows/{subject}"): Call(),
    ("POST", "/v1/datasets/histories"): Call(
        body={"name": "Half", "symbols": ["ACME"], "start_on": "2024-01-02", "end_on": "2024-01-09"}
    ),
    ("POST", "/v1/live/tapes"): Call(body={"name": "Today", "symbols": ["ACME"]}),
    ("POST", "/v1/live/tapes/{live_tape_id}/symbols"): Call(body={"symbols": ["ACME"]}),
    ("DELETE", "/v1/live/answers"): Call(),
    ("GET", "/v1/live/quotes"): Call({"symbols": "ACME"}),
    ("GET", "/v1/live/bars"): Call({"symbol": "ACME", "start": "2024-01-02T00:00:00Z", "end": "2024-02-01T00:00:00Z"}),
    ("GET", "/v1/live/chain"): Call({"underlying": "ACME"}),
    ("GET", "/v1/live/instruments"): Call({"q": "acme"}),
    ("GET", "/v1/live/actions"): Call({"symbol": "ACME", "start": "2024-01-01", "end": "2024-12-31"}),
    ("GET", "/v1/live/yields"): Call({"series": "DGS10", "start": "2024-01-01", "end": "2024-12-31"}),
    ("GET", "/v1/strategies"): Call(),
    ("GET", "/v1/strategies/templates"): Call(),
    ("GET", "/v1/backtests"): Call(),
    ("POST", "/v1/backtests"): Call(
        body={"name": "Hold", "tape_id": "{tape_id}", "strategy": "buy_and_hold", "symbols": ["ACME"]}
    ),
    ("GET", "/v1/backtests/{backtest_id}"): Call(),
    ("POST", "/v1/backtests/{backtest_id}/cancel"): Call(),
    ("DELETE", "/v1/backtests/{backtest_id}"): Call(),
    **{
        ("GET", f"/v1/backtests/{{backtest_id}}/{each}"): Call()
        for each in (
            "results",
            "equity",
            "capsule",
            "report",
            "orders",
            "fills",
            "round-trips",
            "periods",
            "positions",
            "events",
        )
    },
    ("GET", "/v1/backtests/{backtest_id}/comparison"): Call({"with": "{other_backtest_id}"}),
    ("GET", "/v1/backtests/{backtest_id}/replay"): Call({"round_trip": "1"}),
    ("POST", "/v1/capsules/verifications"): Call({"tape_id": "{tape_id}"}, body=small_capsule()),
    ("GET", "/v1/capsules/verifications/{verification_id}"): Call(),
    **RESEARCH,
    ("GET", "/v1/watchlists"): Call(),
    ("POST", "/v1/watchlists"): Call(body={"name": "Mine", "symbols": ["ACME"]}),
    ("GET", "/v1/watchlists/{watchlist_id}"): Call(),
    ("PUT", "/v1/watchlists/{watchlist_id}"): Call(body={"name": "Mine", "symbols": []}),
    ("DELETE", "/v1/watchlists/{watchlist_id}"): Call(),
    ("GET", "/v1/approvals"): Call(),
    ("GET", "/v1/approvals/{approval_id}"): Call(),
    ("POST", "/v1/approvals/{approval_id}/approve"): Call(),
    ("POST", "/v1/approvals/{approval_id}/decline"): Call(body={"reason": "Too much at once."}),
    ("GET", "/v1/price-alerts"): Call(),
    ("POST", "/v1/price-alerts"): Call(
        body={"tape_id": "{tape_id}", "symbol": "ACME", "condition": "above", "level": "500"}
    ),
    ("GET", "/v1/price-alerts/{alert_id}"): Call(),
    ("PATCH", "/v1/price-alerts/{alert_id}"): Call(body={"level": "501"}),
    ("DELETE", "/v1/price-alerts/{alert_id}"): Call(),
    ("GET", "/v1/notification-rules"): Call(),
    ("POST", "/v1/notification-rules"): Call(
        body={"account_id": "{account_id}", "name": "Fills", "states": ["filled"], "channels": ["stream"]}
    ),
    ("DELETE", "/v1/notification-rules/{rule_id}"): Call(),
    ("GET", "/v1/accounts/{account_id}/notifications"): Call(),
    ("GET", "/v1/accounts/{account_id}/limits"): Call(),
    ("POST", "/v1/accounts/{account_id}/limits"): Call(body={"kind": "leverage", "value": "2"}),
    ("PATCH", "/v1/limits/{limit_id}"): Call(body={"value": "3"}),
    ("DELETE", "/v1/limits/{limit_id}"): Call(),
    ("POST", "/v1/accounts/{account_id}/limits/evaluation"): Call(),
    ("GET", "/v1/accounts/{account_id}/limit-alerts"): Call(),
    ("POST", "/v1/limit-alerts/{limit_alert_id}/acknowledgement"): Call(),
    ("GET", "/v1/accounts/{account_id}/risk-measures"): Call(),
    ("GET", "/v1/price-alert-firings"): Call({"tape_id": "{tape_id}"}),
    ("GET", "/v1/audit"): Call(),
    ("GET", "/v1/audit/verification"): Call(),
    ("POST", "/v1/audit/verifications"): Call(body={}),
    ("GET", "/v1/jobs"): Call(),
    ("GET", "/v1/tools"): Call(),
    ("GET", "/v1/jobs/{job_id}"): Call(),
    ("DELETE", "/v1/jobs/{job_id}"): Call(),
}


# The Alpaca dialect, which is an app of its own and refuses in its own words: a call is somebody's when it
# names what only they have.
SPOKEN = {
    ("GET", "/v2/account"): Call(),
    ("GET", "/v2/account/configurations"): Call(),
    ("PATCH", "/v2/account/configurations"): Call(body={"suspend_trade": False}),
    ("GET", "/v2/account/activities"): Call(),
    ("GET", "/v2/account/activities/{activity_type}"): Call(),
    ("GET", "/v2/account/portfolio/history"): Call(),
    ("GET", "/v2/clock"): Call(),
    ("GET", "/v2/calendar"): Call({"start": "2024-06-03", "end": "2024-06-04"}),
    ("GET", "/v2/assets"): Call(),
    ("GET", "/v2/assets/{symbol}"): Call(),
    ("POST", "/v2/orders"): Call(
        body={"symbol": "ACME", "qty": "1", "side": "buy", "type": "market", "time_in_force": "day"}
    ),
    ("GET", "/v2/orders"): Call(),
    ("DELETE", "/v2/orders"): Call(),
    ("GET", "/v2/orders:by_client_order_id"): Call({"client_order_id": "{client_order_id}"}),
    ("GET", "/v2/orders/{order_id}"): Call(),
    ("PATCH", "/v2/orders/{order_id}"): Call(body={"qty": "2"}),
    ("DELETE", "/v2/orders/{order_id}"): Call(),
    ("GET", "/v2/positions"): Call(),
    ("DELETE", "/v2/positions"): Call(),
    ("GET", "/v2/positions/{symbol}"): Call(),
    ("DELETE", "/v2/positions/{symbol}"): Call(),
}
READ_BY_SYMBOL = {"symbols": "ACME", "start": "2024-06-03"}
SPOKEN |= {
    ("GET", path): Call() if "{symbol}" in path else Call(READ_BY_SYMBOL)
    for path in (
        *(f"/v2/stocks/{each}" for each in ("bars", "quotes", "trades", "snapshots")),
        *(f"/v2/stocks/{each}/latest" for each in ("bars", "quotes", "trades")),
        *(f"/v2/stocks/{{symbol}}/{each}" for each in ("bars", "quotes", "trades", "snapshot")),
        *(f"/v2/stocks/{{symbol}}/{each}/latest" for each in ("bars", "quotes", "trades")),
        *(f"/v1beta3/crypto/us/{each}" for each in ("bars", "quotes", "trades", "snapshots")),
        *(f"/v1beta3/crypto/us/latest/{each}" for each in ("bars", "quotes", "trades", "orderbooks")),
        *(f"/v1beta1/options/{each}" for each in ("bars", "trades", "quotes/latest", "trades/latest", "snapshots")),
        *("/v1beta1/options/snapshots/{symbol}", "/v1beta1/options/meta/exchanges", "/v2/options/contracts"),
        *("/v1beta1/screener/stocks/most-actives", "/v1beta1/screener/{market}/movers"),
        *("/v1beta1/news", "/v1/corporate-actions"),
    )
}
SPOKEN[("GET", "/v2/options/contracts/{contract}")] = Call()
SPOKEN[("POST", "/v2/positions/{contract}/exercise")] = Call()
SPOKEN[("POST", "/v2/positions/{contract}/do-not-exercise")] = Call()
THEIRS = ("/v2/positions/{contract}", "{order_id}", "{client_order_id}", "/v2/positions/{symbol}")


# Sources have the same names for everybody, and each tenant keys of its own: who set none is told so.
EVERYBODYS = {
    ("PUT", "/v1/sources/{source}/key"),
    ("PUT", "/v1/source-rows/{subject}"),
    ("DELETE", "/v1/source-rows/{subject}"),
}
KEYED = {address for address in CALLS if address[0] == "GET" and address[1].startswith("/v1/live/")} | {
    ("DELETE", "/v1/sources/{source}/key"),
    ("POST", "/v1/sources/{source}/test"),
}
NAMED = {
    "source": "alpaca",
    "subject": "quotes",
    "activity_type": "FILL",
    "market": "stocks",
    "contract": "ACME240607C00100000",
}
# What changes a second factor, which nobody here has begun: see tests/features/identity/test_second_factor.py.
CODED = {
    ("POST", f"/v1/me/second-factor/{each}"): "everybody has a second factor of their own"
    for each in ("confirmation", "recovery-codes", "removal")
}
# Everybody ends logins of their own, and nobody another's, which are not there for them.
THEIR_OWN = {
    ("DELETE", "/v1/logins/{login_id}"),
    ("DELETE", "/v1/keys/{key_id}"),
    ("PUT", "/v1/accounts/{account_id}/keys/{key_id}"),
}
# What administrators do, and nobody else.
ADMINISTRATION = (
    ("GET", "/v1/audit"),
    ("GET", "/v1/audit/verification"),
    ("POST", "/v1/audit/verifications"),
    ("PUT", "/v1/rates"),
    ("POST", "/v1/users"),
    ("PATCH", "/v1/users/{user_id}"),
    ("DELETE", "/v1/users/{user_id}"),
    ("POST", "/v1/users/{user_id}/sign-in-links"),
    ("DELETE", "/v1/users/{user_id}/second-factor"),
    ("PUT", "/v1/sources/{source}/key"),
    ("DELETE", "/v1/sources/{source}/key"),
)
# What changes nothing, or nothing but one's own, though it is asked with another method than GET.
HARMLESS = {
    ("DELETE", "/v1/logins/current"): "everybody may leave",
    ("DELETE", "/v1/me/preferences"): "everybody has a taste of their own",
    ("PATCH", "/v1/me/preferences"): "everybody has a taste of their own",
    ("PATCH", "/v1/me"): "everybody has a name of their own",
    ("POST", "/v1/keys"): "everybody has keys of their own, which can do no more than they",
    ("POST", "/v1/me/archive"): "everybody may have what is theirs",
    ("POST", "/v1/me/deletion"): "everybody may go for good",
    ("POST", "/v1/me/second-factor"): "everybody has a second factor of their own",
    ("PUT", "/v1/me/password"): "everybody has a password of their own",
    ("POST", "/v1/orders/preview"): "an order is worked out and not placed",
    ("POST", "/v1/options/payoff"): "a strategy is worked out and not bought",
    ("POST", "/v1/options/spreads"): "a spread is worked out and not bought",
    ("POST", "/v1/accounts/{account_id}/rescore"): "what would have been is worked out, and the account stays",
    ("POST", "/v1/sources/{source}/test"): "a source is asked, as it is by every read of a live price",
}
# What changes nothing that is stored, here at least, so that the audit trail tells nothing of it.
UNWRITTEN = {
    ("DELETE", "/v1/users/{user_id}/second-factor"),
    ("DELETE", "/v1/live/answers"),
    ("POST", "/v1/accounts/{account_id}/rescore"),
    # A strategy says that it has thought, at every step of its tape.
    ("POST", "/v1/tapes/{tape_id}/strategies/{strategy}/acknowledgements"),
    ("POST", "/v1/orders/preview"),
    ("POST", "/v1/options/payoff"),
    ("POST", "/v1/options/spreads"),
    ("POST", "/v1/sources/{source}/test"),
}
