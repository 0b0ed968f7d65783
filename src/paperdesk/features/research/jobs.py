"""The jobs of research, by their kind."""

from paperdesk.features.research import request_sweep
from paperdesk.features.research.run_trials import run_trials

JOBS = {request_sweep.KIND: run_trials}
