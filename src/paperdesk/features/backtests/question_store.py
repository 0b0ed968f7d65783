"""How what is asked of a run is stored: the same columns in the tables of backtests, of sweeps and of studies."""

from typing import Any

from sqlalchemy import ARRAY, BigInteger, Boolean, Column, Integer, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from paperdesk.infra.db import Exact, Instant


def question_columns() -> list[Column[Any]]:
    """Return what is asked of a run, as every table keeps it that asks one: backtests, sweeps and studies."""
    return [
        Column("name", Text, nullable=False),
        Column("tape_id", Uuid, nullable=False),
        Column("dataset_id", Uuid, nullable=False),
        Column("strategy", Text, nullable=False),
        Column("version", Integer, nullable=False),
        Column("symbols", ARRAY(Text), nullable=False),
        Column("parameters", JSONB, nullable=False),
        Column("rules", Text, nullable=False),
        Column("mode", Text, nullable=False),
        Column("currency", Text, nullable=False),
        Column("cash", Exact, nullable=False),
        Column("risk_free", Exact, nullable=False),
        Column("benchmark", Text),
        Column("after_cursor", BigInteger, nullable=False),
        Column("upto_cursor", BigInteger, nullable=False),
        Column("close_at_end", Boolean, nullable=False),
        Column("asked_at", Instant, nullable=False),
    ]
