"""Choose the leverage of a crypto pair in an account."""

from paperdesk.core.broker.commands import ChooseLeverage
from paperdesk.core.kernel.principal import Scope
from paperdesk.features.broker.answers import Done
from paperdesk.features.broker.work import BrokerWork


async def choose_leverage(work: BrokerWork, command: ChooseLeverage) -> Done:
    """Return the account that remembers it."""
    work.require(Scope.TRADE)
    answer = await work.submit(command)
    assert isinstance(answer, Done), "a choice of leverage answers with what it did"
    return answer
