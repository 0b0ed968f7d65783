"""What the strategies attached to a tape look like from outside."""

from pydantic import BaseModel, ConfigDict, Field

from paperdesk.infra.http import Body, Line


class AttachStrategyBody(Body):
    """A strategy that the tape is to wait for."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra={"examples": [{"name": "my-strategy"}]})

    name: Line


class AcknowledgeBody(Body):
    """The tape's cursor up to which a strategy has seen everything."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra={"examples": [{"cursor": 1200}]})

    cursor: int = Field(ge=0, le=2**63 - 1)


class StrategyOut(BaseModel):
    """A strategy that the tape waits for, and the cursor it has acknowledged."""

    name: str
    acknowledged: int
