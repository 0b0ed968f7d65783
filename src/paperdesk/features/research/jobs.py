"""The jobs of research, by their kind."""

from paperdesk.features.research import (
    request_cross_validation,
    request_jitter,
    request_leak_check,
    request_sweep,
    request_walk_forward,
)
from paperdesk.features.research.run_cross_validation import run_cross_validation
from paperdesk.features.research.run_fold import run_fold
from paperdesk.features.research.run_jitter import run_jitter
from paperdesk.features.research.run_leak_check import run_leak_check
from paperdesk.features.research.run_trials import run_trials

JOBS = {
    request_sweep.KIND: run_trials,
    request_walk_forward.KIND: run_fold,
    request_cross_validation.KIND: run_cross_validation,
    request_leak_check.KIND: run_leak_check,
    request_jitter.KIND: run_jitter,
}
