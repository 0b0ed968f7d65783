"""One table says how much each tier allows; the table is the promise."""

from dataclasses import asdict
from itertools import pairwise

import pytest

from paperdesk.core.kernel.tiers import LIMITS_OF, Tier, TierLimitReached, require_room


@pytest.mark.parametrize(
    ("tier", "accounts", "tapes", "keys"),
    [(Tier.BASIC, 5, 20, 3), (Tier.PREMIUM, 50, 200, 20), (Tier.PROFESSIONAL, 10_000, 10_000, 1_000)],
)
def test_a_tier_allows_what_the_table_says(tier: Tier, accounts: int, tapes: int, keys: int) -> None:
    assert asdict(LIMITS_OF[tier]) == {"accounts": accounts, "tapes": tapes, "keys": keys}
    for kind, limit in asdict(LIMITS_OF[tier]).items():
        require_room(tier, kind, limit - 1)
        with pytest.raises(TierLimitReached) as refusal:
            require_room(tier, kind, limit)
        assert refusal.value.facts == {"tier": tier, "kind": kind, "limit": limit, "used": limit}


def test_every_tier_has_its_line_and_a_higher_one_allows_more() -> None:
    assert list(LIMITS_OF) == list(Tier)
    rows = [asdict(limits) for limits in LIMITS_OF.values()]
    for lower, higher in pairwise(rows):
        assert all(higher[kind] > lower[kind] for kind in lower)
