"""Issue an API key; its secret is shown once and kept only as a hash."""

from dataclasses import dataclass
from datetime import datetime

from paperdesk.core.kernel.errors import Invalid
from paperdesk.core.kernel.ids import KeyId, UserId
from paperdesk.core.kernel.key_limits import KeyLimits
from paperdesk.core.kernel.principal import Scope
from paperdesk.core.kernel.tiers import require_room
from paperdesk.core.kernel.time import instant_text
from paperdesk.features.identity import store
from paperdesk.features.identity.queries import require_quota, tier_for_one_more
from paperdesk.infra.crypto import TokenHasher, new_code, new_token
from paperdesk.infra.work import UnitOfWork

KEY_PREFIX = "PK"
CODE_LENGTH = 18


class KeyExpiryPassed(Invalid):
    """A key cannot expire before it is issued."""


class AdministeringKeyLimited(Invalid):
    """A key that may administer could issue one without limits, so it has none itself."""


@dataclass(frozen=True, slots=True)
class IssueKey:
    """Ask for a key with some of the caller's own permissions, and limits; without expiry it lasts until revoked."""

    name: str
    scopes: frozenset[Scope]
    expires_at: datetime | None = None
    limits: KeyLimits | None = None


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A new key: `prefix` is its public id, `secret` is known to nobody else and cannot be shown again."""

    id: KeyId
    prefix: str
    secret: str
    name: str
    scopes: frozenset[Scope]
    created_at: datetime
    expires_at: datetime | None
    limits: KeyLimits | None
    user_id: UserId

    @property
    def token(self) -> str:
        """Return the pair as it is sent: public id, dot, secret."""
        return f"{self.prefix}.{self.secret}"


async def issue_key(work: UnitOfWork, command: IssueKey, hasher: TokenHasher) -> IssuedKey:
    """Write down a new key of the caller and return it with its secret.

    Raises MissingScope when the key could do more than the caller, KeyExpiryPassed, AdministeringKeyLimited,
    TierLimitReached, QuotaReached.
    """
    store.require_keeper(work)
    for scope in sorted(command.scopes):
        work.require(scope)
    if command.expires_at is not None and command.expires_at <= work.now:
        raise KeyExpiryPassed(f"The key would have expired at {instant_text(command.expires_at)} already.")
    if command.limits is not None and Scope.ADMIN in command.scopes:
        raise AdministeringKeyLimited("A key with limits cannot have the 'admin' permission.")
    require_room(await tier_for_one_more(work), "keys", await store.count_keys(work))
    await require_quota(work, "keys", store.count_all_keys)
    prefix, secret, key_id = new_code(CODE_LENGTH, KEY_PREFIX), new_token(), KeyId(work.new_id())
    terms = (command.scopes, command.limits, command.expires_at)
    await store.add_key(work, store.NewKey(key_id, command.name, prefix, hasher.hash(secret), *terms))
    recorded = {"name": command.name, "scopes": sorted(command.scopes), "limits": command.limits}
    await work.record("issue_key", key_id, recorded)
    lasts = (work.now, command.expires_at)
    return IssuedKey(key_id, prefix, secret, command.name, command.scopes, *lasts, command.limits, work.who.user_id)
