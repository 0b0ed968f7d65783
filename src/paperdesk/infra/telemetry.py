"""Structured logs and metrics. Secrets never reach a log line: only names, ids and outcomes do."""

import logging
import sys

import structlog
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest


def configure_logs(log_format: str, level: str) -> None:
    """Write log lines to standard error: readable ones for people, JSON for machines."""
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer() if log_format == "json" else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=level.upper(), stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")
    for name in ("httpx", "httpcore"):
        # Whatever level is asked for: they write whole addresses, and some vendors take their key in the address.
        logging.getLogger(name).setLevel(logging.WARNING)


log = structlog.stdlib.get_logger("paperdesk")


class Metrics:
    """What an operator watches, in one registry of its own."""

    def __init__(self) -> None:
        """Register every metric once."""
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "paperdesk_requests_total",
            "HTTP requests by method and status.",
            ["method", "status"],
            registry=self.registry,
        )
        self.commands = Counter(
            "paperdesk_commands_total",
            "Broker commands by name and outcome.",
            ["command", "outcome"],
            registry=self.registry,
        )
        self.batch = Histogram(
            "paperdesk_writer_batch_size",
            "Commands in one commit of the order writer.",
            buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256),
            registry=self.registry,
        )
        self.guesses = Counter(
            "paperdesk_writer_guesses_total",
            "Batches decided by what the order writer remembered, by whether it still stood.",
            ["outcome"],
            registry=self.registry,
        )
        self.waiting = Gauge("paperdesk_writer_waiting", "Commands waiting for the writer.", registry=self.registry)
        self.facts = Counter("paperdesk_facts_total", "Market facts delivered by the pump.", registry=self.registry)
        self.reconciled = Counter(
            "paperdesk_reconciliations_total",
            "Accounts whose records were compared at the close of a session, by outcome: balanced, or differs.",
            ["outcome"],
            registry=self.registry,
        )
        self.published = Counter(
            "paperdesk_events_published_total", "Events the relay published.", registry=self.registry
        )
        self.vendor_calls = Counter(
            "paperdesk_vendor_calls_total",
            "Calls to vendors of market prices by vendor and outcome.",
            ["vendor", "outcome"],
            registry=self.registry,
        )
        self.vendor_credits = Counter(
            "paperdesk_vendor_credits_total",
            "Calls spent of what a vendor's plan allows, repeated ones included.",
            ["vendor"],
            registry=self.registry,
        )
        self.cache_reads = Counter(
            "paperdesk_cache_reads_total",
            "Answers asked of the cache, by subject and outcome: hit, joined, miss, or away with the place they lie.",
            ["subject", "outcome"],
            registry=self.registry,
        )
        self.cache_hit_ratio = Gauge(
            "paperdesk_cache_hit_ratio",
            "The part of the answers since the start that was kept or on its way already.",
            ["subject"],
            registry=self.registry,
        )
        self.cache_up = Gauge(
            "paperdesk_cache_up", "Whether the place where answers are kept answers.", registry=self.registry
        )
        self.refused_sign_ins = Counter(
            "paperdesk_refused_sign_ins_total",
            "Attempts to sign in that were refused, by code.",
            ["code"],
            registry=self.registry,
        )
        self.streams = Gauge("paperdesk_streams", "Open streams.", registry=self.registry)

    MEDIA_TYPE = CONTENT_TYPE_LATEST

    def text(self) -> bytes:
        """Return every metric in the format of Prometheus."""
        return generate_latest(self.registry)
