"""Saved strategies by REST: versions that never change, a switch, a publication, and what was brought by backtests."""

from datetime import timedelta
from typing import Any

import pytest

from paperdesk.infra.clock import FrozenClock
from tests.desk import RunningDesk, refused
from tests.features.backtests.at_once import ran_backtest
from tests.features.strategies.kept import CROSS, ran_saved, saved_strategy

PATH = "/v1/saved-strategies"


@pytest.fixture
async def tape_id(desk: RunningDesk) -> str:
    """A tape that has shown forty days."""
    tape_id = await desk.mine.open_tape(desk.markets["waves"].id)
    await desk.mine.step(tape_id, count=60)
    return tape_id


async def changed(desk: RunningDesk, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = await desk.mine.ask("PATCH", path, json=body)
    answer.raise_for_status()
    found: dict[str, Any] = answer.json()
    return found


async def colleague(desk: RunningDesk) -> Any:  # noqa: ANN401 - a visitor
    """Return a trader of the same tenant."""
    wish = {"email": "colleague@desk.test", "name": "Col", "role": "trader"}
    added = await desk.mine.post("/v1/users", wish)
    login = await desk.visitor().post("/v1/logins", {"link_token": added["invitation"]["link_token"]})
    return desk.visitor(login["access_token"])


async def test_a_change_is_a_version_of_its_own_and_the_old_ones_stay(desk: RunningDesk) -> None:
    first = await saved_strategy(desk, note="As it was", parameters={"fast": 3, "slow": 8, "sizing": "percent_equity"})
    assert (first["version"], first["is_active"], first["is_published"], first["is_mine"]) == (1, True, False, True)
    assert first["newest"]["parameters"] == {
        "fast": 3, "slow": 8, "sizing": "percent_equity", "quantity": "100", "amount": "10000", "percent": "0.1",
        "below": "nothing",
    }  # fmt: skip
    path = f"{PATH}/{first['id']}"
    second = await changed(desk, path, {"parameters": {"fast": 4}, "note": "Slower"})
    assert (second["version"], second["newest"]["parameters"]["fast"]) == (2, 4)
    assert second["newest"]["parameters"]["sizing"] == "percent_equity"
    # What would be the same is no version, and neither is a name.
    same = await changed(desk, path, {"parameters": {"fast": "4"}, "symbols": ["ACME"], "name": "Averages"})
    assert (same["version"], same["name"]) == (2, "Averages")
    third = await changed(desk, path, {"symbols": ["BOLT"]})
    assert (third["version"], third["newest"]["symbols"]) == (3, ["BOLT"])
    versions = await desk.mine.rows(f"{path}/versions")
    assert [each["number"] for each in versions] == [1, 2, 3]
    assert versions[0] == first["newest"]
    assert [each["note"] for each in versions] == ["As it was", "Slower", ""]
    assert await desk.mine.get(path) == third
    refused(await desk.mine.ask("PATCH", path, json={"parameters": {"fats": 4}}), 422, "unknown_parameter")
    refused(await desk.mine.ask("PATCH", path, json={"parameters": {"fast": 0}}), 422, "parameter_out_of_range")
    assert len(await desk.mine.rows(f"{path}/versions")) == 3


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"strategy": "sma_crss"}, 404, "no_such_strategy"),
        ({"symbols": ["ACME", "BOLT"]}, 422, "wrong_number_of_symbols"),
        ({"symbols": ["ACME", "ACME"]}, 422, "malformed_request"),
        ({"parameters": {"slow": "many"}}, 422, "parameter_out_of_range"),
        ({"name": "Taken"}, 409, "saved_name_taken"),
    ],
)
async def test_what_cannot_be_run_is_not_saved(desk: RunningDesk, body: dict[str, Any], status: int, code: str) -> None:
    await saved_strategy(desk, name="Taken")
    other = await saved_strategy(desk, name="Other")
    refused(await desk.mine.ask("POST", PATH, json={**CROSS, **body}), status, code)
    if code == "saved_name_taken":
        refused(await desk.mine.ask("PATCH", f"{PATH}/{other['id']}", json=body), status, code)
    assert len(await desk.mine.rows(PATH)) == 2


async def test_a_strategy_is_run_by_its_id_unless_it_is_off(desk: RunningDesk, tape_id: str) -> None:
    kept = await saved_strategy(desk)
    run_id = await ran_saved(desk, kept["id"], tape_id)
    run = await desk.mine.get(f"/v1/backtests/{run_id}")
    assert (run["strategy"], run["symbols"], run["parameters"]["fast"]) == ("sma_cross", ["ACME"], 3)
    path = f"{PATH}/{kept['id']}"
    assert (await desk.mine.post(f"{path}/deactivate", {}))["is_active"] is False
    asked = await desk.mine.ask("POST", f"{path}/backtests", json={"name": "Off", "tape_id": tape_id})
    refused(asked, 409, "strategy_is_off")
    assert [each["id"] for each in await desk.mine.rows(PATH, state="off")] == [kept["id"]]
    assert await desk.mine.rows(PATH, state="on") == await desk.mine.rows(PATH, strategy="grid") == []
    assert (await desk.mine.post(f"{path}/activate", {}))["is_active"] is True
    await ran_saved(desk, kept["id"], tape_id)
    assert len(await desk.mine.rows("/v1/backtests")) == 2


async def test_performance_is_what_backtests_have_shown_and_nothing_else(
    desk: RunningDesk, tape_id: str, clock: FrozenClock
) -> None:
    kept = await saved_strategy(desk)
    path = f"{PATH}/{kept['id']}"
    nothing = await desk.mine.get(f"{path}/performance")
    assert (nothing["runs"], nothing["latest"], nothing["best"], nothing["versions"]) == (0, None, None, [])
    assert nothing["reasons"].keys() == {"latest", "best"}
    first = await ran_saved(desk, kept["id"], tape_id)
    clock.advance(timedelta(minutes=1))
    await changed(desk, path, {"parameters": {"fast": 2, "slow": 20}})
    second = await ran_saved(desk, kept["id"], tape_id, name="Again")
    # One of the same parameters that was not asked for by the strategy, and one that has not ended, are none of its.
    await ran_backtest(desk, tape_id, "sma_cross", parameters={"fast": 2, "slow": 20})
    await desk.mine.post(f"{path}/backtests", {"name": "Waits", "tape_id": tape_id})
    found = await desk.mine.get(f"{path}/performance", by="total_return")
    assert (found["runs"], found["latest"]["backtest_id"], found["measure"]) == (2, second, "total_return")
    results = {each: await desk.mine.get(f"/v1/backtests/{each}/results") for each in (first, second)}
    best = max(results, key=lambda each: results[each]["figures"]["total_return"])
    assert found["best"]["backtest_id"] == best
    assert [(each["version"], each["runs"], each["latest"]["backtest_id"]) for each in found["versions"]] == [
        (1, 1, first),
        (2, 1, second),
    ]
    history = await desk.mine.rows(f"{path}/performance/history")
    assert [each["backtest_id"] for each in history] == [first, second]
    for each in history:
        figures = results[each["backtest_id"]]["figures"]
        assert all(figures.get(name) == value for name, value in each["figures"].items())
        assert each["reasons"].keys() == {name for name, value in each["figures"].items() if value is None}
    assert [each["version"] for each in await desk.mine.rows(f"{path}/performance/history", version=2)] == [2]
    # Each run tells of which version it is, in the list too; the one that was not asked for by the strategy, of none.
    of = {each["id"]: each["saved_strategy"] for each in await desk.mine.rows("/v1/backtests")}
    assert [of[first], of[second]] == [{"id": kept["id"], "version": 1}, {"id": kept["id"], "version": 2}]
    assert list(of.values()).count(None) == 1
    assert (await desk.mine.get(f"/v1/backtests/{second}"))["saved_strategy"] == of[second]
    (await desk.mine.ask("DELETE", f"/v1/backtests/{second}")).raise_for_status()
    assert (await desk.mine.get(f"{path}/performance"))["latest"]["backtest_id"] == first


async def test_what_is_published_is_read_and_run_by_all_of_the_tenant_and_changed_by_its_owner(
    desk: RunningDesk, tape_id: str
) -> None:
    kept = await saved_strategy(desk)
    path, other = f"{PATH}/{kept['id']}", await colleague(desk)
    refused(await other.ask("GET", path), 404, "unknown_saved_strategy")
    assert await other.rows(PATH) == []
    assert (await desk.mine.post(f"{path}/publish", {}))["is_published"] is True
    seen = await other.get(path)
    assert (seen["is_mine"], seen["newest"]) == (False, kept["newest"])
    run = await other.post(f"{path}/backtests", {"name": "Theirs", "tape_id": tape_id})
    assert run["parameters"]["slow"] == 8
    for method, rest in (("PATCH", ""), ("DELETE", ""), ("POST", "/deactivate"), ("POST", "/withdraw")):
        refused(await other.ask(method, path + rest, json={}), 403, "not_strategy_owner")
    # Names are each person's own.
    assert (await other.post(PATH, CROSS))["is_mine"] is True
    refused(await desk.theirs.ask("GET", path), 404, "unknown_saved_strategy")
    await desk.mine.post(f"{path}/withdraw", {})
    refused(await other.ask("GET", f"{path}/performance"), 404, "unknown_saved_strategy")


async def test_a_strategy_that_is_deleted_leaves_its_backtests(desk: RunningDesk, tape_id: str) -> None:
    kept = await saved_strategy(desk)
    run_id = await ran_saved(desk, kept["id"], tape_id)
    (await desk.mine.ask("DELETE", f"{PATH}/{kept['id']}")).raise_for_status()
    refused(await desk.mine.ask("GET", f"{PATH}/{kept['id']}/versions"), 404, "unknown_saved_strategy")
    left = await desk.mine.get(f"/v1/backtests/{run_id}")
    assert (left["id"], left["saved_strategy"]) == (run_id, None)
    assert (await saved_strategy(desk))["version"] == 1
