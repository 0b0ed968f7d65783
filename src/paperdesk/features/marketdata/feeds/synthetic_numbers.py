"""The numbers of a session's facts, worked out and not looked up: there are too many option quotes to list.

A session's own facts are numbered first, as `generate_session` numbers them: the bell and the opens; at
the end of every minute ranges, closes and quotes, and the next opens; at the last the closing bell. After
the quotes of each minute come those of the option contracts, one each, in the order of their series.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SessionNumbers:
    """How many have what: `members` have bars and quotes by the minute, the volatility index bars, `once` one close."""

    members: int
    once: int
    minutes: int
    contracts: int = 0

    @property
    def own(self) -> int:
        """Return how many facts there are without those of contracts."""
        return self.minutes * self._each_minute + self.once + 2

    @property
    def total(self) -> int:
        """Return how many facts there are."""
        return self.own + self.minutes * self.contracts

    @property
    def opened(self) -> int:
        """Return the number of the last opening price."""
        return self.members + 2

    @property
    def _each_minute(self) -> int:
        return 4 * self.members + 3

    def quoted(self, minute: int) -> int:
        """Return how many of the session's own facts there are through the quotes that end a minute, from 1 on."""
        ends = self.opened + 3 * self.members + 2 + (minute - 1) * self._each_minute
        return ends + (self.once if minute == self.minutes else 0)

    def first_contract(self, minute: int) -> int:
        """Return the number of the fact before the first contract's quote at the end of a minute."""
        return self.quoted(minute) + (minute - 1) * self.contracts

    def quotes_passed(self, number: int) -> int:
        """Return at how many ends of minutes the members' quotes are through by a number."""
        passed = (number - self.first_contract(1)) // (self._each_minute + self.contracts) + 1
        if passed < self.minutes:
            return max(passed, 0)
        return self.minutes if number >= self.first_contract(self.minutes) else self.minutes - 1

    def minutes_passed(self, number: int) -> int:
        """Return how many minutes have ended by a number, the quotes of contracts and a closing bell included."""
        passed = self.quotes_passed(number)
        return passed - 1 if passed and number < self.end_of(passed) else passed

    def end_of(self, minute: int) -> int:
        """Return the number of the last fact that ends a minute."""
        return self.total if minute == self.minutes else self.first_contract(minute) + self.contracts

    def to_own(self, number: int) -> int:
        """Return how many of the session's own facts there are by a number."""
        passed = self.quotes_passed(number)
        if not passed:
            return number
        into = number - self.first_contract(passed)
        return self.quoted(passed) + max(into - self.contracts, 0)

    def from_own(self, own: int) -> int:
        """Return the number of one of the session's own facts."""
        before = (own - 1 - self.quoted(1)) // self._each_minute + 1
        if before >= self.minutes:
            before = self.minutes if own > self.quoted(self.minutes) else self.minutes - 1
        return own + max(before, 0) * self.contracts

    def through(self, minutes: int) -> int:
        """Return the number of the last fact of the instant so many minutes after the open."""
        if minutes >= self.minutes:
            return self.total
        return self.opened + minutes * (self._each_minute + self.contracts)

    def minute_of(self, number: int) -> int:
        """Return how many minutes after the open a fact comes."""
        if number <= self.opened:
            return 0
        return min((number - self.opened - 1) // (self._each_minute + self.contracts) + 1, self.minutes)
