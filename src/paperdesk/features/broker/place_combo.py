"""Place a combo: several legs as one order."""

from paperdesk.core.broker.commands import PlaceCombo
from paperdesk.core.kernel.key_limits import Verb
from paperdesk.core.kernel.principal import Scope
from paperdesk.features.broker.answers import Placed
from paperdesk.features.broker.work import BrokerWork


async def place_combo(work: BrokerWork, command: PlaceCombo) -> Placed:
    """Return the combo with its legs once it is committed; raises the refusal that the engine names."""
    work.require(Scope.TRADE, Verb.PLACE)
    placed = await work.submit(command)
    assert isinstance(placed, Placed), "placing a combo answers with an order"
    return placed
