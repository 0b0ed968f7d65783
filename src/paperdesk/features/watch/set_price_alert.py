"""Set an alert on a price of a tape, change what it waits for, or take it away.

What counts begins with the tape's cursor at that moment: a price that is there already has to leave and come again.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from uuid import UUID

from paperdesk.core.kernel.errors import Conflict, NotFound
from paperdesk.core.kernel.principal import Scope
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.price_alerts import AlertCondition, PriceAlert, met, require_level
from paperdesk.features.marketdata.feeds.dataset import Dataset
from paperdesk.features.marketdata.market_reads import require_listed
from paperdesk.features.marketdata.queries import on_tape
from paperdesk.features.marketdata.tapes import Shelf, Tape
from paperdesk.features.watch import store
from paperdesk.features.watch.alerts import SetAlert
from paperdesk.infra.work import UnitOfWork

ALERTS_MAX: Final = 500
"""How many alerts a person has at most, those that have fired among them."""


class UnknownPriceAlert(NotFound):
    """You have no such price alert."""


class TooManyPriceAlerts(Conflict):
    """A person has at most 500 price alerts."""


@dataclass(frozen=True, slots=True)
class SetPriceAlert:
    """Wait on a tape for a price of a symbol; one that re-arms fires each time the price comes anew."""

    tape_id: UUID
    symbol: str
    condition: AlertCondition
    level: Decimal
    rearms: bool = False


@dataclass(frozen=True, slots=True)
class ChangePriceAlert:
    """Wait for another level, once or each time; None leaves it. A changed alert is armed from now on."""

    id: UUID
    level: Decimal | None = None
    rearms: bool | None = None


async def set_price_alert(work: UnitOfWork, shelf: Shelf, command: SetPriceAlert) -> SetAlert:
    """Return the alert, which waits from now on."""
    work.require(Scope.TRADE)
    require_level(command.condition, command.level)
    tape, dataset = await on_tape(work, shelf, command.tape_id)
    instrument = require_listed(tape, dataset, command.symbol)
    if await store.count_alerts(work) >= ALERTS_MAX:
        raise TooManyPriceAlerts(f"You have {ALERTS_MAX} price alerts already; delete one.", limit=ALERTS_MAX)
    alert = PriceAlert(command.condition, command.level, command.rearms)
    named = work.new_id(), tape.id, instrument.id, instrument.symbol
    found = _from_now(SetAlert(*named, alert, tape.cursor, 0, tape.at), tape, dataset)
    await store.insert_alert(work, found)
    await work.record("set_price_alert", found.id, {"tape_id": tape.id, "symbol": instrument.symbol})
    return found


async def change_price_alert(work: UnitOfWork, shelf: Shelf, command: ChangePriceAlert) -> SetAlert:
    """Return the alert as it waits from now on."""
    work.require(Scope.TRADE)
    known = await store.load_alerts(work, alert_id=command.id, lock=True)
    if not known:
        raise _unknown(command.id)
    tape, dataset = await on_tape(work, shelf, known[0].tape_id)
    before = known[0].alert
    level = before.level if command.level is None else command.level
    require_level(before.condition, level)
    rearms = before.rearms if command.rearms is None else command.rearms
    alert = PriceAlert(before.condition, level, rearms)
    found = _from_now(replace(known[0], alert=alert, version=known[0].version + 1), tape, dataset)
    await store.update_alert(work, found)
    said = {"before": {"level": before.level, "rearms": before.rearms}, "after": {"level": level, "rearms": rearms}}
    await work.record("change_price_alert", found.id, said)
    return found


async def delete_price_alert(work: UnitOfWork, alert_id: UUID) -> None:
    """Take an alert of the caller's away; what has fired of it stays told."""
    work.require(Scope.TRADE)
    if not await store.delete_alert_row(work, alert_id):
        raise _unknown(alert_id)
    await work.record("delete_price_alert", alert_id)


def _unknown(alert_id: UUID) -> UnknownPriceAlert:
    return UnknownPriceAlert("You have no such price alert.", alert_id=str(alert_id))


def _from_now(found: SetAlert, tape: Tape, dataset: Dataset) -> SetAlert:
    """Return an alert that looks at what comes after the tape's cursor, and knows whether the price is there."""
    fact = dataset.last_price_fact(found.instrument_id, tape.cursor)
    before = dataset.previous_close(found.instrument_id, tape.cursor)
    alert = replace(found.alert, is_armed=True)
    if fact is not None:
        reached, _ = met(replace(alert, is_armed=False), fact, None if before is None else before.close)
        alert = replace(alert, is_beyond=reached.is_beyond)
    return replace(found, alert=alert, checked_cursor=tape.cursor, set_at=tape.at)
