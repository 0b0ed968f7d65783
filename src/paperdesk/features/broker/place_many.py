"""Place many orders at once, each as if it had come alone."""

from collections.abc import Sequence

from paperdesk.core.broker.commands import PlaceCombo, PlaceOrder
from paperdesk.core.kernel.key_limits import Verb
from paperdesk.core.kernel.principal import Scope
from paperdesk.features.broker.answers import Answers
from paperdesk.features.broker.work import BrokerWork


async def place_many(work: BrokerWork, commands: Sequence[PlaceOrder | PlaceCombo]) -> Answers:
    """Return each order or its refusal, in the order they came in; one commit holds them, and a failure all of them."""
    work.require(Scope.TRADE, Verb.PLACE)
    return await work.submit_all(commands)
