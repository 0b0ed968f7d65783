"""What a market did: quotes and prints of a day, depth, 24-hour figures and what moved most, as of the tape's time."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from uuid import uuid4

import pytest

from paperdesk.core.kernel.ids import DatasetId, InstrumentId
from paperdesk.core.market.facts import MarketFact
from paperdesk.features.marketdata import market_reads
from paperdesk.features.marketdata.feeds.files import ImportTerms, import_file
from paperdesk.features.marketdata.feeds.manifest import DatasetManifest, DatasetTerms
from paperdesk.features.marketdata.feeds.recorded import RecordedDataset
from paperdesk.features.marketdata.store import insert_dataset
from paperdesk.infra.work import UnitOfWork
from tests.desk import RunningDesk, refused

PRINTS = """\
symbol,at,price,size
ACME,2024-06-03T14:00:00Z,100.00,300
ACME,2024-06-03T14:00:01Z,100.05,200
ACME,2024-06-03T14:00:02Z,100.01,
ACME,2024-06-04T14:00:00Z,101.00,100
"""


async def written(desk: RunningDesk, rows: str) -> DatasetId:
    """Put a file's rows on the shelf as a dataset for everybody."""
    dataset_id, folder = DatasetId(uuid4()), desk.runtime.settings.datasets
    file = folder.parent / "rows.csv"
    file.write_text(rows, encoding="utf-8")
    manifest = import_file(file, ImportTerms(DatasetTerms(name="Written")), folder / str(dataset_id))
    assert isinstance(manifest, DatasetManifest), manifest
    async with desk.runtime.as_system() as db:
        work = UnitOfWork(desk.first.principal, desk.runtime.clock.now(), db)
        await insert_dataset(work, dataset_id, manifest, None)
    return dataset_id


async def moved(desk: RunningDesk, market: str, to: str) -> str:
    tape_id, _ = await desk.market(market)
    await desk.mine.control(tape_id, "jump", to=to)
    return tape_id


async def test_quotes_of_a_day_are_read_up_to_the_tapes_time_and_page_by_page(desk: RunningDesk) -> None:
    tape_id = await moved(desk, "quotes", "2024-06-03T14:01:30Z")
    day = await desk.mine.get("/v1/quotes/history", tape_id=tape_id, symbol="ACME")
    assert (day["on"], day["reason"]) == ("2024-06-03", None)
    assert [(each["at"], each["bid"], each["ask_size"]) for each in day["items"]] == [
        ("2024-06-03T14:00:00Z", "99.98", "200"),
        ("2024-06-03T14:01:00Z", "100", "5"),
    ]
    newest = await desk.mine.get("/v1/quotes/history", tape_id=tape_id, symbol="ACME", limit=1)
    assert [each["at"] for each in newest["items"]] == ["2024-06-03T14:01:00Z"]
    before = await desk.mine.get("/v1/quotes/history", tape_id=tape_id, symbol="ACME", end=newest["items"][0]["at"])
    assert [each["at"] for each in before["items"]] == ["2024-06-03T14:00:00Z"]


@pytest.mark.parametrize("path", ["/v1/quotes/history", "/v1/prints"])
async def test_no_more_than_a_thousand_rows_and_no_day_ahead_are_told(desk: RunningDesk, path: str) -> None:
    tape_id = await moved(desk, "quotes", "2024-06-03T14:01:30Z")
    asked = {"tape_id": tape_id, "symbol": "ACME"}
    refused(await desk.mine.ask("GET", path, params={**asked, "limit": "1001"}), 422, "malformed_request")
    refused(await desk.mine.ask("GET", path, params={**asked, "on": "2024-06-04"}), 422, "beyond_the_tape")
    refused(await desk.mine.ask("GET", path, params={**asked, "symbol": "NONE"}), 404, "unknown_symbol")


async def test_what_a_tape_does_not_have_is_null_with_a_reason(desk: RunningDesk) -> None:
    tape_id, _ = await desk.market("daily")
    for path in ("/v1/quotes/history", "/v1/prints"):
        shown = await desk.mine.get(path, tape_id=tape_id, symbol="ACME")
        assert shown["items"] is None, path
        assert shown["reason"], path
    depth = await desk.mine.get("/v1/depth", tape_id=tape_id, symbol="ACME")
    assert (depth["bids"], depth["asks"], depth["levels"]) == (None, None, 0)
    assert depth["reason"]


async def test_depth_is_the_best_level_that_a_quote_with_sizes_tells(desk: RunningDesk) -> None:
    tape_id = await moved(desk, "quotes", "2024-06-03T14:01:30Z")
    depth = await desk.mine.get("/v1/depth", tape_id=tape_id, symbol="ACME")
    assert (depth["bids"], depth["asks"]) == ([{"price": "100", "size": "300"}], [{"price": "100.04", "size": "5"}])
    assert (depth["levels"], depth["at"], depth["reason"]) == (1, "2024-06-03T14:01:00Z", None)


async def test_prints_are_told_as_they_were_paid(desk: RunningDesk) -> None:
    dataset_id = await written(desk, PRINTS)
    tape_id = await desk.mine.open_tape(dataset_id, "2024-06-03T14:00:02Z")
    shown = await desk.mine.get("/v1/prints", tape_id=tape_id, symbol="ACME")
    assert [(each["kind"], each["price"], each["size"]) for each in shown["items"]] == [
        ("trade", "100", "300"),
        ("trade", "100.05", "200"),
        ("trade", "100.01", None),
    ]


async def test_figures_are_those_of_the_last_24_hours(desk: RunningDesk) -> None:
    tape_id = await moved(desk, "daily", "2024-06-04T20:00:00Z")
    (acme,) = (await desk.mine.get("/v1/statistics", tape_id=tape_id, symbols="ACME"))["items"]
    assert [acme[name] for name in ("open", "high", "low", "last", "volume", "base", "change", "change_percent")] == [
        "101", "104", "100.5", "103", "1000000000", "100", "3", "3"
    ]  # fmt: skip
    await desk.mine.control(tape_id, "jump", to="2024-06-09T20:00:00Z")  # a Sunday
    (acme,) = (await desk.mine.get("/v1/statistics", tape_id=tape_id, symbols="ACME"))["items"]
    assert (acme["last"], acme["reason"]) == (None, "no bar closed in the last 24 hours")


async def test_minutes_count_from_the_same_minute_of_the_day_before(desk: RunningDesk) -> None:
    tape_id = await moved(desk, "minutes", "2024-06-04T13:31:30Z")
    (acme,) = (await desk.mine.get("/v1/statistics", tape_id=tape_id, symbols="ACME"))["items"]
    # The bar of 13:30 closed within the day before; what closed at 13:31 is what the change counts from.
    assert (acme["base"], acme["last"], acme["volume"]) == ("100.1", "101.1", "1000")


async def test_what_moved_most_is_ranked_and_an_index_is_not_among_it(desk: RunningDesk) -> None:
    tape_id = await moved(desk, "daily", "2024-06-06T20:00:00Z")
    shown = await desk.mine.get("/v1/movers", tape_id=tape_id)
    assert [(each["symbol"], each["change_percent"]) for each in shown["gainers"]] == [("BOLT", "4.88")]
    assert [(each["symbol"], each["change_percent"]) for each in shown["losers"]] == [("ACME", "-6.67")]
    assert [each["symbol"] for each in shown["most_active"]] == ["ACME", "BOLT"]
    assert len((await desk.mine.get("/v1/movers", tape_id=tape_id, limit=1))["most_active"]) == 1
    refused(
        await desk.mine.ask("GET", "/v1/movers", params={"tape_id": tape_id, "limit": "51"}), 422, "malformed_request"
    )
    everything = await desk.mine.get("/v1/statistics", tape_id=tape_id)
    assert [each["symbol"] for each in everything["items"]] == ["ACME", "BOLT", "MKTX"]


async def test_figures_are_worked_out_once_a_minute_and_anew_where_the_tape_moved(
    desk: RunningDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    tape_id = await moved(desk, "daily", "2024-06-06T20:00:00Z")
    metrics = desk.runtime.metrics.cache_reads
    first = await desk.mine.get("/v1/movers", tape_id=tape_id)
    assert await desk.mine.get("/v1/movers", tape_id=tape_id) == first
    assert [metrics.labels("figures", each)._value.get() for each in ("miss", "hit")] == [1, 1]
    await desk.mine.step(tape_id)
    assert await desk.mine.get("/v1/movers", tape_id=tape_id) != first
    assert metrics.labels("figures", "miss")._value.get() == 2
    assert timedelta(minutes=1) == market_reads.KEPT_FOR


async def test_the_catalogue_lists_the_kinds_a_tape_has_and_every_interval(desk: RunningDesk) -> None:
    tape_id, _ = await desk.market("quotes")
    shown = await desk.mine.get(f"/v1/tapes/{tape_id}/catalogue")
    there = {each["kind"]: each["is_there"] for each in shown["kinds"]}
    assert (there["quotes"], there["depth"], there["prints"], there["bars"]) == (True, True, False, False)
    assert all(each["reason"] for each in shown["kinds"] if not each["is_there"])
    assert len(shown["intervals"]) == 15
    assert {"interval": "1h", "minutes": 60} in shown["intervals"]


async def test_a_day_of_quotes_touches_the_rows_of_that_symbol_and_day_alone(desk: RunningDesk) -> None:
    """A read takes as long as the rows it touches; among months of four symbols it touches one day of one."""
    rows = "".join(
        f"S{symbol},{on}T{14 + minute // 60}:{minute % 60:02}:00Z,10.00,10.02,100,100\n"
        for on in (date(2024, 1, 2) + timedelta(days=day) for day in range(90))
        for minute in range(60)
        for symbol in range(4)
        if on.weekday() < 5
    )
    dataset_id = await written(desk, f"symbol,at,bid,ask,bid_size,ask_size\n{rows}")
    tape_id = await desk.mine.open_tape(dataset_id, "2024-03-15T15:00:00Z")
    dataset = await desk.rooms.shelf.dataset(dataset_id)
    assert isinstance(dataset, RecordedDataset)
    touched: list[int] = []
    honest = dataset._facts

    def counting(
        places: Iterable[tuple[int, int, int, int, int]], instrument_ids: frozenset[InstrumentId] | None
    ) -> Iterator[MarketFact]:
        looked_at = list(places)
        touched.append(len(looked_at))
        return honest(looked_at, instrument_ids)

    dataset._facts = counting  # type: ignore[method-assign]
    shown = await desk.mine.get("/v1/quotes/history", tape_id=tape_id, symbol="S1", on="2024-03-01", limit=1000)
    assert len(shown["items"]) == 60
    # The day's quotes of the symbol, the bells of its session, and the looks at what is listed and quoted at all.
    assert sum(touched) <= 60 + 2 + 2


async def test_options_are_read_as_chains_quotes_greeks_search_expirations_and_strikes(desk: RunningDesk) -> None:
    tape_id, _ = await desk.market("chain")
    mine, asked = desk.mine, {"tape_id": tape_id, "underlying": "ACME"}
    lines = await mine.rows("/v1/options/chain", **asked)
    symbols = ["ACME240607C00100000", "ACME240607P00100000", "ACME240607C00105000"]
    assert [each["symbol"] for each in lines] == symbols
    call = lines[0]
    greeks = ("delta", "gamma", "vega_per_vol", "theta_per_year", "rho_per_rate", "implied_vol")
    assert all(call[name] is not None for name in greeks)
    (quote,) = (await mine.get("/v1/quotes", tape_id=tape_id, symbols=symbols[0]))["items"]
    assert (quote["bid"], quote["ask"]) == (call["bid"], call["ask"])
    found = await mine.rows("/v1/options/contracts", **asked, right="put")
    assert [each["symbol"] for each in found] == [symbols[1]]
    assert symbols[0] in [each["symbol"] for each in await mine.rows("/v1/instruments", tape_id=tape_id, q="C00100")]
    assert (await mine.get("/v1/options/expirations", **asked))["items"] == ["2024-06-07"]
    assert (await mine.get("/v1/options/strikes", **asked))["items"] == ["100", "105"]


async def test_what_there_is_to_know_of_a_symbol_is_told_with_its_source_and_the_rest_with_a_reason(
    desk: RunningDesk,
) -> None:
    tape_id = await moved(desk, "quotes", "2024-06-03T14:01:30Z")
    mine, asked = desk.mine, {"tape_id": tape_id, "symbol": "ACME"}
    facts = await mine.get("/v1/facts", **asked)
    instrument = facts["instrument"]
    assert (instrument["symbol"], instrument["kind"], instrument["first_on"]) == ("ACME", "equity", "2024-06-03")
    assert facts["hours"] == {
        "calendar": "XNYS", "is_open": True, "session_on": "2024-06-03",
        "opens_at": "2024-06-03T13:30:00Z", "closes_at": "2024-06-03T20:00:00Z",
    }  # fmt: skip
    assert (facts["ratings"], facts["ratings_reason"]) == (None, "no source tells ratings")
    assert (facts["figures"], facts["figures_reason"]) == (None, "no source tells figures of companies")
    assert facts["events"] == []
    others = [
        await mine.get("/v1/quotes", tape_id=tape_id, symbols="ACME"),
        await mine.get("/v1/quotes/history", **asked),
        await mine.get("/v1/bars", **asked),
        await mine.get("/v1/depth", **asked),
        *await mine.rows("/v1/instruments", tape_id=tape_id, q="acme"),
    ]
    assert {each["source"] for each in (facts, *others)} == {"recorded"}
    refused(await mine.ask("GET", "/v1/facts", params=asked | {"symbol": "NONE"}), 404, "unknown_symbol")


async def test_daily_bars_are_kept_by_symbol_and_current_prices_read_together(desk: RunningDesk) -> None:
    tape_id, _ = await desk.market()
    await desk.mine.step(tape_id, count=3)
    closes = {
        symbol: [bar["close"] for bar in await desk.mine.rows("/v1/bars", tape_id=tape_id, symbol=symbol)]
        for symbol in ("ACME", "BOLT")
    }
    assert closes == {"ACME": ["100", "103", "105", "98"], "BOLT": ["20.5", "21.5"]}
    current = await desk.mine.rows("/v1/quotes", tape_id=tape_id, symbols="ACME,BOLT,MKTX")
    assert [(each["symbol"], each["last"]) for each in current] == [("ACME", "98"), ("BOLT", "21.5"), ("MKTX", "5005")]


async def test_prices_current_prices_sectors_refresh_and_options_are_five_routes(desk: RunningDesk) -> None:
    body = {"preset": "calm_market", "name": "Calm", "seed": 5, "detail": "minute"}
    tape_id = (await desk.mine.post("/v1/tapes", body))["id"]
    await desk.mine.control(tape_id, "jump", to="next_open")
    await desk.mine.step(tape_id, "bar", count=2)
    mine, asked = desk.mine, {"tape_id": tape_id}
    assert await mine.rows("/v1/bars", **asked, symbol="AAPL", interval="1d")
    assert [each["symbol"] for each in await mine.rows("/v1/quotes", **asked, symbols="AAPL,XOM")] == ["AAPL", "XOM"]
    sectors = await mine.get("/v1/sectors", **asked)
    by_name = {each["sector"]: each["symbols"] for each in sectors["items"]}
    assert ("synthetic", "XOM" in by_name["energy"], "AAPL" in by_name["technology"]) == (sectors["source"], True, True)
    assert len(by_name) == 11
    assert (await mine.ask("DELETE", "/v1/live/answers")).status_code == 204
    assert await mine.rows("/v1/options/contracts", **asked, underlying="AAPL")
    recorded, _ = await desk.market()
    lacks = await mine.get("/v1/sectors", tape_id=recorded)
    assert (lacks["items"], lacks["reason"]) == (None, "the source of this tape told no sectors")
