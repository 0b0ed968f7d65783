"""`paperdesk accounts ...`: a new name, rest, a new epoch, the end."""

from typing import Annotated

import typer

from paperdesk.doors.cli import choose, render
from paperdesk.doors.cli.client import PAGE_ROWS_MAX, Row
from paperdesk.doors.cli.options import AccountName, AsJson, desk_of

_EPOCHS = (
    render.words("Epoch", "epoch"),
    render.instants("Began (UTC)", "began_at"),
    render.instants("Ended (UTC)", "ended_at"),
    render.numbers("Began with", "starting_cash"),
    render.numbers("Cash at its end", "ending_cash"),
)

_FILLS = (
    render.instants("Since they parted (UTC)", "at"),
    render.words("Account", "number"),
    render.words("Side", "side"),
    render.numbers("Quantity", "quantity"),
    render.words("Symbol", "symbol"),
    render.numbers("Price", "price"),
)


def reset_account(
    context: typer.Context,
    account: AccountName = None,
    cash: Annotated[str, typer.Option("--cash", help="What the new epoch begins with.")] = "100000.00",
    *,
    is_confirmed: Annotated[bool, typer.Option("--yes", help="Do it without asking.")] = False,
    as_json: AsJson = False,
) -> None:
    """Begin an account anew with cash alone; open orders end, and its history stays readable."""
    desk = desk_of(context)
    chosen = choose.account(desk, account)
    if not is_confirmed:
        typer.confirm(f"Begin account {chosen['number']} ({chosen['name']}) anew with {cash}?", abort=True, err=True)
    answer = desk.post(f"/v1/accounts/{chosen['id']}/reset", cash=cash)
    if as_json:
        render.raw(answer)
        return
    begun: Row = answer.json()
    held = render.number(begun["cash"])
    render.say(f"Epoch {begun['epoch']} of account {begun['number']} begins with {held} {begun['currency']}.")


def list_epochs(context: typer.Context, account: AccountName = None, *, as_json: AsJson = False) -> None:
    """List the epochs of an account, oldest first."""
    desk = desk_of(context)
    answer = desk.get(f"/v1/accounts/{choose.account(desk, account)['id']}/epochs", limit=PAGE_ROWS_MAX)
    render.listing(answer, _EPOCHS, "No epoch.", as_json=as_json)


def rename_account(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="What to call it from now on.")],
    account: AccountName = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Give an account another name."""
    _change(context, account, as_json=as_json, name=name)


def deactivate_account(context: typer.Context, account: AccountName = None, *, as_json: AsJson = False) -> None:
    """Let an account rest: it takes no new orders until it is activated."""
    _change(context, account, as_json=as_json, status="inactive")


def activate_account(context: typer.Context, account: AccountName = None, *, as_json: AsJson = False) -> None:
    """Let an account trade again."""
    _change(context, account, as_json=as_json, status="open")


def close_account(context: typer.Context, account: AccountName = None, *, as_json: AsJson = False) -> None:
    """Close an account that holds nothing but cash, which is paid out."""
    desk = desk_of(context)
    answer = desk.delete(f"/v1/accounts/{choose.account(desk, account)['id']}")
    if as_json:
        render.raw(answer)
        return
    render.say(f"Account {answer.json()['number']} is closed.")


def fork_account(
    context: typer.Context,
    account: AccountName = None,
    name: Annotated[
        str | None, typer.Option("--name", help="What to call the fork; the account's name when absent.")
    ] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="An instant that its tape has passed; now when absent.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Begin another account as a copy of this one; of the past on a branch of its tape."""
    desk = desk_of(context)
    answer = desk.post(f"/v1/accounts/{choose.account(desk, account)['id']}/forks", name=name, as_of=as_of)
    if as_json:
        render.raw(answer)
        return
    fork: Row = answer.json()
    at = render.instant(fork["at"])
    render.say(f"Account {fork['number']} begins as {fork['name']} stood at {at} UTC, on tape {fork['tape_id']}.")


def compare_accounts(
    context: typer.Context,
    account: Annotated[str, typer.Argument(help="Number, name or id.")],
    others: Annotated[list[str], typer.Argument(help="The accounts to compare it with.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Show accounts side by side: equity at the same instants, and fills since they parted."""
    desk = desk_of(context)
    first, *rest = [choose.account(desk, wanted)["id"] for wanted in (account, *others)]
    answer = desk.send("GET", f"/v1/accounts/{first}/comparison", params={"with": rest})
    if as_json:
        render.raw(answer)
        return
    found: Row = answer.json()
    sides: list[Row] = found["accounts"]
    columns = [render.instants("At (UTC)", "at"), *(render.numbers(side["number"], side["number"]) for side in sides)]
    rows = [
        {"at": each["at"], **{side["number"]: worth for side, worth in zip(sides, each["equity"], strict=True)}}
        for each in found["equity"]
    ]
    fills = [{**fill, "number": side["number"]} for side in sides for fill in side["fills"]]
    render.show(render.console(), render.table(columns, rows))
    render.show(render.console(), render.table(_FILLS, sorted(fills, key=lambda fill: str(fill["at"]))))


def add_to(verbs: typer.Typer) -> None:
    """Add these verbs to those of accounts."""
    verbs.command("reset")(reset_account)
    verbs.command("epochs")(list_epochs)
    verbs.command("rename")(rename_account)
    verbs.command("deactivate")(deactivate_account)
    verbs.command("activate")(activate_account)
    verbs.command("close")(close_account)
    verbs.command("fork")(fork_account)
    verbs.command("compare")(compare_accounts)


def _change(context: typer.Context, account: str | None, *, as_json: bool, **change: str) -> None:
    desk = desk_of(context)
    answer = desk.patch(f"/v1/accounts/{choose.account(desk, account)['id']}", **change)
    if as_json:
        render.raw(answer)
        return
    changed: Row = answer.json()
    render.say(f"Account {changed['number']} is called {changed['name']} and is {changed['status']}.")
