"""A search that learns from what came before, by Optuna's tree-structured Parzen estimator; an extra to install."""

from collections.abc import Callable
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

from paperdesk.core.backtest.search import Axes
from paperdesk.core.kernel.errors import Invalid
from paperdesk.core.strategy.parameters import Value

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution
    from optuna.trial import Trial as Asked

_PACKAGE: Final = "optuna"


class SearchNotInstalled(Invalid):
    """A search that learns needs a package that is not installed on this desk."""


def check_installed(find: Callable[[str], object] = find_spec) -> None:
    """Refuse what needs the package where it is not installed."""
    if find(_PACKAGE) is None:
        said = "A search that learns needs Optuna; install paperdesk[research], or search by grid or at random."
        raise SearchNotInstalled(said, package=_PACKAGE)


class Learner:
    """Says what to try next; equal seeds and equal answers give equal questions."""

    def __init__(self, axes: Axes, seed: int) -> None:
        """Lay out the values of each parameter."""
        import optuna  # noqa: PLC0415 - an extra, and slow to load

        optuna.logging.set_verbosity(optuna.logging.WARNING)
        self._axes = axes
        sampler = optuna.samplers.TPESampler(seed=seed)
        self._study = optuna.create_study(direction="maximize", sampler=sampler)
        self._failed = optuna.trial.TrialState.FAIL
        whole, choice = optuna.distributions.IntDistribution, optuna.distributions.CategoricalDistribution
        # Numbers lie in an order; by their places steps of any width are alike.
        self._places: dict[str, BaseDistribution] = {
            name: choice(tuple(range(len(values)))) if isinstance(values[0], str) else whole(0, len(values) - 1)
            for name, values in axes.items()
        }

    def ask(self) -> tuple["Asked", dict[str, Value]]:
        """Return what to try next, and the question to answer it under."""
        asked = self._study.ask(self._places)
        return asked, {name: values[asked.params[name]] for name, values in self._axes.items()}

    def tell(self, asked: "Asked", value: float | None) -> None:
        """Answer a question by the measure that is searched by; one without it has failed."""
        answer: dict[str, Any] = {"state": self._failed} if value is None else {"values": value}
        self._study.tell(asked, **answer)
