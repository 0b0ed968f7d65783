"""Settlements of funding stand among the facts of a tape at 00:00, 08:00 and 16:00 UTC, however far it moves."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from paperdesk.core.market.facts import CloseFact, FundingSettled, MarketFact
from paperdesk.core.market.funding import settled_between, with_settlements
from tests.scenery import COIN

MIDNIGHT = datetime(2024, 6, 3, tzinfo=UTC)
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Tape:
    """Facts at some hours after a midnight."""

    hours: tuple[float, ...]

    @property
    def facts(self) -> list[MarketFact]:
        return [CloseFact(seq, self.at_of(seq), COIN.id, Decimal(1)) for seq in range(1, len(self.hours) + 1)]

    def at_of(self, cursor: int) -> datetime:
        return MIDNIGHT + self.hours[max(cursor, 1) - 1] * HOUR

    def cursor_at(self, instant: datetime) -> int:
        return bisect_right(self.hours, (instant - MIDNIGHT) / HOUR)

    def told(self, after: int, upto: int) -> list[MarketFact]:
        return list(with_settlements(self.facts[after:upto], self, after, upto))


def settlements(facts: list[MarketFact]) -> list[tuple[int, float]]:
    return [(each.seq, (each.at - MIDNIGHT) / HOUR) for each in facts if isinstance(each, FundingSettled)]


def test_three_times_a_day_whatever_the_sessions_and_with_the_number_of_the_fact_behind() -> None:
    tape = Tape((7, 9, 10, 40))
    assert settlements(tape.told(0, 4)) == [(2, 8), (4, 16), (4, 24), (4, 32)]


def test_what_comes_at_its_instant_comes_before_a_settlement() -> None:
    tape = Tape((7, 8, 8, 9))
    assert [type(each).__name__ for each in tape.told(0, 4)] == ["CloseFact"] * 3 + ["FundingSettled", "CloseFact"]
    assert settlements(tape.told(0, 4)) == [(4, 8)]


def test_a_tape_tells_no_settlement_before_its_first_fact_nor_after_its_last() -> None:
    assert settlements(Tape((9, 15)).told(0, 2)) == []
    assert settlements(Tape((9, 16)).told(0, 2)) == []


@given(st.lists(st.integers(0, 200).map(lambda half: half / 2), min_size=1, max_size=40).map(sorted), st.data())
def test_a_tape_that_moves_in_pieces_tells_every_settlement_once_and_in_its_place(
    hours: list[float], data: st.DataObject
) -> None:
    tape = Tape(tuple(hours))
    cuts = [*sorted(data.draw(st.sets(st.integers(0, len(hours))))), len(hours)]
    told: list[MarketFact] = []
    after = 0
    for upto in cuts:
        told += tape.told(after, upto)
        assert list(settled_between(tape, after, upto)) == [
            each.at for each in tape.told(after, upto) if isinstance(each, FundingSettled)
        ]
        after = upto
    assert told == tape.told(0, len(hours))
    due = [each for each in range(0, 201, 8) if hours[0] <= each < hours[-1]]
    assert [at for _, at in settlements(told)] == due
    assert [(each.at, each.seq) for each in told] == sorted((each.at, each.seq) for each in told)
