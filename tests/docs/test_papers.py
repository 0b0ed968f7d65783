"""The papers keep their promises: what they tell a newcomer to type is typed here, and must answer as they say."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.served import desk_at, free_port, new_home

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LEFT_OUT = "..."


def blocks_of(paper: str) -> list[tuple[str, str]]:
    """Return language and content of every code block of a paper, in order."""
    return BLOCK.findall((ROOT / paper).read_text(encoding="utf-8"))


@dataclass
class Reader:
    """Somebody who types what a paper says, with the ids and the key of their own desk."""

    desk: dict[str, str]
    names: dict[str, str] = field(default_factory=dict[str, str])
    settings: str = ""

    def filled(self, code: str) -> str:
        """Put this desk's address, key, ids and symbol where the paper has its own."""
        code = re.sub(r"PK\.{4}(SECRET)?", f"{self.desk['key_id']}.{self.desk['secret']}", code)
        code = code.replace("http://127.0.0.1:2080", self.desk["url"]).replace("AAPL", self.desk["symbol"])
        for name, value in self.names.items():
            code = code.replace(f"{name}_ID", value)
            code = re.sub(rf"^{name}=0198\.\.\.$", f"{name}={value}", code, flags=re.MULTILINE)
        return code

    def types(self, code: str) -> list[Any]:
        """Run a block of shell, and return the JSON of each answer; settings are kept for the blocks after it."""
        if "curl" not in code:
            self.settings += self.filled(code)
            return []
        said = ran(shutil.which("sh") or "sh", "-euc", self.settings + self.filled(code))
        return list(_each_json(said))


def ran(*command: str) -> str:
    """Run a program to its end, which must be a good one, and return what it said."""
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 0, run.stderr
    return run.stdout


def _each_json(text: str) -> Iterator[Any]:
    reads, text = json.JSONDecoder(), text.strip()
    while text:
        value, end = reads.raw_decode(text)
        yield value
        text = text[end:].lstrip()


def differences(shown: Any, real: Any, where: str = "") -> Iterator[str]:  # noqa: ANN401 - any JSON
    """Yield where an answer is not what a paper shows; whatever the paper leaves out with dots may be anything."""
    if isinstance(shown, dict) and isinstance(real, dict):
        for name in shown.keys() - {LEFT_OUT}:
            yield from differences(shown[name], real.get(name, "absent"), f"{where}.{name}")
    elif isinstance(shown, list) and isinstance(real, list) and len(shown) == len(real):
        for number, (one, other) in enumerate(zip(shown, real, strict=True)):
            yield from differences(one, other, f"{where}[{number}]")
    elif not (isinstance(shown, str) and LEFT_OUT in shown and isinstance(real, str)) and shown != real:
        yield f"{where}: the paper shows {shown!r}, the desk answers {real!r}"


def need_curl() -> None:
    """Skip where there is no curl, except in CI, where that is a failure."""
    if shutil.which("curl") is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("curl is not installed")


@pytest.mark.slow
def test_a_newcomer_gets_what_the_papers_promise() -> None:
    """One desk from its first start on: the tutorial, a restart, and the README; a start costs seconds."""
    need_curl()
    with new_home() as home:
        walk_the_papers(home, free_port())


def walk_the_papers(home: Path, port: int) -> None:
    """Do what the papers say, and find what they say."""
    with desk_at(home, port) as desk:
        reader = Reader(desk)
        answers = walked(reader)
        positions = json.loads(ran(sys.executable, "-m", "paperdesk.main", "--home", str(home), "positions", "--json"))
    the_tutorial_kept_its_promises(answers)
    with desk_at(home, port) as restarted:
        assert (restarted["key_id"], restarted["secret"]) == (desk["key_id"], desk["secret"])
        (accounts,) = reader.types('curl -s -H "$AUTH" $DESK/accounts')
        account, tape, ledger = accounts["items"][0], answers[6], answers[10]
        assert (account["cash"], account["at"]) == (ledger["items"][0]["cash_after"], tape["at"])
        assert reader.types('curl -s -H "$AUTH" $DESK/accounts/ACCOUNT_ID/positions') == [positions]
        the_readme_fills_an_order_by_curl(Reader(restarted))
        the_readme_fills_an_order_from_python(Reader(restarted))
        a_program_for_alpaca_fills_an_order(Reader(restarted))
        a_program_with_types_fills_an_order(Reader(restarted))


def the_tutorial_kept_its_promises(answers: list[Any]) -> None:
    """Compare what came with what the text says beside the answers that it shows."""
    me, _, tapes, quotes, order, account, tape, orders, fills, positions, ledger, *rest = answers
    assert set(me["scopes"]) == {"read", "trade", "limits", "admin"}
    assert tapes["items"][0]["licence"]
    assert quotes["items"][0]["derived_from"] == "bar"
    free = Decimal(account["margin"]["maintenance_excess"]) - Decimal(account["held_cash"])
    assert abs(Decimal(account["buying_power"]) - 4 * free) < Decimal("0.05")
    assert Decimal(account["held_cash"]) > 0
    assert (order["client_order_id"], tape["reached"]) == ("my-first", True)
    assert {row["status"] for row in orders["items"]} == {"filled"}
    assert fills["items"][0]["order_id"] == order["id"]
    assert [row["quantity"] for row in positions["items"]] == ["20"]
    assert [row["kind"] for row in ledger["items"]] == ["fill", "fill", "transfer"]
    resting, cancelled, refusal = rest
    assert (resting["status"], cancelled["status"]) == ("accepted", "cancelled")
    assert (refusal["status"], refusal["code"]) == (409, "insufficient_buying_power")


def the_readme_fills_an_order_by_curl(reader: Reader) -> None:
    """Type the README's block, once the first answer has told the ids."""
    (code,) = [code for language, code in blocks_of("README.md") if language == "sh" and "curl" in code]
    (accounts,) = reader.types(code[: code.index("\n\n", code.index("curl"))])
    reader.names = _ids_in(accounts)
    _, order, tape, fills = reader.types(code)
    assert (order["status"], order["waits_for"]) == ("accepted", "next_open")
    assert tape["reached"] is True
    assert (fills["items"][0]["order_id"], fills["items"][0]["quantity"]) == (order["id"], "10")


def the_readme_fills_an_order_from_python(reader: Reader) -> None:
    """Run the README's program."""
    (code,) = [code for language, code in blocks_of("README.md") if language == "python"]
    status, positions = ran(sys.executable, "-c", reader.filled(code)).splitlines()
    assert status == "filled"
    assert reader.desk["symbol"] in positions


def a_program_for_alpaca_fills_an_order(reader: Reader) -> None:
    """Run the program that is written for Alpaca's own client."""
    (code,) = [code for language, code in blocks_of("docs/how_to/use_alpaca_sdk.md") if language == "python"]
    _, filled = ran(sys.executable, "-W", "ignore", "-c", reader.filled(code)).splitlines()
    assert filled.startswith("filled ")


def a_program_with_types_fills_an_order(reader: Reader) -> None:
    """Run the program that uses our own client."""
    (code,) = [code for language, code in blocks_of("docs/how_to/use_the_python_clients.md") if language == "python"]
    status, *fills = ran(sys.executable, "-c", reader.filled(code)).splitlines()
    assert (status, bool(fills)) == ("filled", True)


def walked(reader: Reader) -> list[Any]:
    """Type the whole tutorial and return its answers; each that it shows must be the one that came."""
    answers: list[Any] = []
    for language, code in blocks_of("docs/tutorial/first_order.md"):
        if language == "sh":
            answers += reader.types(code)
            reader.names |= _ids_in(answers[-1]) if answers else {}
        # Without the packages that carry real prices the desk trades another symbol at other prices.
        elif language == "json" and reader.desk["symbol"] == "AAPL":
            assert list(differences(json.loads(code), answers[-1])) == []
    return answers


def _ids_in(answer: dict[str, Any]) -> dict[str, str]:
    """Return the ids that a reader notes down from an answer."""
    if "client_order_id" in answer:
        return {"ORDER": answer["id"]}
    row: dict[str, Any] = next(iter(answer.get("items", [])), {})
    return {"ACCOUNT": row["id"], "TAPE": row["tape_id"]} if "tape_id" in row else {}
