"""Accounts are watched by limits: each measures what it says, and tells of each state it comes up to once."""

import asyncio
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from tests.desk import RunningDesk, Visitor, refused

MARGINED = {"margin": {"kind": "reg_t"}, "cash": "20000", "fill_model": "ideal"}


async def limited(visitor: Visitor, account_id: str, kind: str, value: object, **terms: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    body = {"kind": kind, "value": str(value), **terms}
    return dict(await visitor.post(f"/v1/accounts/{account_id}/limits", body))


async def changed(desk: RunningDesk, limit_id: str, **terms: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    answer = await desk.mine.ask("PATCH", f"/v1/limits/{limit_id}", json=terms)
    assert answer.is_success, answer.text
    return dict(answer.json())


async def evaluated(desk: RunningDesk, account_id: str) -> dict[str, Any]:
    return dict(await desk.mine.post(f"/v1/accounts/{account_id}/limits/evaluation", None))


async def told(desk: RunningDesk, account_id: str, count: int) -> list[dict[str, Any]]:
    """Wait until so much was told of an account's limits, and return it."""
    async with asyncio.timeout(30):
        while len(found := await desk.mine.rows(f"/v1/accounts/{account_id}/limit-alerts")) < count:
            await asyncio.sleep(0.02)
    assert len(found) == count, found
    return found


async def measures(desk: RunningDesk, account_id: str) -> dict[str, Any]:
    return dict(await desk.mine.get(f"/v1/accounts/{account_id}/risk-measures"))


@pytest.fixture
async def held(desk: RunningDesk) -> tuple[str, str]:
    """A tape, and an account on it that has bought 20 ACME."""
    tape_id, account_id = await desk.market("daily", cash="20000")
    await desk.mine.order(account_id, "buy", "20")
    await desk.mine.step(tape_id)
    return tape_id, account_id


UNITS = {
    "position_size": "currency",
    "daily_loss": "currency",
    "drawdown": "fraction_of_peak",
    "leverage": "multiple_of_equity",
    "exposure": "fraction_of_equity",
}


async def test_limits_of_every_kind_are_set_for_a_symbol_or_for_all(desk: RunningDesk, held: tuple[str, str]) -> None:
    _, account_id = held
    for kind, unit in UNITS.items():
        of_all = await limited(desk.mine, account_id, kind, "0.9")
        assert (of_all["kind"], of_all["symbol"], of_all["unit"], of_all["value"]) == (kind, None, unit, "0.9")
        assert [of_all[name] for name in ("warning", "critical", "breached")] == ["0.8", "0.95", "1"]
        assert of_all["state"] in {"normal", "breached"}, "it was looked at when it was set"
        asked = {"kind": kind, "value": "0.9", "symbol": "ACME"}
        answer = await desk.mine.ask("POST", f"/v1/accounts/{account_id}/limits", json=asked)
        if kind in {"drawdown", "leverage"}:
            assert refused(answer, 422, "limit_of_whole_account")["kind"] == kind
        else:
            assert answer.json()["symbol"] == "ACME"
    assert len(await desk.mine.rows(f"/v1/accounts/{account_id}/limits")) == 8


async def test_a_limit_that_means_nothing_is_refused_by_name(desk: RunningDesk, held: tuple[str, str]) -> None:
    _, account_id = held
    path = f"/v1/accounts/{account_id}/limits"
    for body, code in (
        ({"kind": "exposure", "value": "0"}, "limit_without_meaning"),
        ({"kind": "drawdown", "value": "10"}, "limit_without_meaning"),
        ({"kind": "exposure", "value": "1", "warning": "0.96"}, "thresholds_out_of_order"),
        ({"kind": "exposure", "value": "1", "symbol": "NOBODY"}, "unknown_symbol"),
        ({"kind": "vega", "value": "1"}, "malformed_request"),
    ):
        refused(await desk.mine.ask("POST", path, json=body), 422 if code != "unknown_symbol" else 404, code)
    assert await desk.mine.rows(path) == []


async def test_limits_are_listed_by_state_symbol_and_whether_they_are_enabled(
    desk: RunningDesk, held: tuple[str, str]
) -> None:
    _, account_id = held
    far = await limited(desk.mine, account_id, "position_size", "1000000", symbol="ACME")
    near = await limited(desk.mine, account_id, "position_size", "1")
    off = await limited(desk.mine, account_id, "leverage", "0.001", is_enabled=False)
    assert (off["state"], off["measured"], off["looked_at"]) == (None, None, None)

    async def ids(**asked: str) -> list[str]:
        return [each["id"] for each in await desk.mine.rows(f"/v1/accounts/{account_id}/limits", **asked)]

    assert sorted(await ids()) == sorted([far["id"], near["id"], off["id"]])
    assert await ids(state="normal") == [far["id"]]
    assert await ids(state="breached") == [near["id"]]
    assert await ids(symbol="ACME") == [far["id"]]
    assert await ids(is_enabled="false") == [off["id"]]


async def test_a_limit_and_its_thresholds_are_changed(desk: RunningDesk, held: tuple[str, str]) -> None:
    _, account_id = held
    size = Decimal((await measures(desk, account_id))["largest_position"])
    limit = await limited(desk.mine, account_id, "position_size", size * 2)
    assert limit["state"] == "normal"
    sooner = await changed(desk, limit["id"], warning="0.3", critical="0.45", breached="0.6")
    assert [sooner[name] for name in ("warning", "critical", "breached", "state")] == ["0.3", "0.45", "0.6", "critical"]
    refused(
        await desk.mine.ask("PATCH", f"/v1/limits/{limit['id']}", json={"warning": "0.5"}), 422,
        "thresholds_out_of_order",
    )  # fmt: skip
    assert (await changed(desk, limit["id"], value=str(size)))["state"] == "breached"
    refused(await desk.mine.ask("PATCH", f"/v1/limits/{uuid4()}", json={"value": "1"}), 404, "unknown_limit")


async def test_a_limit_is_removed_and_what_was_told_of_it_stays(desk: RunningDesk, held: tuple[str, str]) -> None:
    _, account_id = held
    limit = await limited(desk.mine, account_id, "position_size", "1")
    assert (await desk.mine.ask("DELETE", f"/v1/limits/{limit['id']}")).status_code == 204
    refused(await desk.mine.ask("DELETE", f"/v1/limits/{limit['id']}"), 404, "unknown_limit")
    assert await desk.mine.rows(f"/v1/accounts/{account_id}/limits") == []
    (alert,) = await told(desk, account_id, 1)
    assert (alert["limit_id"], alert["state"]) == (limit["id"], "breached")


async def test_80_percent_warns_once_and_95_percent_alarms_once(desk: RunningDesk, held: tuple[str, str]) -> None:
    _, account_id = held
    size = Decimal((await measures(desk, account_id))["largest_position"])
    limit = await limited(desk.mine, account_id, "position_size", size * 2)
    assert (await evaluated(desk, account_id))["alerts"] == []
    for part, state in (("0.85", "warning"), ("0.9", "warning"), ("0.97", "critical"), ("0.99", "critical")):
        assert (await changed(desk, limit["id"], value=str(round(size / Decimal(part), 2))))["state"] == state
        now = await evaluated(desk, account_id)
        assert [each["state"] for each in now["limits"]] == [state]
        assert now["alerts"] == [], "it was told of when it came to that"
    first, second = await told(desk, account_id, 2)
    assert (first["state"], first["threshold"], first["number"]) == ("warning", "0.8", 1)
    assert (second["state"], second["threshold"], second["number"]) == ("critical", "0.95", 2)
    assert Decimal(second["measured"]) == size


async def test_an_evaluation_answers_with_each_limit_and_with_what_is_told_of_it_at_that(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market("daily", cash="50000")
    await desk.mine.order(account_id, "buy", "1")
    await desk.mine.step(tape_id)
    far = await limited(desk.mine, account_id, "leverage", "3")
    limit = await limited(desk.mine, account_id, "position_size", "1000000", symbol="ACME")
    now: dict[str, Any] = {"alerts": []}
    for doubling in range(7):  # the desk looks by itself, too, and may have told of it first
        size = Decimal((await measures(desk, account_id))["largest_position"])
        await changed(desk, limit["id"], value=str(size * Decimal("1.5")))
        await desk.mine.order(account_id, "buy", str(2**doubling))
        await desk.mine.step(tape_id)
        now = await evaluated(desk, account_id)
        assert {each["id"]: each["state"] for each in now["limits"]} == {far["id"]: "normal", limit["id"]: "breached"}
        if now["alerts"]:
            break
    (alert,) = now["alerts"]
    assert (alert["limit_id"], alert["state"], alert["at"]) == (limit["id"], "breached", now["at"])
    assert (await alerts(desk, account_id))[-1] == alert
    assert (await evaluated(desk, account_id))["alerts"] == []


async def test_a_jump_over_all_thresholds_is_told_as_a_breach_alone(desk: RunningDesk, held: tuple[str, str]) -> None:
    _, account_id = held
    size = Decimal((await measures(desk, account_id))["largest_position"])
    limit = await limited(desk.mine, account_id, "position_size", size * 2)
    await changed(desk, limit["id"], value=str(size / 2))
    assert [each["state"] for each in await told(desk, account_id, 1)] == ["breached"]


async def test_limits_are_looked_at_by_themselves_when_an_order_fills_or_the_tape_moves(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market("daily", cash="20000")
    await limited(desk.mine, account_id, "position_size", "1", symbol="ACME")
    loss = await limited(desk.mine, account_id, "daily_loss", "0.01")
    await desk.mine.order(account_id, "buy", "20")
    await desk.mine.step(tape_id)
    (alert, *_) = await told_at_least(desk, account_id, "position_size")
    assert (alert["state"], alert["symbol"]) == ("breached", "ACME")
    while Decimal((await measures(desk, account_id))["day_pl"]) > Decimal("-0.01"):
        await desk.mine.step(tape_id)
    lost = await told_at_least(desk, account_id, "daily_loss")
    assert (lost[-1]["limit_id"], lost[-1]["state"]) == (loss["id"], "breached")
    assert Decimal(lost[-1]["measured"]) >= Decimal("0.01")


async def alerts(desk: RunningDesk, account_id: str) -> list[dict[str, Any]]:
    return await desk.mine.rows(f"/v1/accounts/{account_id}/limit-alerts")


async def told_at_least(desk: RunningDesk, account_id: str, kind: str) -> list[dict[str, Any]]:
    """Wait until something was told of a kind of limit."""
    async with asyncio.timeout(30):
        while not (found := [each for each in await alerts(desk, account_id) if each["kind"] == kind]):
            await asyncio.sleep(0.02)
    return found


async def test_each_limit_measures_what_it_is_called(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market("chain", **MARGINED)
    await desk.mine.order(account_id, "buy", "250")
    await desk.mine.step(tape_id, count=2)
    limits = {kind: await limited(desk.mine, account_id, kind, "1") for kind in UNITS}
    of_acme = await limited(desk.mine, account_id, "exposure", "1", symbol="ACME")
    account = await desk.mine.get(f"/v1/accounts/{account_id}")
    (position,) = await desk.mine.rows(f"/v1/accounts/{account_id}/positions")
    history = await desk.mine.rows(f"/v1/accounts/{account_id}/equity")
    equity, size = Decimal(account["equity"]), Decimal(position["market_value"])
    peak = max(Decimal(each["equity"]) for each in history)
    now = {each["id"]: Decimal(each["measured"]) for each in (await evaluated(desk, account_id))["limits"]}
    assert now[limits["position_size"]["id"]] == size
    assert now[limits["daily_loss"]["id"]] == max(-Decimal(account["day_pl"]), Decimal(0))
    assert now[limits["drawdown"]["id"]] == round((peak - equity) / peak, 6)
    assert now[limits["leverage"]["id"]] == round(size / equity, 6)
    assert now[limits["exposure"]["id"]] == now[of_acme["id"]] == round(size / equity, 6)


async def test_exposure_may_exceed_all_of_equity(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market("chain", **MARGINED)
    await desk.mine.order(account_id, "buy", "350")
    await desk.mine.step(tape_id)
    found = await measures(desk, account_id)
    assert Decimal(found["exposure"]) > Decimal("1.5")
    limit = await limited(desk.mine, account_id, "exposure", "1.5")
    assert (limit["state"], limit["measured"]) == ("breached", found["exposure"])


async def test_what_is_measured_is_worked_out_here_whatever_is_sent(desk: RunningDesk, held: tuple[str, str]) -> None:
    _, account_id = held
    path = f"/v1/accounts/{account_id}/limits"
    await limited(desk.mine, account_id, "position_size", "1")
    zeros = {"equity": "0", "measured": "0", "limits": []}
    refused(
        await desk.mine.ask("POST", path, json={"kind": "leverage", "value": "1", "measured": "0"}), 422,
        "malformed_request",
    )  # fmt: skip
    sent = await desk.mine.ask("POST", f"{path}/evaluation", json=zeros, params={"equity": "0"})
    assert sent.json()["limits"] == (await evaluated(desk, account_id))["limits"]
    assert sent.json()["limits"][0]["state"] == "breached"


async def test_measures_are_those_of_the_books(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market("chain", **MARGINED)
    await desk.mine.order(account_id, "buy", "250")
    await desk.mine.step(tape_id, count=2)
    found, account = await measures(desk, account_id), await desk.mine.get(f"/v1/accounts/{account_id}")
    assert [found[name] for name in ("equity", "day_pl", "currency")] == [account["equity"], account["day_pl"], "USD"]
    needed = account["margin"]["maintenance_requirement"]
    assert (found["maintenance_requirement"], found["reasons"]) == (needed, {})
    assert Decimal(found["margin_ratio"]) == round(Decimal(needed) / Decimal(account["equity"]), 6)
    (position,) = await desk.mine.rows(f"/v1/accounts/{account_id}/positions")
    assert found["unrealised_pl"] == position["unrealised_pl"]
    assert found["gross_value"] == found["largest_position"] == position["market_value"]
    cash_id = await desk.mine.open_account(tape_id)
    empty = await measures(desk, cash_id)
    assert (empty["exposure"], empty["drawdown"], empty["margin_ratio"]) == ("0", "0", None)
    assert set(empty["reasons"]) == {"maintenance_requirement", "margin_ratio"}


async def test_money_that_is_paid_in_or_out_is_no_drawdown(desk: RunningDesk, held: tuple[str, str]) -> None:
    tape_id, account_id = held
    before = await measures(desk, account_id)
    await desk.mine.post(f"/v1/accounts/{account_id}/transfers", {"amount": "-5000"})
    after = await measures(desk, account_id)
    assert Decimal(before["peak_equity"]) - Decimal(after["peak_equity"]) == 5000
    await desk.mine.post(f"/v1/accounts/{account_id}/reset", {"cash": "100"})
    await desk.mine.step(tape_id)
    anew = await measures(desk, account_id)
    assert (anew["peak_equity"], anew["drawdown"]) == ("100", "0") or Decimal(anew["peak_equity"]) == 100


async def test_alerts_that_nobody_has_noted_are_listed_apart(desk: RunningDesk, held: tuple[str, str]) -> None:
    _, account_id = held
    for kind in ("position_size", "exposure"):
        await limited(desk.mine, account_id, kind, "0.0001")
    first, second = await told(desk, account_id, 2)
    await desk.mine.post(f"/v1/limit-alerts/{first['id']}/acknowledgement", None)
    path = f"/v1/accounts/{account_id}/limit-alerts"
    assert [each["id"] for each in await desk.mine.rows(path, is_acknowledged="false")] == [second["id"]]
    assert [each["id"] for each in await desk.mine.rows(path, is_acknowledged="true")] == [first["id"]]


async def test_an_alert_keeps_who_noted_it_first_and_when(desk: RunningDesk, held: tuple[str, str]) -> None:
    _, account_id = held
    await limited(desk.mine, account_id, "position_size", "1")
    (alert,) = await told(desk, account_id, 1)
    assert (alert["acknowledged_at"], alert["acknowledged_by"]) == (None, None)
    path = f"/v1/limit-alerts/{alert['id']}/acknowledgement"
    noted = await desk.mine.post(path, None)
    assert noted["acknowledged_by"] == f"key:{desk.first.key.id}"
    other = await desk.mine.post("/v1/keys", {"name": "Other", "scopes": ["read", "limits"]})
    again = await desk.visitor(f"{other['key_id']}.{other['secret']}").post(path, None)
    assert again == noted
    assert await told(desk, account_id, 1) == [noted]
    refused(await desk.mine.ask("POST", f"/v1/limit-alerts/{uuid4()}/acknowledgement"), 404, "unknown_limit_alert")


async def test_who_looks_after_risk_sets_limits_and_places_no_orders(desk: RunningDesk, held: tuple[str, str]) -> None:
    _, account_id = held
    person = await desk.mine.post("/v1/users", {"email": "ada@desk.test", "name": "Ada", "role": "risk"})
    login = await desk.visitor().post("/v1/logins", {"link_token": person["invitation"]["link_token"]})
    ada = desk.visitor(login["access_token"])
    assert (await limited(ada, account_id, "position_size", "1"))["state"] == "breached"
    asked = {"account_id": account_id, "symbol": "ACME", "side": "buy", "type": "market", "quantity": "1"}
    refused(await ada.ask("POST", "/v1/orders", json=asked), 403, "missing_scope")
    (alert,) = await told(desk, account_id, 1)
    noted = await ada.post(f"/v1/limit-alerts/{alert['id']}/acknowledgement", None)
    assert noted["acknowledged_by"] == f"user:{person['id']}"


async def test_limits_warn_and_block_nothing(desk: RunningDesk, held: tuple[str, str]) -> None:
    tape_id, account_id = held
    assert (await limited(desk.mine, account_id, "position_size", "1", symbol="ACME"))["state"] == "breached"
    await desk.mine.order(account_id, "buy", "1")
    await desk.mine.step(tape_id)
    (position,) = await desk.mine.rows(f"/v1/accounts/{account_id}/positions")
    assert position["quantity"] == "21"


async def test_two_who_look_at_once_tell_of_it_once(desk: RunningDesk, held: tuple[str, str]) -> None:
    _, account_id = held
    limit = await limited(desk.mine, account_id, "position_size", "1", is_enabled=False)
    await changed(desk, limit["id"], is_enabled=True)
    await asyncio.gather(*(evaluated(desk, account_id) for _ in range(4)))
    assert [each["state"] for each in await told(desk, account_id, 1)] == ["breached"]


async def test_an_account_has_at_most_a_hundred_limits(desk: RunningDesk) -> None:
    _, account_id = await desk.market("daily")
    for _ in range(100):
        await limited(desk.mine, account_id, "exposure", "1", is_enabled=False)
    body = {"kind": "exposure", "value": "1"}
    refused(await desk.mine.ask("POST", f"/v1/accounts/{account_id}/limits", json=body), 409, "too_many_limits")
