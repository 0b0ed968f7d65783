"""The jobs of market data, by their kind."""

from collections.abc import Mapping
from functools import partial

from paperdesk.features.marketdata import (
    backfill_dataset,
    import_beside,
    import_dataset,
    import_history,
    repair_dataset,
)
from paperdesk.features.marketdata.sources import Sources
from paperdesk.infra.jobs import Work

JOBS: Mapping[str, Work] = {
    import_dataset.KIND: import_dataset.run_import,
    import_beside.KIND: import_beside.run_import_beside,
    repair_dataset.KIND: repair_dataset.run_repair,
}


def jobs_with(sources: Sources) -> Mapping[str, Work]:
    """Return all jobs, those among them that ask sources."""
    asking: Mapping[str, Work] = {
        import_history.KIND: partial(import_history.run_import_history, sources=sources),
        backfill_dataset.KIND: partial(backfill_dataset.run_backfill, sources=sources),
    }
    return {**JOBS, **asking}
