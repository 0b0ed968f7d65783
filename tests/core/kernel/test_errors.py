"""Errors are a contract: seven kinds, unique codes, one sentence each."""

import importlib
import pkgutil
import re
from collections import Counter

import pytest

from paperdesk import core
from paperdesk.core.broker.margin_checks import InsufficientBuyingPower
from paperdesk.core.kernel.errors import (
    KINDS,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    PaperdeskError,
    Problem,
    RateLimited,
    Unauthenticated,
    Unavailable,
    catalogue,
    kind_of,
)

for _module in pkgutil.walk_packages(core.__path__, "paperdesk.core."):
    importlib.import_module(_module.name)

ERRORS = list(catalogue())


def test_there_are_seven_kinds_and_every_one_is_in_the_catalogue() -> None:
    assert (Invalid, Unauthenticated, Forbidden, NotFound, Conflict, RateLimited, Unavailable) == KINDS
    assert set(KINDS) < set(ERRORS)


def test_the_catalogue_goes_kind_by_kind_in_order_of_code_and_names_each_error_once() -> None:
    order = [(KINDS.index(kind_of(error)), error.code) for error in ERRORS]
    assert order == sorted(order)
    assert len(set(ERRORS)) == len(ERRORS)


def test_codes_are_unique() -> None:
    assert [code for code, times in Counter(error.code for error in ERRORS).items() if times > 1] == []


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.code)
def test_a_code_is_the_class_name_in_snake_case(error: type[PaperdeskError]) -> None:
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", error.code)
    assert error.code.title().replace("_", "") == error.__name__


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.code)
def test_a_docstring_is_one_line_and_a_sentence(error: type[PaperdeskError]) -> None:
    text = error.__doc__ or ""
    assert re.fullmatch(r"[A-Z][^\n]+\.", text)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.code)
def test_every_error_belongs_to_exactly_one_kind(error: type[PaperdeskError]) -> None:
    assert [kind for kind in KINDS if issubclass(error, kind)] == [kind_of(error)]


def test_the_root_has_a_code_of_its_own() -> None:
    assert PaperdeskError.code == "paperdesk_error"


def test_an_error_keeps_its_sentence_for_people_and_its_facts_for_programs() -> None:
    error = InsufficientBuyingPower("Not enough.", needed="10", available="3")
    assert str(error) == error.message == "Not enough."
    assert error.facts == {"needed": "10", "available": "3"}
    assert error.code == "insufficient_buying_power"
    assert kind_of(InsufficientBuyingPower) is Conflict


def test_a_problem_is_an_error_as_a_value() -> None:
    assert Problem("price_off_tick", "Off.") == Problem("price_off_tick", "Off.", {})
