"""What shipped strategies, templates of them and versions of saved ones look like from outside."""

from uuid import UUID

from pydantic import BaseModel, Field

from paperdesk.core.strategy.strategy import Strategy
from paperdesk.features.backtests.backtests import SavedVersion


class ParameterOut(BaseModel):
    """A parameter of a strategy: its default, and what it may be."""

    name: str
    default: str
    said: str = Field(description="What it may be, in words.", examples=["a whole number from 1 to 1000"])
    at_least: str | None
    at_most: str | None
    choices: list[str]


class ShippedStrategyOut(BaseModel):
    """A strategy that can be run by its name."""

    name: str
    version: int
    package: str | None = Field(
        default=None, description="The installed package that brings it, with its version; null if shipped."
    )
    kind: str = Field(examples=["trend_following"])
    description: str
    symbols_least: int
    symbols_most: int
    parameters: list[ParameterOut]

    @classmethod
    def of(cls, kind: type[Strategy]) -> "ShippedStrategyOut":
        """Show a strategy."""
        parameters = [
            ParameterOut(
                name=name,
                default=str(each.default),
                said=each.said,
                at_least=None if each.at_least is None else str(each.at_least),
                at_most=None if each.at_most is None else str(each.at_most),
                choices=list(each.choices),
            )
            for name, each in kind.parameters.items()
        ]
        return cls(
            name=kind.name,
            version=kind.version,
            package=kind.package,
            kind=kind.kind,
            description=" ".join((kind.__doc__ or "").split()),
            symbols_least=kind.symbols_least,
            symbols_most=kind.symbols_most,
            parameters=parameters,
        )


class StrategyTemplateOut(BaseModel):
    """A shipped strategy and the parameters to start from."""

    name: str
    description: str
    strategy: str
    parameters: dict[str, str | int]


class SavedVersionOut(BaseModel):
    """A version of a saved strategy."""

    id: UUID = Field(description="Of the saved strategy.")
    version: int

    @classmethod
    def of(cls, saved: SavedVersion) -> "SavedVersionOut":
        """Show which version it is."""
        return cls(id=saved.saved_strategy_id, version=saved.number)
