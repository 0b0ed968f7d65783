"""What a second factor looks like from outside."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field

from paperdesk.features.identity.enrol_second_factor import Enrolment
from paperdesk.features.identity.prove_with_code import CodedProof
from paperdesk.features.identity.schemas import CODE_EXAMPLE, Code, DeletionBody
from paperdesk.infra.http import Body

_RECOVERY_CODES = ["7KQ2M-XW4TP", "H9NBC-3RZVE"]


class SecondFactorBody(DeletionBody):
    """Your password; it is not needed if you signed in by a link within the last quarter of an hour."""


class CodeBody(Body):
    """A code that your app shows now."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"code": CODE_EXAMPLE}]})

    code: Code


class CodedProofBody(DeletionBody):
    """Your password, as for other things that cannot be taken back, and a code of your app or a recovery code."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"password": "correct horse battery staple", "code": CODE_EXAMPLE}]}
    )

    code: Code

    def coded_proof(self, token_hash: bytes) -> CodedProof:
        """Return what is shown."""
        return CodedProof(self.proof(token_hash), self.code.get_secret_value())


class SecondFactorView(BaseModel):
    """Whether nobody signs in as you without a code, since when, and how many recovery codes are left."""

    is_on: bool
    confirmed_at: datetime | None
    recovery_codes_left: int


class EnrolmentView(BaseModel):
    """A key for your app, in this answer and nowhere else; it counts once you have shown a code of it."""

    secret: Annotated[str, Field(description="To be typed.", examples=["JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"])]
    address: Annotated[
        str,
        Field(
            description="To be opened, or to be read out of a picture.",
            examples=["otpauth://totp/Paperdesk:demo@paperdesk.local?secret=JBSWY3DPEHPK3PXP&issuer=Paperdesk"],
        ),
    ]

    picture: Annotated[str, Field(description="The address as a QR picture: an SVG.", examples=["<svg></svg>"])]

    @classmethod
    def of(cls, enrolment: Enrolment) -> Self:
        """Render an enrolment."""
        return cls(secret=enrolment.secret, address=enrolment.address, picture=enrolment.picture)


class RecoveryCodesView(BaseModel):
    """Each of them stands for a code once, when your telephone is lost; in this answer and nowhere else."""

    recovery_codes: list[str] = Field(examples=[_RECOVERY_CODES])
