"""A strategy from a file of one's own: it runs in the process of whoever asks for it, and never in the server."""

import sys
from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from traceback import extract_tb
from types import ModuleType
from typing import TypeVar

from paperdesk.core.kernel.errors import Invalid, PaperdeskError
from paperdesk.core.strategy.strategy import Strategy

Answer = TypeVar("Answer")


class NoStrategyInFile(Invalid):
    """The file holds no strategy, or several of which none was named."""


class OwnCodeBroke(Invalid):
    """What was written in the file raised; the line is that of the file."""


def strategy_in(file: Path, name: str | None) -> type[Strategy]:
    """Return the strategy that a file of Python holds, by its name where it holds several."""
    module = _module_of(file)
    kinds = {
        each.name or each.__name__: each
        for each in vars(module).values()
        if isinstance(each, type) and issubclass(each, Strategy) and each.__module__ == module.__name__
    }
    if name is None and len(kinds) == 1:
        return next(iter(kinds.values()))
    if name is not None and name in kinds:
        return kinds[name]
    found = ", ".join(kinds) or "no strategy"
    raise NoStrategyInFile(f"{file.name} holds {found}{'; name one of them' if kinds else ''}.", file=file.name)


def run_own(file: Path, work: Callable[[], Answer]) -> Answer:
    """Do what may run code of the file; raises OwnCodeBroke where that raised, and what a desk refuses as it is."""
    try:
        return work()
    except PaperdeskError:
        raise
    except Exception as error:  # one of the eight places: what others wrote may fail in any way
        lines = [each.lineno for each in extract_tb(error.__traceback__) if Path(each.filename) == file.resolve()]
        place = f" in line {lines[-1]} of {file.name}" if lines else ""
        raise OwnCodeBroke(f"{type(error).__name__}{place}: {error}"[:500], file=file.name) from error


def _module_of(file: Path) -> ModuleType:
    spec = spec_from_file_location(f"own_{file.stem}", file.resolve())
    if spec is None or spec.loader is None or not file.is_file():
        raise NoStrategyInFile(f"{file.name} is no file of Python.", file=file.name)
    module = sys.modules[spec.name] = module_from_spec(spec)
    loader = spec.loader
    run_own(file, lambda: loader.exec_module(module))
    return module
