"""Alpaca's stream of shares behind the port: the channel of trading statuses.

Documented at https://docs.alpaca.markets/docs/real-time-stock-pricing-data. A key may be connected once at a time.
Tapes A and B, and tapes C and O, have status codes and reason codes of their own, none with two meanings.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Final

from paperdesk.core.market.facts import HaltReason
from paperdesk.features.marketdata.feeds.vendor import VendorStatus
from paperdesk.features.marketdata.feeds.vendor_reading import reader
from paperdesk.infra.outbound import (
    Line,
    VendorCredentialsRefused,
    VendorFailure,
    VendorPlanExcludes,
    VendorRequestRefused,
    VendorUnreachable,
)
from paperdesk.infra.outbound_stream import Talk, Wire, talking

# Halt and volatility pause; resume and trading resumption. What else there is, such as imbalances, stops nobody.
_HALTS: Final = frozenset({"2", "H", "P"})
_RESUMES: Final = frozenset({"3", "T"})
_REASONS: Final[Mapping[str, HaltReason]] = {
    **dict.fromkeys(("T1", "T2", "T3", "D", "P"), HaltReason.NEWS),
    **dict.fromkeys(("T5", "T7", "LUDP", "LUDS", "M"), HaltReason.VOLATILITY),
    **dict.fromkeys(("T6", "T12", "H4", "H9", "H10", "H11"), HaltReason.REGULATORY),
    **dict.fromkeys(("MWC0", "MWC1", "MWC2", "MWC3", "1", "2", "3"), HaltReason.MARKET_WIDE),
}
_REFUSALS: Final[Mapping[int, type[VendorFailure]]] = {
    401: VendorCredentialsRefused,
    402: VendorCredentialsRefused,
    404: VendorUnreachable,  # too slow to authenticate
    405: VendorPlanExcludes,  # more symbols than the plan has
    406: VendorRequestRefused,  # connected elsewhere with the same key
    407: VendorUnreachable,  # too slow to read
    409: VendorPlanExcludes,
    500: VendorUnreachable,
}


@dataclass(frozen=True, slots=True)
class AlpacaStream:
    """What a stream needs: the way to a feed not yet opened, the key, and where a malformed answer is counted."""

    line: Line
    opened: AbstractAsyncContextManager[Wire]
    key: tuple[str, str]

    async def statuses(self, symbols: Sequence[str]) -> AsyncIterator[Sequence[VendorStatus]]:
        """Yield nothing once the vendor listens, then the statuses of symbols as they come. Raises a VendorFailure."""
        async with talking(self.line.vendor, self.opened) as talk:
            await self._told(talk, "success")
            await talk.say(action="auth", key=self.key[0], secret=self.key[1])
            await self._told(talk, "success")
            await talk.say(action="subscribe", statuses=list(symbols))
            await self._told(talk, "subscription")
            yield ()
            while True:
                rows = await talk.hear(None)
                self._require_no_error(rows)
                told = [self._status(row) for row in rows if row.get("T") == "s"]
                yield [each for each in told if each is not None]

    async def _told(self, talk: Talk, kind: str) -> None:
        rows = await talk.hear()
        self._require_no_error(rows)
        if [row.get("T") for row in rows] != [kind]:
            raise self.line.malformed(f"no {kind}")

    def _require_no_error(self, rows: Sequence[dict[str, Any]]) -> None:
        for row in rows:
            if row.get("T") == "error":
                code = row.get("code")
                meaning = _REFUSALS.get(code, VendorRequestRefused) if isinstance(code, int) else VendorRequestRefused
                vendor = self.line.vendor
                raise meaning(f"{vendor} refuses its stream with code {code!r:.20}.", vendor=vendor)

    def _status(self, row: dict[str, Any]) -> VendorStatus | None:
        read = reader(self.line, row, "status")
        code, symbol, at = read.text("sc"), read.text("S"), read.instant("t")
        if code in _RESUMES:
            return VendorStatus(symbol, at, None)
        if code not in _HALTS:
            return None
        return VendorStatus(symbol, at, _REASONS.get(read.text_or_none("rc") or "", HaltReason.OTHER))
