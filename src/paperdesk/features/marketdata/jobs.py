"""The jobs of market data, by their kind."""

from paperdesk.features.marketdata.import_dataset import KIND, run_import

JOBS = {KIND: run_import}
