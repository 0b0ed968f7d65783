"""Come back from the provider of sign-ins: whoever it says somebody is gets a link that signs them in once.

The link takes the way that all links take, so that a second factor is asked for here as ever. Somebody is known by
what never changes at the provider, and the first time by an address that it has verified.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from paperdesk.core.kernel.errors import Forbidden
from paperdesk.core.kernel.ids import TenantId, UserId, uuid7
from paperdesk.core.kernel.principal import Principal
from paperdesk.core.kernel.roles import Role
from paperdesk.features.identity import provider_store, store
from paperdesk.features.identity.begin_single_sign_on import AttemptUnknown, attempt_of, provider_of, redirect_uri
from paperdesk.features.identity.member_store import NewUser
from paperdesk.features.identity.register import FIRST_ACCOUNT
from paperdesk.infra.crypto import entropy, new_token
from paperdesk.infra.jobs import enqueue
from paperdesk.infra.openid import Claims, SingleSignOnRefused
from paperdesk.infra.runtime import Runtime
from paperdesk.infra.work import UnitOfWork

LINK_LASTS: Final = timedelta(minutes=2)
NAME_LENGTH_MAX: Final = 80


class AddressNotVerified(Forbidden):
    """The provider of sign-ins has not verified the person's e-mail address, so that it says nothing here."""


class NobodyByThatAddress(Forbidden):
    """The provider of sign-ins knows the person and this desk does not; ask somebody who administers its people."""


@dataclass(frozen=True, slots=True)
class Returned:
    """What a browser brings back: what it kept, and what the provider sent along."""

    kept: str | None
    state: str
    code: str | None
    issuer: str | None
    origin: str | None


async def finish_single_sign_on(runtime: Runtime, returned: Returned) -> str:
    """Return the token of a link for whoever signed in at the provider; it works once, for two minutes.

    Raises SingleSignOnOff, AttemptUnknown, SingleSignOnRefused, AddressNotVerified, NobodyByThatAddress,
    ProviderUnavailable.
    """
    try:
        return await _finished(runtime, returned)
    except (AttemptUnknown, SingleSignOnRefused, AddressNotVerified, NobodyByThatAddress) as refusal:
        runtime.metrics.refused_sign_ins.labels(refusal.code).inc()
        raise


async def _finished(runtime: Runtime, returned: Returned) -> str:
    provider = provider_of(runtime)
    attempt = attempt_of(runtime, returned.kept, returned.state)
    if returned.code is None or returned.issuer not in {None, provider.issuer}:
        raise SingleSignOnRefused("Nobody signed in at the provider of sign-ins; begin anew.")
    claims = await provider.claims_of(returned.code, attempt, redirect_uri(runtime))
    _require_welcome(runtime, claims)
    now = runtime.clock.now()
    async with runtime.as_system() as db:
        user = await provider_store.find_linked(db, claims)
        if user is None:
            user = await _recognised(runtime, UnitOfWork(_nobody(runtime, returned), now, db), claims)
        work = UnitOfWork(Principal(user.tenant_id, user.id, frozenset(), origin=returned.origin), now, db)
        token = new_token()
        link = (user.id, runtime.hasher.hash(token), now + LINK_LASTS)
        await store.add_link(work, *link, proves_address=True)
        await work.record("finish_single_sign_on", user.id, {"issuer": claims.issuer})
    return token


def _require_welcome(runtime: Runtime, claims: Claims) -> None:
    """Refuse whoever has no verified address, or one of a domain that does not enter here."""
    if claims.email is None or not claims.is_email_verified:
        raise AddressNotVerified("The provider of sign-ins has not verified your e-mail address.")
    domains = [each.strip().lower() for each in runtime.settings.oidc_domains.split(",") if each.strip()]
    if domains and claims.email.rpartition("@")[2] not in domains:
        raise _stranger()


async def _recognised(runtime: Runtime, work: UnitOfWork, claims: Claims) -> store.User:
    """Return whose verified address it is, and know them by the provider from now on; or somebody new."""
    assert claims.email is not None, "checked before"
    user = await store.find_user_by_email(work.db, claims.email)
    if user is None:
        user = await _added(runtime, work, claims, claims.email)
    if not await provider_store.link(work, user.id, claims):
        # Their address belongs to another at the provider now, who is not let in as them.
        raise _stranger()
    return user


async def _added(runtime: Runtime, work: UnitOfWork, claims: Claims, email: str) -> store.User:
    if runtime.settings.oidc_people != "create":
        raise _stranger()
    name = " ".join((claims.name or email.partition("@")[0]).split())[:NAME_LENGTH_MAX]
    person = NewUser(work.who.user_id, email, name, Role.OWNER)
    if not await store.add_tenant(work, tenant_name=name, owner=person):
        raise _stranger()  # somebody who was deactivated keeps their address
    await work.record("register", work.who.user_id)
    await enqueue(work, FIRST_ACCOUNT, {"user_id": work.who.user_id})
    return store.User(work.who.user_id, work.who.tenant_id, email, name, None)


def _nobody(runtime: Runtime, returned: Returned) -> Principal:
    now = runtime.clock.now()
    ids = (TenantId(uuid7(now, entropy())), UserId(uuid7(now, entropy())))
    return Principal(*ids, frozenset(), origin=returned.origin)


def _stranger() -> NobodyByThatAddress:
    return NobodyByThatAddress("This desk does not know you; ask somebody who administers its people.")
