"""Each package from outside has its rooms; the table of architecture, section 3, as a test."""

import ast
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import PurePosixPath

import pytest

from tests.architecture.sources import broken, seeded

SQL = ("infra/*", "migrations/*", "features/*/tables.py", "features/*/*store.py", "features/*/*queries.py")
SHAPES = (
    "features/*/routes.py",
    "features/*/*_routes.py",
    "features/*/*schemas.py",
    "features/*/tools.py",
    "features/*/access.py",
    "doors/*",
)

# A package, and where it may be imported (as seen from the package; a star also crosses folders).
ROOMS: dict[str, tuple[str, ...]] = {
    "alembic": ("infra/*", "migrations/*"),
    "argon2": ("infra/crypto.py",),
    "asyncpg": (*SQL, "features/*/order_writer.py"),
    "cryptography": ("infra/crypto.py",),
    "fastapi": (*SHAPES, "infra/http.py", "infra/listing.py", "infra/once.py"),
    "httpx": ("client/*", "infra/*", "features/*/sources.py", "features/*/venues/*", "doors/*"),
    "httpx2": ("doors/mcp/*",),
    "jwt": ("infra/openid.py",),
    "mcp": ("doors/mcp/*",),
    "mcp_types": ("doors/mcp/*",),
    "numba": ("core/backtest/compiled/compiling.py",),
    "optuna": ("features/research/learner.py",),
    "procrastinate": ("infra/*", "migrations/*"),
    "prometheus_client": ("infra/*",),
    "psycopg": ("infra/*",),
    "pyarrow": ("features/*/feeds/*", "features/*/venues/*", "features/backtests/report_tables.py"),
    "pydantic": (*SHAPES, "infra/settings.py", "infra/http.py", "infra/listing.py"),
    "pydantic_settings": ("infra/settings.py",),
    "redis": ("infra/redis_keeper.py",),
    "rich": ("doors/cli/*", "serving.py"),
    "segno": ("features/identity/enrol_second_factor.py",),
    "sqlalchemy": (*SQL, "features/*/order_writer.py"),
    "starlette": (*SHAPES, "infra/http.py"),
    "structlog": ("infra/telemetry.py",),
    "typer": ("doors/cli/*",),
    "uvicorn": ("serving.py", "doors/stream/frames.py"),
    "xlsxwriter": ("features/backtests/report_tables.py",),
    "websockets": ("infra/outbound_stream.py", "doors/stream/frames.py"),
}


def misplaced(path: PurePosixPath, tree: ast.Module) -> Iterator[str]:
    """Find imports of packages outside their rooms."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        else:
            continue
        for package in {name.partition(".")[0] for name in names} & ROOMS.keys():
            if not any(fnmatch(str(path), room) for room in ROOMS[package]):
                yield f"line {node.lineno} imports {package}, whose rooms are {', '.join(ROOMS[package])}"


def test_every_package_is_imported_in_its_rooms_only() -> None:
    assert broken(misplaced) == []


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("features/broker/place_order.py", "from sqlalchemy import select"),
        ("features/broker/store.py", "import pydantic"),
        ("infra/work.py", "from fastapi import Depends"),
        ("doors/rest.py", "import asyncpg"),
        ("core/risk/report.py", "import httpx"),
    ],
)
def test_a_misplaced_import_is_found(path: str, source: str) -> None:
    assert seeded(misplaced, path, source)


def test_a_package_in_its_room_is_not() -> None:
    assert not seeded(misplaced, "features/marketdata/feeds/files.py", "import pyarrow.parquet")
