"""Ids are UUIDv7 of an instant and entropy (RFC 9562, section 5.7), or derived from a parent."""

from datetime import UTC, datetime, timedelta
from uuid import RFC_4122, UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperdesk.core.kernel.ids import ENTROPY_BYTES, MalformedId, derived, uuid7, uuid_from_text
from tests.strategies import entropies, instants, moments

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
PARENT = UUID("017f22e2-79b0-7cc3-98c4-dc0c0c07398f")


def test_the_example_of_the_standard_comes_out() -> None:
    rand_a, rand_b = 0xCC3, 0x18C4DC0C0C07398F
    entropy = ((rand_a << 62) | rand_b).to_bytes(ENTROPY_BYTES, "big")
    instant = datetime.fromisoformat("2022-02-22T14:22:22-05:00")
    assert uuid7(instant, entropy) == PARENT


@given(instants, entropies)
def test_an_id_carries_version_seven_the_variant_and_its_milliseconds(instant: datetime, entropy: bytes) -> None:
    made = uuid7(instant, entropy)
    assert made.version == 7
    assert made.variant == RFC_4122
    assert made.int >> 80 == (instant - EPOCH) // MILLISECOND


def test_every_bit_of_entropy_that_fits_is_used() -> None:
    full = uuid7(EPOCH, b"\xff" * ENTROPY_BYTES)
    assert str(full) == "00000000-0000-7fff-bfff-ffffffffffff"


def test_milliseconds_are_exact_where_a_float_of_the_seconds_is_not() -> None:
    for millisecond in range(1000):
        instant = datetime(2038, 6, 1, microsecond=millisecond * 1000, tzinfo=UTC)
        assert (uuid7(instant, bytes(ENTROPY_BYTES)).int >> 80) % 1000 == millisecond


@given(moments, moments, entropies, entropies)
def test_ids_sort_by_the_millisecond_they_were_made_in(
    one: datetime, two: datetime, first: bytes, second: bytes
) -> None:
    earlier, later = sorted([one, two])
    if (later - EPOCH) // MILLISECOND > (earlier - EPOCH) // MILLISECOND:
        assert uuid7(earlier, first) < uuid7(later, second)
        assert str(uuid7(earlier, first)) < str(uuid7(later, second))


@given(moments, entropies, entropies)
def test_seventy_four_bits_of_entropy_tell_ids_of_one_instant_apart(instant: datetime, one: bytes, two: bytes) -> None:
    used = (1 << 74) - 1
    same = int.from_bytes(one, "big") & used == int.from_bytes(two, "big") & used
    assert (uuid7(instant, one) == uuid7(instant, two)) is same


@pytest.mark.parametrize("length", [0, 9, 11, 16])
def test_any_other_amount_of_entropy_is_a_bug(length: int) -> None:
    with pytest.raises(AssertionError):
        uuid7(EPOCH, bytes(length))


def test_a_derived_id_is_always_the_same_and_differs_by_path() -> None:
    assert derived(PARENT, "fill", 3) == derived(PARENT, "fill", 3)
    assert len({derived(PARENT, "fill", 3), derived(PARENT, "fill", 4), derived(PARENT, "entry", 3)}) == 3
    assert derived(PARENT, "fill", 3).version == 5


@given(st.uuids())
def test_an_id_in_its_usual_notation_is_read_in_either_case(made: UUID) -> None:
    assert uuid_from_text(str(made)) == made
    assert uuid_from_text(str(made).upper()) == made


@pytest.mark.parametrize(
    "text",
    [
        "",
        "order-7",
        "017f22e279b07cc398c4dc0c0c07398f",
        "{017f22e2-79b0-7cc3-98c4-dc0c0c07398f}",
        "urn:uuid:017f22e2-79b0-7cc3-98c4-dc0c0c07398f",
        "017f22e2-79b0-7cc3-98c4-dc0c0c07398",
    ],
)
def test_any_other_notation_is_refused(text: str) -> None:
    with pytest.raises(MalformedId) as refusal:
        uuid_from_text(text)
    assert refusal.value.facts == {"value": text}
