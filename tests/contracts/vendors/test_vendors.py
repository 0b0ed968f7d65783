"""One contract for every vendor behind the port: what it tells, page by page, and that a fault is never a number."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from paperdesk.core.kernel.ids import TenantId
from paperdesk.features.marketdata.feeds.vendor import BarsAsked, Subject, Told
from paperdesk.features.marketdata.sources import (
    VENDORS,
    SealedKey,
    SourceKeyMissing,
    SourceNotConfigured,
    Sources,
    Sourcing,
    routes_of,
)
from paperdesk.infra.clock import FrozenClock
from paperdesk.infra.crypto import SealBroken, Vault
from paperdesk.infra.outbound import (
    Surroundings,
    VendorAnswerMalformed,
    VendorBudgetUsedUp,
    VendorCredentialsRefused,
    VendorFailure,
    VendorPlanExcludes,
    VendorUnreachable,
)
from paperdesk.infra.settings import Settings
from tests.vendor_answers import CONTRACT, FAR_CONTRACT
from tests.vendor_stand import KEYS, Trouble, VendorStand

TENANT = TenantId(UUID(int=7))
START, END = datetime(2024, 1, 2, tzinfo=UTC), datetime(2024, 2, 1, tzinfo=UTC)
DAYS = date(2024, 1, 1), date(2024, 12, 31)
ASKS: dict[Subject, Callable[[Any], Awaitable[Told[Any]]]] = {
    Subject.QUOTES: lambda vendor: vendor.snapshots(["ACME", "BOLT", "NONE"]),
    Subject.BARS: lambda vendor: vendor.bars(BarsAsked("ACME", "1d", START, END)),
    Subject.CHAINS: lambda vendor: vendor.chain("ACME"),
    Subject.INSTRUMENTS: lambda vendor: vendor.instruments("acme"),
    Subject.ACTIONS: lambda vendor: vendor.actions("ACME", *DAYS),
    Subject.YIELDS: lambda vendor: vendor.yields("DGS10", date(2024, 1, 2), date(2024, 1, 5)),
}
EVERY = [(name, subject) for name, vendor in VENDORS.items() for subject in ASKS if subject in vendor.tells]
PRICED = ["alpaca", "polygon"]


def settings_at(url: str, **more: Any) -> Settings:  # noqa: ANN401 - any setting
    urls = ("alpaca_prices_url", "alpaca_trading_url", "polygon_url", "fred_url")
    limits = {f"{name}_calls_per_minute": 100 for name in VENDORS}
    return Settings().model_copy(update={**dict.fromkeys(urls, url), **limits, **more})


@pytest.fixture
async def sources(served_stand: VendorStand, around: Surroundings) -> AsyncIterator[Sources]:
    made = Sources(settings_at(served_stand.base), Vault({"first": bytes(32)}), around)
    yield made
    await made.close()


def with_keys(sources: Sources, clock: FrozenClock, **keys: tuple[str, str]) -> Sourcing:
    sealed = {name: SealedKey(name, sources.seal(TENANT, name, key), clock.now()) for name, key in keys.items()}
    return Sourcing(TENANT, sealed, {})


@pytest.fixture
def vendor(sources: Sources, clock: FrozenClock) -> Callable[[str], Any]:
    """Return a vendor by name, with a good key."""
    sourcing = with_keys(sources, clock, **KEYS)
    return lambda name: sources.vendor(sourcing, name)


@pytest.mark.parametrize("name", PRICED)
async def test_the_latest_of_symbols_comes_with_its_sizes_and_instants(vendor: Callable[[str], Any], name: str) -> None:
    told = await vendor(name).snapshots(["ACME", "NONE", CONTRACT])
    assert set(told.value) == {"ACME", CONTRACT}
    acme = told.value["ACME"]
    assert (acme.bid, acme.ask, acme.last) == (Decimal("100.0"), Decimal("100.04"), Decimal("100.02"))
    assert (acme.bid_size, acme.ask_size, acme.day.volume) == (3, 2, 120000)
    assert acme.quoted_at.replace(microsecond=0) == datetime(2026, 1, 5, 15, 30, tzinfo=UTC)
    assert acme.previous_close == Decimal("99.0")
    assert told.value[CONTRACT].bid == Decimal("3.1")
    assert (told.provenance.vendor, told.provenance.as_of) == (name, datetime(2026, 1, 5, 12, tzinfo=UTC))


@pytest.mark.parametrize("name", PRICED)
async def test_history_comes_page_by_page_and_whole(vendor: Callable[[str], Any], name: str) -> None:
    asked, found = BarsAsked("ACME", "1d", START, END), []
    while True:
        page = (await vendor(name).bars(asked)).value
        found += page.bars
        if page.next_page is None:
            break
        asked = BarsAsked("ACME", "1d", START, END, page.next_page)
    assert [bar.opens_at.day for bar in found] == [2, 3, 4, 5, 8, 9]
    assert (found[0].open, found[0].high, found[0].low, found[0].close, found[0].volume) == (
        100,
        Decimal("101.5"),
        Decimal("98.75"),
        Decimal("100.5"),
        1000,
    )


@pytest.mark.parametrize("name", PRICED)
async def test_a_chain_comes_whole_by_expiry_and_strike(vendor: Callable[[str], Any], name: str) -> None:
    told = await vendor(name).chain("ACME")
    assert [one.snapshot.symbol for one in told.value] == [CONTRACT, FAR_CONTRACT]
    first = told.value[0]
    assert (first.contract.strike, first.snapshot.ask) == (100, Decimal("3.3"))
    assert (first.implied_volatility, first.sensitivities.delta) == (Decimal("0.31"), Decimal("0.55"))
    assert told.provenance.is_delayed


@pytest.mark.parametrize("name", PRICED)
async def test_instruments_are_found_by_their_names(vendor: Callable[[str], Any], name: str) -> None:
    (found,) = (await vendor(name).instruments("acme")).value
    assert (found.symbol, found.name, found.is_active) == ("ACME", "Acme Works Inc.", True)


@pytest.mark.parametrize("name", PRICED)
async def test_dividends_and_splits_come_by_ex_date(vendor: Callable[[str], Any], name: str) -> None:
    dividend, split = (await vendor(name).actions("ACME", *DAYS)).value
    assert (dividend.ex_on, dividend.amount, dividend.pay_on) == (date(2024, 2, 8), Decimal("0.25"), date(2024, 2, 15))
    assert (split.ex_on, split.new_units, split.old_units) == (date(2024, 3, 1), 2, 1)


async def test_a_day_without_a_yield_has_none(vendor: Callable[[str], Any]) -> None:
    told = await ASKS[Subject.YIELDS](vendor("fred"))
    assert [each.percent for each in told.value] == [Decimal("3.95"), Decimal("3.91"), None, Decimal("4.05")]


@pytest.mark.parametrize("name", VENDORS)
async def test_a_key_can_be_tried(vendor: Callable[[str], Any], name: str) -> None:
    assert (await vendor(name).probe()).vendor == name


@pytest.mark.parametrize(("name", "subject"), EVERY)
async def test_a_wrong_key_is_refused_by_name(
    sources: Sources, clock: FrozenClock, name: str, subject: Subject
) -> None:
    sourcing = with_keys(sources, clock, **{name: ("AKWRONG", "wrong")})
    with pytest.raises(VendorCredentialsRefused):
        await ASKS[subject](sources.vendor(sourcing, name))


@pytest.mark.parametrize("name", PRICED)
async def test_a_plan_that_has_less_is_no_wrong_key(
    vendor: Callable[[str], Any], served_stand: VendorStand, name: str
) -> None:
    words = b'{"message": "subscription does not permit querying recent SIP data"}'
    served_stand.troubles = [Trouble(403, body=words)]
    with pytest.raises(VendorPlanExcludes):
        await vendor(name).snapshots(["ACME"])


def _broken(answer: Any) -> None:  # noqa: ANN401 - any JSON
    """Turn every number of an answer into a text, and every text into a number."""
    rows = list(answer.items()) if isinstance(answer, dict) else list(enumerate(answer))
    for name, value in rows:
        if isinstance(value, dict | list):
            _broken(value)
        elif isinstance(value, str):
            answer[name] = 7
        elif isinstance(value, int | float) and not isinstance(value, bool):
            answer[name] = str(value)


@pytest.mark.parametrize(
    "trouble",
    [
        Trouble(body=b"<html>busy</html>"),
        Trouble(body=b'"text"'),
        Trouble(body=b"null"),
        Trouble(body=b"{}"),
        Trouble(drift=_broken),
    ],
    ids=["html", "text", "null", "empty", "drifted"],
)
@pytest.mark.parametrize(("name", "subject"), EVERY)
async def test_an_answer_that_is_not_as_documented_is_no_number(
    vendor: Callable[[str], Any], served_stand: VendorStand, name: str, subject: Subject, trouble: Trouble
) -> None:
    served_stand.troubles = [trouble]
    if trouble.body == b"{}" and (name, subject) == ("alpaca", Subject.QUOTES):
        assert not (await ASKS[subject](vendor(name))).value  # how Alpaca says that it knows none of the symbols
        return
    with pytest.raises(VendorAnswerMalformed) as malformed:
        await ASKS[subject](vendor(name))
    assert malformed.value.facts["vendor"] == name


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("ACME", "latestQuote", "bp"), -1),
        (("ACME", "latestQuote", "bp"), True),
        (("ACME", "latestQuote", "bp"), 1e30),
        (("ACME", "latestQuote", "bs"), -3),
        (("ACME", "latestQuote", "t"), "yesterday"),
        (("ACME", "latestQuote", "t"), "2026-01-05T15:30:00"),
        (("ACME", "latestTrade", "p"), 0),
        (("ACME", "latestTrade", "p"), None),
        (("ACME", "dailyBar"), [1]),
    ],
)
async def test_one_impossible_value_spoils_the_answer(
    vendor: Callable[[str], Any], served_stand: VendorStand, path: tuple[str, ...], value: object
) -> None:
    def drift(answer: Any) -> None:  # noqa: ANN401 - any JSON
        for name in path[:-1]:
            answer = answer[name]
        answer[path[-1]] = value

    served_stand.troubles = [Trouble(drift=drift)]
    with pytest.raises(VendorAnswerMalformed):
        await vendor("alpaca").snapshots(["ACME"])


async def test_a_side_that_nobody_quotes_is_none(vendor: Callable[[str], Any], served_stand: VendorStand) -> None:
    served_stand.troubles = [Trouble(drift=lambda answer: answer["ACME"]["latestQuote"].update(bp=0, bs=0))]
    told = await vendor("alpaca").snapshots(["ACME"])
    assert (told.value["ACME"].bid, told.value["ACME"].ask) == (None, Decimal("100.04"))


async def test_a_bar_that_contradicts_itself_spoils_the_page(
    vendor: Callable[[str], Any], served_stand: VendorStand
) -> None:
    served_stand.troubles = [Trouble(drift=lambda answer: answer["bars"]["ACME"][1].update(h=1))]
    with pytest.raises(VendorAnswerMalformed):
        await vendor("alpaca").bars(BarsAsked("ACME", "1d", START, END))


async def test_a_next_page_that_leads_elsewhere_is_not_followed(
    vendor: Callable[[str], Any], served_stand: VendorStand
) -> None:
    drift = lambda answer: answer.update(next_url="https://thief.example/v3?cursor=1")  # noqa: E731
    served_stand.troubles = [Trouble(drift=drift)]
    with pytest.raises(VendorAnswerMalformed):
        await vendor("polygon").chain("ACME")
    assert len(served_stand.asked) == 1


async def test_another_source_stands_in_and_says_for_whom(
    sources: Sources, clock: FrozenClock, served_stand: VendorStand
) -> None:
    sourcing = with_keys(sources, clock, **KEYS)
    served_stand.troubles = [Trouble(500)]
    answer = await sources.snapshots(sourcing, ["ACME"])
    assert answer.provenance.vendor == "polygon"
    assert [(each.vendor, each.code) for each in answer.stands_in_for] == [("alpaca", "vendor_unreachable")]
    assert answer.value["ACME"].bid == Decimal("100.0")


async def test_when_all_fail_the_first_failure_is_told(
    sources: Sources, clock: FrozenClock, served_stand: VendorStand
) -> None:
    served_stand.troubles = [Trouble(500), Trouble(body=b"<html>")]
    with pytest.raises(VendorUnreachable) as failure:
        await sources.snapshots(with_keys(sources, clock, **KEYS), ["ACME"])
    assert failure.value.facts["asked"] == ["alpaca: vendor_unreachable", "polygon: vendor_answer_malformed"]


async def test_without_a_key_nobody_is_asked(sources: Sources, served_stand: VendorStand) -> None:
    with pytest.raises(SourceKeyMissing):
        await sources.snapshots(Sourcing(TENANT, {}, {}), ["ACME"])
    assert served_stand.asked == []


async def test_a_chosen_row_holds_from_the_next_question_on(sources: Sources, clock: FrozenClock) -> None:
    keyed = with_keys(sources, clock, **KEYS)
    chosen = Sourcing(TENANT, keyed.keys, {Subject.QUOTES: ["polygon"]})
    assert (await sources.snapshots(keyed, ["ACME"])).provenance.vendor == "alpaca"
    assert (await sources.snapshots(chosen, ["ACME"])).provenance.vendor == "polygon"


async def test_a_budget_is_kept_over_a_new_key(
    served_stand: VendorStand, around: Surroundings, clock: FrozenClock
) -> None:
    settings = settings_at(served_stand.base, polygon_calls_per_minute=1, quotes_from="polygon")
    sources = Sources(settings, Vault({"first": bytes(32)}), around)
    await sources.snapshots(with_keys(sources, clock, **KEYS), ["ACME"])
    with pytest.raises(VendorBudgetUsedUp):
        await sources.snapshots(with_keys(sources, clock, **KEYS), ["ACME"])
    await sources.close()


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("quotes_from", "bloomberg", "PAPERDESK_QUOTES_FROM is 'bloomberg': There is no source 'bloomberg'"),
        ("quotes_from", "", "PAPERDESK_QUOTES_FROM is ''"),
        ("bars_from", "alpaca,fred", "fred does not tell bars"),
        ("yields_from", "fred,fred", "each once"),
    ],
)
def test_what_the_settings_cannot_mean_stops_the_start(name: str, value: str, words: str) -> None:
    with pytest.raises(SourceNotConfigured, match=words):
        routes_of(Settings().model_copy(update={name: value}))


def test_a_sealed_key_opens_in_its_place_alone(sources: Sources, clock: FrozenClock) -> None:
    sealed = with_keys(sources, clock, fred=KEYS["fred"]).keys["fred"].sealed
    assert KEYS["fred"][1].encode() not in sealed.box
    with pytest.raises(SealBroken):
        sources.vendor(Sourcing(TENANT, {"polygon": SealedKey("polygon", sealed, clock.now())}, {}), "polygon")
    other = Vault({"second": bytes(range(32)), "first": bytes(32)})
    assert other.open(sealed, f"{TENANT}/fred")
    assert other.seal("x", "y").key_name == "second"
    with pytest.raises(SealBroken):
        Vault({"second": bytes(range(32))}).open(sealed, f"{TENANT}/fred")


def test_every_failure_of_a_vendor_has_a_code_of_its_own() -> None:
    assert len({each.code for each in VendorFailure.__subclasses__()}) == len(VendorFailure.__subclasses__()) == 8
