"""The contracts of .importlinter hold, and each of them catches what it is there for.

The graph of imports is built once; a seeded violation is one more edge in a copy of it.
"""

from copy import deepcopy
from typing import Any

import grimp
import pytest
from importlinter.api import read_configuration
from importlinter.contracts.acyclic_siblings import AcyclicSiblingsContract
from importlinter.contracts.forbidden import ForbiddenContract
from importlinter.contracts.layers import LayersContract
from importlinter.contracts.protected import ProtectedContract
from importlinter.domain.contract import Contract

from tests.architecture.sources import PACKAGE, ROOT

TYPES: dict[str, type[Contract]] = {
    "acyclic_siblings": AcyclicSiblingsContract,
    "forbidden": ForbiddenContract,
    "layers": LayersContract,
    "protected": ProtectedContract,
}
CONFIGURATION = read_configuration(str(ROOT / ".importlinter"))
CONTRACTS: dict[str, dict[str, Any]] = {options["id"]: options for options in CONFIGURATION["contracts_options"]}


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("paperdesk", include_external_packages=True, cache_dir=None)


def is_kept(contract_id: str, graph: grimp.ImportGraph) -> bool:
    """Say whether a graph of imports keeps a contract."""
    options = CONTRACTS[contract_id]
    contract = TYPES[options["type"]](options["name"], CONFIGURATION["session_options"], options)
    return contract.check(deepcopy(graph), verbose=False).kept


def with_import(graph: grimp.ImportGraph, importer: str, imported: str) -> grimp.ImportGraph:
    """Return a copy of a graph with one more import; modules it does not know yet are added."""
    seeded = deepcopy(graph)
    for name in (importer, imported):
        parts = name.split(".")
        for length in range(1, len(parts) + 1):
            module = ".".join(parts[:length])
            if module not in seeded.modules and (length == len(parts) or parts[0] == "paperdesk"):
                seeded.add_module(module, is_squashed=parts[0] != "paperdesk")
    seeded.add_import(importer=importer, imported=imported, line_number=1, line_contents=f"import {imported}")
    return seeded


@pytest.mark.parametrize("contract_id", CONTRACTS)
def test_the_contract_is_kept(contract_id: str, graph: grimp.ImportGraph) -> None:
    assert is_kept(contract_id, graph), "run .venv/bin/lint-imports to see who imports whom"


@pytest.mark.parametrize(
    ("contract_id", "importer", "imported"),
    [
        ("floors", "paperdesk.core.broker", "paperdesk.infra"),
        ("floors", "paperdesk.infra", "paperdesk.features"),
        ("floors", "paperdesk.features.marketdata", "paperdesk.doors"),
        ("core-order", "paperdesk.core.kernel.money", "paperdesk.core.market.quotes"),
        ("core-order", "paperdesk.core.market.quotes", "paperdesk.core.broker.account"),
        ("feature-order", "paperdesk.features.identity.sign_in", "paperdesk.features.broker.open_account"),
        ("feature-order", "paperdesk.features.marketdata.pump", "paperdesk.features.broker.match_orders"),
        ("inside-feature", "paperdesk.features.broker.store", "paperdesk.features.broker.queries"),
        ("inside-feature", "paperdesk.features.broker.queries", "paperdesk.features.broker.schemas"),
        ("inside-feature", "paperdesk.features.broker.jobs", "paperdesk.features.broker.routes"),
        ("doors", "paperdesk.doors.rest", "paperdesk.doors.stream.app"),
        ("doors", "paperdesk.doors.problems", "paperdesk.doors.rest"),
        ("pure-core", "paperdesk.core.broker.engine", "sqlalchemy"),
        ("pure-core", "paperdesk.core.market.quotes", "asyncio"),
        ("pure-core", "paperdesk.core.kernel.ids", "random"),
        ("pure-core", "paperdesk.core.kernel.time", "time"),
        ("no-arrays", "paperdesk.core.broker.fees", "numpy"),
        ("no-cycles", "paperdesk.core.kernel.errors", "paperdesk.core.kernel.money"),
    ],
)
def test_a_forbidden_import_is_caught(contract_id: str, importer: str, imported: str, graph: grimp.ImportGraph) -> None:
    assert not is_kept(contract_id, with_import(graph, importer, imported))


@pytest.mark.parametrize(
    ("contract_id", "package"),
    [
        ("floors", "paperdesk.attic"),
        ("core-order", "paperdesk.core.attic"),
        ("feature-order", "paperdesk.features.attic"),
        ("doors", "paperdesk.doors.attic"),
    ],
)
def test_a_package_without_a_place_is_caught(contract_id: str, package: str, graph: grimp.ImportGraph) -> None:
    assert not is_kept(contract_id, with_import(graph, package, "typing"))


def protected_modules() -> set[str]:
    """Return what the contracts of the eighth kind keep for its own feature."""
    contracts = [options for options in CONTRACTS.values() if options["type"] == "protected"]
    return {
        module
        for options in contracts
        for module in options["protected_modules"]
        if options["allowed_importers"] == [module.rpartition(".")[0]]
    }


def test_every_features_tables_and_store_are_its_own() -> None:
    found = {
        f"paperdesk.features.{path.parent.name}.{path.stem}"
        for stem in ("tables", "store")
        for path in (PACKAGE / "features").glob(f"*/{stem}.py")
    }
    assert protected_modules() == found


def test_a_reach_into_another_features_store_is_caught(graph: grimp.ImportGraph) -> None:
    for contract_id, options in CONTRACTS.items():
        if options["type"] == "protected":
            for module in options["protected_modules"]:
                stranger = with_import(graph, "paperdesk.features.attic.rummage", module)
                assert not is_kept(contract_id, stranger), module
