"""Place an order: every door and every bot calls this."""

from paperdesk.core.broker.commands import PlaceOrder
from paperdesk.core.kernel.key_limits import Verb
from paperdesk.core.kernel.principal import Scope
from paperdesk.features.broker.answers import Placed
from paperdesk.features.broker.work import BrokerWork


async def place_order(work: BrokerWork, command: PlaceOrder) -> Placed:
    """Return the order once it is committed; raises the refusal that the engine names."""
    work.require(Scope.TRADE, Verb.PLACE)
    placed = await work.submit(command)
    assert isinstance(placed, Placed), "placing an order answers with an order"
    return placed
