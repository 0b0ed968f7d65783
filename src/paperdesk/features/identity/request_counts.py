"""How often people, keys and addresses ask, and how often they fail to sign in; each process counts for itself.

    count      for whom                          how often
    requests   a person, whatever keys they use  the rates of the desk, or of their tenant where those are lower
    burst      the same                          within a second
    settings   the same, what changes /v1/me     a minute
    key        one key                           what it was issued with
    address    an address, whoever asks          the rate of the desk

A request is counted in all of them and goes through if none is used up. What is told is the tightest.
"""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from paperdesk.core.kernel.ids import TenantId
from paperdesk.core.kernel.principal import Principal, Scope
from paperdesk.core.kernel.rates import WITHOUT_END, Rates, TooManyRequests
from paperdesk.infra.rate_limit import CALLERS_MAX, MINUTE, SECOND, Allowance, Rate, RateLimit

FREE_FAILURES = 5
# A second, and twice as long each time: 1,024 seconds at most.
DOUBLINGS_MAX = 10
FORGOTTEN_AFTER = timedelta(hours=1)


class RequestCounts:
    """Counts what is asked, and refuses what is too much."""

    def __init__(self, rates: Rates, per_address: int | None) -> None:
        """Start with nothing counted."""
        self._rates = rates
        self._per_address = None if per_address is None else Rate(per_address)
        self._of_tenants: OrderedDict[TenantId, Rates] = OrderedDict()
        self._limit = RateLimit()

    def set_rates(self, tenant_id: TenantId, own: Rates | None) -> None:
        """Take note of the rates that a tenant has set."""
        self._of_tenants.pop(tenant_id, None)
        if own is not None:
            self._of_tenants[tenant_id] = own.within(self._rates)
            if len(self._of_tenants) > CALLERS_MAX:
                self._of_tenants.popitem(last=False)

    def rates_of(self, tenant_id: TenantId) -> Rates:
        """Return the rates that hold for the people of a tenant."""
        return self._of_tenants.get(tenant_id, self._rates)

    def count_address(self, address: str | None, now: datetime) -> Allowance | None:
        """Count a request from an address, whoever it is. Raises TooManyRequests."""
        if self._per_address is None:
            return None
        return self._counted([(("address", address), self._per_address)], now)

    def count(self, who: Principal, now: datetime, *, is_setting: bool = False) -> Allowance | None:
        """Count a request of somebody; None where they may ask without end. Raises TooManyRequests."""
        rates = self.rates_of(who.tenant_id)
        if rates == WITHOUT_END and who.limits is None:
            return None
        return self._counted(list(_counts(who, rates, is_setting=is_setting)), now)

    def _counted(self, counts: "list[tuple[tuple[str, object], Rate]]", now: datetime) -> Allowance | None:
        tightest: Allowance | None = None
        for number, (caller, rate) in enumerate(counts):
            allowance = self._limit.take(caller, now, rate)
            if allowance.is_over:
                for taken, _ in counts[:number]:
                    self._limit.give_back(taken)
                raise too_many(caller[0], allowance)
            # A burst is over within a second and is not worth telling.
            if rate.window != SECOND and (tightest is None or allowance.remaining < tightest.remaining):
                tightest = allowance
        return tightest


def _counts(who: Principal, rates: Rates, *, is_setting: bool) -> Iterator[tuple[tuple[str, object], Rate]]:
    administers = Scope.ADMIN in who.scopes and rates.administration_per_minute is not None
    named = {
        "requests": rates.administration_per_minute if administers else rates.requests_per_minute,
        "settings": rates.settings_per_minute if is_setting else None,
    }
    if rates.requests_per_second is not None and not administers:
        yield ("burst", who.user_id), Rate(rates.requests_per_second, SECOND)
    if who.limits is not None and who.limits.requests_per_minute is not None:
        yield ("key", who.key_id), Rate(who.limits.requests_per_minute, MINUTE)
    for name, limit in named.items():
        if limit is not None:
            yield (name, who.user_id), Rate(limit, MINUTE)


def too_many(counted: str, allowance: Allowance) -> TooManyRequests:
    """Return the refusal of a request that was one too many."""
    return TooManyRequests(
        f"Too many requests: {allowance.limit} are allowed; come back in {allowance.retry_after_s} seconds.",
        counted=counted,
        limit=allowance.limit,
        remaining=0,
        retry_after_s=allowance.retry_after_s,
    )


def delay_after(failures: int) -> timedelta:
    """Return how long whoever has guessed wrong so often in a row waits before the next guess."""
    return timedelta(0) if failures < FREE_FAILURES else SECOND * 2 ** min(failures - FREE_FAILURES, DOUBLINGS_MAX)


@dataclass(slots=True)
class _Failures:
    number: int
    at: datetime
    until: datetime


class FailedSignIns:
    """Makes whoever guesses at a person from an address wait longer and longer, and nobody else.

    Whoever has come in from there before does not wait, so that nobody can lock them out by guessing beside them.
    """

    def __init__(self) -> None:
        """Start with no failure."""
        self._failures: OrderedDict[tuple[str, str | None], _Failures] = OrderedDict()
        self._known: OrderedDict[tuple[str, str | None], None] = OrderedDict()

    def wait_s(self, person: str, address: str | None, now: datetime) -> int:
        """Return how many seconds a person has to wait before the next attempt from an address."""
        found = self._failures.get((person, address))
        if found is None or (person, address) in self._known:
            return 0
        return max(ceil((found.until - now) / SECOND), 0)

    def failed(self, person: str, address: str | None, now: datetime) -> None:
        """Take note of a wrong password."""
        found = self._failures.pop((person, address), None)
        if found is None or now - found.at > FORGOTTEN_AFTER:
            found = _Failures(0, now, now)
        number = found.number + 1
        self._failures[person, address] = _Failures(number, now, now + delay_after(number))
        if len(self._failures) > CALLERS_MAX:
            self._failures.popitem(last=False)

    def succeeded(self, person: str, address: str | None) -> None:
        """Take note that somebody came in from an address."""
        self._failures.pop((person, address), None)
        self._known.pop((person, address), None)
        self._known[person, address] = None
        if len(self._known) > CALLERS_MAX:
            self._known.popitem(last=False)
