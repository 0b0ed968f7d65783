"""Get new recovery codes; those one had are void."""

from paperdesk.core.kernel.principal import Principal
from paperdesk.features.identity.confirm_second_factor import recovery_codes_for
from paperdesk.features.identity.prove_with_code import CodedProof, prove_with_code
from paperdesk.infra.runtime import Runtime


async def renew_recovery_codes(runtime: Runtime, who: Principal, shown: CodedProof) -> list[str]:
    """Return recovery codes that nobody sees again. Raises what prove_with_code raises."""
    async with prove_with_code(runtime, who, shown) as work:
        await work.record("renew_recovery_codes", who.user_id)
        return await recovery_codes_for(runtime, work, who.user_id)
