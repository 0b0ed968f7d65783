"""Move cash into or out of an account."""

from paperdesk.core.broker.commands import TransferCash
from paperdesk.core.kernel.key_limits import Verb
from paperdesk.core.kernel.principal import Scope
from paperdesk.features.broker.answers import Transferred
from paperdesk.features.broker.work import BrokerWork


async def transfer_cash(work: BrokerWork, command: TransferCash) -> Transferred:
    """Return the ledger entry of the transfer; cash that is reserved or absent cannot leave."""
    work.require(Scope.TRADE, Verb.TRANSFER)
    transferred = await work.submit(command)
    assert isinstance(transferred, Transferred), "a transfer answers with its entry"
    return transferred
