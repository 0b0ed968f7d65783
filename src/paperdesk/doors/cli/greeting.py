"""What `paperdesk up` says once the desk is open."""

import json
import shutil
import sys
from pathlib import Path
from typing import Any

from rich.console import Console


def greet(kept: dict[str, Any]) -> None:
    """Print what a newcomer needs: where, how to sign in, the key, and three things to try."""
    console = Console(highlight=False, soft_wrap=True)
    key = f"{kept['key_id']}.{kept['secret']}"
    console.print(f"\n[bold]Paperdesk[/] is open at [bold]{kept['url']}[/]\n")
    for name, text in (
        ("Sign in (works once)", kept["sign_in"]),
        ("API key", key),
        ("API reference", f"{kept['url']}/docs"),
    ):
        console.print(f"  {name:<22}{text}", markup=False)
    console.print("\nThree things to try, in another terminal:\n")
    for number, line in enumerate(_tries(kept, key), 1):
        console.print(f"  {number}. {line}", markup=False)
    console.print("\nCtrl-C stops everything.\n")


def _tries(kept: dict[str, Any], key: str) -> tuple[str, ...]:
    what = {"symbol": kept["symbol"], "side": "buy", "type": "market", "quantity": "5"}
    order = json.dumps({"account_id": kept["account_id"], **what})
    return (
        f"curl -s {kept['url']}/v1/orders -H 'Authorization: Bearer {key}' -d '{order}'",
        f"{_program()} tapes step",
        f"{_program()} positions",
    )


def _program() -> str:
    """Return how this program is called from here: by its name when it is on the path, else by where it is."""
    if shutil.which("paperdesk") is not None:
        return "paperdesk"
    here, program = Path.cwd(), Path(sys.argv[0]).absolute()
    return str(program.relative_to(here) if program.is_relative_to(here) else program)
