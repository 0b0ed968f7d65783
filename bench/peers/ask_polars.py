"""Read every value of some Parquet files with polars: `ask_polars.py rounds file...` prints milliseconds and rows."""

import json
import sys
import time

import polars as pl


def read(paths: list[str]) -> int:
    """Read every value, and return how many rows there are."""
    frame = pl.read_parquet(paths)
    for name in frame.columns:
        frame[name].to_numpy().sum()
    return len(frame)


rows, taken = read(sys.argv[2:]), []
for _ in range(int(sys.argv[1])):
    started = time.perf_counter()
    read(sys.argv[2:])
    taken.append(1000 * (time.perf_counter() - started))
print(json.dumps({"ms": min(taken), "rows": rows}))
