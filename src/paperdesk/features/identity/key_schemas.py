"""What keys look like over HTTP, and what they can be kept to."""

from dataclasses import asdict
from datetime import datetime
from ipaddress import ip_network
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue

from paperdesk.core.kernel.key_limits import NO_LIMITS, KeyBudget, KeyLimits, Verb
from paperdesk.core.kernel.money import MAGNITUDE_MAX
from paperdesk.core.kernel.principal import Scope
from paperdesk.features.identity.issue_key import IssuedKey, IssueKey
from paperdesk.features.identity.queries import KeyOnFile
from paperdesk.features.identity.schemas import KEY_ID, SECRET
from paperdesk.infra.http import Body, InstantText, Line, NumberText, SymbolLine

NAMED_MAX = 100
"""How many accounts, symbols or networks a key is kept to at most."""

_KEY_BODY: JsonValue = {
    "name": "Rebalancing script",
    "scopes": ["read", "trade"],
    "expires_at": "2030-01-01T00:00:00Z",
    "limits": {"symbols": ["AAPL"], "verbs": ["place", "cancel"], "networks": ["127.0.0.0/8"]},
}


def _network(text: str) -> str:
    try:
        return str(ip_network(text))
    except ValueError:
        raise ValueError("a network is an address, or addresses such as 192.168.1.0/24") from None


Amount = Annotated[NumberText, Field(ge=0, le=MAGNITUDE_MAX)]
Network = Annotated[str, Field(max_length=64), AfterValidator(_network)]


class KeyBudgetBody(Body):
    """What the orders of a key may come to in an account in a market day; null is any number or amount."""

    orders_a_day: int | None = Field(default=None, ge=0, le=1_000_000, description="Orders and replacements.")
    notional_a_day: Amount | None = Field(default=None, description="Of what they open, in the account's currency.")
    loss_a_day: Amount | None = Field(
        default=None, description="Once the account has lost so much since the previous close, the key opens nothing."
    )

    def value(self) -> KeyBudget:
        """Return the budget."""
        return KeyBudget(self.orders_a_day, self.notional_a_day, self.loss_a_day)


class KeyLimitsBody(Body):
    """What a key is kept to; null is anything. Kept to accounts or symbols, it has the verbs and no others."""

    accounts: list[UUID] | None = Field(default=None, min_length=1, max_length=NAMED_MAX)
    symbols: list[SymbolLine] | None = Field(
        default=None, min_length=1, max_length=NAMED_MAX, description="An option counts as what it is written on, too."
    )
    verbs: list[Verb] | None = Field(default=None, min_length=1, max_length=len(Verb))
    networks: list[Network] | None = Field(
        default=None, min_length=1, max_length=NAMED_MAX, description="Where it is taken from; else from everywhere."
    )
    dry_run: bool = Field(default=False, description="Try everything out and store nothing.")
    budget: KeyBudgetBody | None = None
    requests_per_minute: int | None = Field(default=None, ge=1, le=1_000_000)
    approval_above: Amount | None = Field(
        default=None,
        description="What an order is worth, in the account's currency, above which it waits for a person's approval.",
    )

    def value(self) -> KeyLimits | None:
        """Return the limits, None when there are none."""
        limits = KeyLimits(
            accounts=None if self.accounts is None else frozenset(self.accounts),
            symbols=None if self.symbols is None else frozenset(self.symbols),
            verbs=None if self.verbs is None else frozenset(self.verbs),
            networks=None if self.networks is None else tuple(self.networks),
            dry_run=self.dry_run,
            budget=None if self.budget is None else self.budget.value(),
            requests_per_minute=self.requests_per_minute,
            approval_above=self.approval_above,
        )
        return None if limits == NO_LIMITS else limits

    @classmethod
    def of(cls, limits: KeyLimits | None) -> Self:
        """Render limits, sorted."""
        found = asdict(limits or NO_LIMITS)
        return cls.model_validate(
            {name: sorted(each) if isinstance(each, frozenset) else each for name, each in found.items()}
        )


class KeyBody(Body):
    """A key to issue, with some of the caller's own permissions."""

    model_config = ConfigDict(json_schema_extra={"examples": [_KEY_BODY]})

    name: Line = Field(examples=["Rebalancing script"])
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=len(Scope), examples=[["read", "trade"]])]
    expires_at: InstantText | None = Field(default=None, examples=["2030-01-01T00:00:00Z"])
    limits: KeyLimitsBody = KeyLimitsBody()

    def command(self) -> IssueKey:
        """Return what is asked for."""
        return IssueKey(self.name, frozenset(self.scopes), self.expires_at, self.limits.value())


class KeyView(BaseModel):
    """A key without its secret."""

    id: UUID
    key_id: str = Field(description="The public id, the part before the dot.", examples=[KEY_ID])
    name: str = Field(examples=["Rebalancing script"])
    scopes: list[Scope]
    expires_at: datetime | None
    created_at: datetime
    last_used_at: datetime | None = Field(description="To the minute; null when it never was.")
    user_id: UUID = Field(description="Whose key it is; it can do no more than they.")
    limits: KeyLimitsBody

    @classmethod
    def of(cls, key: KeyOnFile) -> Self:
        """Render a key."""
        return cls(
            id=key.id,
            key_id=key.prefix,
            name=key.name,
            scopes=[scope for scope in Scope if scope in key.scopes],
            expires_at=key.expires_at,
            created_at=key.created_at,
            last_used_at=key.last_used_at,
            user_id=key.user_id,
            limits=KeyLimitsBody.of(key.limits),
        )


class IssuedKeyView(KeyView):
    """A new key; the secret is shown this once. Send `key_id.secret` as a bearer token."""

    secret: str = Field(examples=[SECRET])

    @classmethod
    def of_new(cls, key: IssuedKey) -> Self:
        """Render a key that has just been issued."""
        lasts = (key.created_at, key.expires_at)
        on_file = KeyOnFile(key.id, key.prefix, key.name, [*key.scopes], *lasts, key.limits, key.user_id, None)
        return cls(secret=key.secret, **dict(KeyView.of(on_file)))
