"""A desk under load that is killed again and again, and what is checked after each time."""

import asyncio
import random
import re
import statistics
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.crash.audit import Stored, broken_promises, until_published, wrongs
from tests.crash.clients import PEOPLE, Attempt, Person, questions
from tests.crash.desk_process import DeskProcess, desk_process
from tests.crash.market import FIRST_DAY, actions, quotes

SERVER, DATABASE, BOTH = "server", "database", "server and database"
MARGINED = {"margin": {"kind": "reg_t"}, "option_level": 3}
# What must have happened among the deaths for them to prove anything about it.
HAPPENED = {
    "combos": "select count(*) from events where kind = 'combo_filled'",
    "options ended": "select count(*) from entries where kind in ('expiry', 'exercise', 'assignment')",
    "splits": "select count(*) from entries where kind = 'split'",
    "orders split": "select count(*) from events where kind = 'order_adjusted'",
    "dividends": "select count(*) from events where kind = 'dividend_paid'",
}
SPEED = 15 * 86_400
AFTERWARDS_S = 0.3
ANSWERS = {200, 201, 404, 409, 422, 503}


@dataclass(frozen=True)
class Round:
    """One death: whose, and how long it took until an order was accepted again, in seconds."""

    victim: str
    back_in: float
    acknowledged: int
    stored_unanswered: int
    absent_unanswered: int


@dataclass
class Siege:
    """A desk, its clients and everything they wrote down."""

    desk: DeskProcess
    client: httpx.AsyncClient
    luck: random.Random
    tape_id: str = ""
    people: list[Person] = field(default_factory=list[Person])
    attempts: list[Attempt] = field(default_factory=list[Attempt])
    rounds: list[Round] = field(default_factory=list[Round])
    fills: int = 0
    happened: dict[str, int] = field(default_factory=dict[str, int])

    async def prepare(self) -> None:
        """Import a market with options, dividends and splits, open a tape on it and an account for everybody."""
        terms = {"name": "Siege", "format": "csv", "price_basis": "raw", "calendar": "XNYS"}
        job = await self._ask("POST", "/v1/datasets", params=terms, content=quotes(self.luck))
        dataset_id = await self._dataset(job)
        dataset_id = await self._dataset(
            await self._ask("POST", f"/v1/datasets/{dataset_id}/actions", content=actions())
        )
        opening = {"dataset_id": dataset_id, "name": "Siege", "start_at": f"{FIRST_DAY}T21:00:00Z"}
        self.tape_id = str((await self._ask("POST", "/v1/tapes", json=opening))["id"])
        await self.control("speed", speed=str(SPEED))
        hot = await self._account("hot")
        for number in range(PEOPLE):
            # Every other one may owe money and units, and writes options against options.
            is_margined = number % 2 == 0
            mine = await self._account(f"person {number}", **(MARGINED if is_margined else {}))
            luck = random.Random(self.luck.random())
            spreads_in = mine if is_margined else None
            self.people.append(Person(self.client, luck, self.tape_id, [hot, mine], self.attempts, spreads_in))

    async def control(self, action: str, **terms: str) -> None:
        """Press a button of the tape, until it is pressed."""
        async with asyncio.timeout(30):
            path, body = f"/v1/tapes/{self.tape_id}/control", {"action": action, **terms}
            while (await self.client.post(path, json=body)).status_code != 200:
                await asyncio.sleep(0.05)

    async def round(self, victim: str) -> None:
        """Load the desk, kill, wait until it is back, and check everything."""
        begin = len(self.attempts)
        await self.control("play")
        async with self.load():
            await asyncio.sleep(self.luck.uniform(0.5, 2.0))
            back_in = await self._kill(victim)
            await asyncio.sleep(AFTERWARDS_S)
        await self.control("pause")
        here = self.attempts[begin:]
        stored, absent = await self._ask_again(list(questions(here)))
        await self.check()
        self.rounds.append(Round(victim, back_in, sum(each.is_acknowledged for each in here), stored, absent))

    @asynccontextmanager
    async def load(self) -> AsyncIterator[None]:
        """Let everybody act for as long as the block lasts."""
        over = asyncio.Event()

        async def live(person: Person) -> None:
            while not over.is_set():
                await person.act()

        async with asyncio.TaskGroup() as group:
            for person in self.people:
                group.create_task(live(person))
            yield
            over.set()

    async def _kill(self, victim: str) -> float:
        began, dead = asyncio.get_running_loop().time(), None
        if victim in (SERVER, BOTH):
            self.desk.kill()
        if victim in (DATABASE, BOTH):
            dead = self.desk.kill_database()
        if victim in (SERVER, BOTH):
            self.desk.start()
        if dead is not None:
            await self.desk.until_revived(dead)
        await self._until_accepted()
        return asyncio.get_running_loop().time() - began

    async def _until_accepted(self) -> None:
        """Place orders that wait for ever until one is accepted."""
        async with asyncio.timeout(60):
            while True:
                if (await self.people[0].send(self.people[0].patient_order())).is_acknowledged:
                    return

    async def _ask_again(self, open_questions: list[Attempt]) -> tuple[int, int]:
        """Send again what was left open; it is done once, whether it had been done or not."""
        owner = await self.desk.owner()
        before = await Stored.read(owner)
        known = 0
        for question in open_questions:
            was = before.times(question)
            again = await self.people[0].send(question.again())
            known += bool(was)
            if question.kind == "order":
                # A replacement is answered alike whether it is new or known.
                done = 200 if was or question.method == "PATCH" else 201
                assert again.status in ({done} if was else {done, 404, 409, 422}), (was, question, again)
            elif was:
                assert again.status in (201, 409), (question, again)
        await owner.close()
        return known, len(open_questions) - known

    async def check(self) -> None:
        """Compare every answer ever given with what is stored, and every account with itself."""
        assert {each.status for each in self.attempts if each.status} <= ANSWERS, self._surprises()
        owner = await self.desk.owner()
        try:
            await until_published(owner)
            self.happened = {name: await owner.fetchval(query) for name, query in HAPPENED.items()}
            self.fills = await owner.fetchval("select count(*) from fills")
            broken = [*broken_promises(self.attempts, await Stored.read(owner)), *await wrongs(owner)]
            assert not broken, broken[:10]
            for row in await owner.fetch("select id from accounts"):
                answer = await self._ask("GET", f"/v1/accounts/{row['id']}/reconciliation")
                assert answer["balanced"], (row["id"], answer["problems"][:5])
        finally:
            await owner.close()

    def report(self) -> Iterator[str]:
        """Say in a few lines what was endured."""
        kinds = {kind: sum(each.is_acknowledged and each.kind == kind for each in self.attempts)
                 for kind in ("order", "cancel", "transfer", "account")}  # fmt: skip
        stored = sum(each.stored_unanswered for each in self.rounds)
        absent = sum(each.absent_unanswered for each in self.rounds)
        yield f"rounds {len(self.rounds)}, acknowledged {kinds}, fills {self.fills}, lost 0, doubled 0"
        yield ", ".join(f"{name} {times}" for name, times in self.happened.items())
        yield f"left unanswered: {stored} wholly stored, {absent} wholly absent"
        for victim in sorted({each.victim for each in self.rounds}):
            times = [each.back_in for each in self.rounds if each.victim == victim]
            yield f"{victim}: {len(times)} times, back in {statistics.median(times):.2f} s, at most {max(times):.2f} s"

    def _surprises(self) -> str:
        found = [each for each in self.attempts if each.status and each.status not in ANSWERS][:3]
        bug = self.desk.log.read_text(encoding="utf-8").partition("[error")[2]
        # The innermost frames of a traceback come last; what follows it is the next line of the log.
        traceback = re.split(r"\n(?=\d{4}-)", bug)[0]
        return f"{found}\n{traceback[-6_000:]}"

    async def _account(self, name: str, **rules: Any) -> str:  # noqa: ANN401 - any JSON
        body = {"name": name, "tape_id": self.tape_id, "cash": "1000000.00", **rules}
        return str((await self._ask("POST", "/v1/accounts", json=body))["id"])

    async def _dataset(self, job: dict[str, Any]) -> str:
        """Return the dataset that a job has made."""
        return str((await self._job(str(job["job_id"])))["result"]["dataset_id"])

    async def _job(self, job_id: str) -> dict[str, Any]:
        async with asyncio.timeout(60):
            while True:
                job = await self._ask("GET", f"/v1/jobs/{job_id}")
                if job["state"] in ("done", "failed"):
                    assert job["state"] == "done", job
                    return job
                await asyncio.sleep(0.05)

    async def _ask(self, method: str, path: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - httpx's own
        answer = await self.client.request(method, path, **more)
        assert answer.is_success, answer.text
        found: dict[str, Any] = answer.json()
        return found


@asynccontextmanager
async def siege(home: Path, log: Path, seed: int) -> AsyncIterator[Siege]:
    """Start a desk with everything a siege needs."""
    async with desk_process(home, log) as desk:
        limits = httpx.Limits(max_connections=2 * PEOPLE)
        async with httpx.AsyncClient(
            base_url=desk.url, headers=desk.authorization, limits=limits, timeout=30, trust_env=False
        ) as client:
            besieged = Siege(desk, client, random.Random(seed))
            await besieged.prepare()
            yield besieged
