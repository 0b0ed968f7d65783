"""A quota is the lower of what a tenant has set and what the desk allows, and refuses what is one too many."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperdesk.core.kernel.quotas import NO_QUOTAS, QuotaReached, Quotas

MOST = st.none() | st.integers(0, 5)


@given(MOST, MOST, st.integers(0, 6))
def test_what_both_allow_is_allowed(own: int | None, desks: int | None, used: int) -> None:
    limits = [each for each in (own, desks) if each is not None]
    quotas = Quotas(keys=own).within(Quotas(keys=desks))
    if all(used < each for each in limits):
        quotas.require_room("keys", used)
        return
    with pytest.raises(QuotaReached) as reached:
        quotas.require_room("keys", used)
    assert reached.value.facts == {"kind": "keys", "limit": min(limits), "used": used}
    NO_QUOTAS.require_room("keys", used)
