"""Sell several positions at the market, each as if it had been asked for alone."""

from collections.abc import Sequence

from paperdesk.core.broker.commands import ClosePosition
from paperdesk.core.kernel.key_limits import Verb
from paperdesk.core.kernel.principal import Scope
from paperdesk.features.broker.answers import Answers
from paperdesk.features.broker.work import BrokerWork


async def close_positions(work: BrokerWork, commands: Sequence[ClosePosition]) -> Answers:
    """Return the order that sells each, or why it is not sold, as they were named; one commit holds them."""
    work.require(Scope.TRADE, Verb.CLOSE)
    return await work.submit_all(commands)
