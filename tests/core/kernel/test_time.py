"""Instants are aware and in UTC; what has no offset is refused."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given

from paperdesk.core.kernel.time import MalformedTime, Span, instant_from_text, instant_text, utc
from tests.strategies import instants, moments

NOON = datetime(2020, 3, 16, 12, tzinfo=UTC)
NAIVE = datetime(2020, 3, 16, 12)  # noqa: DTZ001 - the missing offset is the point
HOUR = timedelta(hours=1)


@given(instants)
def test_an_instant_stays_the_same_instant_in_utc(instant: datetime) -> None:
    assert utc(instant) == instant.astimezone(UTC)
    assert utc(instant).tzinfo is UTC


@given(instants)
def test_an_instant_written_down_reads_back_equal(instant: datetime) -> None:
    text = instant_text(instant)
    assert text.endswith("Z")
    assert instant_from_text(text) == utc(instant)


@pytest.mark.parametrize(
    ("instant", "text"),
    [
        (NOON, "2020-03-16T12:00:00Z"),
        (NOON.replace(microsecond=5), "2020-03-16T12:00:00.000005Z"),
        (NOON.replace(tzinfo=timezone(HOUR)), "2020-03-16T11:00:00Z"),
    ],
)
def test_instants_are_written_with_a_z_and_microseconds_only_when_there_are_any(instant: datetime, text: str) -> None:
    assert instant_text(instant) == text


def test_a_naive_instant_is_refused_because_its_meaning_is_unknown() -> None:
    for use in (utc, instant_text):
        with pytest.raises(MalformedTime, match="no offset") as refusal:
            use(NAIVE)
        assert refusal.value.facts == {"value": "2020-03-16T12:00:00"}


@pytest.mark.parametrize("text", ["", "yesterday", "2020-03-16T25:00:00Z", "0001-01-01T00:00:00+05:00"])
def test_what_is_not_an_instant_is_refused(text: str) -> None:
    with pytest.raises(MalformedTime, match="not an ISO 8601 instant") as refusal:
        instant_from_text(text)
    assert refusal.value.facts == {"value": text}


def test_an_instant_without_offset_is_refused_by_that_name() -> None:
    with pytest.raises(MalformedTime, match="no offset"):
        instant_from_text("2020-03-16T14:30:00")


def test_a_span_contains_its_start_and_not_its_end() -> None:
    span = Span(NOON, NOON + HOUR)
    assert NOON in span
    assert NOON + HOUR - timedelta.resolution in span
    assert NOON + HOUR not in span
    assert NOON - timedelta.resolution not in span


@given(moments)
def test_an_empty_span_contains_nothing(instant: datetime) -> None:
    assert instant not in Span(instant, instant)


def test_a_span_cannot_end_before_it_starts() -> None:
    with pytest.raises(MalformedTime, match="before it starts"):
        Span(NOON, NOON - HOUR)
