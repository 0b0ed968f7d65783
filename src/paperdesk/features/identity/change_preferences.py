"""How somebody likes to be shown things and what they start from: read, checked, and kept for them alone."""

import asyncio
import re
from dataclasses import asdict, dataclass
from enum import StrEnum
from zoneinfo import available_timezones

from paperdesk.core.kernel.errors import Invalid
from paperdesk.core.kernel.money import cent
from paperdesk.core.kernel.principal import Scope
from paperdesk.features.identity import member_store
from paperdesk.infra.work import ReadOnly, UnitOfWork

# Language, script and country of BCP 47; what a browser's own formats understand.
_LOCALE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?")


class UnknownTimeZone(Invalid):
    """A time zone is a name of the IANA list, such as America/New_York."""


class MalformedLocale(Invalid):
    """A locale is a language, and perhaps a script and a country, such as en-US or zh-Hant-TW."""


class NumberFormat(StrEnum):
    """What stands between thousands, and what before the fraction, of 1234.5."""

    COMMA_POINT = "1,234.5"
    POINT_COMMA = "1.234,5"
    SPACE_COMMA = "1 234,5"
    APOSTROPHE_POINT = "1'234.5"
    PLAIN = "1234.5"


@dataclass(frozen=True, slots=True)
class Preferences:
    """What somebody prefers; who never said has what stands here."""

    time_zone: str = "UTC"
    base_currency: str = "USD"
    locale: str = "en-US"
    number_format: NumberFormat = NumberFormat.COMMA_POINT


async def read_preferences(work: ReadOnly) -> Preferences:
    """Return what the caller prefers."""
    kept = await member_store.find_preferences(work)
    if kept is None:
        return Preferences()
    return Preferences(**kept | {"number_format": NumberFormat(kept["number_format"])})


async def change_preferences(work: UnitOfWork, after: Preferences) -> None:
    """Write what the caller prefers from now on; a key needs more than to read for it.

    Raises MissingScope, UnknownTimeZone, UnknownCurrency, MalformedLocale.
    """
    work.require(Scope.READ if work.who.key_id is None else Scope.ADMIN)
    cent(after.base_currency)
    if after.time_zone not in await asyncio.to_thread(available_timezones):
        raise UnknownTimeZone(
            f"{after.time_zone[:64]!r} is not on the IANA list of time zones.", time_zone=after.time_zone[:64]
        )
    if not _LOCALE.fullmatch(after.locale):
        raise MalformedLocale(f"{after.locale[:64]!r} is not a locale such as en-US.", locale=after.locale[:64])
    before = await read_preferences(work)
    await member_store.save_preferences(work, asdict(after))
    await work.record("change_preferences", work.who.user_id, {"before": asdict(before), "after": asdict(after)})
