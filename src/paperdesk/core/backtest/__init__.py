"""Backtests: the engine of the broker driven along a market's past, and what came of it in figures."""
