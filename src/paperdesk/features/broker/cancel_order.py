"""Take a working order off the market."""

from paperdesk.core.broker.commands import CancelOrder
from paperdesk.core.kernel.key_limits import Verb
from paperdesk.core.kernel.principal import Scope
from paperdesk.features.broker.answers import Placed
from paperdesk.features.broker.work import BrokerWork


async def cancel_order(work: BrokerWork, command: CancelOrder) -> Placed:
    """Return the cancelled order; one that has ended is refused."""
    work.require(Scope.TRADE, Verb.CANCEL)
    cancelled = await work.submit(command)
    assert isinstance(cancelled, Placed), "cancelling an order answers with an order"
    return cancelled
