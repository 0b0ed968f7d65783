"""Where the steps of a live tape end: quotes, bars and bells, noted as they are delivered."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime

from paperdesk.core.market.facts import (
    CloseFact,
    CorporateActionFact,
    MarketFact,
    QuoteFact,
    SessionClosed,
    SessionOpened,
)
from paperdesk.features.marketdata.feeds.timeline import Landmark, StepUnit


class LiveSteps:
    """The numbers of the facts at which a step may stop."""

    def __init__(self) -> None:
        """Begin before the first fact."""
        self.opens: list[int] = []
        self._ends: dict[StepUnit, list[int]] = {"quote": [], "bar": [], "session": []}
        self._acts: list[int] = []

    def note(self, facts: Sequence[MarketFact], at: Sequence[datetime], count: int) -> None:
        """Note the last `count` facts: a step ends where an instant ends that has quotes, bars or a closing bell."""
        total = len(facts)
        kinds: set[type[MarketFact]] = set()
        for seq in range(total - count + 1, total + 1):
            fact = facts[seq - 1]
            kinds.add(type(fact))
            if isinstance(fact, SessionOpened):
                self.opens.append(seq)
            if isinstance(fact, CorporateActionFact):
                self._acts.append(seq)
            is_last = seq == total or at[seq] != fact.at
            if not is_last:
                continue
            if QuoteFact in kinds:
                self._ends["quote"].append(seq)
            if kinds & {QuoteFact, CloseFact}:
                self._ends["bar"].append(seq)
            if SessionClosed in kinds:
                self._ends["session"].append(seq)
            kinds = set()

    def after(self, cursor: int, unit: StepUnit, count: int) -> int | None:
        """Return the number at which the count-th unit after a cursor ends, None where so many have not come."""
        ends = self._ends[unit]
        wanted = bisect_right(ends, cursor) + count - 1
        return ends[wanted] if wanted < len(ends) else None

    def next_of(self, cursor: int, landmark: Landmark) -> int | None:
        """Return the number of the next open or close, or None without one."""
        ends = self.opens if landmark == "next_open" else self._ends["session"]
        found = bisect_right(ends, cursor)
        return ends[found] if found < len(ends) else None

    def sessions_closed(self, cursor: int) -> int:
        """Return how many sessions have closed by then."""
        return bisect_right(self._ends["session"], cursor)

    def has_bells(self, after: int, upto: int) -> bool:
        """Say whether a session opens or closes, or a company acts, in the facts with after < seq <= upto."""
        rings = (self.opens, self._ends["session"], self._acts)
        return any(bisect_right(seqs, after) != bisect_right(seqs, upto) for seqs in rings)
