"""`paperdesk accounts ...`: a new name, rest, a new epoch, the end."""

from typing import Annotated

import typer

from paperdesk.doors.cli import choose, render
from paperdesk.doors.cli.client import Row
from paperdesk.doors.cli.options import AccountName, AsJson, desk_of

_EPOCHS = (
    render.words("Epoch", "epoch"),
    render.instants("Began (UTC)", "began_at"),
    render.instants("Ended (UTC)", "ended_at"),
    render.numbers("Began with", "starting_cash"),
    render.numbers("Cash at its end", "ending_cash"),
)


def reset_account(
    context: typer.Context,
    account: AccountName = None,
    cash: Annotated[str, typer.Option("--cash", help="What the new epoch begins with.")] = "100000.00",
    *,
    as_json: AsJson = False,
) -> None:
    """Begin an account anew with cash alone; open orders end, and its history stays readable."""
    desk = desk_of(context)
    answer = desk.post(f"/v1/accounts/{choose.account(desk, account)['id']}/reset", cash=cash)
    if as_json:
        render.raw(answer)
        return
    begun: Row = answer.json()
    held = render.number(begun["cash"])
    render.say(f"Epoch {begun['epoch']} of account {begun['number']} begins with {held} {begun['currency']}.")


def list_epochs(context: typer.Context, account: AccountName = None, *, as_json: AsJson = False) -> None:
    """List the epochs of an account, oldest first."""
    desk = desk_of(context)
    answer = desk.get(f"/v1/accounts/{choose.account(desk, account)['id']}/epochs")
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


def add_to(verbs: typer.Typer) -> None:
    """Add these verbs to those of accounts."""
    verbs.command("reset")(reset_account)
    verbs.command("epochs")(list_epochs)
    verbs.command("rename")(rename_account)
    verbs.command("deactivate")(deactivate_account)
    verbs.command("activate")(activate_account)
    verbs.command("close")(close_account)


def _change(context: typer.Context, account: str | None, *, as_json: bool, **change: str) -> None:
    desk = desk_of(context)
    answer = desk.patch(f"/v1/accounts/{choose.account(desk, account)['id']}", **change)
    if as_json:
        render.raw(answer)
        return
    changed: Row = answer.json()
    render.say(f"Account {changed['number']} is called {changed['name']} and is {changed['status']}.")
