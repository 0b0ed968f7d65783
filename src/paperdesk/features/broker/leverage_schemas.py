"""What leverage looks like from outside: what an account chose, and the tiers that hold for everybody."""

from pydantic import BaseModel, ConfigDict, Field

from paperdesk.core.broker.account import Account
from paperdesk.core.broker.commands import ChooseLeverage
from paperdesk.core.broker.margin_book import MarginMode
from paperdesk.core.broker.margin_rates import LEVERAGE_TIERS
from paperdesk.core.kernel.ids import AccountId
from paperdesk.infra.http import Body, NumberText, SymbolLine


class LeverageBody(Body):
    """How many times what it brings itself the account buys a crypto pair for; 1 is paying in full.

    The mode says whether all of the account answers for the pair, or a margin of its own and nothing else.
    """

    model_config = ConfigDict(
        extra="forbid", frozen=True, json_schema_extra={"examples": [{"symbol": "BTC/USD", "leverage": 10}]}
    )
    symbol: SymbolLine
    leverage: int
    margin_mode: MarginMode | None = Field(
        default=None, description="What answers for the pair; it stays as it is without one, and is cross at first."
    )

    def command(self, account_id: AccountId) -> ChooseLeverage:
        """Return what is asked as a command."""
        return ChooseLeverage(account_id, self.symbol, self.leverage, self.margin_mode)


class ChosenLeverageOut(BaseModel):
    """The leverage of one pair, and what answers for it."""

    symbol: str
    leverage: int
    margin_mode: MarginMode


class LeverageTierOut(BaseModel):
    """A tier of what a pair cost: holding it needs the rate of all of the cost, less the amount."""

    above: NumberText
    maintenance_rate: NumberText
    amount: NumberText
    leverage_max: int


class LeverageOut(BaseModel):
    """What an account chose, and the tiers; pairs that are not named are paid in full."""

    chosen: list[ChosenLeverageOut]
    tiers: list[LeverageTierOut]
    last_seq: int = Field(description="The number of the account's last event.")

    @classmethod
    def of(cls, account: Account) -> "LeverageOut":
        """Show what an account chose."""
        return cls(
            chosen=[
                ChosenLeverageOut(symbol=each.symbol, leverage=each.times, margin_mode=each.mode)
                for each in account.book.leverage
            ],
            tiers=[
                LeverageTierOut(
                    above=each.above,
                    maintenance_rate=each.maintenance_rate,
                    amount=each.amount,
                    leverage_max=each.leverage_max,
                )
                for each in LEVERAGE_TIERS
            ],
            last_seq=account.last_seq,
        )
