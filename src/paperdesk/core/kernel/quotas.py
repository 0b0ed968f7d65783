"""How much a tenant may have at once, whoever of its people has it; what is there stays when a quota is lowered."""

from dataclasses import astuple, dataclass

from paperdesk.core.kernel.errors import Conflict


class QuotaReached(Conflict):
    """The tenant has as many of these as its quota allows; end some, or ask an administrator for more."""


@dataclass(frozen=True, slots=True)
class Quotas:
    """So many of each at most; None is any number.

    Accounts that are not closed, people who are active, keys that are not revoked, jobs that have not ended, and
    streams that are open at one process.
    """

    accounts: int | None = None
    people: int | None = None
    keys: int | None = None
    jobs: int | None = None
    streams: int | None = None

    def within(self, other: "Quotas") -> "Quotas":
        """Return these quotas, none of them above the other's."""
        pairs = zip(astuple(self), astuple(other), strict=True)
        return Quotas(*(min((each for each in pair if each is not None), default=None) for pair in pairs))

    def require_room(self, kind: str, used: int) -> None:
        """Refuse one more of a kind, which is a field, when as many are there as may be."""
        limit: int | None = getattr(self, kind)
        if limit is not None and used >= limit:
            raise QuotaReached(
                f"The tenant may have {limit} {kind} at once, and has {used}.", kind=kind, limit=limit, used=used
            )


NO_QUOTAS = Quotas()
