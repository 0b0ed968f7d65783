"""FRED, the economic series of the Federal Reserve Bank of St. Louis, behind the port: Treasury yields.

Documented at https://fred.stlouisfed.org/docs/api. The key goes in the address, a wrong one is refused with 400,
and a day without a value is a full stop.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from http import HTTPStatus
from typing import ClassVar, Final

from paperdesk.features.marketdata.feeds.vendor import Provenance, Subject, Told, YieldOn
from paperdesk.features.marketdata.feeds.vendor_reading import Reader, reader
from paperdesk.infra.clock import Clock
from paperdesk.infra.outbound import Line, Question, VendorCredentialsRefused, VendorFailure
from paperdesk.infra.outbound import plain_refusal as by_status

ROWS_MAX: Final = 100_000
NOT_PUBLISHED: Final = "."
_PERCENT_MAX: Final = Decimal(1000)


def refusal(status: int, message: str) -> type[VendorFailure]:
    """Say what a refusal means: a wrong key is a bad request here."""
    if status == HTTPStatus.BAD_REQUEST and "api_key" in message:
        return VendorCredentialsRefused
    return by_status(status, message)


@dataclass(frozen=True, slots=True)
class FredTerms:
    """Where FRED answers."""

    url: str


class Fred:
    """FRED with one key."""

    name: ClassVar[str] = "fred"
    tells: ClassVar[frozenset[Subject]] = frozenset({Subject.YIELDS})

    def __init__(self, line: Line, clock: Clock, key: tuple[str, str], terms: FredTerms) -> None:
        """Take the way to the vendor, its key, and its address."""
        self.line = line
        self._clock, self._key, self._url = clock, key[1], terms.url

    async def probe(self) -> Provenance:
        """Ask for the newest ten-year yield."""
        answer = await self._observations("DGS10", limit="1", sort_order="desc")
        list(answer.parts("observations"))
        return self._provenance()

    async def yields(self, series: str, start: date, end: date) -> Told[Sequence[YieldOn]]:
        """Return the published yields by day; a day without one has None."""
        bounds = {"observation_start": start.isoformat(), "observation_end": end.isoformat()}
        answer = await self._observations(series, **bounds, limit=str(ROWS_MAX), sort_order="asc")
        found = [YieldOn(series, row.day("date"), _percent(row)) for row in answer.parts("observations")]
        return Told(found, self._provenance())

    async def _observations(self, series: str, **params: str) -> Reader:
        asked = {"series_id": series, "api_key": self._key, "file_type": "json", **params}
        return reader(
            self.line, await self.line.get(Question(f"{self._url}/fred/series/observations", asked)), "answer"
        )

    def _provenance(self) -> Provenance:
        # Published on the next business day at the earliest.
        return Provenance(self.name, "series", self._clock.now(), is_delayed=True)


def _percent(row: Reader) -> Decimal | None:
    value = row.text("value")
    if value == NOT_PUBLISHED:
        return None
    try:
        percent = Decimal(value)
    except InvalidOperation:
        raise row.wrong("value") from None
    if not percent.is_finite() or abs(percent) > _PERCENT_MAX:
        raise row.wrong("value")
    return percent
