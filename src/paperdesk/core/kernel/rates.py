"""How often somebody may ask: so many requests a minute, and no more than so many of them within a second."""

from dataclasses import astuple, dataclass

from paperdesk.core.kernel.errors import RateLimited


class TooManyRequests(RateLimited):
    """Somebody, their key or their address asked more often than they may."""


@dataclass(frozen=True, slots=True)
class Rates:
    """What a person may ask in a minute, and in a second; None is without end.

    `settings` is what they may change of their own profile, and `administration` what takes the place of
    `requests` for whoever administers.
    """

    requests_per_minute: int | None = None
    requests_per_second: int | None = None
    settings_per_minute: int | None = None
    administration_per_minute: int | None = None

    def within(self, other: "Rates") -> "Rates":
        """Return these rates, none of them above the other's."""
        return Rates(*(_lower(mine, its) for mine, its in zip(astuple(self), astuple(other), strict=True)))


WITHOUT_END = Rates()


def _lower(one: int | None, other: int | None) -> int | None:
    return other if one is None else one if other is None else min(one, other)
