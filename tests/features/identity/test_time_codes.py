"""Codes are those of RFC 6238, good around their half minute, and never twice."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperdesk.features.identity.time_codes import (
    address_of_key,
    code_of,
    key_from,
    matching_step,
    spelled,
    step_at,
)

KEY = b"12345678901234567890"
NEVER = 0


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "94287082"), (1111111109, "07081804"), (1111111111, "14050471"), (1234567890, "89005924"),
        (2000000000, "69279037"), (20000000000, "65353130"),
    ],
)  # fmt: skip
def test_a_code_is_that_of_the_standard(seconds: int, code: str) -> None:
    """The vectors of RFC 6238, appendix B."""
    assert code_of(KEY, step_at(datetime.fromtimestamp(seconds, UTC)), digits=8) == code


@given(st.integers(min_value=0, max_value=2**33), st.integers(min_value=-4, max_value=4))
def test_a_code_is_good_half_a_minute_early_or_late_and_once(seconds: int, off: int) -> None:
    now = datetime.fromtimestamp(seconds + 300, UTC)
    code = code_of(KEY, step_at(now + timedelta(seconds=30 * off)))
    found = matching_step(KEY, code, now, NEVER)
    if abs(off) <= 1:
        assert found is not None
        assert matching_step(KEY, code, now, found) is None or code in {
            code_of(KEY, step) for step in range(found + 1, step_at(now) + 2)
        }
    else:
        assert found is None or code == code_of(KEY, found)


def test_a_key_is_spelled_for_an_app_and_read_again() -> None:
    assert key_from(spelled(KEY)) == KEY
    address = urlsplit(address_of_key(KEY, "ada@desk.test"))
    assert (address.scheme, address.netloc, address.path) == ("otpauth", "totp", "/Paperdesk:ada@desk.test")
    said = parse_qs(address.query)
    assert said == {"secret": [spelled(KEY)], "issuer": ["Paperdesk"], "digits": ["6"], "period": ["30"]}
