"""`paperdesk accounts ...` and `paperdesk positions`: cash, positions, and the ledger behind them."""

from typing import Annotated

import httpx
import typer
from rich.table import Table
from rich.text import Text

from paperdesk.doors.cli import choose, render
from paperdesk.doors.cli.client import PAGE_ROWS_MAX, Desk, Row
from paperdesk.doors.cli.options import Account, AccountName, AsJson, Cursor, Limit, Watch, desk_of
from paperdesk.doors.cli.watch import watch, watch_json

verbs = typer.Typer(no_args_is_help=True, help="Open accounts, move cash, read positions and the ledger.")

Amount = Annotated[str, typer.Argument(help="In the account's currency, such as 2500.00.")]

_ACCOUNTS = (
    render.words("Number", "number"),
    render.sentences("Name", "name"),
    render.words("Currency", "currency"),
    render.numbers("Cash", "cash"),
    render.numbers("Buying power", "buying_power"),
    render.numbers("Equity", "equity"),
    render.instants("Tape time (UTC)", "at"),
)
_POSITIONS = (
    render.words("Symbol", "symbol"),
    render.numbers("Quantity", "quantity"),
    render.numbers("Average", "average_price"),
    render.numbers("Mark", "mark"),
    render.numbers("Value", "market_value"),
    render.numbers("Unrealised", "unrealised_pl", signed=True),
    # A number that is missing says why.
    render.Column("", lambda row: render.plain(row.get("reason") or ""), folds_to=render.WORDS_WIDTH),
)
_LEDGER = (
    render.numbers("Seq", "seq"),
    render.instants("At (UTC)", "at"),
    render.words("Kind", "kind"),
    render.sentences("Description", "description"),
    render.numbers("Cash change", "cash_change", signed=True),
    render.numbers("Cash after", "cash_after"),
)

_GAINS = (
    render.words("Closed", "closed_on"),
    render.words("Opened", "opened_on"),
    render.words("Symbol", "symbol"),
    render.numbers("Qty", "quantity"),
    render.numbers("Proceeds", "proceeds"),
    render.numbers("Cost", "cost"),
    render.numbers("Gain", "gain", signed=True),
    render.numbers("Disallowed", "disallowed_loss"),
    render.numbers("Taxable", "taxable_gain", signed=True),
    render.words("Term", "term"),
)


@verbs.command("list")
def list_accounts(context: typer.Context, *, limit: Limit = 50, cursor: Cursor = None, as_json: AsJson = False) -> None:
    """List the accounts with cash, buying power and equity."""
    answer = desk_of(context).get("/v1/accounts", limit=limit, cursor=cursor)
    render.listing(answer, _ACCOUNTS, "No account yet. Open one: paperdesk accounts open NAME", as_json=as_json)


@verbs.command("show")
def show_account(context: typer.Context, account: AccountName = None, *, as_json: AsJson = False) -> None:
    """Show one account."""
    desk = desk_of(context)
    _show(desk.get(f"/v1/accounts/{choose.account(desk, account)['id']}"), as_json=as_json)


@verbs.command("open")
def open_account(  # noqa: PLR0913 - each parameter is an option of the command line
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="What to call it.")],
    tape: Annotated[
        str | None, typer.Option("--tape", help="Name or id; the first account's tape when absent.")
    ] = None,
    cash: Annotated[str, typer.Option("--cash", help="What it starts with.")] = "100000.00",
    currency: Annotated[str, typer.Option("--currency")] = "USD",
    *,
    fill_on_arrival: Annotated[
        bool, typer.Option("--fill-on-arrival", help="Fill at the quote that stands, not at the next one.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Open an account on a tape."""
    desk = desk_of(context)
    tape_id = choose.tape(desk, tape)["id"]
    answer = desk.post(
        "/v1/accounts", name=name, tape_id=tape_id, currency=currency, cash=cash, fill_on_arrival=fill_on_arrival
    )
    _show(answer, as_json=as_json)


@verbs.command("deposit")
def deposit(context: typer.Context, amount: Amount, account: AccountName = None, *, as_json: AsJson = False) -> None:
    """Pay cash into an account."""
    _transfer(desk_of(context), account, amount, as_json=as_json)


@verbs.command("withdraw")
def withdraw(context: typer.Context, amount: Amount, account: AccountName = None, *, as_json: AsJson = False) -> None:
    """Take cash out of an account."""
    _transfer(desk_of(context), account, f"-{amount}", as_json=as_json)


@verbs.command("ledger")
def list_ledger(
    context: typer.Context,
    account: AccountName = None,
    *,
    limit: Limit = 50,
    cursor: Cursor = None,
    as_json: AsJson = False,
) -> None:
    """List every change of cash with its reason and the cash after it."""
    desk = desk_of(context)
    answer = desk.get(f"/v1/accounts/{choose.account(desk, account)['id']}/ledger", limit=limit, cursor=cursor)
    render.listing(answer, _LEDGER, "Nothing has moved in this account yet.", as_json=as_json)


@verbs.command("gains")
def list_gains(  # noqa: PLR0913 - each parameter is an option of the command line
    context: typer.Context,
    account: AccountName = None,
    *,
    symbol: Annotated[str | None, typer.Option("--symbol", help="Only those in it.")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
    as_json: AsJson = False,
) -> None:
    """List realised gains by lot, oldest first, with wash sales marked; dates are days of the market."""
    desk = desk_of(context)
    path = f"/v1/accounts/{choose.account(desk, account)['id']}/gains"
    answer = desk.get(path, symbol=symbol, limit=limit, cursor=cursor)
    render.listing(answer, _GAINS, "Nothing was closed in this account yet.", as_json=as_json)


@verbs.command("positions")
def list_account_positions(
    context: typer.Context, account: AccountName = None, *, watching: Watch = False, as_json: AsJson = False
) -> None:
    """List what an account holds and what it is worth."""
    _positions(desk_of(context), account, watching=watching, as_json=as_json)


def list_positions(
    context: typer.Context, *, account: Account = None, watching: Watch = False, as_json: AsJson = False
) -> None:
    """List what the account holds and what it is worth."""
    _positions(desk_of(context), account, watching=watching, as_json=as_json)


def _positions(desk: Desk, wanted: str | None, *, watching: bool, as_json: bool) -> None:
    path = f"/v1/accounts/{choose.account(desk, wanted)['id']}/positions"
    if not watching:
        render.listing(desk.get(path, limit=PAGE_ROWS_MAX), _POSITIONS, "No positions.", as_json=as_json)
    elif as_json:
        watch_json(lambda: desk.get(path, limit=PAGE_ROWS_MAX))
    else:
        watch(lambda: desk.get(path, limit=PAGE_ROWS_MAX), _positions_table)


def _positions_table(answer: httpx.Response) -> Table:
    return render.table(_POSITIONS, answer.json()["items"])


def _transfer(desk: Desk, wanted: str | None, amount: str, *, as_json: bool) -> None:
    account = choose.account(desk, wanted)
    answer = desk.post(f"/v1/accounts/{account['id']}/transfers", amount=amount)
    if as_json:
        render.raw(answer)
        return
    body: Row = answer.json()
    entry: Row = body.get("entry") or body
    cash = render.number(entry.get("cash_after"))
    render.say(f"{entry['description']}. Account {account['number']} now holds {cash} {account['currency']}.")


def _show(answer: httpx.Response, *, as_json: bool) -> None:
    if as_json:
        render.raw(answer)
        return
    account: Row = answer.json()
    lines = {
        "Number": render.plain(account["number"]),
        "Name": render.plain(account["name"]),
        "Status": render.plain(account["status"]),
        "Tape time": _with_zone(render.instant(account["at"])),
        "Cash": _money(account, "cash"),
        "Held for orders": _money(account, "held_cash"),
        "Buying power": _money(account, "buying_power"),
        "Market value": _money(account, "market_value"),
        "Equity": _money(account, "equity"),
        "Tape": render.plain(account["tape_id"]),
        "Id": render.plain(account["id"]),
    }
    render.console().print(render.card(lines))


def _money(account: Row, name: str) -> Text:
    """Read an amount with its currency; a missing one with the reason the server gave."""
    if account.get(name) is None:
        return render.plain(f"{render.MISSING} ({account.get('equity_reason') or 'not known'})")
    return render.number(account[name]).append(f" {account['currency']}")


def _with_zone(text: Text) -> Text:
    return text.append(" UTC")
