"""Parameters of strategies are read, checked, and told what was meant."""

from decimal import Decimal

import pytest

from paperdesk.core.strategy.catalogue import SHIPPED, NoSuchStrategy, made
from paperdesk.core.strategy.library.trend import MovingAverageCross
from paperdesk.core.strategy.parameters import ParameterOutOfRange, UnknownParameter, choice, number, whole
from paperdesk.core.strategy.strategy import Strategy, WrongNumberOfSymbols


class Chosen(Strategy):
    """A strategy with every kind of parameter."""

    name = "chosen"
    length = whole(20, 2, 500)
    rate = number("0.05", "0", "1")
    side = choice("long", "short")


def test_without_any_given_the_defaults_hold_and_class_and_object_agree() -> None:
    found = Chosen(["ACME"])
    assert (found.length, found.rate, found.side) == (20, Decimal("0.05"), "long")
    assert (Chosen.length, Chosen.rate) == (20, Decimal("0.05"))
    assert found.values == {"length": 20, "rate": Decimal("0.05"), "side": "long"}


@pytest.mark.parametrize("given", [{"length": 30}, {"length": "30"}, {"length": 30.0}, {"length": Decimal(30)}])
def test_a_whole_number_may_come_in_any_notation(given: dict[str, object]) -> None:
    assert Chosen(["ACME"], given).length == 30


@pytest.mark.parametrize(
    "given",
    [
        {"length": 1},
        {"length": 501},
        {"length": 2.5},
        {"length": True},
        {"length": "many"},
        {"length": None},
        {"rate": "NaN"},
        {"rate": "Infinity"},
        {"rate": "-0.1"},
        {"side": "both"},
        {"side": 1},
    ],
)
def test_what_is_of_another_kind_or_out_of_range_is_refused_by_name(given: dict[str, object]) -> None:
    with pytest.raises(ParameterOutOfRange) as refusal:
        Chosen(["ACME"], given)
    assert refusal.value.facts["parameter"] == next(iter(given))


def test_a_mistyped_parameter_is_told_what_was_meant() -> None:
    with pytest.raises(UnknownParameter, match="did you mean length"):
        Chosen(["ACME"], {"lengths": 10})
    with pytest.raises(UnknownParameter, match="it has length, rate, side"):
        Chosen(["ACME"], {"zzz": 10})


def test_a_mistyped_strategy_is_told_what_was_meant() -> None:
    assert isinstance(made(SHIPPED, "sma_cross", ["ACME"], {"fast": 5}), MovingAverageCross)
    with pytest.raises(NoSuchStrategy, match="did you mean sma_cross"):
        made(SHIPPED, "sma_cros", ["ACME"], {})
    with pytest.raises(NoSuchStrategy, match="there are sma_cross"):
        made(SHIPPED, "zzz", ["ACME"], {})


@pytest.mark.parametrize("symbols", [[], ["ACME", "BOLT"]])
def test_a_strategy_says_how_many_symbols_it_trades(symbols: list[str]) -> None:
    with pytest.raises(WrongNumberOfSymbols, match="sma_cross trades 1 symbols"):
        MovingAverageCross(symbols)


def test_every_shipped_strategy_says_what_it_does_and_its_defaults_are_within_their_ranges() -> None:
    for name, kind in SHIPPED.items():
        assert kind.__doc__, name
        symbols = [f"S{number}" for number in range(kind.symbols_least)]
        assert kind(symbols, {each: declared.default for each, declared in kind.parameters.items()}).values
        assert all(declared.said for declared in kind.parameters.values())
