"""The schema moves in one straight line: each migration follows the one numbered before it."""

import importlib
import pkgutil

from paperdesk.migrations import versions


def test_migrations_follow_each_other_by_number() -> None:
    names = sorted(module.name for module in pkgutil.iter_modules(versions.__path__))
    line = [importlib.import_module(f"{versions.__name__}.{name}") for name in names]
    numbers = [f"{number:04}" for number in range(1, len(names) + 1)]
    assert [name[:4] for name in names] == numbers
    assert [each.revision for each in line] == numbers
    assert [each.down_revision for each in line] == [None, *numbers[:-1]]
