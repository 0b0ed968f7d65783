"""Read the latest quote of a symbol, beside an authenticated request that does nothing: one client, in turns."""

import sys
from collections.abc import Mapping
from statistics import median

import httpx
from rich.console import Console

from bench.turns import NOTHING, ROUNDS, Ask, readings, show

REQUESTS = 300
RATIO_MAX = 1.3
QUOTE = "latest quote"


def asks_of(client: httpx.Client, url: str, kept: Mapping[str, str]) -> dict[str, Ask]:
    """Return what is asked: the quote of the symbol that the greeting names."""
    tape_id = client.get(f"{url}/v1/tapes").raise_for_status().json()["items"][0]["id"]
    quote = {"tape_id": tape_id, "symbols": kept["symbol"]}
    return {QUOTE: lambda: client.get(f"{url}/v1/quotes", params=quote)}


def main() -> int:
    """Run the benchmark; 1 when the goal was missed."""
    console, taken = Console(), readings(asks_of, REQUESTS)
    show(console, taken, REQUESTS)
    pairs = zip(taken[QUOTE], taken[NOTHING], strict=True)
    ratio = median(median(quote) / median(empty) for quote, empty in pairs)
    console.print(f"{QUOTE} / {NOTHING}, p50: {ratio:.2f} (goal <= {RATIO_MAX}), median of {ROUNDS} pairs")
    return int(ratio > RATIO_MAX)


if __name__ == "__main__":
    sys.exit(main())
