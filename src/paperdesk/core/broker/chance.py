"""Chance that repeats: a number that follows from what it is drawn for, and from nothing else.

The key of a draw names the account's seed, the instrument, what its sender had seen, the side, which of
several such orders it is, the fact and the purpose; never an id, a sequence of the account or a clock. So
the same orders on the same tape have the same luck in a replay, a fork, a re-score and a backtest.
"""

from decimal import Decimal
from hashlib import blake2b

from paperdesk.core.broker.orders import Order

SEED_MAX = 2**63 - 1
_BYTES = 8
_PLACES = 18


def drawn(seed: int, *key: object) -> Decimal:
    """Return a number from 0 up to, not including, 1 with 18 places: the keyed hash of what it is drawn for."""
    text = "/".join(map(str, key)).encode()
    number = int.from_bytes(blake2b(text, digest_size=_BYTES, key=str(seed).encode()).digest(), "big")
    return Decimal(number * 10**_PLACES >> 8 * _BYTES).scaleb(-_PLACES)


def drawn_for(seed: int, order: Order, fact_seq: int, purpose: str) -> Decimal:
    """Return the luck of an order at a fact, for one purpose."""
    return drawn(seed, order.instrument.id, order.accepted_fact, order.side.value, order.nth, fact_seq, purpose)
