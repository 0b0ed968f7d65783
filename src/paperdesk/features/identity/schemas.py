"""What identity takes and gives over HTTP."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    SecretStr,
    StringConstraints,
    model_validator,
)

from paperdesk.core.kernel.principal import Principal, Scope
from paperdesk.core.kernel.roles import Role
from paperdesk.core.kernel.tiers import Tier
from paperdesk.features.identity.change_password import ChangePassword
from paperdesk.features.identity.login_store import LoginOnFile, WayIn
from paperdesk.features.identity.member_store import Member
from paperdesk.features.identity.prove_self import Proof
from paperdesk.features.identity.queries import Me
from paperdesk.features.identity.refresh_login import LoginTokens
from paperdesk.features.identity.sign_in import Login, SignInByLink, SignInByPassword
from paperdesk.features.identity.store import User
from paperdesk.infra.http import Body, Line

PASSWORD_LENGTH_MAX = 1024
EMAIL_LENGTH_MAX = 254

Email = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x20\x7f]+$", max_length=EMAIL_LENGTH_MAX)]
"""An e-mail address as it was typed; whether it belongs to somebody is for the sign-in to say."""

# Examples in the API description.
KEY_ID = "PKX7M2QWN4H8RTBC9DKV"
SECRET = "kJ8s0VvYt2m4nQx7b9LhWcE3rTzUaPdGfSiOyK1Xo5M"  # noqa: S105 - an example in the API description
CODE_EXAMPLE = "287082"
_LOGIN_BODIES: list[JsonValue] = [
    {"link_token": SECRET},
    {"email": "demo@paperdesk.local", "password": "correct horse battery staple", "code": CODE_EXAMPLE},
]


def _as_text(secret: SecretStr) -> SecretStr:
    # JSON can spell half a letter, which no hash and no database can take.
    try:
        secret.get_secret_value().encode()
    except UnicodeEncodeError:
        raise ValueError("this is not text") from None
    return secret


Secret = Annotated[SecretStr, AfterValidator(_as_text)]


Code = Annotated[Secret, Field(max_length=20)]
"""A code of a second factor: six digits of an app, or a recovery code."""


class LoginBody(Body):
    """Either the token of a sign-in link, or an e-mail address and a password; and a code where it is needed."""

    model_config = ConfigDict(json_schema_extra={"examples": _LOGIN_BODIES})

    link_token: Annotated[Secret, Field(max_length=256)] | None = None
    email: Email | None = None
    password: Annotated[Secret, Field(max_length=PASSWORD_LENGTH_MAX)] | None = None
    code: Code | None = Field(
        None, description="Of your second factor, if you have one: from your app, or a recovery code."
    )

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        by_link = self.link_token is not None
        given = (self.email is not None, self.password is not None)
        if given != (not by_link, not by_link):
            raise ValueError("give either link_token, or email and password")
        return self

    def command(self) -> SignInByLink | SignInByPassword:
        """Return what is asked for."""
        code = None if self.code is None else self.code.get_secret_value()
        if self.link_token is not None:
            return SignInByLink(self.link_token.get_secret_value(), code)
        assert self.email is not None, "checked when the body was read"
        assert self.password is not None, "checked when the body was read"
        return SignInByPassword(self.email, self.password.get_secret_value(), code)


class UserView(BaseModel):
    """A person."""

    id: UUID
    email: str = Field(examples=["demo@paperdesk.local"])
    name: str = Field(examples=["Demo"])

    @classmethod
    def of(cls, user: User | Member) -> Self:
        """Render a user, without the password hash."""
        return cls(id=user.id, email=user.email, name=user.name)


class LoginView(BaseModel):
    """A login that has begun; send the access token as a bearer token. Browsers hold one of their own in a cookie."""

    access_token: str = Field(examples=[SECRET])
    expires_at: datetime = Field(description="Until when the access token is good.")
    refresh_token: str = Field(description="Fetches the next two tokens, once.", examples=[SECRET])
    user: UserView

    @classmethod
    def of(cls, login: Login) -> Self:
        """Render a login."""
        return cls(**asdict(login.tokens), user=UserView.of(login.user))


class RefreshBody(Body):
    """What keeps a login alive."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"refresh_token": SECRET}]})

    refresh_token: Annotated[Secret, Field(max_length=256)]


class TokensView(BaseModel):
    """The next tokens of a login; the refresh token that fetched them is spent."""

    access_token: str = Field(examples=[SECRET])
    expires_at: datetime
    refresh_token: str = Field(examples=[SECRET])

    @classmethod
    def of(cls, tokens: LoginTokens) -> Self:
        """Render tokens."""
        return cls(**asdict(tokens))


class LoginOnFileView(BaseModel):
    """A login of yours that stands."""

    id: UUID
    way_in: WayIn
    program: str = Field(description="What whoever signed in called itself.", examples=["python-httpx/0.28.1"])
    created_at: datetime
    expires_at: datetime = Field(description="Until when it can be kept alive.")
    is_current: bool

    @classmethod
    def of(cls, login: LoginOnFile, current: LoginOnFile | None) -> Self:
        """Render a login, beside the one that asks."""
        return cls(**asdict(login), is_current=current is not None and login.id == current.id)


class PasswordBody(Body):
    """Another password; the old one is needed unless you signed in by a link within the last quarter of an hour."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"old_password": "old", "new_password": "new"}]})

    old_password: Annotated[Secret, Field(max_length=PASSWORD_LENGTH_MAX)] | None = None
    new_password: Annotated[Secret, Field(max_length=PASSWORD_LENGTH_MAX)]

    def command(self, token_hash: bytes) -> ChangePassword:
        """Return what is asked for."""
        old = None if self.old_password is None else self.old_password.get_secret_value()
        return ChangePassword(token_hash, self.new_password.get_secret_value(), old)


class DeletionBody(Body):
    """Your password; it is not needed if you signed in by a link within the last quarter of an hour."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"password": "correct horse battery staple"}]})

    password: Annotated[Secret, Field(max_length=PASSWORD_LENGTH_MAX)] | None = None

    def proof(self, token_hash: bytes) -> Proof:
        """Return what is shown."""
        return Proof(token_hash, None if self.password is None else self.password.get_secret_value())


class TenantView(BaseModel):
    """A tenant: everything a desk owns belongs to one."""

    id: UUID
    name: str = Field(examples=["Demo"])


class MeView(BaseModel):
    """Who is calling, and what they may do."""

    user: UserView
    tenant: TenantView
    role: Role
    tier: Tier
    scopes: list[Scope]
    key_id: str | None = Field(description="The public id of the key used; null for a login.", examples=[KEY_ID])

    @classmethod
    def of(cls, found: Me, who: Principal) -> Self:
        """Render the caller."""
        tenant = TenantView(id=who.tenant_id, name=found.tenant_name)
        scopes = [scope for scope in Scope if scope in who.scopes]
        user = UserView.of(found.user)
        return cls(
            user=user, tenant=tenant, role=found.user.role, tier=found.user.tier, scopes=scopes, key_id=found.key_prefix
        )


class ProfileBody(Body):
    """What you are called from now on."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Ada"}]})

    name: Line = Field(examples=["Ada"])
