"""`paperdesk orders combo` and `spread`: several legs as one order."""

from collections.abc import Sequence
from typing import Annotated, TypeAlias

import typer

from paperdesk.doors.cli import choose, orders
from paperdesk.doors.cli.client import Row
from paperdesk.doors.cli.options import Account, AsJson, TimeInForce, desk_of

Combos: TypeAlias = Annotated[str, typer.Option("--quantity", help="How many combos.")]
Force: TypeAlias = Annotated[TimeInForce | None, typer.Option("--tif", help="day when absent.")]
Preview: TypeAlias = Annotated[bool, typer.Option("--preview", help="Say what it would come to, without placing it.")]
ClientId: TypeAlias = Annotated[
    str | None, typer.Option("--client-id", help="Your own id: sent again, the same order is answered.")
]


def place_combo(  # noqa: PLR0913 - each parameter is an option of the command line
    context: typer.Context,
    legs: Annotated[list[str], typer.Argument(metavar="LEG...", help='Such as "buy SYMBOL" or "sell 2 SYMBOL".')],
    *,
    quantity: Combos = "1",
    net: Annotated[
        str | None, typer.Option("--net", help="The most to pay, negative the least to get; absent: market.")
    ] = None,
    structure: Annotated[
        str | None, typer.Option("--structure", help="What the legs have to make, such as iron_condor.")
    ] = None,
    time_in_force: Force = None,
    expires_on: orders.Until = None,
    preview: Preview = False,
    account: Account = None,
    client_order_id: ClientId = None,
    as_json: AsJson = False,
) -> None:
    """Trade several legs as one order: paperdesk orders combo "buy AAPL..C100" "sell AAPL..C105" --net 2.75."""
    asked = {"legs": [_leg(words) for words in legs], "structure": structure, "client_order_id": client_order_id}
    asked |= {"quantity": quantity, "time_in_force": time_in_force, "expires_on": expires_on, "limit_price": net}
    _send(context, account, asked, preview=preview, as_json=as_json)


def place_spread(  # noqa: PLR0913 - each parameter is an option of the command line
    context: typer.Context,
    bought: Annotated[str, typer.Argument(help="The option to buy.")],
    sold: Annotated[str, typer.Argument(help="The option to sell.")],
    *,
    debit: Annotated[str | None, typer.Option("--debit", help="The most to pay.")] = None,
    credit: Annotated[str | None, typer.Option("--credit", help="The least to get.")] = None,
    quantity: Combos = "1",
    time_in_force: Force = None,
    preview: Preview = False,
    account: Account = None,
    client_order_id: ClientId = None,
    as_json: AsJson = False,
) -> None:
    """Trade a spread: paperdesk orders spread BOUGHT SOLD --debit 2.75, or --credit; a market order without."""
    if debit is not None and credit is not None:
        raise typer.BadParameter("name a debit or a credit, not both")
    legs = [{"symbol": bought, "side": "buy"}, {"symbol": sold, "side": "sell"}]
    asked = {"legs": legs, "quantity": quantity, "time_in_force": time_in_force, "client_order_id": client_order_id}
    asked |= {"limit_price": debit if credit is None else f"-{credit}"}
    _send(context, account, asked, preview=preview, as_json=as_json)


def add_to(verbs: typer.Typer) -> None:
    """Add the verbs of this file to those of orders."""
    verbs.command("combo")(place_combo)
    verbs.command("spread")(place_spread)


def _leg(words: str) -> Row:
    """Read a leg: a side or an intent, how many for one combo unless it is one, and the symbol."""
    said: Sequence[str] = words.split()
    if len(said) not in {2, 3}:
        raise typer.BadParameter(f'a leg is written as "buy SYMBOL" or "sell 2 SYMBOL", not {words!r}')
    way, *ratio, symbol = said
    return {"intent" if "_" in way else "side": way, "symbol": symbol, **({"ratio": ratio[0]} if ratio else {})}


def _send(context: typer.Context, account: str | None, asked: Row, *, preview: bool, as_json: bool) -> None:
    desk = desk_of(context)
    kind = "market" if asked["limit_price"] is None else "limit"
    path = "/v1/orders/preview" if preview else "/v1/orders"
    answer = desk.post(path, account_id=choose.account(desk, account)["id"], type=kind, **asked)
    (orders.show_preview if preview else orders.show)(answer, as_json=as_json)
