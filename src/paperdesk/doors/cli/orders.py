"""`paperdesk orders ...`: place, watch and cancel orders."""

from http import HTTPStatus
from typing import Annotated, TypeAlias

import httpx
import typer
from rich.table import Table
from rich.text import Text

from paperdesk.doors.cli import approvals, choose, render
from paperdesk.doors.cli.client import Row
from paperdesk.doors.cli.options import (
    Account,
    AsJson,
    Cursor,
    Limit,
    OrderSort,
    OrderStatus,
    Side,
    TimeInForce,
    Watch,
    desk_of,
)
from paperdesk.doors.cli.watch import watch, watch_json

verbs = typer.Typer(no_args_is_help=True, help="Place, list, show and cancel orders.")

Quantity: TypeAlias = Annotated[str, typer.Argument(help="How many, such as 10 or 0.5.")]
Symbol: TypeAlias = Annotated[str, typer.Argument(help="Of which instrument on the account's tape.")]
LimitPrice: TypeAlias = Annotated[str | None, typer.Option("--limit", help="Worst price; a market order when absent.")]
StopPrice: TypeAlias = Annotated[str | None, typer.Option("--stop", help="Wait for this price first.")]
Trail: TypeAlias = Annotated[str | None, typer.Option("--trail", help="Follow the best price at this distance.")]
TakeProfit: TypeAlias = Annotated[str | None, typer.Option("--take-profit", help="Exit at this gain.")]
StopLoss: TypeAlias = Annotated[str | None, typer.Option("--stop-loss", help="Exit at this loss.")]
Protection: TypeAlias = Annotated[
    str | None, typer.Option("--protect", help="How far it may go through the market, 0.02 for two percent.")
]
Trigger: TypeAlias = Annotated[str | None, typer.Option("--trigger", help="Of a stop: print, quote or mid.")]
Until: TypeAlias = Annotated[str | None, typer.Option("--until", help="Last day of a gtd order.")]
ClientId: TypeAlias = Annotated[
    str | None, typer.Option("--client-id", help="Your own id: sent again, the same order is answered.")
]
OrderName = Annotated[str, typer.Argument(metavar="ORDER", help="Id, the end of an id, or your client order id.")]


def _price(order: Row) -> Text:
    """Say what the order waits for and the worst price it takes."""
    if order["type"] == "market":
        return render.plain("market")
    if order["type"] == "limit":
        return render.number(order["limit_price"])
    words = render.plain(f"{str(order['type']).replace('_', ' ')} ").append(render.number(order["stop_price"]))
    return (
        words if order["limit_price"] is None else words.append(" limit ").append(render.number(order["limit_price"]))
    )


def _status(order: Row) -> Text:
    waits_for = order.get("waits_for")
    words = str(order["status"]).replace("_", " ")
    return render.plain(f"{words}, waits for the {str(waits_for).replace('_', ' ')}" if waits_for else words)


_ORDERS = (
    render.ids(),
    render.instants("Accepted (UTC)", "accepted_at"),
    render.words("Side", "side"),
    render.numbers("Qty", "quantity"),
    render.words("Symbol", "symbol"),
    render.Column("Price", _price, is_number=True),
    render.numbers("Filled", "filled_quantity"),
    render.numbers("Average", "average_fill_price"),
    render.Column("Status", _status, folds_to=render.WORDS_WIDTH),
)


@verbs.command("list")
def list_orders(  # noqa: PLR0913 - each parameter is an option of the command line
    context: typer.Context,
    account: Account = None,
    status: Annotated[OrderStatus, typer.Option("--status")] = "all",
    symbol: Annotated[str | None, typer.Option("--symbol")] = None,
    *,
    side: Annotated[Side | None, typer.Option("--side")] = None,
    kind: Annotated[str | None, typer.Option("--kind", help="equity, option, crypto or combo.")] = None,
    order_type: Annotated[str | None, typer.Option("--type", help="Such as limit or trailing_stop.")] = None,
    order_class: Annotated[str | None, typer.Option("--class", help="simple, bracket, oco, oto or combo.")] = None,
    since: Annotated[str | None, typer.Option("--since", help="Accepted from this instant on.")] = None,
    until: Annotated[str | None, typer.Option("--until", help="Accepted before this instant.")] = None,
    client_order_id: Annotated[str | None, typer.Option("--client-id")] = None,
    group_id: Annotated[str | None, typer.Option("--group", help="Of one bracket, oto, oco or combo.")] = None,
    sort: Annotated[OrderSort, typer.Option("--sort")] = "newest",
    limit: Limit = 50,
    cursor: Cursor = None,
    watching: Watch = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Write all of them as CSV.")] = False,
    as_json: AsJson = False,
) -> None:
    """List orders, newest first unless sorted otherwise, or write them as CSV: orders list --symbol AAPL --csv."""
    desk = desk_of(context)
    chosen = {"account_id": choose.account(desk, account)["id"], "status": status, "symbol": symbol, "side": side}
    chosen |= {"kind": kind, "type": order_type, "order_class": order_class, "since": since, "until": until}
    chosen |= {"client_order_id": client_order_id, "group_id": group_id, "sort": sort}

    def ask() -> httpx.Response:
        return desk.get("/v1/orders", **chosen, limit=limit, cursor=cursor)

    if as_csv:
        for line in desk.lines("/v1/orders", **chosen):
            typer.echo(line, nl=False)
    elif not watching:
        render.listing(ask(), _ORDERS, "No orders.", as_json=as_json)
    elif as_json:
        watch_json(ask)
    else:
        watch(ask, _orders_table)


@verbs.command("place")
def place_order(  # noqa: PLR0913 - each parameter is an option of the command line
    context: typer.Context,
    side: Side,
    quantity: Quantity,
    symbol: Symbol,
    *,
    limit_price: LimitPrice = None,
    stop_price: StopPrice = None,
    trail_amount: Trail = None,
    take_profit: TakeProfit = None,
    stop_loss: StopLoss = None,
    protection_rate: Protection = None,
    trigger_source: Trigger = None,
    time_in_force: Annotated[TimeInForce | None, typer.Option("--tif", help="day when absent.")] = None,
    expires_on: Until = None,
    account: Account = None,
    client_order_id: ClientId = None,
    as_json: AsJson = False,
) -> None:
    """Place an order: paperdesk orders place buy 10 AAPL --limit 99.5 --take-profit 110 --stop-loss 95 --tif gtc."""
    desk = desk_of(context)
    answer = desk.post(
        "/v1/orders",
        account_id=choose.account(desk, account)["id"],
        symbol=symbol,
        side=side,
        quantity=quantity,
        **_prices(limit_price, stop_price, trail_amount),
        **_exits(take_profit, stop_loss),
        protection_rate=protection_rate,
        trigger_source=trigger_source,
        time_in_force=time_in_force,
        expires_on=expires_on,
        client_order_id=client_order_id,
    )
    show(answer, as_json=as_json)


@verbs.command("preview")
def preview_order(  # noqa: PLR0913 - each parameter is an option of the command line
    context: typer.Context,
    side: Side,
    quantity: Quantity,
    symbol: Symbol,
    *,
    limit_price: LimitPrice = None,
    stop_price: StopPrice = None,
    trail_amount: Trail = None,
    take_profit: TakeProfit = None,
    stop_loss: StopLoss = None,
    protection_rate: Protection = None,
    trigger_source: Trigger = None,
    time_in_force: Annotated[TimeInForce | None, typer.Option("--tif", help="day when absent.")] = None,
    expires_on: Until = None,
    account: Account = None,
    as_json: AsJson = False,
) -> None:
    """Say what an order would come to, without placing it; it takes the words of `place`."""
    desk = desk_of(context)
    answer = desk.post(
        "/v1/orders/preview",
        account_id=choose.account(desk, account)["id"],
        symbol=symbol,
        side=side,
        quantity=quantity,
        **_prices(limit_price, stop_price, trail_amount),
        **_exits(take_profit, stop_loss),
        protection_rate=protection_rate,
        trigger_source=trigger_source,
        time_in_force=time_in_force,
        expires_on=expires_on,
    )
    show_preview(answer, as_json=as_json)


def _prices(limit_price: str | None, stop_price: str | None, trail_amount: str | None) -> Row:
    """Return the prices given and the type of order that they make."""
    return {
        "type": _type(limit_price, stop_price, trail_amount),
        "limit_price": limit_price,
        "stop_price": stop_price,
        "trail_amount": trail_amount,
    }


def _exits(take_profit: str | None, stop_loss: str | None) -> Row:
    """Return the exits given and the class of order that they make."""
    exits = {
        "take_profit": None if take_profit is None else {"limit_price": take_profit},
        "stop_loss": None if stop_loss is None else {"stop_price": stop_loss},
    }
    return {"order_class": (None, "oto", "bracket")[sum(each is not None for each in exits.values())], **exits}


def _type(limit_price: str | None, stop_price: str | None, trail_amount: str | None) -> str:
    """Return the type of order that the prices given make."""
    if trail_amount is not None:
        return "trailing_stop"
    if stop_price is not None:
        return "stop" if limit_price is None else "stop_limit"
    return "market" if limit_price is None else "limit"


@verbs.command("replace")
def replace_order(  # noqa: PLR0913 - each parameter is an option of the command line
    context: typer.Context,
    order: OrderName,
    *,
    quantity: Annotated[str | None, typer.Option("--quantity")] = None,
    limit_price: Annotated[str | None, typer.Option("--limit")] = None,
    stop_price: Annotated[str | None, typer.Option("--stop")] = None,
    trail: Annotated[str | None, typer.Option("--trail", help="In the unit the order trails by.")] = None,
    time_in_force: Annotated[TimeInForce | None, typer.Option("--tif")] = None,
    expires_on: Until = None,
    client_order_id: ClientId = None,
    account: Account = None,
    as_json: AsJson = False,
) -> None:
    """Replace a working order by one that differs in what is given."""
    desk = desk_of(context)
    answer = desk.patch(
        f"/v1/orders/{choose.order_id(desk, order, account)}",
        quantity=quantity,
        limit_price=limit_price,
        stop_price=stop_price,
        trail=trail,
        time_in_force=time_in_force,
        expires_on=expires_on,
        client_order_id=client_order_id,
    )
    show(answer, as_json=as_json)


@verbs.command("cancel-all")
def cancel_orders(
    context: typer.Context,
    *,
    symbol: Annotated[str | None, typer.Option("--symbol", help="Only those in it.")] = None,
    kind: Annotated[str | None, typer.Option("--kind", help="Only equity, option, crypto or combo.")] = None,
    account: Account = None,
    as_json: AsJson = False,
) -> None:
    """Cancel every open order of an account, or all of a kind."""
    desk = desk_of(context)
    answer = desk.delete("/v1/orders", account_id=choose.account(desk, account)["id"], symbol=symbol, kind=kind)
    render.listing(answer, _ORDERS, "No open orders.", as_json=as_json)


@verbs.command("show")
def show_order(context: typer.Context, order: OrderName, *, account: Account = None, as_json: AsJson = False) -> None:
    """Show one order."""
    desk = desk_of(context)
    show(desk.get(f"/v1/orders/{choose.order_id(desk, order, account)}"), as_json=as_json)


@verbs.command("cancel")
def cancel_order(context: typer.Context, order: OrderName, *, account: Account = None, as_json: AsJson = False) -> None:
    """Cancel what is left of an order."""
    desk = desk_of(context)
    show(desk.delete(f"/v1/orders/{choose.order_id(desk, order, account)}"), as_json=as_json)


def _what(order: Row) -> Text:
    """Say what an order trades: so many of an instrument, or of a structure on it."""
    structure = order.get("structure")
    way = order["side"] if structure is None else "combo"
    name = order["symbol"] if structure is None else f"{structure.replace('_', ' ')} on {order['symbol']}"
    return render.plain(f"{way} ").append(render.number(order["quantity"])).append(f" {name}")


def _orders_table(answer: httpx.Response) -> Table:
    return render.table(_ORDERS, answer.json()["items"])


def show(answer: httpx.Response, *, as_json: bool) -> None:
    """Print an order, with its legs where it has any, or what it waits for."""
    if answer.status_code == HTTPStatus.ACCEPTED:
        approvals.show(answer, as_json=as_json)
        return
    if as_json:
        render.raw(answer)
        return
    order: Row = answer.json()
    lines = {
        "Order": _what(order),
        **{f"Leg {leg['leg']}": _what(leg) for leg in order.get("legs") or ()},
        "Price": _price(order),
        "Force": render.plain(order["time_in_force"]),
        "Status": _status(order),
        "Filled": render.number(order["filled_quantity"]),
        "Average": render.number(order["average_fill_price"]),
        "Fees": render.number(order["fees"]),
        "Accepted": render.instant(order["accepted_at"]).append(" UTC"),
        "Closed": render.plain(order["closed_reason"]),
        "Id": render.plain(order["id"]),
    }
    lines |= {f"Warning {nth}": render.plain(text) for nth, text in enumerate(order.get("warnings") or [], start=1)}
    render.console().print(render.card(lines))


_FOOTINGS = (
    render.words("", "when"),
    render.numbers("Cash", "cash"),
    render.numbers("Held", "held_cash"),
    render.numbers("Buying power", "buying_power"),
    render.numbers("Position", "position"),
)


def show_preview(answer: httpx.Response, *, as_json: bool) -> None:
    """Print what an order would come to."""
    if as_json:
        render.raw(answer)
        return
    found: Row = answer.json()
    steps = ((name, found[name]) for name in ("before", "accepted", "filled"))
    rows = [{"when": when, **footing} for when, footing in steps if footing is not None]
    lines = {"Verdict": render.plain("would be accepted" if found["refusal"] is None else found["refusal"]["detail"])}
    fill = found["expected_fill"]
    if fill is not None:
        lines["Expected"] = render.number(fill["quantity"]).append(" at ").append(render.number(fill["price"]))
        lines["Cost"] = render.number(fill["cost"])
        lines |= {f"Fee {kind}": render.number(amount) for kind, amount in fill["fees"].items()}
    elif found["unfilled_reason"] is not None:
        lines["Expected"] = render.plain(f"no fill: {str(found['unfilled_reason']).replace('_', ' ')}")
    lines |= {f"Warning {nth}": render.plain(text) for nth, text in enumerate(found["warnings"], start=1)}
    risk = found.get("risk")
    if risk is not None:
        lines["Risk"] = render.plain(risk["level"])
        lines |= {each["code"]: render.plain(f"{each['message']} {each['suggestion']}") for each in risk["findings"]}
    terminal = render.console()
    terminal.print(render.card(lines))
    terminal.print(render.table(_FOOTINGS, rows))
