"""What watchlists and price alerts look like from outside."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from paperdesk.core.market.price_alerts import AlertCondition
from paperdesk.features.watch.alerts import Firing, SetAlert
from paperdesk.features.watch.save_watchlist import SaveWatchlist
from paperdesk.features.watch.set_price_alert import ChangePriceAlert, SetPriceAlert
from paperdesk.features.watch.watchlists import Watchlist
from paperdesk.infra.http import Body, Line, NumberText, SymbolLine

SYMBOLS_MAX = 200


class WatchlistBody(Body):
    """A list: its name, and its symbols in the order they are shown."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, json_schema_extra={"examples": [{"name": "Chips", "symbols": ["AMD", "NVDA"]}]}
    )

    name: Line
    symbols: list[SymbolLine] = Field(max_length=SYMBOLS_MAX)

    def command(self, list_id: UUID | None = None) -> SaveWatchlist:
        """Return what is asked."""
        return SaveWatchlist(self.name, self.symbols, list_id)


class WatchlistOut(BaseModel):
    """A list of symbols."""

    id: UUID
    name: str
    symbols: list[str]
    created_at: datetime
    changed_at: datetime

    @classmethod
    def of(cls, found: Watchlist) -> "WatchlistOut":
        """Show a list."""
        return cls(
            id=found.id,
            name=found.name,
            symbols=list(found.symbols),
            created_at=found.created_at,
            changed_at=found.changed_at,
        )


class PriceAlertBody(Body):
    """An alert: a price to rise to (`above`) or to fall to (`below`), or a move of the session in percent."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "tape_id": "0192f0c1-7b1e-7a3c-8000-3f5d5f9d9a11",
                    "symbol": "ACME",
                    "condition": "above",
                    "level": "105",
                }
            ]
        },
    )

    tape_id: UUID
    symbol: SymbolLine
    condition: AlertCondition
    level: NumberText = Field(description="A price; of a move its percent since the close before, below 0 for a fall.")
    rearms: bool = Field(default=False, description="Fire each time the price comes anew, rather than once.")

    def command(self) -> SetPriceAlert:
        """Return what is asked."""
        return SetPriceAlert(self.tape_id, self.symbol, self.condition, self.level, self.rearms)


class PriceAlertChangeBody(Body):
    """What changes of an alert; it is armed from then on."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra={"examples": [{"level": "110"}]})

    level: NumberText | None = None
    rearms: bool | None = None

    def command(self, alert_id: UUID) -> ChangePriceAlert:
        """Return what is asked."""
        return ChangePriceAlert(alert_id, self.level, self.rearms)


class PriceAlertOut(BaseModel):
    """A price alert, and whether it still waits."""

    id: UUID
    tape_id: UUID
    symbol: str
    condition: AlertCondition
    level: NumberText
    rearms: bool
    is_armed: bool = Field(description="False once it has fired and does not re-arm.")
    is_beyond: bool = Field(description="Whether the price was there when it was looked at last.")
    set_at: datetime = Field(description="The tape's clock when it was set or changed.")

    @classmethod
    def of(cls, found: SetAlert) -> "PriceAlertOut":
        """Show an alert."""
        return cls(
            id=found.id,
            tape_id=found.tape_id,
            symbol=found.symbol,
            condition=found.alert.condition,
            level=found.alert.level,
            rearms=found.alert.rearms,
            is_armed=found.alert.is_armed,
            is_beyond=found.alert.is_beyond,
            set_at=found.set_at,
        )


class PriceAlertFiringOut(BaseModel):
    """One firing: the fact and the price that an alert had waited for."""

    seq: int = Field(description="Counts what fired of your alerts on this tape.")
    alert_id: UUID
    symbol: str
    condition: AlertCondition
    level: NumberText
    cursor: int
    at: datetime
    price: NumberText
    change_percent: NumberText | None = Field(description="The move since the previous close; null for a price.")

    @classmethod
    def of(cls, firing: Firing) -> "PriceAlertFiringOut":
        """Show a firing."""
        return cls(
            seq=firing.seq,
            alert_id=firing.alert_id,
            symbol=firing.symbol,
            condition=firing.condition,
            level=firing.fired.level,
            cursor=firing.fired.cursor,
            at=firing.fired.at,
            price=firing.fired.price,
            change_percent=firing.fired.change_percent,
        )
