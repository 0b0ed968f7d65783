"""Capsules: a run in one file, repeated by whoever has such prices, and told what differs where something does."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from paperdesk.features.backtests.jobs import JOBS
from paperdesk.features.marketdata.jobs import JOBS as IMPORTS
from paperdesk.infra.job_worker import Worker
from tests.desk import FIRST_CLOSE, RunningDesk, Visitor, refused
from tests.small_capsule import NONE, sealed, small_capsule

HEAD = "symbol,date,open,high,low,close,volume\n"
DAYS = [3, 4, 5, 6, 7, 10, 11, 12, 13, 14, 17, 18, 20, 21, 24, 25, 26, 27, 28]
VERIFY = "/v1/capsules/verifications"


@pytest.fixture
async def at_work(desk: RunningDesk) -> AsyncIterator[RunningDesk]:
    """The desk with somebody who runs backtests and imports files."""
    working = asyncio.create_task(Worker(desk.runtime, {**JOBS, **IMPORTS}).run())
    yield desk
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)


async def ran(desk: RunningDesk, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """Run crossing averages over forty days with chance, fees and a benchmark, and return the capsule."""
    tape_id = await desk.mine.open_tape(desk.markets["waves"].id)
    await desk.mine.step(tape_id, count=60)
    asked = {
        "name": "=Mine", "tape_id": tape_id, "strategy": "sma_cross", "symbols": ["ACME"], "cash": "100000",
        "parameters": {"fast": 3, "slow": 8}, "starts_at": FIRST_CLOSE, "benchmark": "BOLT",
        "fees": {"per_share": "0.01"}, **more,
    }  # fmt: skip
    backtest = await desk.mine.post("/v1/backtests", asked)
    await desk.mine.ended(backtest["job_id"])
    return dict(await desk.mine.get(f"/v1/backtests/{backtest['id']}/capsule"))


async def verdict_on(who: Visitor, capsule: dict[str, Any], **params: str) -> dict[str, Any]:
    """Have a capsule verified and return the verdict."""
    answer = await who.ask("POST", VERIFY, json=capsule, params=params)
    assert answer.status_code == 202, answer.text
    await who.ended(answer.json()["id"])
    found = await who.get(f"{VERIFY}/{answer.json()['id']}")
    assert (found["state"], found["progress"]) == ("done", 1.0), found
    return dict(found["verdict"])


@pytest.mark.parametrize("mode", ["events", "compiled"])
async def test_a_capsule_is_one_file_and_is_reproduced_bit_for_bit(lab: RunningDesk, mode: str) -> None:
    capsule = await ran(lab, mode=mode, fill_model="ideal")
    answer = await lab.mine.ask("GET", f"/v1/backtests/{capsule['backtest_id']}/capsule")
    assert answer.headers["content-disposition"].startswith('attachment; filename="sma_cross-')
    assert answer.content == json.dumps(capsule, sort_keys=True, separators=(",", ":")).encode()
    question, source = capsule["question"], capsule["source"]
    assert (question["strategy"], question["parameters"]["fast"], question["mode"]) == ("sma_cross", 3, mode)
    assert "seed" in question["rules"]
    assert [each["symbol"] for each in source["inputs"]] == ["ACME", "BOLT"]
    assert capsule["trials"]["trials"] == 1
    assert capsule["trials"]["deflated_sharpe"] is not None
    results = await lab.mine.get(f"/v1/backtests/{capsule['backtest_id']}/results")
    assert {name: each["hash"] for name, each in capsule["results"].items()} == results["evidence"]["parts"]
    fills = await lab.mine.rows(f"/v1/backtests/{capsule['backtest_id']}/fills")
    assert capsule["results"]["fills"]["rows"] == len(fills) == results["fills"] > 2
    before = await lab.mine.rows("/v1/backtests")
    found = await verdict_on(lab.mine, capsule)
    assert found == {"capsule_hash": capsule["hash"], "is_reproduced": True, "causes": [], "differences": []}
    assert await lab.mine.rows("/v1/backtests") == before
    again = await lab.mine.get(f"/v1/backtests/{capsule['backtest_id']}/capsule")
    assert again == capsule


async def test_a_run_by_chance_is_reproduced_by_its_seed(lab: RunningDesk) -> None:
    capsule = await ran(lab, fill_model="noise:0.01", seed=7)
    assert capsule["question"]["rules"]["seed"] == 7
    assert (await verdict_on(lab.mine, capsule))["is_reproduced"]
    lucky = {**capsule["question"], "rules": {**capsule["question"]["rules"], "seed": 8}}
    found = await verdict_on(lab.mine, sealed({**capsule, "question": lucky}))
    assert not found["is_reproduced"]
    assert {each["part"] for each in found["differences"]} >= {"fills", "curve", "figures"}


async def test_a_capsule_that_was_changed_is_refused_and_a_forged_one_is_found_out(lab: RunningDesk) -> None:
    capsule = await ran(lab)
    richer = {**capsule, "question": {**capsule["question"], "cash": "200000"}}
    refused(await lab.mine.ask("POST", VERIFY, json=richer), 422, "capsule_damaged")
    fills = capsule["results"]["fills"]
    digests = fills["digests"][:8] + "00000000" + fills["digests"][16:]
    first = [fills["first"][0], {**fills["first"][1], "price": "1"}, *fills["first"][2:]]
    forged = {**fills, "hash": NONE, "digests": digests, "first": first}
    found = await verdict_on(lab.mine, sealed({**capsule, "results": {**capsule["results"], "fills": forged}}))
    (difference,) = found["differences"]
    assert (difference["part"], difference["numbers"]) == ("fills", [2])
    assert (difference["before"]["price"], difference["now"]) == ("1", fills["first"][1])
    assert (found["is_reproduced"], found["causes"]) == (False, [])


async def test_another_version_of_the_code_is_named_even_where_all_comes_to_the_same(lab: RunningDesk) -> None:
    capsule = await ran(lab)
    older = sealed({**capsule, "code": {"version": "0.0.1", "hash": NONE}})
    found = await verdict_on(lab.mine, older)
    assert (found["is_reproduced"], [each["what"] for each in found["causes"]]) == (True, ["code"])
    asked = {**capsule["question"], "version": 99}
    found = await verdict_on(lab.mine, sealed({**capsule, "question": asked}))
    assert [each["what"] for each in found["causes"]] == ["strategy"]


async def with_prices(who: Visitor, close: str) -> str:
    """Import nineteen days of NOVA, the tenth with a close of one's own, and return a tape at their end."""
    closes = [f"{10 + day % 5}.00" for day in DAYS]
    closes[9] = close
    rows = [f"NOVA,2024-06-{day:02},10.00,16.00,9.00,{each},100\n" for day, each in zip(DAYS, closes, strict=True)]
    answer = await who.ask("POST", "/v1/datasets", params={"name": "Nova"}, content=(HEAD + "".join(rows)).encode())
    job = await who.ended(answer.json()["job_id"])
    tape_id = await who.open_tape(job["result"]["dataset_id"])
    await who.step(tape_id, count=30)
    return tape_id


async def test_somebody_elses_capsule_is_verified_on_prices_of_ones_own(at_work: RunningDesk) -> None:
    tape_id = await with_prices(at_work.mine, "13.00")
    asked = {"name": "N", "tape_id": tape_id, "strategy": "sma_cross", "symbols": ["NOVA"], "cash": "5000"}
    backtest = await at_work.mine.post("/v1/backtests", {**asked, "parameters": {"fast": 2, "slow": 4}})
    await at_work.mine.ended(backtest["job_id"])
    capsule = await at_work.mine.get(f"/v1/backtests/{backtest['id']}/capsule")
    refused(await at_work.theirs.ask("POST", VERIFY, json=capsule), 404, "unknown_tape")
    same, other = [await with_prices(at_work.theirs, close) for close in ("13.00", "14.00")]
    assert (await verdict_on(at_work.theirs, capsule, tape_id=same))["is_reproduced"]
    found = await verdict_on(at_work.theirs, capsule, tape_id=other)
    assert [each["what"] for each in found["causes"]] == ["data"]
    assert "NOVA" in found["causes"][0]["said"]
    curve = next(each for each in found["differences"] if each["part"] == "curve")
    assert curve["numbers"]
    assert curve["before"]["equity"] != curve["now"]["equity"]


async def test_a_dividend_that_was_not_there_before_is_other_data(at_work: RunningDesk) -> None:
    tape_id = await with_prices(at_work.mine, "13.00")
    asked = {"name": "N", "tape_id": tape_id, "strategy": "buy_and_hold", "symbols": ["NOVA"], "cash": "5000"}
    backtest = await at_work.mine.post("/v1/backtests", asked)
    await at_work.mine.ended(backtest["job_id"])
    capsule = await at_work.mine.get(f"/v1/backtests/{backtest['id']}/capsule")
    paid = "symbol,kind,ex_on,pay_on,amount,new_units,old_units\nNOVA,cash_dividend,2024-06-12,2024-06-14,0.50,,\n"
    path = f"/v1/datasets/{capsule['source']['dataset_id']}/actions"
    job = await at_work.mine.ended((await at_work.mine.ask("POST", path, content=paid.encode())).json()["job_id"])
    other = await at_work.mine.open_tape(job["result"]["dataset_id"])
    await at_work.mine.step(other, count=30)
    found = await verdict_on(at_work.mine, capsule, tape_id=other)
    assert (found["is_reproduced"], [each["what"] for each in found["causes"]]) == (False, ["data"])


async def test_a_capsule_needs_a_tape_that_has_come_so_far(lab: RunningDesk) -> None:
    capsule = await ran(lab)
    early = await lab.mine.open_tape(lab.markets["waves"].id)
    asked = {"json": capsule, "params": {"tape_id": early}}
    refused(await lab.mine.ask("POST", VERIFY, **asked), 409, "tape_not_so_far")


async def test_a_capsule_of_very_many_fills_can_be_verified(lab: RunningDesk) -> None:
    capsule = await ran(lab)
    parts = capsule["results"]
    long = {
        name: {**parts[name], "hash": NONE, "digests": "9f" * 4 * 250_000, "rows": 250_000}
        for name in ("fills", "fees")
    }
    found = await verdict_on(lab.mine, sealed({**capsule, "results": {**parts, **long}}))
    assert {each["part"]: each["rows_before"] for each in found["differences"]} == {"fills": 250_000, "fees": 250_000}


async def test_a_capsule_that_is_larger_than_any_run_is_refused_before_it_is_read(desk: RunningDesk) -> None:
    answer = await desk.mine.ask("POST", VERIFY, content=b" " * 16_000_001)
    assert refused(answer, 413, "body_too_large")["limit_bytes"] == 16_000_000


@pytest.mark.parametrize(
    ("wrong", "status", "code"),
    [
        ({"strategy": "sma_cros"}, 404, "no_such_strategy"),
        ({"symbols": ["NONE"]}, 404, "unknown_symbol"),
        ({"parameters": {"fats": 3}}, 422, "unknown_parameter"),
        ({"cash": "much"}, 422, "capsule_unreadable"),
        ({"rules": {}}, 422, "capsule_unreadable"),
        ({"rules": {**small_capsule()["question"]["rules"], "fill_model": "hopeful"}}, 422, "capsule_unreadable"),
        ({"currency": "XXX"}, 422, "unknown_currency"),
    ],
)
async def test_what_cannot_be_repeated_is_refused_at_once(
    desk: RunningDesk, wrong: dict[str, Any], status: int, code: str
) -> None:
    tape_id, _ = await desk.market()
    answer = await desk.mine.ask("POST", VERIFY, json=small_capsule(**wrong), params={"tape_id": tape_id})
    refused(answer, status, code)
    assert await desk.mine.rows("/v1/jobs") == []


async def test_there_is_no_capsule_of_a_run_that_has_not_ended(desk: RunningDesk) -> None:
    tape_id, _ = await desk.market()
    await desk.mine.step(tape_id, count=2)
    asked = {"name": "N", "tape_id": tape_id, "strategy": "buy_and_hold", "symbols": ["ACME"]}
    backtest = await desk.mine.post("/v1/backtests", asked)
    refused(await desk.mine.ask("GET", f"/v1/backtests/{backtest['id']}/capsule"), 409, "no_report_yet")
    refused(await desk.mine.ask("GET", f"{VERIFY}/{backtest['job_id']}"), 404, "unknown_verification")
