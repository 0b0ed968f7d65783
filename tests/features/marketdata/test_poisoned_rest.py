"""Every read there is, asked of two markets that are the same until now and absurd in one of them after.

The reads are taken from the app itself, so that a new one cannot escape: it is asked, or NOT_OF_THE_MARKET
says why not. The poison changes every later price, goes on a month longer, lets an instrument be listed
that will never be, and keeps one from being listed that would have been.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, get_args
from uuid import uuid4

from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from paperdesk.core.kernel.ids import DatasetId
from paperdesk.core.kernel.time import instant_text
from paperdesk.core.market.instruments import Kind
from paperdesk.features.marketdata.feeds.columns import picked
from paperdesk.features.marketdata.feeds.manifest import DatasetTerms
from paperdesk.features.marketdata.feeds.recorded import RecordedDataset
from paperdesk.features.marketdata.feeds.resample import Interval
from paperdesk.features.marketdata.feeds.series import Named, series_of
from paperdesk.features.marketdata.feeds.writer import write_dataset
from paperdesk.features.marketdata.store import insert_dataset
from paperdesk.infra.work import UnitOfWork
from tests.desk import RunningDesk, wish
from tests.features.marketdata.feeds.markets import SCALES, SESSIONS, Market, Written, daily, markets, opened
from tests.features.marketdata.feeds.test_poisoned_future import delivered, poisoned
from tests.route_calls import CALLS

NOT_OF_THE_MARKET = {
    "/v1/me": "who one is",
    "/v1/me/preferences": "what one likes",
    "/v1/logins": "where one is signed in",
    "/v1/keys": "what one may do",
    "/v1/users": "who else there is",
    "/v1/users/{user_id}": "who else there is",
    "/v1/users/{user_id}/accounts": "asked one by one",
    "/v1/accounts": "asked one by one",
    "/v1/accounts/by-number/{number}": "the account itself, which is asked by its id",
    "/v1/tapes": "asked one by one",
    "/v1/tape-presets": "what can be opened, and not what is played",
    "/v1/tape-presets/truth": "the coefficients of invented markets, which are told on purpose",
    "/v1/datasets": "told before a tape is opened: how much there is, and a hash of it, but nothing of what it says",
    "/v1/sources": "who tells live prices, and nothing they tell",
    **{
        f"/v1/live/{each}": "what vendors say now, which is on no tape"
        for each in ("quotes", "bars", "chain", "instruments", "actions", "yields")
    },
    "/v1/quotas": "how much one has, and may have",
    "/v1/audit": "who did what, and by which request",
    "/v1/audit/verification": "whether that was kept as it was written",
    "/v1/jobs": "what was imported by oneself",
    "/v1/jobs/{job_id}": "what was imported by oneself",
}
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_PLACE = re.compile(r"{(\w+)}")
# Drawn by chance or by hand, and no part of the market.
_ASIDE = {"number", "request_id", "origin", "content_hash", "client_order_id"}
# Each example asks some sixty reads twice; making a failing one smaller would take longer than reading it.
QUICKLY = (Phase.explicit, Phase.reuse, Phase.generate)
SYMBOLS = "AA,BB,CC,DD,LATE,NEVER"


def reads() -> Iterator[tuple[str, dict[str, str]]]:
    """Yield path and parameters of every read about a tape or an account, with names in braces."""
    for (method, path), call in CALLS.items():
        if method == "GET" and path not in NOT_OF_THE_MARKET:
            yield path, {name: "AA" if name == "symbol" else value for name, value in call.params.items()}
    for interval in get_args(Interval):
        yield "/v1/bars", {"tape_id": "{tape_id}", "symbol": "AA", "interval": interval}
    for symbol in SYMBOLS.split(","):
        yield "/v1/bars", {"tape_id": "{tape_id}", "symbol": symbol, "end": "2030-01-01T00:00:00Z"}
    yield "/v1/quotes", {"tape_id": "{tape_id}", "symbols": SYMBOLS}
    yield "/v1/instruments", {"tape_id": "{tape_id}", "q": "e"}
    yield "/v1/datasets/{dataset_id}/quality", {"tape_id": "{tape_id}"}


async def shelved(desk: RunningDesk, market: Market) -> DatasetId:
    """Put a market on the shelf, for everybody."""
    dataset_id, terms = DatasetId(uuid4()), DatasetTerms(name="A market")
    series = [series_of(Named(symbol, symbol, Kind.EQUITY), terms, one, SCALES) for symbol, one in market.items()]
    manifest = write_dataset(terms, series, desk.runtime.settings.datasets / str(dataset_id))
    async with desk.runtime.as_system() as db:
        await insert_dataset(UnitOfWork(desk.first.principal, desk.runtime.clock.now(), db), dataset_id, manifest, None)
    return dataset_id


class Run:
    """One tape on one market with an account, and everything it was answered."""

    def __init__(self, desk: RunningDesk, dataset_id: DatasetId) -> None:
        """Begin with nothing asked."""
        self.desk = desk
        self.ids: dict[str, str] = {"dataset_id": str(dataset_id)}
        self.answers: list[Any] = []

    async def ask(self, method: str, path: str, **more: Any) -> Any:  # noqa: ANN401 - any JSON
        """Ask, and keep the answer."""
        given = await self.desk.mine.ask(method, path, **more)
        shown = given.json() if given.headers["content-type"].endswith("json") else given.text
        self.answers.append((method, path, more.get("params"), given.status_code, shown))
        return shown

    async def begin(self, start_at: str) -> None:
        """Open the tape and an account, and place two orders."""
        body = {"dataset_id": self.ids["dataset_id"], "name": "A run", "start_at": start_at}
        self.ids["tape_id"] = (await self.ask("POST", "/v1/tapes", json=body))["id"]
        account = {"name": "Practice", "tape_id": self.ids["tape_id"], "cash": "100000"}
        self.ids["account_id"] = (await self.ask("POST", "/v1/accounts", json=account))["id"]
        for terms in ({}, {"limit_price": "20", "time_in_force": "gtc"}):
            order = wish(self.ids["account_id"], "buy", "1", symbol="AA", **terms)
            self.ids["order_id"] = (await self.ask("POST", "/v1/orders", json=order)).get("id", "")

    async def control(self, **command: Any) -> Any:  # noqa: ANN401 - any JSON
        """Press a button."""
        return await self.ask("POST", f"/v1/tapes/{self.ids['tape_id']}/control", json=command)

    async def look(self) -> None:
        """Ask every read there is."""
        for path, params in reads():
            known = {name: self.ids.get(name) or str(uuid4()) for name in _PLACE.findall(path + str(params))}
            query = {name: value.format(**known) for name, value in params.items()}
            await self.ask("GET", path.format(**known | {"symbol": "AA"}), params=query)

    def told(self) -> list[Any]:
        """Return the answers with ids by order of appearance, so that two runs can be compared."""
        seen: dict[str, str] = {}
        return [_plain(answer, seen) for answer in self.answers]


def _plain(shown: Any, seen: dict[str, str]) -> Any:  # noqa: ANN401 - any JSON
    match shown:
        case Mapping():
            return {name: _plain(value, seen) for name, value in shown.items() if name not in _ASIDE}
        case list() | tuple():
            return [_plain(value, seen) for value in shown]
        case str():
            return _ID.sub(lambda found: seen.setdefault(found[0], f"#{len(seen)}"), shown)
        case _:
            return shown


def assert_same(here: Run, there: Run) -> None:
    """Say which answer differs first, if one does."""
    for honest, worse in zip(here.told(), there.told(), strict=True):
        asked, told, otherwise = honest[:3], dict(_leaves(honest[3:])), dict(_leaves(worse[3:]))
        assert {
            place: (told.get(place), otherwise.get(place))
            for place in told.keys() | otherwise.keys()
            if told.get(place) != otherwise.get(place)
        } == {}, asked


def _leaves(shown: Any, place: str = "") -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - any JSON
    """Yield every plain value of an answer with its place."""
    match shown:
        case Mapping():
            for name, value in shown.items():
                yield from _leaves(value, f"{place}.{name}")
        case list():
            for nth, value in enumerate(shown):
                yield from _leaves(value, f"{place}[{nth}]")
        case _:
            yield place, shown


def absurd(honest: RecordedDataset, market: Market, cursor: int) -> Market:
    """Return a market that is the same until the cursor; what is not listed by then is never listed, or differs."""
    worse = {
        symbol: poisoned(one, facts)
        for symbol, one in market.items()
        if (facts := delivered(honest, symbol, cursor)) or symbol != "LATE"
    }
    # Of the same kind as the one it stands for: what a dataset has at all, it declares beforehand.
    return worse | {"NEVER": picked(poisoned(market["LATE"], []), slice(-1, None))}


def with_a_late_one(market: Market) -> Market:
    """Let an instrument be listed in the last session."""
    last = picked(daily(*[Written(1_000, 1_010, 990, 1_005)] * len(SESSIONS)), slice(-1, None))
    return {**market, "LATE": last}


@settings(max_examples=6, suppress_health_check=list(HealthCheck), phases=QUICKLY)
@given(markets(), st.data())
async def test_no_read_depends_on_the_future(desk: RunningDesk, drawn: Market, draw: st.DataObject) -> None:
    market = with_a_late_one({"AA": drawn.get("AA", daily(Written(1_000, 1_200, 900, 1_100))), **drawn})
    honest = opened(market)
    first = honest.cursor_at(honest.at_of(1))
    cursor = draw.draw(st.integers(first, honest.facts_total - 1))
    here = Run(desk, await shelved(desk, market))
    there = Run(desk, await shelved(desk, absurd(honest, market, cursor)))
    for run in (here, there):
        await run.begin(instant_text(honest.at_of(1)))
        if cursor > first:
            await run.control(action="step", unit="fact", count=cursor - first)
        await run.look()
    assert_same(here, there)


@settings(max_examples=4, suppress_health_check=list(HealthCheck), phases=QUICKLY)
@given(markets())
async def test_running_to_the_next_fill_depends_on_nothing_that_follows_it(desk: RunningDesk, drawn: Market) -> None:
    market = with_a_late_one(
        drawn | {"AA": daily(*[Written(2_500, 2_600, 1_900 + day, 2_550) for day in (500, 300, 0)])}
    )
    honest = opened(market)
    here = Run(desk, await shelved(desk, market))
    await here.begin(instant_text(honest.at_of(1)))
    stopped = await here.control(action="jump", to="next_fill")
    # Where the market begins before the instrument does, its orders were refused and nothing can fill.
    assume(stopped["stopped_by"] == "fill" and stopped["cursor"] < honest.facts_total)
    there = Run(desk, await shelved(desk, absurd(honest, market, stopped["cursor"])))
    await there.begin(instant_text(honest.at_of(1)))
    await there.control(action="jump", to="next_fill")
    for run in (here, there):
        await run.look()
    assert_same(here, there)


async def test_the_poison_would_be_noticed(desk: RunningDesk) -> None:
    market = with_a_late_one({"AA": daily(*[Written(1_000, 1_200, 900, 1_100)] * 3)})
    honest = opened(market)
    cursor = honest.cursor_at(SESSIONS[0].closes_at)
    here, there = Run(desk, await shelved(desk, market)), Run(desk, await shelved(desk, absurd(honest, market, cursor)))
    for run in (here, there):
        await run.begin(instant_text(SESSIONS[0].closes_at))
        await run.look()
    assert_same(here, there)
    for run in (here, there):
        await run.control(action="step", unit="fact", count=2)
        await run.look()
    assert there.told() != here.told()
