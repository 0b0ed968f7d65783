"""A live tape goes with the wall clock: orders meet what vendors deliver, and it can be played again."""

from datetime import timedelta

import pytest

from paperdesk.features.marketdata.feeds.live_journal import JOURNAL
from paperdesk.infra.clock import FrozenClock
from tests.desk import RunningDesk, refused
from tests.features.marketdata.live_desk import fills_of, live, quote_of, recording, until

__all__ = ["live"]

BEFORE = (100.00, 100.04, 100.02, 99.50, 101.25, 99.10, 120000, 99.00)
# Bid, ask, last, the session's open, high, low and volume, the close before. Invented.
LATER = (101.90, 101.94, 101.92, 99.50, 102.50, 99.10, 120500, 99.00)


def moves_on(desk: RunningDesk, clock: FrozenClock) -> None:
    """Let six seconds pass, in which ACME trades higher."""
    clock.advance(timedelta(seconds=6))
    desk.vendors.now["ACME"] = (LATER, "2026-01-05T15:31:04Z")


async def test_an_order_fills_from_what_a_vendor_delivers_after_it(
    live: tuple[RunningDesk, str], clock: FrozenClock
) -> None:
    desk, tape_id = live
    account_id = await desk.mine.open_account(tape_id)
    await desk.mine.order(account_id, "buy", "1")
    assert await fills_of(desk, account_id) == []
    moves_on(desk, clock)
    (fill,) = await until(lambda: fills_of(desk, account_id), bool)
    # A merged fact comes first: what was printed in those six seconds, and then the quote.
    assert (fill["at"], fill["price"]) == ("2026-01-05T15:31:06Z", "101.96")
    bars = (await desk.mine.get("/v1/bars", tape_id=tape_id, symbol="ACME", interval="1m"))["items"]
    assert [bar["close"] for bar in bars] == ["100.02"]  # the minute of the second print is not over
    prints = (await desk.mine.get("/v1/prints", tape_id=tape_id, symbol="ACME"))["items"]
    assert [(each["kind"], each["price"], each["size"]) for each in prints] == [
        ("merged", "100.02", None),
        ("merged", "101.92", "500"),
    ]
    dataset = await recording(desk, tape_id)
    told = [type(fact).__name__ for fact in dataset.facts_between(0, dataset.facts_total)]
    assert told == ["CloseFact", "QuoteFact", "RangeFact", "CloseFact", "QuoteFact"]
    _, _, spread, last, _ = dataset.facts_between(0, dataset.facts_total)
    assert (str(getattr(spread, "high", "")), str(getattr(last, "volume", ""))) == ("102.5", "500")


async def test_when_the_vendor_is_down_quotes_grow_old_and_orders_wait(
    live: tuple[RunningDesk, str], clock: FrozenClock
) -> None:
    desk, tape_id = live
    account_id = await desk.mine.open_account(tape_id)
    order = await desk.mine.order(account_id, "buy", "1")
    before = await desk.mine.get(f"/v1/tapes/{tape_id}")
    desk.vendors.is_down = True
    clock.advance(timedelta(minutes=2))
    look = lambda: desk.mine.get(f"/v1/tapes/{tape_id}")  # noqa: E731
    tape = await until(look, lambda tape: bool(tape["at"] == "2026-01-05T15:33:00Z"))
    assert tape["cursor"] == before["cursor"]
    assert (await quote_of(desk, tape_id))["at"] == "2026-01-05T15:31:00Z"
    assert (await desk.mine.get(f"/v1/orders/{order['id']}"))["status"] == "accepted"
    answer = await desk.mine.ask("GET", "/v1/live/quotes", params={"symbols": "ACME"})
    assert answer.status_code == 503
    assert answer.json()["code"] in {"vendor_unreachable", "vendor_resting"}


async def test_bells_ring_by_the_wall_clock_and_day_orders_end(
    live: tuple[RunningDesk, str], clock: FrozenClock
) -> None:
    desk, tape_id = live
    account_id = await desk.mine.open_account(tape_id)
    order = await desk.mine.order(account_id, "buy", "1", limit_price="1.00", time_in_force="day")
    desk.vendors.is_down = True
    clock.advance(timedelta(hours=6))
    look = lambda: desk.mine.get(f"/v1/orders/{order['id']}")  # noqa: E731
    assert (await until(look, lambda found: bool(found["status"] != "accepted")))["status"] == "expired"
    assert (await desk.mine.get(f"/v1/tapes/{tape_id}"))["session_open"] is False


@pytest.mark.parametrize("action", ["play", "pause", "step", "jump"])
async def test_nobody_moves_a_live_tape(live: tuple[RunningDesk, str], action: str) -> None:
    desk, tape_id = live
    body = {"action": action, **({"to": "next_close"} if action == "jump" else {})}
    refused(await desk.mine.ask("POST", f"/v1/tapes/{tape_id}/control", json=body), 409, "live_tape_keeps_time")


async def test_a_branch_plays_what_was_recorded_and_the_same_order_gets_the_same_fill(
    live: tuple[RunningDesk, str], clock: FrozenClock
) -> None:
    desk, tape_id = live
    account_id = await desk.mine.open_account(tape_id)
    begun = await desk.mine.get(f"/v1/tapes/{tape_id}")
    await desk.mine.order(account_id, "buy", "1")
    moves_on(desk, clock)
    (fill,) = await until(lambda: fills_of(desk, account_id), bool)
    branch = await desk.mine.post(f"/v1/tapes/{tape_id}/rewind", {"to": begun["at"]})
    assert (branch["cursor"], branch["state"], branch["can_control"]) == (begun["cursor"], "paused", True)
    again = await desk.mine.open_account(branch["id"])
    await desk.mine.order(again, "buy", "1")
    await desk.mine.step(branch["id"], "bar")
    (same,) = await fills_of(desk, again)
    assert {name: same[name] for name in ("price", "at", "fact_seq", "rule") if name in same} == {
        name: fill[name] for name in ("price", "at", "fact_seq", "rule") if name in fill
    }


async def test_after_a_restart_the_recording_goes_on_where_it_was(
    live: tuple[RunningDesk, str], clock: FrozenClock
) -> None:
    desk, tape_id = live
    moves_on(desk, clock)
    await until(lambda: quote_of(desk, tape_id), lambda quote: bool(quote["bid"] == "101.9"))
    first = await recording(desk, tape_id)
    path = desk.runtime.settings.datasets / (await desk.mine.get(f"/v1/tapes/{tape_id}"))["dataset_id"] / JOURNAL
    with path.open("ab") as file:
        file.write(b'{"at": "2026-01-05T15:31')  # torn by a crash
    after = await recording(desk, tape_id)
    assert list(after.facts_between(0, 99)) == list(first.facts_between(0, 99))
    assert (after.seen, after.watched, after.live_until) == (first.seen, ["ACME"], first.live_until)


async def test_more_symbols_can_be_watched_on_a_live_tape_alone(live: tuple[RunningDesk, str]) -> None:
    desk, tape_id = live
    await desk.mine.post(f"/v1/live/tapes/{tape_id}/symbols", {"symbols": ["BOLT", "ACME"]})
    assert (await recording(desk, tape_id)).watched == ["ACME", "BOLT"]
    refused(
        await desk.theirs.ask("POST", f"/v1/live/tapes/{tape_id}/symbols", json={"symbols": ["SPY"]}),
        404,
        "unknown_tape",
    )
    dataset_id = (await desk.mine.get(f"/v1/tapes/{tape_id}"))["dataset_id"]
    second = {"dataset_id": dataset_id, "name": "Second", "start_at": "2026-01-05T15:31:00Z"}
    refused(await desk.mine.ask("POST", "/v1/tapes", json=second), 409, "live_market_has_its_tape")
    recorded = await desk.mine.open_tape(desk.markets["daily"].id)
    answer = await desk.mine.ask("POST", f"/v1/live/tapes/{recorded}/symbols", json={"symbols": ["SPY"]})
    refused(answer, 422, "not_live")
