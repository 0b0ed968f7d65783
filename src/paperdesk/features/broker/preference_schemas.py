"""What somebody prefers, from outside."""

from dataclasses import asdict
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from paperdesk.core.kernel.values import replace
from paperdesk.features.identity.change_preferences import NumberFormat, Preferences
from paperdesk.infra.http import Body, Line


class PreferencesView(BaseModel):
    """What you prefer, and the account that you start from."""

    time_zone: str = Field(examples=["Europe/Zurich"])
    base_currency: str = Field(description="What accounts are opened in when nothing is said.", examples=["USD"])
    locale: str = Field(examples=["en-US"])
    number_format: NumberFormat
    default_account_id: UUID | None = Field(
        description="Where the command line starts, and the Alpaca dialect with keys that are not bound."
    )

    @classmethod
    def of(cls, found: Preferences, default_account_id: UUID | None) -> Self:
        """Render what somebody prefers."""
        return cls(**asdict(found), default_account_id=default_account_id)


class PreferencesBody(Body):
    """What you prefer from now on: what is absent stays, and null is back to what it was at first."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"time_zone": "Europe/Zurich", "number_format": "1'234.5"}]}
    )

    time_zone: Line | None = None
    base_currency: Line | None = None
    locale: Line | None = None
    number_format: NumberFormat | None = None
    default_account_id: UUID | None = None

    def applied_to(self, before: Preferences) -> Preferences:
        """Return what is preferred afterwards."""
        at_first = asdict(Preferences())
        said: dict[str, Any] = {
            name: at_first[name] if (value := getattr(self, name)) is None else value
            for name in self.model_fields_set & at_first.keys()
        }
        return replace(before, **said)
