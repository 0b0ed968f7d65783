"""What capsules, and what is said of them, look like from outside."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from paperdesk.features.backtests.backtests import RunMode
from paperdesk.features.backtests.capsules import FORMAT
from paperdesk.features.backtests.schemas import State
from paperdesk.features.backtests.verdict import Verdict
from paperdesk.infra.db import Row
from paperdesk.infra.http import Body, Line

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Text = Annotated[str, StringConstraints(max_length=100, pattern=r"^[^\x00]*$")]
Cursor = Annotated[int, Field(ge=0, le=2**53)]


class CapsuleQuestion(Body):
    """What was asked: a strategy with its parameters, and an account with its rules and its seed."""

    strategy: Line
    version: int
    symbols: list[Line] = Field(min_length=1, max_length=200)
    parameters: dict[str, str | int | float | bool] = Field(max_length=50)
    mode: RunMode
    currency: Line
    cash: Line
    risk_free: Line
    benchmark: Line | None
    close_at_end: bool
    rules: dict[str, Any] = Field(description="How orders fill, what is owed, what chance is drawn from.")


class CapsuleInput(Body):
    """What the tape had shown of a symbol by the end of the run, as a number of rows and their hash."""

    symbol: Line
    rows: int
    hash: Digest


class CapsuleSource(Body):
    """On which prices: the tape, the dataset, the part of it that was run, and what was there of each symbol."""

    tape_id: UUID
    dataset_id: UUID
    dataset_hash: Text
    after_cursor: Cursor
    upto_cursor: Cursor
    began_at: Line
    ended_at: Line
    inputs: list[CapsuleInput]


class CapsuleCode(Body):
    """By which code: the version, and the hash of the modules that decide."""

    version: Text
    hash: Digest


class CapsuleTrials(Body):
    """How often something was looked for in the same prices, and what that leaves of the Sharpe ratio."""

    trials: int
    deflated_sharpe: float | None
    sharpe_by_luck: float | None
    overfitting_probability: float | None
    reasons: dict[str, str]


class CapsulePart(Body):
    """A part of what came of the run: its hash, the beginning of the hash of every row, and the first rows."""

    hash: Digest
    rows: int
    digests: Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{8})*$")]
    first: list[Any]


class CapsuleResults(Body):
    """What came of the run, each part with a hash of its own."""

    orders: CapsulePart
    fills: CapsulePart
    fees: CapsulePart
    curve: CapsulePart
    figures: CapsulePart
    refusals: CapsulePart


_HASH: Final = "9f" * 32
_PART: Final = {"hash": _HASH, "rows": 1, "digests": "9f9f9f9f", "first": [{"number": 1}]}
_LUCK: Final = {"deflated_sharpe": 0.91, "sharpe_by_luck": 0.4, "overfitting_probability": 0.2}
_ID: Final = "0192f0c1-7b1e-7a3c-8000-3f5d5f9d9a11"
_EXAMPLE: Final[dict[str, Any]] = {
    "format": FORMAT,
    "backtest_id": _ID,
    "question": {
        "strategy": "sma_cross", "version": 1, "symbols": ["AAPL"], "parameters": {"fast": 10, "slow": 30},
        "mode": "events", "currency": "USD", "cash": "100000", "risk_free": "0", "benchmark": "SPY",
        "close_at_end": False,
        "rules": {"fill_model": "realistic", "seed": 0},
    },
    "source": {
        "tape_id": _ID, "dataset_id": _ID, "dataset_hash": _HASH, "after_cursor": 0, "upto_cursor": 7560,
        "began_at": "2014-01-02T21:00:00Z", "ended_at": "2023-12-29T21:00:00Z",
        "inputs": [{"symbol": "AAPL", "rows": 2520, "hash": _HASH}],
    },
    "code": {"version": "0.1.0", "hash": _HASH},
    "trials": {"trials": 12, **_LUCK, "reasons": {}},
    "results": dict.fromkeys(("orders", "fills", "fees", "curve", "figures", "refusals"), _PART),
    "hash": _HASH,
}  # fmt: skip


class Capsule(Body):
    """A run in one file, by which anybody who has such prices can repeat it."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra={"examples": [_EXAMPLE]})
    format: Literal["paperdesk-capsule-1"]
    backtest_id: UUID
    question: CapsuleQuestion
    source: CapsuleSource
    code: CapsuleCode
    trials: CapsuleTrials
    results: CapsuleResults
    hash: Digest = Field(description="SHA-256 of all the rest as JSON with sorted names and no spaces.")


class CauseOut(BaseModel):
    """Something that a run is made from and that is another than it was."""

    what: Literal["strategy", "code", "data", "dataset"]
    said: str


class DifferenceOut(BaseModel):
    """A part that came out otherwise, and its first row that differs; null where there is none, or it is not kept."""

    part: Literal["orders", "fills", "fees", "curve", "figures", "refusals"]
    said: str
    rows_before: int
    rows_now: int
    numbers: list[int] = Field(description="Which rows differ, from 1; the first twenty.")
    before: dict[str, Any] | None
    now: dict[str, Any] | None


class VerdictOut(BaseModel):
    """Whether a capsule was reproduced bit for bit; otherwise what differs, and what may be why."""

    capsule_hash: str
    is_reproduced: bool
    causes: list[CauseOut]
    differences: list[DifferenceOut]

    @classmethod
    def of(cls, capsule: Mapping[str, Any], found: Verdict) -> "VerdictOut":
        """Show a verdict."""
        told = {"causes": map(asdict, found.causes), "differences": map(asdict, found.differences)}
        return cls.model_validate(
            {
                "capsule_hash": capsule["hash"],
                "is_reproduced": found.is_reproduced,
                **{name: list(rows) for name, rows in told.items()},
            }
        )


class CapsuleVerificationOut(BaseModel):
    """A verification: the job that repeats the run of a capsule, how far it is, and its verdict once there is one."""

    id: UUID = Field(description="It is the job's.")
    tape_id: UUID = Field(description="On which the run is repeated.")
    state: State
    progress: float = Field(description="From 0 to 1.")
    message: str
    verdict: VerdictOut | None
    problems: list[dict[str, Any]] = Field(description="Why there will be no verdict, where the job failed.")

    @classmethod
    def of(cls, row: Row) -> "CapsuleVerificationOut":
        """Show the job of a verification."""
        told = {name: row[name] for name in ("id", "state", "progress", "message", "problems")}
        return cls.model_validate({**told, "tape_id": row["arguments"]["tape_id"], "verdict": row["result"]})
