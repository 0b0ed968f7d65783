"""A setup of a higher bar opens a window; a trigger inside it buys, and a window that nothing triggers expires."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import numpy as np

from paperdesk.core.broker.commands import PlaceOrder
from paperdesk.core.kernel.ids import AccountId
from paperdesk.core.strategy.context import Context
from paperdesk.core.strategy.history import History
from paperdesk.core.strategy.library.timeframes import SetupAndTrigger
from paperdesk.doors.cli.trader import Seen

OPEN = datetime(2024, 6, 3, 13, 30, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
QUIET = 100.0


def micros(at: datetime) -> int:
    return int(at.timestamp() * 1_000_000)


class Floor:
    """A strategy that is told bars of a minute, and of an hour once they are over."""

    def __init__(self, hours: list[float]) -> None:
        self.strategy = SetupAndTrigger(["ACME"], {"length": 2, "trigger": 3})
        at = np.array([micros(OPEN + (n + 1) * HOUR) for n in range(len(hours))], np.int64)
        higher = History(at, {"close": np.array(hours)})
        minutes = len(hours) * 60
        base = History(
            np.array([micros(OPEN + (n + 1) * MINUTE) for n in range(minutes)], np.int64),
            {"close": np.full(minutes, QUIET)},
        )
        self.told = Seen(AccountId(UUID(int=1)), OPEN, Decimal(10_000), Decimal(10_000))
        self.told.histories = {("ACME", None): base, ("ACME", "1h"): higher}
        self.context = Context(self.told, ["ACME"])
        self.strategy.on_start(self.context)

    def rise_at(self, minute: int) -> None:
        """Let one minute close above all before it."""
        self.told.histories["ACME", None].columns["close"][minute - 1] = QUIET + 5

    def asked(self) -> list[tuple[int, PlaceOrder]]:
        """Go through all minutes, and return in which of them something was asked for."""
        found: list[tuple[int, PlaceOrder]] = []
        for minute in range(1, len(self.told.histories["ACME", None].at) + 1):
            self.told.now = OPEN + minute * MINUTE
            for history in self.told.histories.values():
                history.tell(micros(self.told.now))
            self.strategy.on_bar(self.context)
            found += [(minute, each) for each in self.context.commands if isinstance(each, PlaceOrder)]
            self.context.commands.clear()
        return found


def test_a_trigger_inside_the_window_of_sixty_minutes_buys() -> None:
    floor = Floor([90, 95, 95, 95])  # the second hour closes above the average of two
    floor.rise_at(150)
    (minute, order), *others = floor.asked()
    assert (minute, others) == (150, [])
    assert order.quantity == Decimal(10_000) * Decimal("0.2") // 105
    assert order.stop_loss is not None


def test_no_trigger_counts_before_the_higher_bar_is_over() -> None:
    floor = Floor([90, 95, 95, 95])
    floor.rise_at(119)
    assert floor.asked() == []


def test_a_window_that_nothing_triggers_expires() -> None:
    floor = Floor([90, 95, 95, 95])
    floor.rise_at(181)
    assert floor.asked() == []


def test_the_last_minute_of_a_window_still_counts() -> None:
    floor = Floor([90, 95, 95, 95])
    floor.rise_at(180)
    assert [minute for minute, _ in floor.asked()] == [180]
