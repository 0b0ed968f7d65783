"""Sell a position at the market."""

from paperdesk.core.broker.commands import ClosePosition
from paperdesk.core.kernel.key_limits import Verb
from paperdesk.core.kernel.principal import Scope
from paperdesk.features.broker.answers import Placed
from paperdesk.features.broker.work import BrokerWork


async def close_position(work: BrokerWork, command: ClosePosition) -> Placed:
    """Return the order that sells it; units promised to other orders are refused unless those are cancelled."""
    work.require(Scope.TRADE, Verb.CLOSE)
    answer = await work.submit(command)
    assert isinstance(answer, Placed), "closing answers with an order"
    return answer
