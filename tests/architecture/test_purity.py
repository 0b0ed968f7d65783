"""The core is pure: no waiting, no clock, no luck, no printing; and no floats where money is kept."""

import ast
from collections.abc import Iterator
from pathlib import PurePosixPath

import pytest

from tests.architecture.sources import broken, called_name, seeded

CLOCKS = frozenset({"now", "utcnow", "today", "fromtimestamp"})
OUTSIDE = frozenset(
    {"print", "input", "open", "breakpoint", "exec", "eval", "uuid1", "uuid4", "uuid.uuid1", "uuid.uuid4"}
)
CLOCK = PurePosixPath("infra/clock.py")
TELLING = frozenset({"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns"})
EXACT = ("core/broker", "core/market")
STRUCTS = frozenset({"msgspec.Struct", "msgspec.field", "msgspec.structs.replace"})


def impurities(_path: PurePosixPath, tree: ast.Module) -> Iterator[str]:
    """Find what a pure function could not do."""
    for node in ast.walk(tree):
        if isinstance(node, ast.AsyncFunctionDef | ast.Await | ast.AsyncFor | ast.AsyncWith):
            yield f"line {node.lineno} waits; the core is synchronous"
        elif isinstance(node, ast.Global):
            yield f"line {node.lineno} changes a global"
        elif isinstance(node, ast.Call):
            name = called_name(node)
            if "." in name and name.rpartition(".")[2] in CLOCKS:
                yield f"line {node.lineno} reads a clock: {name}"
            elif name in OUTSIDE:
                yield f"line {node.lineno} reaches outside: {name}"


def encoders(_path: PurePosixPath, tree: ast.Module) -> Iterator[str]:
    """Find what the core takes of msgspec besides structs."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (f"line {node.lineno} takes all of msgspec" for each in node.names if "msgspec" in each.name)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("msgspec"):
            taken = {f"{node.module}.{each.name}" for each in node.names} - STRUCTS
            yield from (f"line {node.lineno} takes {each}; the core only knows structs" for each in taken)


def clock_readers(path: PurePosixPath, tree: ast.Module) -> Iterator[str]:
    """Find readers of the clock outside the file that owns it, whatever a lint comment says."""
    if path == CLOCK:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ".".join(called_name(node).split(".")[-2:]) in TELLING:
            yield f"line {node.lineno} reads the clock: {called_name(node)}"


def floats(path: PurePosixPath, tree: ast.Module) -> Iterator[str]:
    """Find floats where only Decimal belongs."""
    if not str(path).startswith(EXACT):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            yield f"line {node.lineno} has a float literal: {node.value}"
        elif isinstance(node, ast.Call) and called_name(node) in {"float", "float.fromhex"}:
            yield f"line {node.lineno} calls float()"
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and _whole(node.left) and _whole(node.right):
            yield f"line {node.lineno} divides whole numbers into a float"


def _whole(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int)


def test_the_core_is_pure() -> None:
    assert broken(impurities, "core") == []


def test_the_core_takes_only_structs_of_msgspec() -> None:
    assert broken(encoders, "core") == []


def test_one_file_reads_the_clock() -> None:
    assert broken(clock_readers) == []


def test_no_float_where_money_is_kept() -> None:
    assert broken(floats) == []


@pytest.mark.parametrize(
    "source",
    [
        "async def decide(): ...",
        "from datetime import datetime\nat = datetime.now()",
        "import datetime as dt\non = dt.date.today()",
        "print('filled')",
        "from uuid import uuid4\nkey = uuid4()",
        "count = 0\ndef step():\n    global count\n    count += 1",
    ],
)
def test_an_impure_line_in_the_core_is_found(source: str) -> None:
    assert seeded(impurities, "core/broker/engine.py", source)


@pytest.mark.parametrize(
    "source", ["import msgspec", "from msgspec import Struct, json", "from msgspec.json import encode"]
)
def test_an_encoder_in_the_core_is_found(source: str) -> None:
    assert seeded(encoders, "core/broker/engine.py", source)


def test_a_second_reader_of_the_clock_is_found() -> None:
    source = "import datetime\nat = datetime.datetime.now(datetime.UTC)"
    assert seeded(clock_readers, "features/broker/place_order.py", source)
    assert not seeded(clock_readers, "infra/clock.py", source)


@pytest.mark.parametrize("source", ["fee = 0.01", "fee = float('1')", "half = 1 / 2"])
def test_a_float_in_the_broker_is_found(source: str) -> None:
    assert seeded(floats, "core/broker/fees.py", source)


def test_floats_are_welcome_where_arrays_are() -> None:
    assert seeded(floats, "core/quant/returns.py", "decay = 0.94") == []
