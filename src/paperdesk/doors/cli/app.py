"""The verbs of `paperdesk`, and the one place where errors become exit codes.

`up`, `down` and `doctor` act on this machine and are handed over by the program; every other
verb asks the running server over REST.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any, TypeAlias

import typer
from rich.text import Text
from typer.core import TyperGroup

from paperdesk.core.kernel.errors import PaperdeskError
from paperdesk.doors.cli import (
    accounts,
    against,
    approvals,
    archive,
    audit,
    backtests,
    capsules,
    combos,
    comparisons,
    imports,
    jobs,
    keys,
    lives,
    market,
    models,
    order_life,
    orders,
    preferences,
    rates,
    render,
    rescores,
    sources,
    strategies,
    studies,
    sweeps,
    tapes,
    tries,
    users,
    walks,
)
from paperdesk.doors.cli.client import Desk, Refused, exit_of_error
from paperdesk.doors.cli.doctor import Check, package_version
from paperdesk.doors.cli.options import AsJson, desk_of

_CHECKS = (
    render.Column("", lambda row: Text("ok", "green") if row["ok"] else Text("no", "bold red")),
    render.words("Check", "name"),
    render.sentences("Found", "found"),
    render.Column(
        "What to do", lambda row: render.plain("" if row["ok"] else row["advice"]), folds_to=render.WORDS_WIDTH
    ),
)

Home: TypeAlias = Annotated[
    Path | None, typer.Option("--home", help="Where the desk keeps its files.", file_okay=False)
]


@dataclass(frozen=True, slots=True)
class UpOptions:
    """What `paperdesk up` was asked; a host or port of None is left to the settings."""

    home: Path
    host: str | None
    port: int | None
    opens_browser: bool


@dataclass(frozen=True, slots=True)
class LocalCommands:
    """What acts on this machine: run the desk and return an exit code, stop it and say if it ran, examine it.

    `bridge` stands between standard input and output and a desk, for models.
    """

    up: Callable[[UpOptions], int]
    down: Callable[[Path], bool]
    doctor: Callable[[Path], Sequence[Check]]
    bridge: models.Bridge


class _Verbs(TyperGroup):
    """The root of the command line: an error becomes `code: sentence` and an exit code here, and nowhere else."""

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 - typer keeps the type of its context private
        """Run a verb and translate how it failed."""
        try:
            return super().invoke(ctx)
        except Refused as refused:
            render.refusal(refused.code, refused.message, refused.facts)
            raise typer.Exit(refused.exit_code) from None
        except PaperdeskError as error:
            render.refusal(error.code, error.message, error.facts)
            raise typer.Exit(exit_of_error(error)) from None


def build_app(local: LocalCommands, home: Path) -> typer.Typer:
    """Build the command line over the local commands; `home` is the directory used without `--home`."""
    app = typer.Typer(
        name="paperdesk",
        cls=_Verbs,
        no_args_is_help=True,
        pretty_exceptions_show_locals=False,
    )
    _add_root(app, home)
    _add_local(app, local)
    app.command("version")(show_version)
    app.command("positions")(accounts.list_positions)
    app.command("archive")(archive.save_archive)
    app.command("verify")(capsules.verify)
    app.command("try")(tries.try_strategy)
    backtests.verbs.command("compare")(comparisons.compare_backtests)
    backtests.verbs.command("report")(capsules.save_report)
    backtests.verbs.command("capsule")(capsules.save_capsule)
    tapes.verbs.command("import")(imports.import_tape)
    lives.add_to(accounts.verbs)
    accounts.verbs.command("rescore")(rescores.rescore_account)
    combos.add_to(orders.verbs)
    app.add_typer(accounts.verbs, name="accounts")
    orders.verbs.command("history")(order_life.show_history)
    orders.verbs.command("statistics")(order_life.show_statistics)
    app.add_typer(orders.verbs, name="orders")
    app.add_typer(tapes.verbs, name="tapes")
    app.add_typer(tapes.dataset_verbs, name="datasets")
    app.add_typer(market.verbs, name="market")
    app.add_typer(sources.verbs, name="sources")
    against.add_to(backtests.verbs)
    app.add_typer(backtests.verbs, name="backtests")
    app.add_typer(sweeps.verbs, name="sweeps")
    app.add_typer(walks.verbs, name="walk-forwards")
    app.add_typer(studies.verbs, name="studies")
    app.add_typer(strategies.verbs, name="strategies")
    app.add_typer(jobs.verbs, name="jobs")
    app.add_typer(users.verbs, name="users")
    app.add_typer(keys.verbs, name="keys")
    app.add_typer(approvals.verbs, name="approvals")
    app.add_typer(rates.verbs, name="rates")
    app.add_typer(audit.verbs, name="audit")
    app.add_typer(preferences.verbs, name="preferences")
    app.add_typer(models.verbs_with(local.bridge), name="mcp")
    return app


def show_version(*, as_json: AsJson = False) -> None:
    """Print the version of this program."""
    found = package_version()
    if as_json:
        render.document({"version": found})
    else:
        render.say(f"paperdesk {found or '(not installed as a package)'}")


def _add_root(app: typer.Typer, usual_home: Path) -> None:
    @app.callback()
    def root(
        context: typer.Context,
        home: Home = None,
        url: Annotated[
            str | None, typer.Option("--url", envvar="PAPERDESK_URL", help="Another server than the local one.")
        ] = None,
        key: Annotated[
            str | None, typer.Option("--key", envvar="PAPERDESK_KEY", help="An API key: PK....secret")
        ] = None,
    ) -> None:
        """Run a whole trading desk on paper."""
        desk = Desk(home or usual_home, url, key)
        context.obj = desk
        context.call_on_close(desk.close)


def _add_local(app: typer.Typer, local: LocalCommands) -> None:
    @app.command("up")
    def up(
        context: typer.Context,
        host: Annotated[str | None, typer.Option("--host", help="Address to listen on.")] = None,
        port: Annotated[int | None, typer.Option("--port", min=1, max=65535)] = None,
        home: Home = None,
        *,
        no_open: Annotated[bool, typer.Option("--no-open", help="Do not open a browser.")] = False,
    ) -> None:
        """Run the desk until Ctrl-C: database, server and web app."""
        wish = UpOptions(home or desk_of(context).home, host, port, opens_browser=not no_open)
        raise typer.Exit(local.up(wish))

    @app.command("down")
    def down(context: typer.Context, home: Home = None) -> None:
        """Stop what is running, and what an unclean end left running."""
        stopped = local.down(home or desk_of(context).home)
        render.say("Stopped." if stopped else "Nothing was running.")

    @app.command("doctor")
    def doctor(context: typer.Context, home: Home = None, *, as_json: AsJson = False) -> None:
        """Check this installation and say what to do."""
        checks = [asdict(check) for check in local.doctor(home or desk_of(context).home)]
        if as_json:
            render.document({"items": checks})
        else:
            render.show(render.console(), render.table(_CHECKS, checks))
        if not all(check["ok"] for check in checks):
            raise typer.Exit(1)
