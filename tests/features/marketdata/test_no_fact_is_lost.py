"""Whatever is pressed, in whatever order, a tape delivers every fact once and in order."""

from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from paperdesk.core.kernel.errors import PaperdeskError
from paperdesk.core.kernel.ids import DatasetId, TapeId, UserId
from paperdesk.core.kernel.values import replace
from paperdesk.features.marketdata.control_tape import ControlTape, TapeAction, aim
from paperdesk.features.marketdata.feeds.dataset import Dataset
from paperdesk.features.marketdata.pump import next_move
from paperdesk.features.marketdata.tapes import Tape, TapeState
from tests.features.marketdata.feeds.markets import SESSIONS, Market, Written, daily, markets, opened

NOBODY = UUID(int=1)
DAY = Decimal(86_400)

speeds = st.one_of(st.just("max"), st.sampled_from([Decimal(1), Decimal(60), Decimal(3_600), DAY, DAY * 30]))
presses = st.one_of(
    st.just(ControlTape(NOBODY, TapeAction.PAUSE)),
    st.builds(
        lambda speed, skip: ControlTape(NOBODY, TapeAction.PLAY, speed=speed, skip_closed=skip), speeds, st.booleans()
    ),
    st.builds(lambda speed: ControlTape(NOBODY, TapeAction.SPEED, speed=speed), speeds),
    st.builds(
        lambda unit, count: ControlTape(NOBODY, TapeAction.STEP, unit, count),
        st.sampled_from(["fact", "quote", "bar", "session"]),
        st.integers(1, 4),
    ),
    st.builds(
        lambda to: ControlTape(NOBODY, TapeAction.JUMP, to=to),
        st.sampled_from(["next_open", "next_close", "next_fill", "next_event", *(each.on for each in SESSIONS)]),
    ),
)
# Some real time passes, the tape moves by at most so many facts, or the server starts again in between.
moments = st.tuples(st.timedeltas(timedelta(0), timedelta(hours=30)), st.sampled_from([1, 2, 7, None]))


def standing(dataset: Dataset, at: datetime, **more: object) -> Tape:
    """Return a tape that nobody has moved yet, before its first fact."""
    tape = Tape(
        id=TapeId(NOBODY),
        tenant_id=None,
        owner_id=UserId(NOBODY),
        dataset_id=DatasetId(NOBODY),
        name="A run",
        shared=False,
        cursor=0,
        at=at,
        target_cursor=0,
        target_at=at,
        state=TapeState.PAUSED,
        speed=DAY,
        has_ended=False,
        starts_at=at,
    )
    return replace(tape, **more)  # type: ignore[arg-type]


def pressed(tape: Tape, dataset: Dataset, press: ControlTape) -> Tape:
    """Press a button; one that does not work now leaves the tape as it is."""
    try:
        return aim(tape, dataset, press)
    except PaperdeskError:
        return tape


def moved(tape: Tape, dataset: Dataset, elapsed: timedelta, facts_max: int | None) -> Tape:
    """Do what the pump does, as the database would keep it."""
    move = next_move(tape, dataset, elapsed, facts_max)
    if move is None:
        return tape
    assert (move.cursor, move.at) >= (tape.cursor, tape.at)
    tape = replace(
        tape,
        cursor=move.cursor,
        at=move.at,
        target_cursor=max(tape.target_cursor, move.cursor),
        target_at=max(tape.target_at, move.at),
        has_ended=move.has_ended,
    )
    return replace(tape, state=TapeState.PAUSED, awaits=None) if move.has_ended else tape


@settings(max_examples=120, deadline=None)
@given(markets(), st.lists(st.one_of(presses, moments), max_size=25))
def test_pausing_and_changing_the_speed_loses_no_fact(
    market: Market, doings: list[ControlTape | tuple[timedelta, int | None]]
) -> None:
    dataset = opened(market)
    tape = standing(dataset, dataset.at_of(0))
    seen = list(dataset.facts_between(0, 0))
    for doing in doings:
        before = tape.cursor
        if isinstance(doing, ControlTape):
            tape = pressed(tape, dataset, doing)
        else:
            elapsed, facts_max = doing
            tape = moved(tape, dataset, elapsed, facts_max)
        seen += dataset.facts_between(before, tape.cursor)
        assert tape.at >= dataset.at_of(tape.cursor)
    tape = pressed(tape, dataset, ControlTape(NOBODY, TapeAction.PLAY, speed="max"))
    while not tape.has_ended:
        before = tape.cursor
        tape = moved(tape, dataset, timedelta(0), 7)
        seen += dataset.facts_between(before, tape.cursor)
    assert [fact.seq for fact in seen] == list(range(1, dataset.facts_total + 1))


def test_closed_hours_pass_at_once_where_they_are_skipped() -> None:
    dataset = opened({"AA": daily(*[Written(1_000, 1_010, 990, 1_005)] * 3)})
    first, second = SESSIONS[0], SESSIONS[1]
    playing = standing(dataset, first.closes_at - timedelta(minutes=30), state=TapeState.PLAYING, speed=Decimal(60))
    minutes = timedelta(minutes=1)
    for skips, at in ((False, first.closes_at + 30 * minutes), (True, second.opens_at + 30 * minutes)):
        move = next_move(replace(playing, skip_closed=skips), dataset, timedelta(minutes=1))
        assert move is not None
        assert move.at == at
    close = next_move(replace(playing, skip_closed=True), dataset, timedelta(seconds=30))
    assert close is not None
    assert close.at == first.closes_at


def test_a_clock_that_ran_for_ages_ends_with_its_tape() -> None:
    dataset = opened({"AA": daily(*[Written(1_000, 1_010, 990, 1_005)] * 3)})
    for skips in (False, True):
        playing = standing(
            dataset, SESSIONS[0].opens_at, state=TapeState.PLAYING, speed=Decimal(31_536_000), skip_closed=skips
        )
        move = next_move(playing, dataset, timedelta(days=365), None)
        assert move is not None
        assert (move.has_ended, move.at) == (True, SESSIONS[2].closes_at)
