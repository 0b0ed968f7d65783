"""Every kind of corporate action is one that Alpaca's own client can read."""

from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from alpaca.data.models.corporate_actions import CorporateActionsSet

from paperdesk.core.market.corporate_actions import (
    ActionTerms,
    CashDividend,
    CorporateAction,
    Delisting,
    Merger,
    ShareDividend,
    SpinOff,
    Split,
    SymbolChange,
    action_id,
)
from paperdesk.doors.alpaca.asking import read_query
from paperdesk.doors.alpaca.corporate_actions import ActionsQuery, shaped
from tests.scenery import ACME, GLOBEX

TWO, TEN, CENTS = Decimal(2), Decimal(10), Decimal("0.25")
EX_ON, PAY_ON = date(2024, 6, 5), date(2024, 6, 20)


def action(terms: ActionTerms) -> CorporateAction:
    return CorporateAction(action_id(ACME.id, "action", EX_ON), ACME, terms, EX_ON, pay_on=PAY_ON)


@pytest.mark.parametrize(
    ("terms", "name", "fields"),
    [
        (CashDividend(CENTS, is_special=True), "cash_dividends", {"rate": 0.25, "special": True, "ex_date": EX_ON}),
        (ShareDividend(Decimal("0.05")), "stock_dividends", {"rate": 0.05, "payable_date": PAY_ON}),
        (Split(TWO, Decimal(1)), "forward_splits", {"new_rate": 2, "old_rate": 1}),
        (Split(Decimal(1), TEN), "reverse_splits", {"new_rate": 1, "old_rate": 10}),
        (SpinOff(GLOBEX, CENTS), "spin_offs", {"source_symbol": "ACME", "new_symbol": "GLOBEX", "new_rate": 0.25}),
        (Merger(cash=TEN), "cash_mergers", {"acquiree_symbol": "ACME", "rate": 10}),
        (Merger(into=GLOBEX, rate=TWO), "stock_mergers", {"acquirer_symbol": "GLOBEX", "acquirer_rate": 2}),
        (Merger(TEN, GLOBEX, TWO), "stock_and_cash_mergers", {"acquirer_rate": 2, "cash_rate": 10}),
        (SymbolChange(GLOBEX), "name_changes", {"old_symbol": "ACME", "new_symbol": "GLOBEX"}),
        (Delisting(TEN), "redemptions", {"rate": 10, "payable_date": PAY_ON}),
        (Delisting(Decimal(0)), "worthless_removals", {"symbol": "ACME"}),
    ],
)
def test_an_action_is_read_as_what_it_is(terms: ActionTerms, name: str, fields: dict[str, Any]) -> None:
    ((listed, shape),) = shaped(action(terms))
    encoded = msgspec.json.Encoder(decimal_format="number").encode({listed: [{"id": str(action(terms).id), **shape}]})
    read = CorporateActionsSet(msgspec.json.decode(encoded)).data
    assert list(read) == [name]
    assert {field: getattr(read[name][0], field) for field in fields} == fields


def test_a_delisting_without_an_end_is_in_no_list() -> None:
    assert shaped(action(Delisting())) == []


@pytest.mark.parametrize(
    ("asked", "is_wanted"),
    [
        ({}, False),
        ({"start": "2024-06-20"}, True),
        ({"start": "2024-06-01", "end": "2024-06-19"}, False),
        ({"start": "2024-06-01", "end": "2024-06-20", "types": "forward_split"}, False),
        ({"start": "2024-06-01", "end": "2024-06-20", "types": "cash_dividend"}, True),
        ({"ids": str(action(CashDividend(CENTS)).id)}, True),
        ({"ids": "another"}, False),
    ],
)
def test_actions_are_asked_for_by_day_kind_and_id(asked: dict[str, str], is_wanted: bool) -> None:  # noqa: FBT001
    query = read_query(asked, ActionsQuery)
    assert query.wants(action(CashDividend(CENTS)), "cash_dividends", "2024-06-07") is is_wanted
