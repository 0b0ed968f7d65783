"""Log lines as tests want them: configured like a server's, and readable whatever ran before."""

import sys

import structlog

from paperdesk.infra.telemetry import configure_logs


def write_logs(level: str) -> None:
    """Write log lines from a level up, to where standard error is at that moment.

    No logger keeps anything: one that did would not follow the next configuration, or would go on writing to a
    standard error that was caught for one test and is closed.
    """
    configure_logs("json", level)
    structlog.configure(logger_factory=lambda *_: structlog.PrintLogger(sys.stderr), cache_logger_on_first_use=False)
