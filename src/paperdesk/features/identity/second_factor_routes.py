"""REST routes of the second factor: begin it, confirm it, remove it, and take somebody's away who has lost theirs."""

from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from paperdesk.core.kernel.ids import UserId
from paperdesk.core.kernel.principal import Scope
from paperdesk.features.identity import second_factor_store as factors
from paperdesk.features.identity.access import Caller, Serving, gate_of, token_of
from paperdesk.features.identity.confirm_second_factor import confirm_second_factor
from paperdesk.features.identity.enrol_second_factor import enrol_second_factor
from paperdesk.features.identity.remove_second_factor import remove_second_factor
from paperdesk.features.identity.renew_recovery_codes import renew_recovery_codes
from paperdesk.features.identity.reset_second_factor import reset_second_factor
from paperdesk.features.identity.second_factor_schemas import (
    CodeBody,
    CodedProofBody,
    EnrolmentView,
    RecoveryCodesView,
    SecondFactorBody,
    SecondFactorView,
)
from paperdesk.infra.runtime import Runtime

router = APIRouter(prefix="/v1", tags=["identity"])


def _guarded(request: Request, response: Response) -> None:
    """Count what takes a password or a code as attempts to sign in are counted, and let nobody keep the answer."""
    gate_of(request).count_sign_in(request)
    response.headers["Cache-Control"] = "no-store"


GUARDED = [Depends(_guarded)]


@router.get("/me/second-factor")
async def get_second_factor(runtime: Serving, who: Caller) -> SecondFactorView:
    """Tell whether signing in as you takes a code."""
    who.require(Scope.READ)
    async with runtime.as_system() as db:
        factor = await factors.find_factor(db, who.user_id)
        left = await factors.count_recovery_codes(db, who.user_id)
    confirmed_at = None if factor is None else factor.confirmed_at
    return SecondFactorView(is_on=confirmed_at is not None, confirmed_at=confirmed_at, recovery_codes_left=left)


@router.post("/me/second-factor", status_code=201, dependencies=GUARDED)
async def post_second_factor(request: Request, runtime: Serving, who: Caller, body: SecondFactorBody) -> EnrolmentView:
    """Begin a second factor: the answer has a key for your app."""
    return EnrolmentView.of(await enrol_second_factor(runtime, who, body.proof(_token_hash(request, runtime))))


@router.post("/me/second-factor/confirmation", dependencies=GUARDED)
async def post_confirmation(request: Request, runtime: Serving, who: Caller, body: CodeBody) -> RecoveryCodesView:
    """Show a code of your app: from now on nobody signs in as you without one, and your other logins end."""
    code = body.code.get_secret_value()
    try:
        codes = await confirm_second_factor(runtime, who, _token_hash(request, runtime), code)
    finally:
        gate_of(request).forget_user(who.user_id)
    return RecoveryCodesView(recovery_codes=codes)


@router.post("/me/second-factor/recovery-codes", dependencies=GUARDED)
async def post_recovery_codes(
    request: Request, runtime: Serving, who: Caller, body: CodedProofBody
) -> RecoveryCodesView:
    """Get new recovery codes; those you had are void."""
    shown = body.coded_proof(_token_hash(request, runtime))
    return RecoveryCodesView(recovery_codes=await renew_recovery_codes(runtime, who, shown))


@router.post("/me/second-factor/removal", status_code=204, dependencies=GUARDED)
async def post_removal(request: Request, runtime: Serving, who: Caller, body: CodedProofBody) -> None:
    """Remove your second factor."""
    await remove_second_factor(runtime, who, body.coded_proof(_token_hash(request, runtime)))


@router.delete("/users/{user_id}/second-factor", status_code=204)
async def delete_second_factor(runtime: Serving, who: Caller, user_id: UUID) -> None:
    """Take away the second factor of somebody who has lost it, whether or not there is one."""
    await reset_second_factor(runtime, who, UserId(user_id))


def _token_hash(request: Request, runtime: Runtime) -> bytes:
    return runtime.hasher.hash(token_of(request) or "")
