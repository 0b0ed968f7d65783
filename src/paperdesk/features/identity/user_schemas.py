"""What the people of a tenant look like from outside, and what their administration is asked with."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from paperdesk.core.kernel.ids import UserId
from paperdesk.core.kernel.roles import Role, Verification
from paperdesk.core.kernel.tiers import Tier
from paperdesk.features.identity.add_user import AddedUser, AddUser
from paperdesk.features.identity.change_user import ChangeUser
from paperdesk.features.identity.invite_user import Invitation
from paperdesk.features.identity.member_store import Member
from paperdesk.features.identity.register import Register
from paperdesk.features.identity.schemas import EMAIL_LENGTH_MAX
from paperdesk.infra.http import Body, Line

Address = Annotated[
    str,
    StringConstraints(pattern=r"^[^\x00-\x20\x7f@:]+@[^\x00-\x20\x7f@:]+$", max_length=EMAIL_LENGTH_MAX),
    Field(examples=["ada@desk.example"]),
]
"""An e-mail address that somebody new is reached at."""


class AddUserBody(Body):
    """Somebody to add to the tenant."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"email": "ada@desk.example", "name": "Ada", "role": "trader"}]}
    )

    email: Address
    name: Line = Field(examples=["Ada"])
    role: Role
    verification: Verification = Verification.VERIFIED
    tier: Tier = Field(default=Tier.BASIC, description="More than `basic` takes the permission to change limits.")

    def command(self) -> AddUser:
        """Return what is asked for."""
        return AddUser(self.email, self.name, self.role, self.verification, self.tier)


class RegisterBody(Body):
    """Somebody who registers; they choose a password once the link in their letter has let them in."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"email": "ada@desk.example", "name": "Ada"}]})

    email: Address
    name: Line = Field(examples=["Ada"])

    def command(self) -> Register:
        """Return what is asked for."""
        return Register(self.email, self.name)


class LinkBody(Body):
    """Where to send a link."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"email": "ada@desk.example"}]})

    email: Address


class ChangeUserBody(Body):
    """What somebody is from now on; what is absent stays as it is."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"role": "risk"}, {"is_active": False}]})

    name: Line | None = None
    role: Role | None = None
    verification: Verification | None = None
    is_active: bool | None = Field(default=None, description="False locks them out and ends their logins.")

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if self.model_dump(exclude_none=True) == {}:
            raise ValueError("say what is to change")
        return self

    def command(self, user_id: UUID) -> ChangeUser:
        """Return what is asked for."""
        return ChangeUser(UserId(user_id), self.name, self.role, self.verification, self.is_active)


class TierBody(Body):
    """How much of the desk somebody may use from now on."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"tier": "premium"}]})

    tier: Tier


class MemberView(BaseModel):
    """Somebody of the tenant."""

    id: UUID
    email: str = Field(examples=["ada@desk.example"])
    name: str = Field(examples=["Ada"])
    role: Role
    verification: Verification
    tier: Tier
    is_active: bool
    joined_at: datetime
    deactivated_at: datetime | None

    @classmethod
    def of(cls, member: Member) -> Self:
        """Render a person."""
        return cls(
            id=member.id,
            email=member.email,
            name=member.name,
            role=member.role,
            verification=member.verification,
            tier=member.tier,
            is_active=member.deactivated_at is None,
            joined_at=member.joined_at,
            deactivated_at=member.deactivated_at,
        )


class InvitationView(BaseModel):
    """A sign-in link that works once; send its token as `link_token`, or open `/sign-in#token=...`."""

    link_token: str
    expires_at: datetime

    @classmethod
    def of(cls, invitation: Invitation) -> Self:
        """Render a link."""
        return cls(link_token=invitation.token, expires_at=invitation.expires_at)


class AddedUserView(MemberView):
    """Somebody who has just been added; the link for their first sign-in is in this answer and nowhere else."""

    invitation: InvitationView

    @classmethod
    def of_new(cls, added: AddedUser) -> Self:
        """Render somebody new."""
        return cls(invitation=InvitationView.of(added.invitation), **dict(MemberView.of(added.member)))
