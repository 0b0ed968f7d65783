"""Calls to vendors outside: bounded in time, size, number and patience, and never with a secret in a log line.

Only reading calls go out here, so a call may be repeated: after 429, 502, 503 and 504 and when the connection
failed, with growing pauses that chance spreads. Redirects are not followed, or keys would go where they lead.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, Final, NoReturn, TypeAlias

import httpx

from paperdesk.core.kernel.errors import Unavailable
from paperdesk.infra.call_limits import Breaker, CallBudget
from paperdesk.infra.clock import Clock
from paperdesk.infra.telemetry import Metrics, log

TRIES_MAX: Final = 4
PAUSE_S: Final = 0.5
PAUSE_MAX_S: Final = 60.0
BYTES_MAX: Final = 32_000_000
TOTAL_S: Final = 30.0
"""The longest that one try may take, however slowly its answer drips."""

POOL: Final = httpx.Limits(max_connections=8, max_keepalive_connections=8, keepalive_expiry=30)
TIMEOUT: Final = httpx.Timeout(10, connect=5, pool=5)

_BUSY: Final = frozenset({HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT})
_ON_A_THREAD_BYTES: Final = 500_000


class VendorFailure(Unavailable):
    """A vendor of market prices did not answer what was asked; nothing stands in for it but another vendor."""


class VendorBudgetUsedUp(VendorFailure):
    """The calls that a vendor's plan allows within a minute are spent, or the vendor said so itself."""


class VendorUnreachable(VendorFailure):
    """A vendor could not be reached, broke off, took too long, or was out of service."""


class VendorResting(VendorFailure):
    """After five failures in a row a vendor is left alone for five minutes."""


class VendorAnswerMalformed(VendorFailure):
    """A vendor's answer is not what it documents, so no number is taken from it."""


class VendorAnswerTooLarge(VendorFailure):
    """A vendor's answer is larger than anything that was asked for."""


class VendorCredentialsRefused(VendorFailure):
    """A vendor does not accept the key that was set for it."""


class VendorPlanExcludes(VendorFailure):
    """A vendor's plan does not include what was asked for."""


class VendorRequestRefused(VendorFailure):
    """A vendor refuses the request itself; asking again would not help."""


Sleep: TypeAlias = Callable[[float], Awaitable[object]]
Refusal: TypeAlias = Callable[[int, str], type[VendorFailure]]


def plain_refusal(status: int, _: str) -> type[VendorFailure]:
    """Say what a refusal means where a vendor keeps to the statuses' own meaning."""
    if status == HTTPStatus.UNAUTHORIZED:
        return VendorCredentialsRefused
    return VendorPlanExcludes if status == HTTPStatus.FORBIDDEN else VendorRequestRefused


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a call needs besides its vendor: the time, patience, and chance between 0 and 1."""

    clock: Clock
    sleep: Sleep
    chance: Callable[[], float]
    metrics: Metrics


@dataclass(frozen=True, slots=True)
class Question:
    """One reading call: `absent` are statuses that mean there is no such thing; `patience_s` bounds all pauses."""

    url: str
    params: Mapping[str, str] = field(default_factory=dict[str, str])
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    absent: frozenset[int] = frozenset()
    patience_s: float = 5.0


class Again(Exception):
    """A try that may be repeated: what it means if it is the last, and how long the vendor asks to wait."""

    def __init__(self, meaning: type[VendorFailure], cause: str, wait_s: float | None = None) -> None:
        """Keep what the last try would be told with."""
        super().__init__(cause)
        self.meaning, self.cause, self.wait_s = meaning, cause, wait_s


class Line:
    """The way to one vendor with one key: its budget, its breaker, and connections shared with the vendor's others."""

    def __init__(
        self,
        vendor: str,
        client: httpx.AsyncClient,
        budget: CallBudget,
        around: Surroundings,
        refusal: Refusal = plain_refusal,
    ) -> None:
        """Take a vendor's name, its connections, what its plan allows, and what its refusals mean."""
        self.vendor = vendor
        self.budget = budget
        self.breaker = Breaker()
        self.last_failure: tuple[datetime, str] | None = None
        self._client, self._around, self._refusal = client, around, refusal

    async def get(self, asked: Question) -> Any:  # noqa: ANN401 - any JSON
        """Return the JSON of an answer, decimals exact; None where the vendor has no such thing.

        Raises a VendorFailure.
        """
        patience = asked.patience_s
        for attempt in range(1, TRIES_MAX + 1):
            try:
                return await self._once(asked)
            except Again as again:
                pause = _pause(attempt, again.wait_s, self._around.chance())
                if attempt == TRIES_MAX or pause > min(patience, PAUSE_MAX_S):
                    self._fail(again.meaning, again.cause, pause)
                patience -= pause
                await self._around.sleep(pause)
        raise AssertionError("the last try returns or raises")

    def malformed(self, what: str) -> VendorAnswerMalformed:
        """Count an answer that is not as documented, and return the failure to raise."""
        self.breaker.failed(self._now())
        self._noted(VendorAnswerMalformed)
        return VendorAnswerMalformed(f"{self.vendor} answered something else than it documents: {what}.", **self._facts)

    async def _once(self, asked: Question) -> Any:  # noqa: ANN401 - any JSON
        self._require_call()
        try:
            async with asyncio.timeout(TOTAL_S):
                status, body, headers = await self._answer(asked)
        except TimeoutError:
            self._failed_once()
            raise Again(VendorUnreachable, "too slow") from None
        except httpx.TransportError as error:
            self._failed_once()
            raise Again(VendorUnreachable, type(error).__name__) from None
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            wait_s = _asked_to_wait(headers, self._now())
            self.budget.close(self._now() + timedelta(seconds=wait_s or 0))
            raise Again(VendorBudgetUsedUp, "429", wait_s)
        if status in _BUSY:
            self._failed_once()
            raise Again(VendorUnreachable, str(status), _asked_to_wait(headers, self._now()))
        return await self._judged(asked, status, body)

    async def _judged(self, asked: Question, status: int, body: bytes) -> Any:  # noqa: ANN401 - any JSON
        """Return what an answer says, or raise what its status means; none of these is tried again."""
        if status in asked.absent:
            self._worked("absent")
            return None
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status < HTTPStatus.OK:
            self._failed_once()
            self._fail(VendorUnreachable, str(status))
        if status != HTTPStatus.OK:
            meaning = self._refusal(status, body[:2000].decode("utf-8", "replace"))
            if meaning is VendorCredentialsRefused:
                self._failed_once()
            self._fail(meaning, str(status))
        try:
            large = len(body) > _ON_A_THREAD_BYTES
            found = await asyncio.to_thread(_parsed, body) if large else _parsed(body)
        except (ValueError, RecursionError):
            raise self.malformed("no JSON") from None
        if found is None:
            raise self.malformed("null")
        self._worked("ok")
        return found

    async def _answer(self, asked: Question) -> tuple[int, bytes, httpx.Headers]:
        url = httpx.URL(asked.url).copy_merge_params(dict(asked.params))
        async with self._client.stream("GET", url, headers=dict(asked.headers)) as answer:
            body = bytearray()
            async for chunk in answer.aiter_bytes():
                body += chunk
                if len(body) > BYTES_MAX:
                    self._failed_once()
                    self._fail(VendorAnswerTooLarge, f"more than {BYTES_MAX} bytes")
            return answer.status_code, bytes(body), answer.headers

    def _require_call(self) -> None:
        now = self._now()
        rest = self.breaker.rest(now)
        if rest:
            self._fail(VendorResting, "resting", rest.total_seconds())
        wait = self.budget.spend(now)
        if wait:
            self._fail(VendorBudgetUsedUp, "budget", wait.total_seconds())
        self._around.metrics.vendor_credits.labels(self.vendor).inc()

    def _fail(self, meaning: type[VendorFailure], cause: str, wait_s: float | None = None) -> NoReturn:
        self._noted(meaning)
        log.warning("vendor_failed", vendor=self.vendor, code=meaning.code, cause=cause)
        facts: dict[str, Any] = dict(self._facts)
        if wait_s is not None:
            facts["retry_after_s"] = max(int(-(-wait_s // 1)), 1)
        raise meaning(_SENTENCES[meaning].format(vendor=self.vendor, cause=cause), **facts)

    def _noted(self, meaning: type[VendorFailure]) -> None:
        self._around.metrics.vendor_calls.labels(self.vendor, meaning.code).inc()
        self.last_failure = (self._now(), meaning.code)

    def _failed_once(self) -> None:
        self.breaker.failed(self._now())

    def _worked(self, outcome: str) -> None:
        self.breaker.worked()
        self._around.metrics.vendor_calls.labels(self.vendor, outcome).inc()

    def _now(self) -> datetime:
        return self._around.clock.now()

    @property
    def _facts(self) -> dict[str, str]:
        return {"vendor": self.vendor}


_SENTENCES: Final[dict[type[VendorFailure], str]] = {
    VendorBudgetUsedUp: "The calls that {vendor} allows are used up for now.",
    VendorUnreachable: "{vendor} could not be reached ({cause}).",
    VendorResting: "{vendor} failed five times in a row and is left alone for a while.",
    VendorAnswerTooLarge: "{vendor} answered {cause}.",
    VendorCredentialsRefused: "{vendor} does not accept the key that was set for it.",
    VendorPlanExcludes: "The plan at {vendor} does not include this.",
    VendorRequestRefused: "{vendor} refuses the request with status {cause}.",
}


def open_client() -> httpx.AsyncClient:
    """Return connections to one vendor within stated bounds; proxies and keys of the environment are not used."""
    return httpx.AsyncClient(limits=POOL, timeout=TIMEOUT, follow_redirects=False, trust_env=False)


def _parsed(body: bytes) -> Any:  # noqa: ANN401 - any JSON
    return json.loads(body, parse_float=Decimal, parse_constant=_no_number)


def _no_number(word: str) -> NoReturn:
    raise ValueError(word)


def _pause(attempt: int, wait_s: float | None, chance: float) -> float:
    """Return how long to wait after a try: what the vendor asks, else twice as long each time and spread by chance."""
    if wait_s is not None:
        return wait_s
    return min(PAUSE_S * 2.0 ** (attempt - 1), PAUSE_MAX_S) * (1 + chance) / 2


def _asked_to_wait(headers: httpx.Headers, now: datetime) -> float | None:
    """Return the seconds that a vendor asks to wait, as seconds, a date or the instant its minute ends."""
    asked = headers.get("retry-after", "").strip()
    if asked.isdigit():
        return min(float(asked[:9]), 86_400.0)
    if asked:
        try:
            until = parsedate_to_datetime(asked)
        except ValueError:
            return None
        until = until if until.tzinfo else until.replace(tzinfo=UTC)
        return max((until - now).total_seconds(), 0.0)
    resets = headers.get("x-ratelimit-reset", "").strip()
    if resets.isdigit() and len(resets) <= len("9999999999"):
        return min(max(int(resets) - now.timestamp(), 0.0), 86_400.0)
    return None
