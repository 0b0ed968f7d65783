"""The answer about standing quotes is given again until the tape moves, and to nobody who may not have it."""

import asyncio
import json
from uuid import UUID, uuid4

from sqlalchemy import text

from paperdesk.core.kernel.ids import TenantId
from paperdesk.features.marketdata.answers import ANSWERS_MAX, TAPES_MAX, Answers
from tests.desk import RunningDesk, refused

ANYBODY = TenantId(UUID(int=1))


def listening() -> Answers:
    answers = Answers()
    answers.listening(is_on=True)
    return answers


def test_while_nobody_tells_what_moves_nothing_is_kept() -> None:
    answers, tape_id = Answers(), uuid4()
    answers.about(tape_id)[ANYBODY, b"q"] = b"a"
    assert not answers.about(tape_id)


def test_what_was_worked_out_before_a_move_is_not_kept_after_it() -> None:
    answers, tape_id = listening(), uuid4()
    begun = answers.about(tape_id)
    answers.told(str(tape_id))
    begun[ANYBODY, b"q"] = b"old"
    assert not answers.about(tape_id)


def test_when_notices_may_have_been_missed_all_is_forgotten() -> None:
    answers, tape_id = listening(), uuid4()
    answers.about(tape_id)[ANYBODY, b"q"] = b"a"
    answers.listening(is_on=False)
    answers.listening(is_on=True)
    assert not answers.about(tape_id)


def test_neither_tapes_nor_questions_grow_without_bound() -> None:
    answers, tape_id = listening(), uuid4()
    for n in range(2 * ANSWERS_MAX):
        answers.about(tape_id)[ANYBODY, str(n).encode()] = b"a"
    assert len(answers.about(tape_id)) <= ANSWERS_MAX
    for _ in range(2 * TAPES_MAX):
        answers.about(uuid4())
    assert len(answers._kept) <= TAPES_MAX


async def until_listening(desk: RunningDesk) -> None:
    while not desk.rooms.shelf.answers._is_told:
        await asyncio.sleep(0.01)


async def test_a_tape_that_moved_shows_its_new_quote_at_once(desk: RunningDesk) -> None:
    tape_id, _ = await desk.market()
    await until_listening(desk)
    for _ in range(5):
        answers = [await desk.mine.get("/v1/quotes", tape_id=tape_id, symbols="ACME") for _ in range(2)]
        (known,) = desk.rooms.shelf.answers.about(UUID(tape_id)).values()
        in_other_words = await desk.mine.get("/v1/quotes", tape_id=tape_id, symbols="ACME,")
        assert answers == [in_other_words] * 2
        assert json.loads(known) == in_other_words
        await desk.mine.step(tape_id, "fact", 2)


async def test_another_process_that_moves_a_tape_is_heard_of(desk: RunningDesk) -> None:
    tape_id, _ = await desk.market()
    await until_listening(desk)
    await desk.mine.get("/v1/quotes", tape_id=tape_id, symbols="ACME")
    kept = desk.rooms.shelf.answers.about(UUID(tape_id))
    async with desk.runtime.as_system() as db:
        await db.execute(text("update tape_runs set name = 'moved' where id = :id"), {"id": UUID(tape_id)})
    async with asyncio.timeout(30):
        while desk.rooms.shelf.answers.about(UUID(tape_id)) is kept:
            await asyncio.sleep(0.01)


async def test_what_one_tenant_was_answered_is_no_answer_for_another(desk: RunningDesk) -> None:
    tape_id, _ = await desk.market()
    await until_listening(desk)
    question = {"tape_id": tape_id, "symbols": "ACME"}
    await desk.mine.get("/v1/quotes", **question)
    refused(await desk.theirs.ask("GET", "/v1/quotes", params=question), 404, "unknown_tape")
    refused(await desk.visitor().ask("GET", "/v1/quotes", params=question), 401, "credentials_missing")
    refused(await desk.mine.ask("GET", "/v1/quotes", params={"tape_id": "x", "symbols": "A"}), 422, "malformed_request")
