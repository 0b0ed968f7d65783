"""A report of a run for paper, as PDF: what the page says, without what only a screen can show."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby
from textwrap import wrap
from typing import Any, Final

import numpy as np

from paperdesk.core.backtest.measures import drawdowns
from paperdesk.core.strategy.indicators import Floats
from paperdesk.features.backtests.report_page import (
    ROUND_TRIPS_MAX,
    figure_text,
    gains_of,
    heading_of,
    money_text,
    percent_text,
    title_text,
)
from paperdesk.features.backtests.told_run import ToldRun
from paperdesk.infra.pdf import MARGIN, WIDTH, Paper

_LETTERS: Final = 104
_POINTS_MAX: Final = 600
_ROOM: Final = WIDTH - 2 * MARGIN


def print_of(run: ToldRun) -> bytes:
    """Return the file."""
    paper = Paper()
    paper.say(run.backtest.name[:70], 16, "bold")
    paper.say("A paper run: nothing here was traded with money.", 8)
    _lines(paper, (f"{name}: {value}" for name, value in heading_of(run).items()))
    if run.warnings:
        _title(paper, "Warnings")
        _lines(paper, run.warnings)
    if len(run.curve):
        _title(paper, "Equity")
        _curve(paper, run.curve, 150, money_text)
        _title(paper, "Drawdown")
        _curve(paper, drawdowns(run.curve), 70, percent_text)
    _title(paper, "Figures")
    _lines(paper, (f"{title_text(name)}: {figure_text(run.report, name)}" for name in run.report["figures"]))
    _title(paper, "Returns by month, in percent")
    _months(paper, run.report["periods"]["month"])
    for title, rows, name, without in gains_of(run.report):
        _title(paper, title)
        _gains(paper, rows, name, without)
    _title(paper, "Round trips")
    _round_trips(paper, run.report["round_trips"])
    return paper.written()


def _title(paper: Paper, title: str) -> None:
    paper.need(60)
    paper.y -= 8
    paper.say(title, 11, "bold")


def _lines(paper: Paper, said: Iterable[str]) -> None:
    for each in said:
        for line in wrap(each, _LETTERS):
            paper.say(line, 8.5)


def _curve(paper: Paper, heights: Floats, room: float, said: Callable[[float], str]) -> None:
    """Draw a curve in a room so high, with its least and its most beside it."""
    paper.need(room + 10)
    bottom, low, high = paper.y - room, float(heights.min()), float(heights.max())
    span = (high - low) or 1.0
    for value in (low, high):
        y = bottom + room * (value - low) / span
        paper.draw([(MARGIN + 52, y), (WIDTH - MARGIN, y)], grey=0.8, width=0.4)
        paper.at(MARGIN, y - 2, said(value))
    places = np.unique(np.linspace(0, len(heights) - 1, _POINTS_MAX).astype(int))
    across = (_ROOM - 52) / max(len(heights) - 1, 1)
    paper.draw([(MARGIN + 52 + across * int(n), bottom + room * (float(heights[n]) - low) / span) for n in places])
    paper.y = bottom - 6


def _months(paper: Paper, months: Sequence[Mapping[str, Any]]) -> None:
    paper.say("      " + "".join(f"{number:>7}" for number in range(1, 13)), 7.5, "even")
    for year, found in groupby(months, key=lambda each: each["name"][:4]):
        rates = {int(each["name"][5:7]): each["rate"] for each in found}
        cells = [rates.get(number) for number in range(1, 13)]
        written = "".join(" " * 7 if rate is None else f"{rate * 100:>+7.1f}" for rate in cells)
        paper.say(f"{year:<6}{written}", 7.5, "even")


def _gains(paper: Paper, rows: Sequence[Mapping[str, Any]], name: str, without: str) -> None:
    for each in rows:
        word = (each[name] or without).replace("_", " ")
        trips = f"{each['round_trips']} round trips" if each["round_trips"] != 1 else "1 round trip"
        paper.say(f"{word[:60]}: {trips}, gain {each['gain']}, fees {each['fees']}", 8.5)


def _round_trips(paper: Paper, trips: Sequence[Mapping[str, Any]]) -> None:
    paper.say(_row(("", "symbol", "side", "entered", "left", "quantity", "entry", "exit", "gain")), 6.5, "even")
    for each in trips[:ROUND_TRIPS_MAX]:
        side = "long" if each["side"] == "buy" else "short"
        left = (each["left_at"] or "open")[:10]
        told = (each["number"], each["symbol"], side, each["entered_at"][:10], left)
        amounts = (each["quantity"], each["entry_price"], each["exit_price"] or "", each["gain"] or "")
        paper.say(_row((*told, *amounts)), 6.5, "even")
    if len(trips) > ROUND_TRIPS_MAX:
        paper.say(f"The first {ROUND_TRIPS_MAX} of {len(trips)}; the files of the run have all of them.", 8)


def _row(cells: Sequence[object]) -> str:
    widths = (5, 22, 6, 11, 11, 14, 16, 16, 16)
    return "".join(f"{str(cell)[: width - 1]:>{width}}" for cell, width in zip(cells, widths, strict=True))
