"""What is sent again is answered again, not done again."""

import asyncio

from tests.desk import RunningDesk, refused, wish


async def test_an_order_sent_again_is_answered_with_the_same_order(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market()
    body = wish(account_id, "buy", "10", client_order_id="mine-1")
    first = await desk.mine.ask("POST", "/v1/orders", json=body)
    again = await desk.mine.ask("POST", "/v1/orders", json=body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    await desk.mine.step(tape_id)
    late = await desk.mine.ask("POST", "/v1/orders", json={**body, "quantity": "10.0"})
    assert (late.status_code, late.json()["status"]) == (200, "filled")


async def test_the_header_is_a_client_order_id_too(desk: RunningDesk) -> None:
    _, account_id = await desk.market()
    first = await desk.mine.post("/v1/orders", wish(account_id, "buy", "1"), **{"Idempotency-Key": "k1"})
    again = await desk.mine.post("/v1/orders", wish(account_id, "buy", "1"), **{"Idempotency-Key": "k1"})
    assert again["id"] == first["id"]
    assert first["client_order_id"] == "k1"


async def test_another_order_under_the_same_client_id_is_refused(desk: RunningDesk) -> None:
    _, account_id = await desk.market()
    placed = await desk.mine.order(account_id, "buy", "10", client_order_id="mine-1")
    before = await desk.footprint(account_id)
    changes: list[dict[str, str]] = [
        {"quantity": "11"}, {"side": "sell"}, {"symbol": "MKTX"}, {"time_in_force": "gtc"},
        {"type": "limit", "limit_price": "90.00"},
    ]  # fmt: skip
    for change in changes:
        body = wish(account_id, "buy", "10", client_order_id="mine-1") | change
        problem = refused(await desk.mine.ask("POST", "/v1/orders", json=body), 409, "client_order_id_taken")
        assert problem["order_id"] == placed["id"]
    assert await desk.footprint(account_id) == before


async def test_an_order_that_was_cut_as_it_came_is_known_by_what_was_asked_for(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market()
    await desk.mine.order(account_id, "buy", "4")
    await desk.mine.step(tape_id)
    body = wish(account_id, "sell", "10", reduce_only=True, client_order_id="out")
    first, again = [await desk.mine.ask("POST", "/v1/orders", json=body) for _ in range(2)]
    assert (first.status_code, first.json()["quantity"]) == (201, "4")
    assert (again.status_code, again.json()) == (200, first.json())


async def test_the_exits_of_an_order_are_part_of_what_was_asked_for(desk: RunningDesk) -> None:
    _, account_id = await desk.market()
    exits = {"order_class": "bracket", "take_profit": {"limit_price": "150"}, "stop_loss": {"stop_price": "50"}}
    body = wish(account_id, "buy", "1", client_order_id="both", **exits)
    first, again = [await desk.mine.ask("POST", "/v1/orders", json=body) for _ in range(2)]
    assert (first.status_code, again.status_code, again.json()["id"]) == (201, 200, first.json()["id"])
    wider = {**body, "stop_loss": {"stop_price": "40"}}
    refused(await desk.mine.ask("POST", "/v1/orders", json=wider), 409, "client_order_id_taken")


async def test_nobody_asked_for_an_exit_under_the_name_it_was_given(desk: RunningDesk) -> None:
    _, account_id = await desk.market()
    exits = {"order_class": "oto", "take_profit": {"limit_price": "150"}}
    await desk.mine.post("/v1/orders", wish(account_id, "buy", "1", **exits))
    (leg,) = [row for row in await desk.mine.rows("/v1/orders", account_id=account_id) if row["side"] == "sell"]
    body = wish(account_id, "buy", "1", client_order_id=leg["client_order_id"], **exits)
    refused(await desk.mine.ask("POST", "/v1/orders", json=body), 409, "client_order_id_taken")


async def test_a_fork_knows_what_was_asked_for_before_it(desk: RunningDesk) -> None:
    _, account_id = await desk.market()
    terms = {"limit_price": "50.00", "time_in_force": "gtc", "client_order_id": "mine"}
    first = await desk.mine.post("/v1/orders", wish(account_id, "buy", "1", **terms))
    fork = await desk.mine.post(f"/v1/accounts/{account_id}/forks", {"name": "What if"})
    again = await desk.mine.ask("POST", "/v1/orders", json=wish(fork["id"], "buy", "1", **terms))
    assert (again.status_code, again.json()["id"] == first["id"]) == (200, False)
    other = await desk.mine.ask("POST", "/v1/orders", json=wish(fork["id"], "buy", "2", **terms))
    refused(other, 409, "client_order_id_taken")


async def test_a_close_sent_again_is_the_same_close_though_it_began_with_a_cancellation(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market()
    await desk.mine.order(account_id, "buy", "8")
    await desk.mine.step(tape_id)
    await desk.mine.order(account_id, "sell", "2", limit_price="900.00")
    path = f"/v1/accounts/{account_id}/positions/ACME/close"
    body = {"percent": "50", "cancel_orders": True, "client_order_id": "half"}
    first, again = [await desk.mine.post(path, body) for _ in range(2)]
    assert (first["quantity"], again) == ("4", first)
    await desk.mine.step(tape_id)
    assert (await desk.mine.post(path, body))["id"] == first["id"], "half of what was held then, not of what is left"
    refused(await desk.mine.ask("POST", path, json={**body, "percent": "25"}), 409, "client_order_id_taken")


async def test_an_order_sent_twice_at_once_is_one_order(desk: RunningDesk) -> None:
    _, account_id = await desk.market()
    body = wish(account_id, "buy", "1", client_order_id="twice")
    answers = await asyncio.gather(*(desk.mine.ask("POST", "/v1/orders", json=body) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 201]
    assert len({answer.json()["id"] for answer in answers}) == 1


async def test_two_accounts_may_use_the_same_client_id(desk: RunningDesk) -> None:
    tape_id, one = await desk.market()
    other = await desk.mine.open_account(tape_id)
    first = await desk.mine.order(one, "buy", "1", client_order_id="same")
    second = await desk.mine.order(other, "buy", "1", client_order_id="same")
    assert first["id"] != second["id"]


async def test_a_transfer_sent_again_moves_cash_once(desk: RunningDesk) -> None:
    _, account_id = await desk.market()
    path, key = f"/v1/accounts/{account_id}/transfers", {"Idempotency-Key": "t1"}
    first = await desk.mine.post(path, {"amount": "5.00"}, **key)
    assert await desk.mine.post(path, {"amount": "5"}, **key) == first
    assert (await desk.mine.get(f"/v1/accounts/{account_id}"))["cash"] == "10005"
    refused(await desk.mine.ask("POST", path, json={"amount": "6"}, headers=key), 409, "idempotency_key_taken")
    assert (await desk.mine.post(path, {"amount": "5.00"}))["id"] != first["id"]


async def test_an_account_asked_for_again_is_opened_once(desk: RunningDesk) -> None:
    tape_id, _ = await desk.market()
    body, key = {"name": "Once", "tape_id": tape_id, "cash": "700"}, {"Idempotency-Key": "a1"}
    first = await desk.mine.post("/v1/accounts", body, **key)
    again = await desk.mine.post("/v1/accounts", body, **key)
    assert again == first
    names = [row["name"] for row in await desk.mine.rows("/v1/accounts")]
    assert sorted(names) == ["Once", "Practice"]  # ids of one instant have no order
    assert len(await desk.mine.rows(f"/v1/accounts/{first['id']}/ledger")) == 1
    other = await desk.mine.ask("POST", "/v1/accounts", json={**body, "cash": "701"}, headers=key)
    refused(other, 409, "idempotency_key_reused")


async def test_two_tenants_may_use_the_same_key(desk: RunningDesk) -> None:
    key = {"Idempotency-Key": "same"}
    opened: list[str] = []
    for visitor in (desk.mine, desk.theirs):
        tape_id = await visitor.open_tape(desk.markets["daily"].id)
        opened.append((await visitor.post("/v1/accounts", {"name": "One", "tape_id": tape_id}, **key))["id"])
    assert len(set(opened)) == 2


async def test_a_replacement_sent_again_is_answered_again_and_another_under_its_name_is_refused(
    desk: RunningDesk,
) -> None:
    _, account_id = await desk.market()
    old = await desk.mine.order(account_id, "buy", "10", limit_price="50.00", time_in_force="gtc")
    path, body = f"/v1/orders/{old['id']}", {"limit_price": "51.00", "client_order_id": "dearer"}
    first, again = [await desk.mine.ask("PATCH", path, json=body) for _ in range(2)]
    assert (first.status_code, again.status_code, again.json()) == (200, 200, first.json())
    before = await desk.footprint(account_id)
    for change in ({"limit_price": "52.00"}, {"quantity": "11"}, {"time_in_force": "day"}):
        other = await desk.mine.ask("PATCH", path, json={**body, **change})
        assert refused(other, 409, "client_order_id_taken")["order_id"] == first.json()["id"]
    assert await desk.footprint(account_id) == before


async def test_a_replacement_under_the_name_of_an_order_that_was_placed_is_refused(desk: RunningDesk) -> None:
    _, account_id = await desk.market()
    old = await desk.mine.order(account_id, "buy", "10", limit_price="50.00", time_in_force="gtc")
    await desk.mine.order(account_id, "buy", "1", limit_price="50.00", client_order_id="placed")
    body = {"limit_price": "51.00", "client_order_id": "placed"}
    refused(await desk.mine.ask("PATCH", f"/v1/orders/{old['id']}", json=body), 409, "client_order_id_taken")
