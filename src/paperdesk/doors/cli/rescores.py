"""`paperdesk accounts rescore`: the same orders under another fill model."""

from typing import Annotated

import typer

from paperdesk.doors.cli import choose, render
from paperdesk.doors.cli.client import Row
from paperdesk.doors.cli.options import AccountName, AsJson, desk_of

_ORDERS = (
    render.words("Symbol", "symbol"),
    render.words("Side", "side"),
    render.numbers("Filled", "filled_before"),
    render.numbers("would be", "filled_after"),
    render.numbers("Average", "average_before"),
    render.numbers("would be", "average_after"),
    render.numbers("Gain", "gain", signed=True),
)
_IMPOSSIBLE = (
    render.numbers("Seq", "seq"),
    render.instants("At (UTC)", "at"),
    render.words("Command", "command"),
    render.sentences("Refused, because", "message"),
)


def rescore_account(
    context: typer.Context,
    fill_model: Annotated[
        str, typer.Argument(help="Such as ideal, realistic_day, conservative or blend:realistic=0.7+harsh=0.3.")
    ],
    account: AccountName = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Fill an account's orders again under another fill model and compare; the account is not touched."""
    desk = desk_of(context)
    path = f"/v1/accounts/{choose.account(desk, account)['id']}/rescore"
    answer = desk.post(path, fill_model=fill_model)
    found: Row | None = answer.json()["rescore"]
    if as_json:
        render.raw(answer)
    elif found is None:
        render.say(f"That takes a while: paperdesk jobs show {answer.json()['job_id']}")
    else:
        _show(found)


def _show(found: Row) -> None:
    console = render.console()
    render.show(console, render.table(_ORDERS, [_row(each) for each in found["orders"]]))
    if found["impossible"]:
        render.show(console, render.table(_IMPOSSIBLE, found["impossible"]))
    difference = render.number(found["difference"], signed=True)
    render.say(
        f"{found['fill_model']}: equity {render.number(found['equity_before'])}; "
        f"{found['other_model']}: {render.number(found['equity_after'])} ({difference})."
    )


def _row(score: Row) -> Row:
    before, after = score["before"] or {}, score["after"] or {}
    return {
        **{name: score[name] for name in ("symbol", "side", "gain")},
        "filled_before": before.get("filled_quantity"),
        "filled_after": after.get("filled_quantity"),
        "average_before": before.get("average_fill_price"),
        "average_after": after.get("average_fill_price"),
    }
