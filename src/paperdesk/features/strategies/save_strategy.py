"""Save a shipped strategy under a name, with the symbols and parameters it is to have."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from paperdesk.core.kernel.errors import Conflict
from paperdesk.core.kernel.principal import Scope
from paperdesk.core.market.options import canonical_symbol
from paperdesk.core.strategy.catalogue import made
from paperdesk.features.strategies import store
from paperdesk.features.strategies.saved_strategies import SavedStrategy, StrategyVersion
from paperdesk.infra.strategy_packages import KNOWN
from paperdesk.infra.work import UnitOfWork

STRATEGIES_MAX: Final = 500
"""How many strategies a person saves at most."""


class SavedNameTaken(Conflict):
    """You have saved a strategy under that name already."""


class TooManySavedStrategies(Conflict):
    """A person saves at most 500 strategies."""


@dataclass(frozen=True, slots=True)
class SaveStrategy:
    """Keep a strategy; what of its parameters is not named is kept as it usually is now."""

    name: str
    strategy: str
    symbols: Sequence[str]
    parameters: Mapping[str, Any]
    note: str = ""
    is_published: bool = False


async def save_strategy(work: UnitOfWork, command: SaveStrategy) -> SavedStrategy:
    """Return the strategy as it is kept, with its first version."""
    work.require(Scope.TRADE)
    if await store.count_strategies(work) >= STRATEGIES_MAX:
        said = f"You have saved {STRATEGIES_MAX} strategies already; delete one."
        raise TooManySavedStrategies(said, limit=STRATEGIES_MAX)
    version = version_of(work, 1, command.strategy, command.symbols, command.parameters, command.note)
    found = SavedStrategy(
        id=work.new_id(),
        owner_id=work.who.user_id,
        name=command.name,
        strategy=command.strategy,
        is_active=True,
        is_published=command.is_published,
        created_at=work.now,
        changed_at=work.now,
        newest=version,
    )
    if not await store.insert_strategy(work, found):
        raise name_taken(command.name)
    await work.record("save_strategy", found.id, {"strategy": found.strategy})
    return found


def version_of(  # noqa: PLR0913 - what a version is made of
    work: UnitOfWork, number: int, strategy: str, symbols: Sequence[str], given: Mapping[str, Any], note: str
) -> StrategyVersion:
    """Return a version with every parameter it has, or refuse what the strategy does."""
    made_of = made(KNOWN, strategy, [canonical_symbol(each) for each in symbols], given)
    return StrategyVersion(number, made_of.version, made_of.symbols, made_of.values, note, work.now)


def name_taken(name: str) -> SavedNameTaken:
    """Return the refusal of a name that stands for another strategy."""
    return SavedNameTaken(f"You have saved a strategy as {name[:64]!r} already.", name=name[:64])
