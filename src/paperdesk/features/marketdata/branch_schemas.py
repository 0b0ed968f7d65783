"""What going back on a tape is asked with."""

from pydantic import ConfigDict, Field

from paperdesk.infra.http import Body, DayText, InstantText, Line


class RewindBody(Body):
    """Where a branch of the tape is to begin."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, json_schema_extra={"examples": [{"to": "2020-03-06", "name": "A second try"}]}
    )
    to: InstantText | DayText = Field(description="An instant the tape has passed, or a day: its close.")
    name: Line | None = Field(default=None, description="The tape's own name if absent.")
