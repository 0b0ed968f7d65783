"""Token buckets: so many requests a minute for each caller, and what is left of them."""

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta

MINUTE = timedelta(minutes=1)
CALLERS_MAX = 10_000


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a caller may still ask: `is_over` when this request was one too many."""

    limit: int
    remaining: int
    resets_at: datetime
    is_over: bool


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: datetime


class RateLimit:
    """A bucket for each caller that holds a minute's requests and fills evenly; the least recent are forgotten."""

    def __init__(self, per_minute: int) -> None:
        """Start with every bucket full."""
        self._limit = per_minute
        self._buckets: OrderedDict[Hashable, _Bucket] = OrderedDict()

    def take(self, caller: Hashable, now: datetime) -> Allowance:
        """Count one request of a caller at an instant."""
        bucket = self._buckets.pop(caller, None) or _Bucket(self._limit, now)
        # A clock that was set back takes nothing away.
        elapsed = max(now - bucket.at, timedelta(0))
        bucket.tokens = min(self._limit, bucket.tokens + elapsed / MINUTE * self._limit)
        bucket.at = now
        is_over = bucket.tokens < 1
        if not is_over:
            bucket.tokens -= 1
        self._buckets[caller] = bucket
        if len(self._buckets) > CALLERS_MAX:
            self._buckets.popitem(last=False)
        full_at = now + MINUTE * ((self._limit - bucket.tokens) / self._limit)
        return Allowance(self._limit, int(bucket.tokens), full_at, is_over)
