"""Token buckets: so many requests a minute for each caller, so many of them at once, and what is left of them.

Each process counts for itself: behind several, a caller may ask each of them as often.
"""

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
CALLERS_MAX = 10_000


@dataclass(frozen=True, slots=True)
class Rate:
    """So many requests within a window, and as many at once."""

    limit: int
    window: timedelta = MINUTE


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a caller may still ask: `is_over` when this request was one too many, and then when to come back."""

    limit: int
    remaining: int
    resets_at: datetime
    is_over: bool
    retry_after_s: int
    reset_s: int


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: datetime


class RateLimit:
    """A bucket for each caller that holds a window's requests and fills evenly; the least recent are forgotten."""

    def __init__(self, per_minute: int | None = None) -> None:
        """Start with every bucket full; without a number each request says by which rate it is counted."""
        self._rate = None if per_minute is None else Rate(per_minute)
        self._buckets: OrderedDict[Hashable, _Bucket] = OrderedDict()

    def take(self, caller: Hashable, now: datetime, rate: Rate | None = None) -> Allowance:
        """Count one request of a caller at an instant."""
        rate = rate or self._rate
        assert rate is not None, "a limit has a rate, or its requests have"
        bucket = self._buckets.pop(caller, None) or _Bucket(rate.limit, now)
        # A clock that was set back takes nothing away.
        elapsed = max(now - bucket.at, timedelta(0))
        bucket.tokens = min(rate.limit, bucket.tokens + elapsed / rate.window * rate.limit)
        bucket.at = now
        is_over = bucket.tokens < 1
        if not is_over:
            bucket.tokens -= 1
        self._buckets[caller] = bucket
        if len(self._buckets) > CALLERS_MAX:
            self._buckets.popitem(last=False)
        full_in = rate.window * ((rate.limit - bucket.tokens) / rate.limit) if rate.limit else rate.window
        token_in = rate.window * ((1 - bucket.tokens) / rate.limit) if rate.limit else rate.window
        wait_s = max(ceil(token_in / SECOND), 1) if is_over else 0
        return Allowance(rate.limit, int(bucket.tokens), now + full_in, is_over, wait_s, ceil(full_in / SECOND))

    def give_back(self, caller: Hashable) -> None:
        """Take back that a request was counted, because another count refused it."""
        if caller in self._buckets:
            self._buckets[caller].tokens += 1
