"""The jobs of market data, by their kind."""

from paperdesk.features.marketdata import import_actions, import_dataset, repair_dataset

JOBS = {
    import_dataset.KIND: import_dataset.run_import,
    import_actions.KIND: import_actions.run_import_actions,
    repair_dataset.KIND: repair_dataset.run_repair,
}
