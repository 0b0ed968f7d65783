"""Remove one's second factor: a password or a link is enough again."""

from paperdesk.core.kernel.principal import Principal
from paperdesk.features.identity import second_factor_store as factors
from paperdesk.features.identity.prove_with_code import CodedProof, prove_with_code
from paperdesk.infra.runtime import Runtime


async def remove_second_factor(runtime: Runtime, who: Principal, shown: CodedProof) -> None:
    """Take the caller's second factor and recovery codes away. Raises what prove_with_code raises."""
    async with prove_with_code(runtime, who, shown) as work:
        await factors.delete_factor(work.db, who.user_id)
        await work.record("remove_second_factor", who.user_id)
