"""What the first tenant has, one of each kind, and how an address is asked for it: what visitors come for."""

import shutil
from collections.abc import Mapping
from uuid import uuid4

import httpx
import pytest

from paperdesk.core.kernel.ids import DatasetId
from paperdesk.features.identity.found_desk import Desk as Founded
from paperdesk.features.identity.issue_sign_in_link import issue_sign_in_link
from paperdesk.features.marketdata.store import insert_dataset
from paperdesk.infra.jobs import enqueue
from tests.desk import RunningDesk, Visitor, filled, wish
from tests.features.backtests.at_once import ran_backtest
from tests.features.research.studied import study_that_waits
from tests.features.research.swept import ran_sweep, stopped_sweep, stopped_walk, walk_that_waits
from tests.features.strategies.kept import saved_strategy
from tests.route_calls import CALLS, NAMED, OPTION, SPOKEN
from tests.small_capsule import small_capsule
from tests.vendor_stand import KEYS


@pytest.fixture
async def ids(desk: RunningDesk) -> dict[str, str]:
    """Real ids of the first tenant, one of each kind."""
    tape_id, account_id = await desk.market("chain", cash="20000")
    _, margined_id = await desk.market("mixed", margin={"kind": "reg_t"})
    private, market = DatasetId(uuid4()), desk.markets["daily"]
    shutil.copytree(market.folder, desk.runtime.settings.datasets / str(private))
    async with desk.runtime.work(desk.first.principal) as work:
        await insert_dataset(work, private, market.manifest, desk.first.tenant_id)
        job_id = await enqueue(work, "import_dataset", {})
    await desk.mine.order(account_id, "buy", "2")
    await desk.mine.order(account_id, "buy", "1", symbol=OPTION)
    await desk.mine.step(tape_id)
    saved = {"name": "first_tenants_own", "title": "Ours", "summary": "Our own.", "tape_id": tape_id, "shared": True}
    await desk.mine.post("/v1/tape-presets", saved)
    await desk.mine.post(f"/v1/tapes/{tape_id}/strategies", {"name": "alpha-bot"})
    for source, (key_id, secret) in KEYS.items():
        key = {"secret": secret, **({"key_id": key_id} if key_id else {})}
        (await desk.mine.ask("PUT", f"/v1/sources/{source}/key", json=key)).raise_for_status()
    live = await desk.mine.post("/v1/live/tapes", {"name": "Ours", "symbols": ["BOLT"]})
    watchlist = await desk.mine.post("/v1/watchlists", {"name": "Ours", "symbols": ["ACME"]})
    waiting = {"tape_id": tape_id, "symbol": "ACME", "condition": "above", "level": "500"}
    alert = await desk.mine.post("/v1/price-alerts", waiting)
    told = {"account_id": account_id, "name": "All", "channels": ["stream"]}
    rule = (await desk.mine.post("/v1/notification-rules", told))["rule"]
    limit = await desk.mine.post(f"/v1/accounts/{account_id}/limits", {"kind": "exposure", "value": "0.000001"})
    limit_alert, *_ = await desk.mine.rows(f"/v1/accounts/{account_id}/limit-alerts")
    fill, *_ = await desk.mine.rows(f"/v1/accounts/{account_id}/fills")
    order = await desk.mine.order(account_id, "buy", "1")
    asking = {"name": "Asks", "scopes": ["read", "trade"], "limits": {"approval_above": "0"}}
    bounded = await desk.mine.post("/v1/keys", asking)
    bot = desk.visitor(f"{bounded['key_id']}.{bounded['secret']}")
    waiting_id = (await bot.post("/v1/orders", wish(account_id, "buy", "1", limit_price="1.00")))["id"]
    empty_id = await desk.mine.open_account(tape_id)
    # Two accounts that were opened within one millisecond have no first one.
    (await desk.mine.ask("PUT", f"/v1/accounts/{account_id}/keys/{desk.first.key.id}")).raise_for_status()
    await signed_in(desk, desk.first)
    (login,) = await desk.mine.rows("/v1/logins")
    # Whoever is the last owner of a tenant cannot leave it.
    for each in (desk.mine, desk.theirs):
        other = f"other.{desk.first.tenant_id if each is desk.mine else desk.second.tenant_id}@desk.test"
        await each.post("/v1/users", {"email": other, "name": "Other", "role": "owner"})
    viewer = {"email": "viewer@desk.test", "name": "Vera", "role": "viewer"}
    added = await desk.mine.post("/v1/users", viewer)
    return {
        "login_id": login["id"],
        "user_id": added["id"],
        "viewers_link": added["invitation"]["link_token"],
        "preset_name": "first_tenants_own",
        "strategy": "alpha-bot",
        "fill_id": fill["id"],
        "tape_id": tape_id,
        "live_tape_id": live["id"],
        "account_id": account_id,
        "number": (await desk.mine.get(f"/v1/accounts/{account_id}"))["number"],
        "empty_id": empty_id,
        "margined_id": margined_id,
        "order_id": order["id"],
        "client_order_id": order["client_order_id"],
        "key_id": str(desk.first.key.id),
        "dataset_id": str(private),
        "job_id": str(job_id),
        "watchlist_id": watchlist["id"],
        "backtest_id": await ran_backtest(desk, tape_id, "buy_and_hold", starts_at="2024-06-01T00:00:00Z"),
        "other_backtest_id": await ran_backtest(desk, tape_id, "buy_and_hold", starts_at="2024-06-01T00:00:00Z"),
        "verification_id": await verification_that_waits(desk, tape_id),
        "sweep_id": await ran_sweep(desk, tape_id, starts_at="2024-06-01T00:00:00Z"),
        "walk_id": await walk_that_waits(desk, tape_id),
        **await with_study(desk),
        "saved_strategy_id": (await saved_strategy(desk))["id"],
        "stopped_walk_id": await stopped_walk(desk, tape_id),
        "stopped_sweep_id": await stopped_sweep(desk, tape_id),
        "alert_id": alert["id"],
        "approval_id": waiting_id,
        "rule_id": rule["id"],
        "limit_id": limit["id"],
        "limit_alert_id": limit_alert["id"],
    }


async def with_study(desk: RunningDesk) -> dict[str, str]:
    """Open a tape that has shown many sessions, ask for a study on it, and return the ids of both."""
    tape_id = await desk.mine.open_tape(desk.markets["waves"].id)
    await desk.mine.step(tape_id, count=30)
    return {"long_tape_id": tape_id, "study_id": await study_that_waits(desk, tape_id)}


async def verification_that_waits(desk: RunningDesk, tape_id: str) -> str:
    """Ask for a capsule to be verified that somebody else has sent, and return the id of the verification."""
    path = f"/v1/capsules/verifications?tape_id={tape_id}"
    return str((await desk.mine.post(path, small_capsule()))["id"])


async def ask(visitor: Visitor, address: tuple[str, str], ids: Mapping[str, str]) -> httpx.Response:
    """Call an address as a member would, with the first tenant's ids."""
    method, path = address
    call = CALLS.get(address) or SPOKEN[address]
    body = None if call.body is None else filled(dict(call.body), ids)
    ids = {**ids, **{name: ids[other] for name, other in call.instead.items()}}
    params = {name: value.format(**ids) for name, value in call.params.items()}
    return await visitor.ask(method, path.format(**ids, **NAMED, symbol=call.symbol), params=params, json=body)


async def signed_in(desk: RunningDesk, member: Founded) -> Visitor:
    """Return a member with a login of their own, which they can end."""
    link = await issue_sign_in_link(desk.runtime, member.principal)
    login = await desk.visitor().post("/v1/logins", {"link_token": link})
    return desk.visitor(login["access_token"])
