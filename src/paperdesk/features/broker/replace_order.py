"""Put a new order in the place of a working one."""

from paperdesk.core.broker.commands import ReplaceOrder
from paperdesk.core.kernel.key_limits import Verb
from paperdesk.core.kernel.principal import Scope
from paperdesk.features.broker.answers import Placed
from paperdesk.features.broker.work import BrokerWork


async def replace_order(work: BrokerWork, command: ReplaceOrder) -> Placed:
    """Return the new order; the old one is replaced, and its reservation moves in the same commit."""
    work.require(Scope.TRADE, Verb.REPLACE)
    answer = await work.submit(command)
    assert isinstance(answer, Placed), "replacing answers with the new order"
    return answer
