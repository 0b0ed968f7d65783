"""Tables for people, the server's JSON for programs, refusals as `code: sentence`."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

import httpx
import typer
from rich import box
from rich.console import Console, JustifyMethod
from rich.table import Table
from rich.text import Text

from paperdesk.doors.cli.choose import ID_END
from paperdesk.doors.cli.client import Row

MISSING = "-"
# Without a terminal nothing is folded or cut: a pipe has no edge.
_PIPE_COLUMNS = 10_000
_DAY_WIDTH = len("2020-03-16")
# Wide enough that most words stay in one piece.
WORDS_WIDTH = 9


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: its title, how a row's cell reads, and how it gives way on a narrow terminal.

    `folds_to` is the width in characters down to which it may be folded; None for a column that
    stays whole, as numbers and ids must: half a number is a wrong number.
    """

    title: str
    cell: Callable[[Row], Text]
    is_number: bool = False
    folds_to: int | None = None


def console(*, stderr: bool = False) -> Console:
    """Open standard output, or standard error, as rich sees it now."""
    terminal = Console(stderr=stderr, highlight=False, markup=False, emoji=False)
    if not terminal.is_terminal:
        terminal.width = _PIPE_COLUMNS
    return terminal


def plain(value: object) -> Text:
    """Read a value as it stands; what is missing is a dash, and nothing in it can steer the terminal."""
    text = MISSING if value is None else str(value)
    return Text("".join(char if char.isprintable() else " " for char in text))


def number(value: object, *, signed: bool = False) -> Text:
    """Read a decimal string with thousands set apart and every digit kept; a signed one shows its colour."""
    if not isinstance(value, str | int):
        return plain(value)
    try:
        amount = Decimal(value)
    except InvalidOperation:
        return plain(value)
    if not signed or not amount:
        return Text(f"{amount:,f}")
    return Text(f"{amount:+,f}", style="green" if amount > 0 else "red")


def instant(value: object) -> Text:
    """Read an instant in UTC to the second."""
    return plain(value[:19].replace("T", " ") if isinstance(value, str) else value)


def ending(value: object) -> Text:
    """Read the end of an id, which every command accepts in place of the whole."""
    return plain(value[-ID_END:] if isinstance(value, str) else value)


def words(title: str, name: str) -> Column:
    """Return a column of short words that stay whole."""
    return Column(title, lambda row: plain(row.get(name)))


def sentences(title: str, name: str) -> Column:
    """Return a column of names or sentences, folded where the terminal is narrow."""
    return Column(title, lambda row: plain(row.get(name)), folds_to=WORDS_WIDTH)


def numbers(title: str, name: str, *, signed: bool = False) -> Column:
    """Return a column of numbers, aligned to the right."""
    return Column(title, lambda row: number(row.get(name), signed=signed), is_number=True)


def instants(title: str, name: str) -> Column:
    """Return a column of instants in UTC; a narrow terminal shows the time below the day."""
    return Column(title, lambda row: instant(row.get(name)), folds_to=_DAY_WIDTH)


def figures(title: str, name: str, form: str) -> Column:
    """Return a column of measures in a form, empty where one cannot be said."""
    return Column(title, lambda row: figure(row, {}, name, form), is_number=True)


def figure(found: Row, reasons: Row, name: str, form: str) -> Text:
    """Return a measure in a form, or the reason why it cannot be said."""
    value = found.get(name)
    return plain(reasons.get(name) if value is None else format(value, form))


def ids(title: str = "Id", name: str = "id") -> Column:
    """Return a column of id endings."""
    return Column(title, lambda row: ending(row.get(name)))


def table(columns: Sequence[Column], rows: Sequence[Row]) -> Table:
    """Lay rows out as a table."""
    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for column in columns:
        widths = [len(column.title), *(column.cell(row).cell_len for row in rows)]
        least = column.folds_to or max(widths)
        side: JustifyMethod = "right" if column.is_number else "left"
        grid.add_column(column.title, justify=side, no_wrap=column.folds_to is None, min_width=least, overflow="fold")
    for row in rows:
        grid.add_row(*(column.cell(row) for column in columns))
    return grid


def show(terminal: Console, grid: Table) -> None:
    """Print a table; on a terminal too narrow for it lines run over, because rich would drop columns instead."""
    least = terminal.measure(grid, options=terminal.options.update(max_width=_PIPE_COLUMNS)).minimum
    terminal.print(grid, width=max(terminal.width, least), crop=False)


def card(lines: Mapping[str, Text]) -> Table:
    """Lay one thing out as names and values, one a line."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, text in lines.items():
        grid.add_row(name, text)
    return grid


def listing(answer: httpx.Response, columns: Sequence[Column], nothing: str, *, as_json: bool) -> None:
    """Show a page of a list: the server's JSON, or a table, or the sentence for nothing."""
    if as_json:
        raw(answer)
        return
    page: Row = answer.json()
    if page["items"]:
        show(console(), table(columns, page["items"]))
    else:
        say(nothing)
    if page.get("next_cursor"):
        say(f"There is more: --cursor {page['next_cursor']}")


def raw(answer: httpx.Response) -> None:
    """Print the server's JSON exactly as it came."""
    typer.echo(answer.text)


def document(content: object) -> None:
    """Print as JSON what did not come from the server in one piece."""
    typer.echo(json.dumps(content, ensure_ascii=False))


def say(sentence: str, *, stderr: bool = False) -> None:
    """Print one sentence."""
    console(stderr=stderr).print(plain(sentence), soft_wrap=True)


def refusal(code: str, sentence: str, facts: Mapping[str, object]) -> None:
    """Print `code: sentence` and the facts below it on standard error."""
    say(f"{code}: {sentence}", stderr=True)
    for name, fact in facts.items():
        for line in fact if isinstance(fact, list) else [fact]:
            say(f"  {name}: {_flat(line)}", stderr=True)


def _flat(fact: object) -> str:
    if isinstance(fact, dict):
        return ", ".join(f"{name} {_flat(value)}" for name, value in fact.items())
    return MISSING if fact is None else str(fact)
