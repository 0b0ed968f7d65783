"""Market data: datasets, tapes over them, and what can be read of both."""
