"""Rendering: digits are kept, what must stay whole stays whole."""

from io import StringIO

import pytest
from rich.console import Console

from paperdesk.doors.cli import render
from tests.doors.cli.small_answers import numbered


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("1234567.10", "1,234,567.10"),
        ("0.000000001", "0.000000001"),
        ("-5", "-5"),
        (12, "12"),
        ("n/a", "n/a"),
        (None, "-"),
    ],
)
def test_a_number_keeps_every_digit(value: object, shown: str) -> None:
    assert render.number(value).plain == shown


def test_a_signed_number_shows_its_sign_and_zero_has_none() -> None:
    assert [render.number(value, signed=True).plain for value in ("3.50", "-3.50", "0.00")] == [
        "+3.50",
        "-3.50",
        "0.00",
    ]


@pytest.mark.parametrize("width", [30, 40, 200])
def test_numbers_and_ids_stay_whole_however_narrow_the_terminal(width: int) -> None:
    columns = (render.ids(), render.sentences("Name", "name"), render.numbers("Cash", "cash"))
    row = {"id": numbered(1, 1), "name": "An account with quite a long name", "cash": "1234567.10"}
    paper = StringIO()
    render.show(Console(file=paper, width=width), render.table(columns, [row]))
    assert numbered(1, 1)[-8:] in paper.getvalue()
    assert "1,234,567.10" in paper.getvalue()
