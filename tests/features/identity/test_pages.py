"""A cursor comes back as it went out, or is refused."""

from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperdesk.infra.http import MalformedCursor, PageParams, Serial, decode_cursor, encode_cursor

ID = UUID("0194f0a0-0000-7000-8000-000000000001")


@given(st.integers(0, 2**63 - 1), st.uuids(), st.datetimes(timezones=st.just(UTC)))
def test_a_cursor_comes_back_as_it_went_out(seq: int, row_id: UUID, at: datetime) -> None:
    cursor = encode_cursor(seq, row_id, at)
    assert decode_cursor(cursor, tuple[Serial, UUID, datetime]) == (seq, row_id, at)
    assert cursor.isascii()
    assert "=" not in cursor


@given(st.text(max_size=40))
def test_noise_is_refused(noise: str) -> None:
    with pytest.raises(MalformedCursor):
        decode_cursor(noise, tuple[UUID])


def written(raw: bytes) -> str:
    """A cursor with any content, as a forger would write it."""
    return urlsafe_b64encode(raw).decode().rstrip("=")


@pytest.mark.parametrize(
    ("raw", "shape"),
    [
        (b"[9223372036854775808]", tuple[Serial]),
        (b"[-1]", tuple[Serial]),
        (b"[1.5]", tuple[Serial]),
        (b"[1,2]", tuple[Serial]),
        (b"[ 1]", tuple[Serial]),
        (b"[NaN]", tuple[Serial]),
        (b'["a\\u0000b"]', tuple[str]),
        (b'["\\ud800"]', tuple[str]),
        (b"[" * 500, tuple[Any]),
        (b'["2026-01-01T00:00:00"]', tuple[UUID]),
        (b"", tuple[Serial]),
    ],
)
def test_a_forged_cursor_is_refused(raw: bytes, shape: type[Any]) -> None:
    with pytest.raises(MalformedCursor):
        decode_cursor(written(raw), shape)


def test_another_spelling_of_a_cursor_is_refused() -> None:
    cursor = encode_cursor(1, ID)
    for other in (cursor + "=", cursor + " ", " " + cursor, cursor[:3] + "!" + cursor[3:], cursor + "A"):
        with pytest.raises(MalformedCursor):
            decode_cursor(other, tuple[Serial, UUID])


def test_a_page_is_cut_where_the_limit_is() -> None:
    page = PageParams(limit=2)
    assert page.cut([1, 2], lambda number: (number,)) == ([1, 2], None)
    shown, cursor = page.cut([1, 2, 3], lambda number: (number,))
    assert shown == [1, 2]
    assert PageParams(2, cursor).after(tuple[Serial]) == (2,)
    assert page.after(tuple[Serial]) is None
    assert page.cut([], lambda number: (number,)) == ([], None)
