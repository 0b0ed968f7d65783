"""What an endpoint answers."""

from dataclasses import dataclass
from typing import Any

import msgspec
from starlette.responses import Response

_trading = msgspec.json.Encoder().encode
# Market data has numbers where trading has text; they are written digit by digit, without a float in between.
_market = msgspec.json.Encoder(decimal_format="number").encode


@dataclass(frozen=True, slots=True)
class Answer:
    """A body and its status; of market data, numbers stay numbers."""

    body: Any
    status: int = 200
    is_market: bool = False

    def response(self) -> Response:
        """Return the HTTP answer; one without a body is empty."""
        if self.body is None:
            return Response(status_code=self.status)
        encode = _market if self.is_market else _trading
        return Response(encode(self.body), self.status, media_type="application/json")
