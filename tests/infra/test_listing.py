"""A list as a file: cells that a spreadsheet would run stand in it as text, and numbers stay numbers."""

import csv
import io

import pytest

from paperdesk.infra.listing import as_csv


def cell(value: object) -> str:
    (row,) = csv.DictReader(io.StringIO(as_csv(["it"], [{"it": value}])))
    return str(row["it"])


@pytest.mark.parametrize("text", ["=1+1", "+1 ACME", "-2+3", "@SUM(A1)", "\t=1", "\n=1", "\uff1d1", "=", "-", "+1e3"])
def test_a_text_that_would_be_a_formula_is_told_as_text(text: str) -> None:
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-3.50", "+1", "0", "-0.000000001", "ACME", "a=b", "", "2024-06-03T20:00:00Z"])
def test_numbers_and_plain_words_stay_what_they_are(text: str) -> None:
    assert cell(text) == text


def test_what_is_no_text_stands_as_json_and_what_is_missing_is_empty() -> None:
    assert [cell(each) for each in (-3, True, ["=1"], None)] == ["-3", "true", '["=1"]', ""]
