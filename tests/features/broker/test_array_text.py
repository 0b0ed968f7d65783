"""Columns travel as arrays' texts: whatever a text holds, the database reads it as it was."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import msgspec
import pytest

from paperdesk.features.broker.changed_rows import array_text
from paperdesk.infra.db import Server

HARD = ["plain", "", "null", "NULL", " spaces ", "a,b", "{}", '"quoted"', "back\\slash", "\\n", "two\nlines", "a\ttab"]
TEXTS = [*HARD, "\x01", "\x7f", "é", "€", "𝄞", "\\\\", '\\"', '{"a": "b\\nc"}', "'; drop table orders"]


async def test_texts_come_back_as_they_were(server: Server) -> None:
    db = await server.connect()
    try:
        for each in (*TEXTS, None):
            assert await db.fetchval("select $1::text::text[]", array_text([each])) == [each]
        everything = [*TEXTS, None]
        assert await db.fetchval("select $1::text::text[]", array_text(everything)) == everything
    finally:
        await db.close()


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("uuid", [UUID(int=7), None]),
        ("numeric", [Decimal("0.10"), Decimal("-1E-8"), Decimal("12345678901234567890.123"), None]),
        ("timestamptz", [datetime(2025, 6, 2, 15, 30, 0, 123456, UTC), datetime(1999, 1, 1, tzinfo=UTC), None]),
        ("bigint", [0, -1, 2**62, None]),
        ("boolean", [True, False, None]),
    ],
)
async def test_values_come_back_as_they_were(server: Server, kind: str, values: list[object]) -> None:
    db = await server.connect()
    try:
        assert await db.fetchval(f"select $1::text::{kind}[]", array_text(values)) == values
    finally:
        await db.close()


async def test_json_comes_back_as_it_was(server: Server) -> None:
    told = [msgspec.json.encode({"text": each}).decode() for each in TEXTS]
    db = await server.connect()
    try:
        found = await db.fetchval(
            "select array_agg(e::text) from unnest($1::text::jsonb[]) e", array_text(told, are_json=True)
        )
        assert [msgspec.json.decode(each)["text"] for each in found] == TEXTS
    finally:
        await db.close()
