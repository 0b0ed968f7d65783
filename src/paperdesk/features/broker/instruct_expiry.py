"""Say what is to happen with an option on its last day."""

from paperdesk.core.broker.commands import InstructExpiry
from paperdesk.core.kernel.key_limits import Verb
from paperdesk.core.kernel.principal import Scope
from paperdesk.features.broker.answers import Done
from paperdesk.features.broker.work import BrokerWork


async def instruct_expiry(work: BrokerWork, command: InstructExpiry) -> Done:
    """Return the account that remembers it."""
    work.require(Scope.TRADE, Verb.EXERCISE)
    answer = await work.submit(command)
    assert isinstance(answer, Done), "a request about an option answers with what it did"
    return answer
