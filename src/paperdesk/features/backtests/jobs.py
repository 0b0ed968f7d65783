"""The jobs of backtests, by their kind."""

from paperdesk.features.backtests import request_backtest
from paperdesk.features.backtests.run_backtest import run_backtest

JOBS = {request_backtest.KIND: run_backtest}
