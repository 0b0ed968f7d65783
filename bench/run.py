"""Run every benchmark: `make bench`, or `python -m bench.run`. The exit code says whether every goal was met."""

import sys

from bench import (
    accounts,
    auth,
    backtests,
    loading,
    mcp,
    orders,
    quotes,
    recorded,
    replay,
    stated,
    stream,
    synthetic,
    workers,
)


def main() -> int:
    """Run them one after the other, so that none disturbs another."""
    return max(
        replay.main(),
        recorded.main(),
        loading.main(),
        synthetic.main(),
        backtests.main(),
        quotes.main(),
        stream.main(),
        orders.main(),
        accounts.main(),
        mcp.main(),
        auth.main(),
        stated.main(),
        workers.main(),
    )


if __name__ == "__main__":
    sys.exit(main())
