"""The id of an option contract is the contract."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from paperdesk.core.market.instruments import Kind, instrument_id
from paperdesk.core.market.option_ids import contract_of, option_id
from paperdesk.core.market.options import OptionContract, Right, occ_symbol

contracts = st.builds(
    OptionContract,
    root=st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=1, max_size=6),
    expires_on=st.integers(0, 36_500).map(lambda days: date(2000, 1, 1) + timedelta(days=days)),
    right=st.sampled_from(Right),
    strike=st.integers(1, 99_999_999).map(lambda thousandths: Decimal(thousandths) / 1000),
)


@given(contracts)
def test_an_id_is_read_back_as_its_contract(contract: OptionContract) -> None:
    found = option_id(contract)
    assert contract_of(found) == contract
    assert (found.version, found.variant) == (8, "specified in RFC 4122")


@given(contracts, contracts)
def test_two_contracts_have_two_ids(one: OptionContract, other: OptionContract) -> None:
    assert (option_id(one) == option_id(other)) == (one == other)


def test_an_option_of_every_dataset_has_that_id_and_nothing_else_does() -> None:
    contract = OptionContract("AAPL", date(2025, 8, 15), Right.PUT, Decimal(200))
    assert instrument_id(Kind.OPTION, occ_symbol(contract), "XNYS") == option_id(contract)
    assert instrument_id(Kind.OPTION, occ_symbol(contract, padded=True), "XNYS") == option_id(contract)
    assert contract_of(instrument_id(Kind.EQUITY, "AAPL", "XNYS")) is None
