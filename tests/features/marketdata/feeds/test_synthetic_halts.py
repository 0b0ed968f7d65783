"""The flash crash stops trading in what falls too far, and changes neither a price nor a number by it."""

from datetime import timedelta
from functools import cache

from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.core.market.facts import (
    CloseFact,
    HaltReason,
    MarketFact,
    OpenFact,
    PriceFact,
    QuoteFact,
    TradingHalted,
    TradingResumed,
)
from paperdesk.core.market.halts import Halt, halts_told, standing_halt
from paperdesk.core.market.merge import phase_of
from paperdesk.features.marketdata.feeds.bar_rows import BarsWanted
from paperdesk.features.marketdata.feeds.manifest import Detail, Recipe
from paperdesk.features.marketdata.feeds.synthetic import market_manifest, open_synthetic
from paperdesk.features.marketdata.feeds.synthetic_minutes import MinuteMarket

SEED = 7
MINUTE = timedelta(minutes=1)


@cache
def crash() -> MinuteMarket:
    market = open_synthetic(market_manifest(Recipe("flash_crash", SEED, Detail.MINUTE)))
    assert isinstance(market, MinuteMarket)
    return market


@cache
def halts() -> list[Halt]:
    return halts_told(crash().statuses(crash().facts_total))


def around(instrument_id: InstrumentId, halt: Halt) -> list[MarketFact]:
    """Return the facts of an instrument from ten minutes before a halt to ten minutes after it."""
    assert halt.resumed_at is not None
    span = crash().cursor_at(halt.halted_at - 10 * MINUTE), crash().cursor_at(halt.resumed_at + 10 * MINUTE)
    facts = crash().facts_between(*span, frozenset({instrument_id}))
    return [fact for fact in facts if getattr(fact, "instrument_id", None) == instrument_id]


def test_shares_that_fall_too_far_are_halted_for_five_minutes_and_a_calm_market_halts_nothing() -> None:
    assert 1 <= len(halts()) <= 40
    assert {halt.resumed_at - halt.halted_at for halt in halts() if halt.resumed_at} == {5 * MINUTE}
    assert {halt.reason for halt in halts()} == {HaltReason.VOLATILITY}
    calm = open_synthetic(market_manifest(Recipe("calm_market", SEED, Detail.MINUTE)))
    assert calm.statuses(calm.facts_total) == ()


def test_inside_a_halt_nothing_is_told_and_its_first_and_last_price_give_it_their_numbers() -> None:
    halt = halts()[0]
    facts = around(halt.instrument_id, halt)
    assert not [one for one in facts if isinstance(one, PriceFact) and halt.hides(one.at, phase_of(one))]
    told = [one for one in facts if isinstance(one, TradingHalted | TradingResumed)]
    assert [(type(one), one.at) for one in told] == [
        (TradingHalted, halt.halted_at), (TradingResumed, halt.resumed_at),
    ]  # fmt: skip
    after = facts[facts.index(told[1]) + 1 :]
    assert [type(one) for one in after[:2]] == [QuoteFact, OpenFact]
    assert [one.seq for one in facts] == sorted({one.seq for one in facts})
    calm = facts[: facts.index(told[0])]
    steps = {later.seq - one.seq for one, later in zip(calm, calm[4:], strict=False) if isinstance(one, CloseFact)}
    assert len(steps) == 1, "a minute has as many numbers as any other"


def test_what_is_known_inside_a_halt_is_from_before_it_and_bars_leave_its_minutes_out() -> None:
    market, halt = crash(), halts()[0]
    assert halt.resumed_at is not None
    during = market.cursor_at(halt.halted_at + 3 * MINUTE)
    bar, quote = market.last_close(halt.instrument_id, during), market.last_quote(halt.instrument_id, during)
    printed = market.last_print(halt.instrument_id, during)
    assert bar is not None
    assert quote is not None
    assert printed is not None
    assert (bar.at, printed.at, quote.at) == (halt.halted_at, halt.halted_at, halt.halted_at - MINUTE)
    later = market.cursor_at(halt.resumed_at + 2 * MINUTE)
    rows = market.closed_bars(halt.instrument_id, later, BarsWanted(1, halt.halted_at - MINUTE, None))
    assert rows is not None
    ends = [each.at for each in rows.bars(halt.halted_at - MINUTE, None, None)]
    assert ends == [halt.halted_at + n * MINUTE for n in (-1, 0, 6, 7)]


def test_options_on_a_halted_share_are_halted_with_it() -> None:
    market, halt = crash(), next(each for each in halts() if has_options(each))
    assert halt.resumed_at is not None
    symbol = market.instruments[halt.instrument_id].symbol
    during = market.cursor_at(halt.halted_at + 3 * MINUTE)
    option = market.chain(symbol, during)[0]
    assert standing_halt(market.statuses(during), option) is not None
    quote = market.last_quote(option.id, during)
    assert quote is not None
    assert quote.at == halt.halted_at - MINUTE
    quoted = [one.at for one in around(option.id, halt) if isinstance(one, QuoteFact)]
    assert not [at for at in quoted if halt.halted_at <= at < halt.resumed_at]
    assert halt.resumed_at in quoted


def has_options(halt: Halt) -> bool:
    symbol = crash().instruments[halt.instrument_id].symbol
    return bool(crash().chain(symbol, crash().cursor_at(halt.halted_at)))


def test_nobody_is_told_of_a_halt_before_it() -> None:
    halt = halts()[0]
    before = crash().cursor_at(halt.halted_at - MINUTE)
    assert crash().statuses(before) == []
    assert crash().statuses(0) == ()
