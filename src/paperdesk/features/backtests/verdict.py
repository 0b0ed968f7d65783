"""What a run that was repeated says of its capsule: the same bit for bit, or what differs, and what may be why."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from paperdesk.features.backtests.capsules import DIGITS, digest_of
from paperdesk.features.backtests.evidence import hashed, parts_of

NAMED_MAX: Final = 20
"""How many rows that differ are named by their number."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Something that a run is made from and that is another than it was: `what` names it, `said` tells how."""

    what: str
    said: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A part that came out otherwise: how many rows it had and has, which of them differ, and the first of those.

    `before` is None where the part ended earlier, or where the capsule does not keep what the row said.
    """

    part: str
    said: str
    rows_before: int
    rows_now: int
    numbers: Sequence[int]
    before: Any
    now: Any


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether everything came out as it was, what was another beforehand, and what came out otherwise."""

    is_reproduced: bool
    causes: Sequence[Cause]
    differences: Sequence[Difference]


def verdict_on(capsule: Mapping[str, Any], version: int, report: Mapping[str, Any]) -> Verdict:
    """Compare a capsule with what its question came to this time, by a strategy of some version."""
    differences = list(_differences(capsule["results"], parts_of(report)))
    return Verdict(not differences, [*_causes(capsule, version, report["evidence"])], differences)


def _causes(capsule: Mapping[str, Any], version: int, evidence: Mapping[str, Any]) -> Iterator[Cause]:
    asked, source, code = capsule["question"], capsule["source"], capsule["code"]
    if asked["version"] != version:
        yield Cause("strategy", f"{asked['strategy']} was version {asked['version']} and is version {version}.")
    if (code["version"], code["hash"]) != (evidence["code_version"], evidence["code_hash"]):
        was, now = f"{code['version']} ({code['hash'][:12]})", f"{evidence['code_version']}"
        yield Cause("code", f"The rules were those of {was} and are those of {now} ({evidence['code_hash'][:12]}).")
    changed = [_changed(was, now) for was, now in _paired(source["inputs"], evidence["inputs"]) if was != now]
    yield from (Cause("data", each) for each in changed)
    if not changed and source["dataset_hash"] != evidence["dataset_hash"]:
        yield Cause("dataset", "The dataset is another one, but has the same prices of what was run.")


def _paired(was: Sequence[Any], now: Sequence[Any]) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    before = {each["symbol"]: each for each in was}
    nothing = {"rows": 0, "hash": ""}
    return ((before.get(each["symbol"], {**nothing, "symbol": each["symbol"]}), each) for each in now)


def _changed(was: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    symbol = now["symbol"]
    if was["rows"] != now["rows"]:
        return f"There were {was['rows']} rows of prices of {symbol}, and there are {now['rows']}."
    return f"The {now['rows']} rows of prices of {symbol} are not the same."


def _differences(before: Mapping[str, Any], now: Mapping[str, Sequence[Any]]) -> Iterator[Difference]:
    for name, rows in now.items():
        was = before[name]
        if was["hash"] != hashed(rows):
            yield _difference(name, was, rows)


def _difference(name: str, was: Mapping[str, Any], rows: Sequence[Any]) -> Difference:
    text = was["digests"]
    digests = [text[start : start + DIGITS] for start in range(0, len(text), DIGITS)]
    most = max(len(digests), len(rows))
    numbers = [
        place + 1
        for place in range(most)
        if place >= len(digests) or place >= len(rows) or digests[place] != digest_of(rows[place])
    ]
    first = numbers[0] - 1 if numbers else 0
    said = f"Of {most} {name} {len(numbers)} differ, the first is number {first + 1}."
    if not numbers:
        said = f"The hash that the capsule gives for its {name} is not that of its rows."
    shown = was["first"]
    kept = shown[first] if numbers and first < len(shown) else None
    found = rows[first] if numbers and first < len(rows) else None
    return Difference(name, said, len(digests), len(rows), numbers[:NAMED_MAX], kept, found)
