"""An account lived again: the same under its own fill model, told in full under another, and never touched by it."""

import asyncio
from random import Random
from typing import Any, get_args
from uuid import UUID

import pytest

from paperdesk.core.broker.commands import Command
from paperdesk.core.broker.events import FundingCharged
from paperdesk.features.broker import queries, rescore_account
from paperdesk.features.broker.jobs import JOBS
from paperdesk.features.broker.rescore_account import lived
from paperdesk.features.broker.rows import COMMANDS, event_of
from paperdesk.infra.job_worker import Worker
from tests.desk import RunningDesk, refused


async def _lived_twice(desk: RunningDesk, account_id: str) -> tuple[list[Any], list[Any]]:
    """What happened to an account in its present epoch, and what happens when it is lived again."""
    async with desk.runtime.read(desk.first.principal) as work:
        life = await lived(work, desk.rooms.shelf, UUID(account_id))
        rows = await queries.events_after(work, UUID(account_id), life.account.last_seq, limit=None)
    replay = life.again(life.account)
    assert replay.impossible == []
    return [event_of(row["kind"], row["payload"]) for row in rows], replay.passage.events


RULES: list[dict[str, Any]] = [
    {},
    {"fill_model": "harsh", "seed": 7},
    {"fill_model": "alpaca_paper", "margin": {"kind": "reg_t"}},
    {"fill_model": "ideal", "margin": {"kind": "reg_t"}, "fees": {"per_share": "0.01", "regulatory": True}},
    {"fill_on_arrival": True, "seed": 3},
]


class Programme:
    """Somebody who does anything, from a seed; what is refused leaves no trace and is not lived again."""

    def __init__(self, desk: RunningDesk, seed: int, tape_id: str, account_id: str) -> None:
        self.desk, self.random = desk, Random(seed)
        self.tape_id, self.account_id = tape_id, account_id

    async def run(self, steps: int) -> None:
        for _ in range(steps):
            act = self.random.choice(
                (self.places, self.places, self.places, self.touches, self.moves_on, self.transfers)
            )
            await act()

    async def places(self) -> None:
        pick, price = self.random.choice, str(self.random.randint(95, 110))
        terms = pick((
            {"type": "market"}, {"type": "limit", "limit_price": price}, {"type": "stop", "stop_price": price},
            {"type": "trailing_stop", "trail_amount": "2.00"},
            {"type": "market", "order_class": "bracket", "take_profit": {"limit_price": "115"},
             "stop_loss": {"stop_price": "90"}, "time_in_force": "gtc"},
        ))  # fmt: skip
        body = {"account_id": self.account_id, "symbol": pick(("ACME", "ACME", "BOLT")), "side": pick(("buy", "sell"))}
        await self.ask(
            "POST", "/v1/orders", {**body, "quantity": str(self.random.randint(1, 40)), "time_in_force": "gtc"} | terms
        )

    async def touches(self) -> None:
        open_ = await self.desk.mine.rows("/v1/orders", account_id=self.account_id, status="open")
        match self.random.randint(0, 3):
            case 0:
                await self.ask("DELETE", f"/v1/orders?account_id={self.account_id}", None)
            case 1:
                path = f"/v1/accounts/{self.account_id}/positions/ACME/close"
                await self.ask("POST", path, {"percent": "50", "cancel_orders": True})
            case 2 if open_:
                await self.ask("PATCH", f"/v1/orders/{self.random.choice(open_)['id']}", {"quantity": "41"})
            case _ if open_:
                await self.ask("DELETE", f"/v1/orders/{self.random.choice(open_)['id']}", None)
            case _:
                pass

    async def moves_on(self) -> None:
        unit, count = self.random.choice((("session", 1), ("fact", 2), ("bar", 1)))
        await self.ask("POST", f"/v1/tapes/{self.tape_id}/control", {"action": "step", "unit": unit, "count": count})

    async def transfers(self) -> None:
        amount = str(self.random.choice((500, -200, -100_000)))
        await self.ask("POST", f"/v1/accounts/{self.account_id}/transfers", {"amount": amount})

    async def ask(self, method: str, path: str, body: object) -> None:
        answer = await self.desk.mine.ask(method, path, json=body)
        assert answer.status_code < 500, answer.text


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("rules", RULES, ids=["cash", "harsh", "alpaca", "fees", "arrival"])
async def test_under_its_own_model_everything_happens_again(
    desk: RunningDesk, rules: dict[str, Any], seed: int
) -> None:
    tape_id, account_id = await desk.market(**rules)
    await Programme(desk, seed, tape_id, account_id).run(40)
    happened, again = await _lived_twice(desk, account_id)
    assert again == happened
    assert len(happened) > 10


async def test_funding_is_settled_again_where_it_was(desk: RunningDesk) -> None:
    terms = {"cash": "100000", "margin": {"funding": {"daily_rate": "0.03"}}}
    tape_id, account_id = await desk.market("hours", **terms)
    await desk.mine.order(account_id, "buy", "1", symbol="BTC/USD", time_in_force="gtc")
    await desk.mine.step(tape_id, unit="bar", count=20)
    lived_, again = await _lived_twice(desk, account_id)
    assert again == lived_
    assert any(isinstance(each, FundingCharged) for each in again)


async def test_a_new_epoch_is_lived_again_by_itself(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market()
    await Programme(desk, 1, tape_id, account_id).run(10)
    await desk.mine.post(f"/v1/accounts/{account_id}/reset", {"cash": "8000"})
    await desk.mine.ask("PATCH", f"/v1/accounts/{account_id}", json={"status": "inactive"})
    await desk.mine.ask("PATCH", f"/v1/accounts/{account_id}", json={"status": "open"})
    await Programme(desk, 2, tape_id, account_id).run(20)
    happened, again = await _lived_twice(desk, account_id)
    assert again == happened


async def _bought(desk: RunningDesk) -> tuple[str, str]:
    tape_id, account_id = await desk.market()
    await desk.mine.order(account_id, "buy", "10")
    await desk.mine.step(tape_id)
    await desk.mine.order(account_id, "sell", "10")
    await desk.mine.step(tape_id)
    return tape_id, account_id


async def test_a_re_score_under_the_own_model_differs_in_nothing(desk: RunningDesk) -> None:
    _, account_id = await _bought(desk)
    path = f"/v1/accounts/{account_id}"
    answer = await desk.mine.post(f"{path}/rescore", {"fill_model": "realistic"})
    found = answer["rescore"]
    assert (found["orders"], found["impossible"], found["difference"]) == ([], [], "0")
    assert (found["fills_before"], found["fills_after"]) == (2, 2)
    equity = await desk.mine.rows(f"{path}/equity")
    assert [(each["at"], each["after"]) for each in found["equity"]] == [
        (each["at"], each["equity"]) for each in equity
    ]


async def test_another_model_tells_the_difference_in_fills_and_equity_and_touches_nothing(desk: RunningDesk) -> None:
    _, account_id = await _bought(desk)
    before = await desk.footprint(account_id)
    answer = await desk.mine.post(f"/v1/accounts/{account_id}/rescore", {"fill_model": "ideal"})
    assert await desk.footprint(account_id) == before
    found = answer["rescore"]
    bought, sold = found["orders"]
    assert bought["after"]["average_fill_price"] == "101"
    assert float(bought["before"]["average_fill_price"]) > 101
    total = sum(float(each["gain"]) for each in (bought, sold))
    assert float(found["difference"]) == pytest.approx(total)
    assert total > 0
    assert next(each["difference"] for each in found["equity"]) == "0"


async def test_commands_that_become_impossible_are_listed(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market(fill_model="ideal")
    # The low of the next session touches 100.50, which only the ideal model takes for a fill.
    await desk.mine.order(account_id, "buy", "10", limit_price="100.50")
    await desk.mine.step(tape_id)
    await desk.mine.order(account_id, "sell", "10")
    await desk.mine.step(tape_id)
    found = (await desk.mine.post(f"/v1/accounts/{account_id}/rescore", {"fill_model": "realistic"}))["rescore"]
    (impossible,) = found["impossible"]
    assert (impossible["command"], impossible["code"]) == ("place_order", "insufficient_shares")
    bought, sold = found["orders"]
    assert (bought["after"]["status"], sold["after"]) == ("expired", None)


async def test_a_long_re_score_is_a_job_with_the_same_result(
    desk: RunningDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, account_id = await _bought(desk)
    path = f"/v1/accounts/{account_id}/rescore"
    at_once = (await desk.mine.post(path, {"fill_model": "ideal"}))["rescore"]
    monkeypatch.setattr(rescore_account, "COMMANDS_AT_ONCE", 0)
    working = asyncio.create_task(Worker(desk.runtime, JOBS).run())
    try:
        answer = await desk.mine.ask("POST", path, json={"fill_model": "ideal"})
        assert answer.status_code == 202
        job_path = f"/v1/jobs/{answer.json()['job_id']}"
        async with asyncio.timeout(30):
            while (job := await desk.mine.get(job_path))["state"] not in {"done", "failed"}:
                await asyncio.sleep(0.05)
        assert job["result"] == at_once
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)


async def test_what_cannot_be_lived_again_is_refused(desk: RunningDesk) -> None:
    _, account_id = await _bought(desk)
    path = f"/v1/accounts/{account_id}/rescore"
    refused(await desk.mine.ask("POST", path, json={"fill_model": "perfect"}), 422, "unknown_fill_model")
    await desk.owner.execute("update events set cursor = null where account_id = $1", UUID(account_id))
    refused(await desk.mine.ask("POST", path, json={"fill_model": "ideal"}), 409, "commands_not_recorded")


def test_every_command_there_is_can_be_stored() -> None:
    assert set(COMMANDS.values()) == set(get_args(Command))
