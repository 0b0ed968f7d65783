"""What holds however many ask at once: nothing is lost, nothing is rounded, and reading moves nothing."""

import asyncio

from tests.desk import RunningDesk, wish

SYMBOLS = "ACME,BOLT"


async def test_reading_a_market_changes_nothing_that_the_broker_owns(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market()
    await desk.mine.order(account_id, "buy", "3")
    before = await desk.footprint(account_id)
    for path, params in (
        ("/v1/quotes", {"symbols": SYMBOLS}),
        ("/v1/bars", {"symbol": "ACME"}),
        ("/v1/instruments", {"q": "AC"}),
        (f"/v1/tapes/{tape_id}", {}),
        (f"/v1/tapes/{tape_id}/corporate-actions", {}),
        (f"/v1/accounts/{account_id}/positions", {}),
        (f"/v1/accounts/{account_id}/reconciliation", {}),
    ):
        await desk.mine.get(path, **({"tape_id": tape_id, **params} if path.count("/") == 2 else params))
    assert await desk.footprint(account_id) == before


async def test_ten_accounts_ordering_at_once_lose_nothing_and_twenty_readers_agree(desk: RunningDesk) -> None:
    tape_id, first = await desk.market("quotes", cash="100000", fill_on_arrival=True)
    accounts = [first, *[await desk.mine.open_account(tape_id, cash="100000", fill_on_arrival=True) for _ in range(9)]]
    placed = await asyncio.gather(
        *(
            desk.mine.post("/v1/orders", wish(account_id, "buy", str(1 + n % 3)))
            for account_id in accounts
            for n in range(10)
        )
    )
    assert {order["status"] for order in placed} == {"filled"}
    for account_id in accounts:
        (position,) = (await desk.mine.get(f"/v1/accounts/{account_id}/positions"))["items"]
        assert position["quantity"] == str(sum(1 + n % 3 for n in range(10)))
        assert (await desk.mine.get(f"/v1/accounts/{account_id}/reconciliation"))["balanced"]
    seen = await asyncio.gather(*(desk.mine.get(f"/v1/accounts/{first}") for _ in range(20)))
    assert all(one == seen[0] for one in seen)


async def test_a_tenth_added_ten_times_is_one(desk: RunningDesk) -> None:
    _, account_id = await desk.market(cash="0.01")
    for _ in range(10):
        await desk.mine.post(f"/v1/accounts/{account_id}/transfers", {"amount": "0.1"})
    assert (await desk.mine.get(f"/v1/accounts/{account_id}"))["cash"] == "1.01"


async def test_no_two_tenants_share_a_secret(desk: RunningDesk) -> None:
    secrets = {desk.first.key.secret, desk.second.key.secret, desk.first.key.prefix, desk.second.key.prefix}
    assert len(secrets) == 4
