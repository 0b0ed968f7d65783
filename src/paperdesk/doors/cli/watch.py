"""Asking again every second until the person presses Ctrl-C."""

import time
from collections.abc import Callable

import httpx
from rich.console import Console
from rich.live import Live
from rich.table import Table

from paperdesk.doors.cli import render

EVERY_S = 1.0


def watch(ask: Callable[[], httpx.Response], show: Callable[[httpx.Response], Table]) -> None:
    """Keep a table current on a terminal; elsewhere print it again each time the answer changes."""
    terminal = render.console()
    try:
        if terminal.is_terminal:
            _redraw(terminal, lambda: show(ask()))
        else:
            _each_change(ask, lambda answer: render.show(terminal, show(answer)))
    except KeyboardInterrupt:
        return


def watch_json(ask: Callable[[], httpx.Response]) -> None:
    """Print the server's JSON, one document a line, each time it changes."""
    try:
        _each_change(ask, render.raw)
    except KeyboardInterrupt:
        return


def _redraw(terminal: Console, draw: Callable[[], Table]) -> None:
    with Live(draw(), console=terminal, auto_refresh=False) as screen:
        while True:
            time.sleep(EVERY_S)
            screen.update(draw(), refresh=True)


def _each_change(ask: Callable[[], httpx.Response], show: Callable[[httpx.Response], None]) -> None:
    last: bytes | None = None
    while True:
        answer = ask()
        if answer.content != last:
            show(answer)
            last = answer.content
        time.sleep(EVERY_S)
