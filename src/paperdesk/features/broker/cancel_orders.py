"""Take every open order of an account off the market, or those in one instrument or of one kind."""

from paperdesk.core.broker.commands import CancelOrders
from paperdesk.core.kernel.key_limits import Verb
from paperdesk.core.kernel.principal import Scope
from paperdesk.features.broker.answers import Cancelled
from paperdesk.features.broker.work import BrokerWork


async def cancel_orders(work: BrokerWork, command: CancelOrders) -> Cancelled:
    """Return the orders that were cancelled, in one commit; none is a good answer too."""
    work.require(Scope.TRADE, Verb.CANCEL)
    answer = await work.submit(command)
    assert isinstance(answer, Cancelled), "cancelling all answers with orders"
    return answer
