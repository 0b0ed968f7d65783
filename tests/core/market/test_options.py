"""OCC symbols: read, written, refused."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperdesk.core.market.options import (
    MalformedOptionContract,
    MalformedOptionSymbol,
    OptionContract,
    Right,
    Style,
    canonical_symbol,
    occ_symbol,
    parse_occ,
)

contracts = st.builds(
    OptionContract,
    root=st.text("ABCXYZ0189", min_size=1, max_size=6),
    expires_on=st.dates(date(2000, 1, 1), date(2099, 12, 31)),
    right=st.sampled_from(Right),
    strike=st.integers(1, 99_999_999).map(lambda thousandths: Decimal(thousandths) / 1000),
)


@given(contracts, st.booleans())
def test_every_contract_survives_its_symbol(contract: OptionContract, padded: bool) -> None:  # noqa: FBT001
    symbol = occ_symbol(contract, padded=padded)
    assert parse_occ(symbol) == contract
    assert not padded or len(symbol) == 21


@given(contracts)
def test_both_notations_have_one_canonical_form(contract: OptionContract) -> None:
    compact = occ_symbol(contract)
    assert canonical_symbol(occ_symbol(contract, padded=True)) == canonical_symbol(compact) == compact


@given(st.text(max_size=24))
def test_what_is_no_padded_option_symbol_is_left_alone(symbol: str) -> None:
    assert canonical_symbol(symbol) == symbol


@pytest.mark.parametrize(
    ("symbol", "root", "strike"),
    [
        ("AAPL240119C00190000", "AAPL", "190"),
        ("AAPL  240119C00190000", "AAPL", "190"),
        ("F 240119C00012005".replace(" ", "     "), "F", "12.005"),
        ("AAPL1240119C00190500", "AAPL1", "190.5"),
        ("SPXW  240119C99999999", "SPXW", "99999.999"),
        ("GOOGL7240119C00000500", "GOOGL7", "0.5"),
    ],
)
def test_both_notations_are_read(symbol: str, root: str, strike: str) -> None:
    contract = parse_occ(symbol)
    assert (contract.root, contract.strike) == (root, Decimal(strike))
    assert contract.expires_on == date(2024, 1, 19)
    assert contract.right is Right.CALL
    assert contract.multiplier == 100
    assert contract.style is (Style.EUROPEAN if root == "SPXW" else Style.AMERICAN)


@pytest.mark.parametrize(
    "symbol",
    [
        "",
        "AAPL",
        "AAPL240230C00190000",
        "AAPL240119X00190000",
        "AAPL240119C00000000",
        "AAPL240119C0019000",
        "AAPL 240119C00190000",
        "aapl240119C00190000",
        "TOOLONG240119C00190000",
        "240119C00190000",
        "AAPL٢40119C00190000",
        "AAPL240119C00190000\n",
    ],
)
def test_nonsense_is_refused(symbol: str) -> None:
    with pytest.raises(MalformedOptionSymbol) as refusal:
        parse_occ(symbol)
    assert refusal.value.code == "malformed_option_symbol"


@pytest.mark.parametrize(
    ("root", "strike", "multiplier"),
    [
        ("", "1", "100"),
        ("A B", "1", "100"),
        ("A", "0", "100"),
        ("A", "100000", "100"),
        ("A", "0.0005", "100"),
        ("A", "1", "0"),
    ],
)
def test_terms_without_a_symbol_are_refused(root: str, strike: str, multiplier: str) -> None:
    with pytest.raises(MalformedOptionContract):
        OptionContract(root, date(2024, 1, 19), Right.PUT, Decimal(strike), Decimal(multiplier))


def test_an_expiry_outside_the_century_is_refused() -> None:
    with pytest.raises(MalformedOptionContract):
        OptionContract("A", date(1999, 12, 31), Right.PUT, Decimal(1))
