"""Research: many backtests of one strategy, and how far what they show can be believed."""
