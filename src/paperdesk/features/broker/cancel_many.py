"""Take many working orders off the market, each named."""

from collections.abc import Mapping, Sequence

from paperdesk.core.broker.commands import CancelOrder
from paperdesk.core.broker.engine import UnknownOrder
from paperdesk.core.kernel.ids import AccountId, OrderId
from paperdesk.core.kernel.key_limits import Verb
from paperdesk.core.kernel.principal import Scope
from paperdesk.features.broker.answers import Answers
from paperdesk.features.broker.work import BrokerWork


async def cancel_many(work: BrokerWork, named: Sequence[OrderId], owners: Mapping[OrderId, AccountId]) -> Answers:
    """Return each order as it is now or why it was not cancelled, as they were named; one commit holds them."""
    work.require(Scope.TRADE, Verb.CANCEL)
    found = iter(await work.submit_all([CancelOrder(owners[each], each) for each in named if each in owners]))
    return [
        next(found) if each in owners else UnknownOrder("There is no such order.", order_id=str(each)) for each in named
    ]
