"""The console's entry point. The server's rooms are imported only by the command that serves."""

import asyncio
import os
import signal
import webbrowser
from pathlib import Path
from typing import Any

from paperdesk.core.kernel.money import trap_floats
from paperdesk.doors.cli.app import LocalCommands, UpOptions, build_app
from paperdesk.doors.cli.doctor import examine
from paperdesk.doors.cli.greeting import greet
from paperdesk.infra.home import Home
from paperdesk.infra.postgres import stop_left_behind
from paperdesk.infra.postgres_binaries import find_installation
from paperdesk.infra.settings import Settings

STOPS_WITHIN_S = 20


def up(options: UpOptions) -> int:
    """Run the desk here, until Ctrl-C."""
    from paperdesk.serving import serve_here  # noqa: PLC0415 - a second of imports that no other command needs

    def welcome(kept: dict[str, Any]) -> None:
        greet(kept)
        if options.opens_browser:
            webbrowser.open(kept["sign_in"])

    return serve_here(options, welcome)


def down(folder: Path) -> bool:
    """Stop what runs in a home directory: the server if it lives, else the database it left behind."""
    home = Home(folder)
    pid = home.taken_by
    stopped = pid is not None and _terminate(pid)
    home.withdraw_server()
    return asyncio.run(stop_left_behind(home.database)) or stopped


def _terminate(pid: int) -> bool:
    """Ask a process to stop and wait until it has; False when it was gone already."""
    try:
        os.kill(pid, signal.SIGTERM)
    except ProcessLookupError:
        return False
    asyncio.run(_gone(pid))
    return True


async def _gone(pid: int) -> None:
    async with asyncio.timeout(STOPS_WITHIN_S):
        while _lives(pid):
            await asyncio.sleep(0.05)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def bridge(url: str, token: str) -> None:
    """Carry messages between a model's client and a desk."""
    from paperdesk.doors.mcp.stdio import bridge as carry  # noqa: PLC0415 - as above

    carry(url, token)


def run() -> None:
    """Run the command line."""
    trap_floats()
    settings = Settings()

    def postgres() -> str | None:
        found = find_installation(None, settings.search_path)
        return None if found is None else f"{found.version} in {found.programs}"

    def strategies() -> list[str]:
        from paperdesk.infra.strategy_packages import bring_in  # noqa: PLC0415 - as above

        return [each.said for each in bring_in(settings.strategy_packages)]

    local = LocalCommands(up=up, down=down, doctor=lambda home: examine(home, postgres, strategies), bridge=bridge)
    build_app(local, settings.directory)()


if __name__ == "__main__":
    run()
