"""Backtests: strategies run over what a tape has shown, as jobs whose results are kept."""
