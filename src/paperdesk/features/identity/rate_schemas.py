"""What rates look like from outside."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from paperdesk.core.kernel.rates import Rates
from paperdesk.infra.http import Body

Number = Annotated[int, Field(ge=1, le=1_000_000)]


class RatesBody(Body):
    """How often the people of a tenant may ask; null, and what is above the desk's own, is as often as that allows."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"requests_per_minute": 100, "requests_per_second": 10}]})

    requests_per_minute: Number | None = None
    requests_per_second: Number | None = None
    settings_per_minute: Number | None = Field(default=None, description="What changes one's own profile.")
    administration_per_minute: Number | None = Field(
        default=None, description="In place of the two first, for whoever administers."
    )

    def value(self) -> Rates:
        """Return the rates."""
        return Rates(**self.model_dump())


class RatesView(BaseModel):
    """How often you may ask; null is as often as you like."""

    requests_per_minute: int | None
    requests_per_second: int | None
    settings_per_minute: int | None
    administration_per_minute: int | None
