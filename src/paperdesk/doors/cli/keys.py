"""`paperdesk keys ...`: what programs show at the door, and what each is kept to."""

from typing import Annotated

import typer

from paperdesk.core.kernel.key_limits import Verb
from paperdesk.core.kernel.principal import Scope
from paperdesk.doors.cli import choose, render
from paperdesk.doors.cli.client import Row
from paperdesk.doors.cli.options import AsJson, Cursor, Limit, desk_of

verbs = typer.Typer(no_args_is_help=True, help="Keys of programs: issue them, see when they were used, revoke them.")


def _kept_to(key: Row) -> str:
    kept = [f"{name}: {', '.join(map(str, each))}" for name, each in key["limits"].items() if isinstance(each, list)]
    others = {name: key["limits"][name] for name in ("requests_per_minute", "approval_above")}
    budget = (key["limits"]["budget"] or {}) | others
    kept += [f"{name.replace('_', ' ')}: {each}" for name, each in budget.items() if each is not None]
    return "; ".join([*kept, *(["dry run"] if key["limits"]["dry_run"] else [])])


_KEYS = (
    render.ids(),
    render.sentences("Name", "name"),
    render.words("Key", "key_id"),
    render.Column("May", lambda key: render.plain(", ".join(key["scopes"]))),
    render.Column("Kept to", lambda key: render.plain(_kept_to(key)), folds_to=render.WORDS_WIDTH),
    render.instants("Expires (UTC)", "expires_at"),
    render.instants("Last used (UTC)", "last_used_at"),
)


@verbs.command("list")
def list_keys(context: typer.Context, *, limit: Limit = 50, cursor: Cursor = None, as_json: AsJson = False) -> None:
    """List your keys, as an administrator those of everybody here."""
    answer = desk_of(context).get("/v1/keys", limit=limit, cursor=cursor)
    render.listing(answer, _KEYS, "There is no key.", as_json=as_json)


@verbs.command("issue")
def issue_key(  # noqa: PLR0913 - each parameter is an option of the command line
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="What it is for.")],
    may: Annotated[list[Scope], typer.Option("--may", help="A permission; again for more.")],
    accounts: Annotated[list[str] | None, typer.Option("--account", help="An account it is kept to.")] = None,
    symbols: Annotated[list[str] | None, typer.Option("--symbol", help="A symbol it is kept to.")] = None,
    verbs_: Annotated[list[Verb] | None, typer.Option("--verb", help="A verb it is kept to.")] = None,
    networks: Annotated[list[str] | None, typer.Option("--from", help="Where it is taken from: 10.0.0.0/8.")] = None,
    expires_at: Annotated[str | None, typer.Option("--until", help="When it expires: 2030-01-01T00:00:00Z.")] = None,
    orders_a_day: Annotated[int | None, typer.Option("--orders-a-day", help="In an account, of a market day.")] = None,
    notional_a_day: Annotated[str | None, typer.Option("--notional-a-day", help="What orders may open for.")] = None,
    loss_a_day: Annotated[str | None, typer.Option("--loss-a-day", help="After which it opens nothing.")] = None,
    approval_above: Annotated[
        str | None, typer.Option("--approval-above", help="Above it orders wait for you.")
    ] = None,
    rate: Annotated[int | None, typer.Option("--requests-a-minute", help="How often it may ask.")] = None,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Let it try everything out and store nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Issue a key and print it, this once."""
    desk = desk_of(context)
    found = None if not accounts else [choose.account(desk, each)["id"] for each in accounts]
    kept: dict[str, object] = {"accounts": found, "symbols": symbols, "verbs": verbs_, "networks": networks}
    kept |= {"requests_per_minute": rate, "approval_above": approval_above}
    limits = {name: each for name, each in kept.items() if each} | ({"dry_run": True} if dry_run else {})
    budget = {"orders_a_day": orders_a_day, "notional_a_day": notional_a_day, "loss_a_day": loss_a_day}
    spendable = {name: each for name, each in budget.items() if each is not None}
    limits |= {"budget": spendable} if spendable else {}
    ends = {} if expires_at is None else {"expires_at": expires_at}
    answer = desk.send("POST", "/v1/keys", json={"name": name, "scopes": may, "limits": limits, **ends})
    if as_json:
        render.raw(answer)
        return
    key = answer.json()
    render.show(render.console(), render.table(_KEYS, [key]))
    render.say(f"Shown this once: {key['key_id']}.{key['secret']}")


@verbs.command("revoke")
def revoke_key(context: typer.Context, key: Annotated[str, typer.Argument(help="Its name, id or end of it.")]) -> None:
    """Revoke a key, for good and at once."""
    desk = desk_of(context)
    found = choose.key(desk, key)
    desk.delete(f"/v1/keys/{found['id']}")
    render.say(f"{found['name']} is revoked.")
