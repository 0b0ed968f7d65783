"""Strategies: what one may see, what it may ask for, and those that are shipped; the same live and in a backtest."""
