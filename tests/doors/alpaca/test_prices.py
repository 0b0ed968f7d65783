"""Market data as other clients ask for it."""

import pytest

from tests.dialect import Dialect
from tests.doors.alpaca.test_requests import told

CALL = "ACME240607C00100000"


@pytest.fixture
async def reader(dialect: Dialect) -> Dialect:
    """A reader of a tape on which two days are over."""
    await dialect.open("mixed")
    await dialect.step()
    return dialect


@pytest.mark.parametrize(
    "params",
    [
        {"timeframe": "1Day"},
        {"symbols": "ACME", "timeframe": "1Fortnight"},
        {"symbols": "ACME", "timeframe": "Day"},
        {"symbols": "ACME", "timeframe": "2Day"},
        {"symbols": "ACME", "timeframe": "\u0661Day"},
        {"symbols": "ACME", "timeframe": "1" * 200 + "Day"},
        {"symbols": "ACME", "timeframe": "1Min"},
        {"symbols": "ACME", "limit": "0"},
        {"symbols": "ACME", "limit": "10001"},
        {"symbols": "ACME", "sort": "up"},
        {"symbols": "ACME", "start": "soon"},
        {"symbols": "ACME", "page_token": "mine"},
        {"symbols": "ACME", "feed": "mine"},
        {"symbols": "ACME", "currency": "EUR"},
        {"symbols": "ACME", "adjustment": "dividend"},
        {"symbols": ",".join(map(str, range(2001)))},
    ],
)
async def test_what_cannot_be_answered_is_refused(reader: Dialect, params: dict[str, str]) -> None:
    assert told(await reader.ask("GET", "/v2/stocks/bars", params=params))[0] == 422


async def test_one_symbol_is_asked_for_in_the_path(reader: Dialect) -> None:
    async def read(path: str) -> dict[str, object]:
        answer = await reader.ask("GET", f"/v2/stocks/ACME/{path}", params={"start": "2024-06-03"})
        assert answer.status_code == 200, answer.text
        body: dict[str, object] = answer.json()
        assert body["symbol"] == "ACME"
        return body

    assert [bar["c"] for bar in (await read("bars"))["bars"]] == [100.0, 103.0]  # type: ignore[attr-defined]
    assert (await read("bars/latest"))["bar"]["c"] == 103.0  # type: ignore[index]
    assert (await read("quotes/latest"))["quote"]["ap"] == 103.0  # type: ignore[index]
    assert (await read("trades/latest"))["trade"]["p"] == 103.0  # type: ignore[index]
    assert (await read("quotes"))["quotes"] == []
    assert (await read("snapshot"))["prevDailyBar"]["c"] == 100.0  # type: ignore[index]
    assert told(await reader.ask("GET", "/v2/stocks/NOPE/bars/latest")) == (404, 40410000)


async def test_prices_are_numbers_and_not_text(reader: Dialect) -> None:
    answer = await reader.ask("GET", "/v2/stocks/bars", params={"symbols": "ACME", "start": "2024-06-04"})
    assert '"o":101.0,"h":104.0,"l":100.5,"c":103.0' in answer.text


async def test_without_a_start_today_is_meant(reader: Dialect) -> None:
    answer = await reader.ask("GET", "/v2/stocks/bars", params={"symbols": "ACME"})
    assert [bar["t"] for bar in answer.json()["bars"]["ACME"]] == ["2024-06-04T04:00:00Z"]


async def test_each_market_reads_its_own_class(reader: Dialect) -> None:
    for path, own in (
        ("/v2/stocks", "ACME"),
        ("/v1beta3/crypto/us", "BTC/USD"),
        ("/v1beta1/options", "ACME240607C00100000"),
    ):
        symbols = {"symbols": "ACME,BTC/USD,ACME240607C00100000,MKTX"}
        bars = (await reader.ask("GET", f"{path}/bars", params=symbols)).json()["bars"]
        assert list(bars) == [own]


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("/v2/options/contracts", {"limit": "0"}),
        ("/v2/options/contracts", {"type": "straddle"}),
        ("/v2/options/contracts", {"strike_price_gte": "NaN"}),
        ("/v2/options/contracts", {"page_token": "x"}),
        ("/v1beta1/options/snapshots/ACME", {"limit": "1001"}),
        ("/v1beta1/screener/stocks/most-actives", {"top": "0"}),
        ("/v1beta1/screener/bonds/movers", {}),
    ],
)
async def test_lists_refuse_what_they_cannot_filter_by(reader: Dialect, path: str, params: dict[str, str]) -> None:
    assert told(await reader.ask("GET", path, params=params))[0] == 422


async def test_contracts_come_in_pages(reader: Dialect) -> None:
    params = {"limit": "1", "expiration_date_lte": "2024-12-31"}
    first = (await reader.ask("GET", "/v2/options/contracts", params=params)).json()
    second = (
        await reader.ask("GET", "/v2/options/contracts", params=params | {"page_token": first["next_page_token"]})
    ).json()
    symbols = [row["symbol"] for page in (first, second) for row in page["option_contracts"]]
    assert symbols == [CALL, "ACME240621P00095000"]
    assert second["next_page_token"] is None
    gone = (await reader.ask("GET", "/v2/options/contracts", params={"status": "inactive"})).json()
    assert gone["option_contracts"] == []


async def test_a_share_is_no_contract(reader: Dialect) -> None:
    assert told(await reader.ask("GET", "/v2/options/contracts/ACME")) == (404, 40410000)


async def test_how_often_anything_changed_hands_is_not_known(reader: Dialect) -> None:
    answer = await reader.ask("GET", "/v1beta1/screener/stocks/most-actives", params={"by": "trades"})
    assert answer.json()["most_actives"] == []
