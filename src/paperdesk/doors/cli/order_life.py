"""`paperdesk orders history` and `paperdesk orders statistics`: what became of orders."""

import typer

from paperdesk.doors.cli import choose, render
from paperdesk.doors.cli.client import PAGE_ROWS_MAX, Row
from paperdesk.doors.cli.options import Account, AsJson, desk_of

_STATES = (
    render.numbers("Seq", "seq"),
    render.instants("At (UTC)", "at"),
    render.words("Event", "event"),
    render.words("Status", "status"),
    render.numbers("Quantity", "quantity"),
    render.numbers("Filled", "filled_quantity"),
    render.numbers("Limit", "limit_price"),
    render.numbers("Stop", "stop_price"),
    render.sentences("By", "subject"),
    render.sentences("From", "origin"),
)


def show_history(context: typer.Context, order: str, account: Account = None, *, as_json: AsJson = False) -> None:
    """List every state an order has been in, and who or what brought it."""
    desk = desk_of(context)
    answer = desk.get(f"/v1/orders/{choose.order_id(desk, order, account)}/history", limit=PAGE_ROWS_MAX)
    render.listing(answer, _STATES, "Nothing is recorded of this order.", as_json=as_json)


def show_statistics(context: typer.Context, account: Account = None, *, as_json: AsJson = False) -> None:
    """Count an account's orders by state, with fill rate, volume and time to fill."""
    desk = desk_of(context)
    answer = desk.get(f"/v1/accounts/{choose.account(desk, account)['id']}/order-statistics")
    if as_json:
        render.raw(answer)
        return
    found: Row = answer.json()
    counts = {name: render.number(number) for name, number in found["by_status"].items() if number}
    lines = {
        "Orders": render.number(found["orders"]),
        **counts,
        "Fills": render.number(found["fills"]),
        "Fill rate": render.plain(_share(found["fill_rate"])),
        "Volume": render.number(found["volume"]),
        "Median time to fill": render.plain(_seconds(found["median_seconds_to_fill"])),
    }
    render.console().print(render.card(lines))


def _share(rate: float | None) -> str:
    return render.MISSING if rate is None else f"{rate:.1%}"


def _seconds(seconds: float | None) -> str:
    return render.MISSING if seconds is None else f"{seconds:,.0f} s of market time"
