"""Whatever is asked, nothing that lies ahead of the tape's clock is told."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paperdesk.core.kernel.time import instant_from_text, instant_text
from tests.desk import FIRST_CLOSE, LAST_CLOSE, RunningDesk

# What a tape tells of the calendar, which is not the market's future but the rules of its days.
OF_THE_CALENDAR = {"next_open_at", "next_close_at", "expires_at"}
# When something was written down has nothing to do with the tape.
OF_THE_WALL = {"recorded_at", "created_at"}
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d(T[\d:.]+Z)?")
_START, _END = instant_from_text(FIRST_CLOSE), instant_from_text(LAST_CLOSE)
_MINUTES = int((_END - _START) / timedelta(minutes=1))

instants = st.one_of(
    st.integers(0, _MINUTES).map(lambda minutes: _START + timedelta(minutes=minutes)),
    st.integers(4, 12).map(lambda day: datetime(2024, 6, day, 13, 30, tzinfo=UTC)),
    st.integers(4, 12).map(lambda day: datetime(2024, 6, day, 20, tzinfo=UTC)),
    st.integers(4, 12).map(lambda day: datetime(2024, 6, day, 19, 59, 59, 999_999, tzinfo=UTC)),
)


def dated(shown: Any) -> Iterator[datetime]:  # noqa: ANN401 - any JSON
    """Yield every instant and every day in an answer, apart from those that are not the market's."""
    if isinstance(shown, dict):
        for name, value in shown.items():
            if name not in OF_THE_CALENDAR | OF_THE_WALL:
                yield from dated(value)
    elif isinstance(shown, list):
        for value in shown:
            yield from dated(value)
    elif isinstance(shown, str) and _INSTANT.fullmatch(shown):
        yield instant_from_text(shown) if "T" in shown else datetime.fromisoformat(shown).replace(tzinfo=UTC)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(to=instants)
async def test_nothing_dated_after_the_tape_is_ever_told(desk: RunningDesk, to: datetime) -> None:
    tape_id, account_id = await desk.market()
    await desk.mine.order(account_id, "buy", "10")
    tape = await desk.mine.control(tape_id, "jump", to=instant_text(to))
    assert tape["at"] == instant_text(to)
    market: list[tuple[str, dict[str, str | int]]] = [
        (f"/v1/tapes/{tape_id}", {}),
        ("/v1/instruments", {"tape_id": tape_id}),
        ("/v1/bars", {"tape_id": tape_id, "symbol": "ACME", "end": "2030-01-01T00:00:00Z"}),
        ("/v1/bars", {"tape_id": tape_id, "symbol": "MKTX"}),
        ("/v1/quotes", {"tape_id": tape_id, "symbols": "ACME,BOLT,MKTX"}),
        *((f"/v1/accounts/{account_id}{part}", {}) for part in ("", "/positions", "/ledger", "/fills", "/equity")),
        ("/v1/orders", {"account_id": account_id}),
    ]
    for path, params in market:
        shown = await desk.mine.get(path, **params)
        assert [at for at in dated(shown) if at > to] == [], path


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(to=instants)
async def test_the_same_is_told_whatever_follows(desk: RunningDesk, to: datetime) -> None:
    """The closes-only market is the daily one cut short: until it ends, its closes must tell the same."""
    if to > datetime(2024, 6, 6, 19, 59, tzinfo=UTC):
        return
    shown: list[Any] = []
    for market in ("daily", "closes"):
        tape_id = await desk.mine.open_tape(desk.markets[market].id)
        await desk.mine.control(tape_id, "jump", to=instant_text(to))
        bars = await desk.mine.get("/v1/bars", tape_id=tape_id, symbol="ACME")
        shown.append([(bar["at"], bar["close"]) for bar in bars["items"]])
    assert shown[0] == shown[1]


async def test_a_symbol_is_unknown_until_it_has_a_price(desk: RunningDesk) -> None:
    tape_id, _ = await desk.market()

    async def symbols() -> list[str]:
        return [row["symbol"] for row in await desk.mine.rows("/v1/instruments", tape_id=tape_id)]

    assert await symbols() == ["ACME", "MKTX"]
    await desk.mine.control(tape_id, "jump", to="2024-06-05T13:29:59Z")
    assert await symbols() == ["ACME", "MKTX"]
    await desk.mine.control(tape_id, "jump", to="2024-06-05T13:30:00Z")
    assert await symbols() == ["ACME", "BOLT", "MKTX"]
    assert (await desk.mine.get("/v1/bars", tape_id=tape_id, symbol="BOLT"))["items"] == []


async def test_a_bar_is_shown_once_it_has_closed(desk: RunningDesk) -> None:
    tape_id, _ = await desk.market()
    await desk.mine.control(tape_id, "jump", to="2024-06-04T19:59:59.999999Z")
    (first,) = (await desk.mine.get("/v1/bars", tape_id=tape_id, symbol="ACME"))["items"]
    assert first["at"] == FIRST_CLOSE
    await desk.mine.control(tape_id, "jump", to="2024-06-04T20:00:00Z")
    _, second = (await desk.mine.get("/v1/bars", tape_id=tape_id, symbol="ACME"))["items"]
    assert (second["open"], second["high"], second["low"], second["close"]) == ("101", "104", "100.5", "103")


async def test_a_tape_does_not_tell_how_long_it_is(desk: RunningDesk) -> None:
    """Two markets that are the same until now and differ in what follows look the same, but for their names."""
    tapes: list[dict[str, Any]] = []
    for market in ("daily", "closes"):
        tape_id = await desk.mine.open_tape(desk.markets[market].id)
        tapes.append(await desk.mine.step(tape_id))
    differ = {name for name in tapes[0] if tapes[0][name] != tapes[1][name]}
    assert differ <= {"id", "dataset_id", "source", "fields", "has_volume", "cursor"}
    assert LAST_CLOSE not in str(tapes)
