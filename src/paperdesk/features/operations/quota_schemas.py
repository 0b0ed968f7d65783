"""What quotas look like from outside."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from paperdesk.core.kernel.quotas import Quotas
from paperdesk.infra.http import Body

Most = Annotated[int, Field(ge=0, le=1_000_000)]


class QuotasBody(Body):
    """How much a tenant may have at once; null, and what is above the desk's own, is as much as that allows."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"accounts": 100, "people": 25}]})

    accounts: Most | None = Field(default=None, description="That are not closed.")
    people: Most | None = Field(default=None, description="Who are active.")
    keys: Most | None = Field(default=None, description="That are not revoked.")
    jobs: Most | None = Field(default=None, description="That have not ended.")
    streams: Most | None = Field(default=None, description="That one process serves.")

    def value(self) -> Quotas:
        """Return the quotas."""
        return Quotas(**self.model_dump())


class QuotaView(BaseModel):
    """How many there may be, null for any number, and how many there are."""

    limit: int | None
    used: int


class QuotasView(BaseModel):
    """How much your tenant may have at once, and has."""

    accounts: QuotaView
    people: QuotaView
    keys: QuotaView
    jobs: QuotaView
    streams: QuotaView
