"""The jobs of backtests, by their kind."""

from paperdesk.features.backtests import request_backtest, verify_capsule
from paperdesk.features.backtests.repeat_run import repeat_run
from paperdesk.features.backtests.run_backtest import run_backtest

JOBS = {request_backtest.KIND: run_backtest, verify_capsule.KIND: repeat_run}
