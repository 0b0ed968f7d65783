"""What becomes of listed options: strikes, contracts and deliverables are three things."""

from decimal import Decimal

import pytest

from paperdesk.core.kernel.money import plain
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.corporate_actions import (
    ActionTerms,
    CashDividend,
    Delisting,
    Merger,
    ShareDividend,
    SpinOff,
    Split,
    SymbolChange,
)
from paperdesk.core.market.instruments import Instrument, Kind, instrument_id
from paperdesk.core.market.option_adjustments import adjusted_series, is_adjusted, root_of
from paperdesk.core.market.options import Supplement, parse_occ
from tests.scenery import ACME, GLOBEX, action_of, instrument

ONE, HUNDRED = Decimal(1), Decimal(100)


def option(symbol: str = "ACME200619C00100000") -> Instrument:
    listed = instrument(symbol, Kind.OPTION)
    return replace(listed, id=instrument_id(Kind.OPTION, symbol, "XNYS"), name=symbol, contract=parse_occ(symbol))


Delivered = tuple[str, str, Supplement | None]


def became(of: Instrument, terms: ActionTerms) -> tuple[str, Decimal, Delivered]:
    series = adjusted_series(of, action_of(terms))
    assert series is not None
    assert series.after.contract is not None
    assert series.after.name == series.after.symbol
    assert series.after.contract.multiplier == HUNDRED, "the multiplier of the premium never changes"
    after = series.after.contract
    return series.after.symbol, series.contracts, (plain(after.units), after.underlying, after.supplement)


def delivers(units: str = "100", of: str = "ACME") -> Delivered:
    return units, of, None


def beside(units: str, of: str = "ACME", *, cash: str = "0", child: str | None = None) -> Delivered:
    others = () if child is None else ((GLOBEX.id, Decimal(child)),)
    return units, of, Supplement(others, Decimal(cash))


@pytest.mark.parametrize(
    ("terms", "symbol", "contracts", "delivered"),
    [
        (Split(Decimal(2), ONE), "ACME200619C00050000", 2, delivers()),
        (ShareDividend(ONE), "ACME200619C00050000", 2, delivers()),
        (Split(ONE, Decimal(10)), "ACME1200619C00100000", 1, delivers("10")),
        (Split(Decimal(3), Decimal(2)), "ACME1200619C00100000", 1, delivers("150")),
        (Split(Decimal(3), ONE), "ACME1200619C00100000", 1, delivers("300")),
        (ShareDividend(Decimal("0.05")), "ACME1200619C00100000", 1, delivers("105")),
        (CashDividend(Decimal("2.50"), is_special=True), "ACME200619C00097500", 1, delivers()),
        (CashDividend(Decimal("0.1255"), is_special=True), "ACME1200619C00100000", 1,
         beside("100", cash="12.5500")),
        (CashDividend(Decimal(101), is_special=True), "ACME1200619C00100000", 1,
         beside("100", cash="10100")),
        (SpinOff(GLOBEX, Decimal("0.25")), "ACME1200619C00100000", 1, beside("100", child="25")),
        (Merger(cash=Decimal(7), into=GLOBEX, rate=Decimal("0.5")), "GLOBE1200619C00100000", 1,
         beside("50", "GLOBEX", cash="700")),
        (Merger(cash=Decimal(7)), "ACME1200619C00100000", 1, beside("0", cash="700")),
        (Delisting(Decimal(3)), "ACME1200619C00100000", 1, beside("0", cash="300")),
        (SymbolChange(GLOBEX), "GLOBEX200619C00100000", 1, delivers(of="GLOBEX")),
    ],
)  # fmt: skip
def test_a_series_becomes_what_the_table_says(
    terms: ActionTerms, symbol: str, contracts: int, delivered: Delivered
) -> None:
    assert became(option(), terms) == (symbol, Decimal(contracts), delivered)


@pytest.mark.parametrize(
    "terms",
    [
        CashDividend(Decimal(5)),
        CashDividend(Decimal("0.12"), is_special=True),
        Delisting(),
    ],
)
def test_ordinary_and_small_dividends_and_unpaid_delistings_adjust_nothing(terms: ActionTerms) -> None:
    assert adjusted_series(option(), action_of(terms)) is None


def test_an_adjusted_series_is_adjusted_again_by_its_deliverable() -> None:
    once = adjusted_series(option(), action_of(Split(ONE, Decimal(10))))
    assert once is not None
    assert became(once.after, Split(Decimal(2), ONE)) == ("ACME2200619C00100000", ONE, delivers("20"))
    assert became(once.after, SymbolChange(GLOBEX))[2] == delivers("10", "GLOBEX")
    assert became(once.after, CashDividend(ONE, is_special=True))[2] == beside("10", cash="10")
    spun = adjusted_series(option(), action_of(SpinOff(GLOBEX, ONE)))
    assert spun is not None
    assert became(spun.after, Split(Decimal(2), ONE))[2] == beside("200", child="100")


def test_what_is_delivered_beside_the_underlying_is_adjusted_too() -> None:
    spun = adjusted_series(option(), action_of(SpinOff(GLOBEX, ONE)))
    assert spun is not None
    of_the_child = action_of(Merger(cash=Decimal(3)), GLOBEX)
    assert is_adjusted(spun.after, of_the_child)
    twice = adjusted_series(spun.after, of_the_child)
    assert twice is not None
    assert twice.after.contract is not None
    assert twice.after.contract.units == HUNDRED
    assert twice.after.contract.supplement == Supplement((), Decimal(300))


def test_an_action_concerns_the_options_on_its_instrument_and_no_others() -> None:
    split = action_of(Split(ONE, Decimal(10)))
    once = adjusted_series(option(), split)
    assert once is not None
    assert is_adjusted(option(), split)
    assert is_adjusted(once.after, split)
    assert not is_adjusted(option("GLOBEX200619C00100000"), split)
    assert not is_adjusted(once.after, action_of(Split(ONE, Decimal(10)), GLOBEX))
    assert not is_adjusted(ACME, split)


def test_a_name_of_its_own_stays_with_the_series() -> None:
    named = replace(option(), name="Acme June 100 call")
    series = adjusted_series(named, action_of(Split(Decimal(2), ONE)))
    assert series is not None
    assert series.after.name == "Acme June 100 call"


def test_a_root_is_the_letters_and_digits_of_a_symbol() -> None:
    assert [root_of(symbol) for symbol in ("ACME", "BRK.B", "LONGSYMBOL")] == ["ACME", "BRKB", "LONGSY"]
