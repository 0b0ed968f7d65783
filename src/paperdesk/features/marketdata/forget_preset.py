"""Forget a preset one has saved; tapes that were opened on it stay."""

from paperdesk.core.kernel.errors import NotFound
from paperdesk.core.kernel.principal import Scope
from paperdesk.features.marketdata.store import delete_preset
from paperdesk.infra.work import UnitOfWork


class UnknownSavedPreset(NotFound):
    """You have saved no preset of that name."""


async def forget_preset(work: UnitOfWork, name: str) -> None:
    """Delete the caller's own preset of a name."""
    work.require(Scope.TRADE)
    if not await delete_preset(work, name):
        raise UnknownSavedPreset(f"You have saved no preset {name[:40]!r}.", preset=name[:40])
    await work.record("forget_preset", None, {"name": name})
