"""Neither the suite nor a first run needs a network."""

import json
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import BeyondThisMachine

ROOT = Path(__file__).resolve().parents[2]


def cut_off(*command: str) -> subprocess.CompletedProcess[str]:
    """Run a program where there is no network at all, or skip where the machine forbids that."""
    unshare = shutil.which("unshare") or "unshare"
    for words in (["--net"], ["--user", "--map-root-user", "--net"]):
        if (
            shutil.which(unshare)
            and subprocess.run([unshare, *words, "true"], capture_output=True, check=False).returncode == 0
        ):
            return subprocess.run(
                [unshare, *words, *command], cwd=ROOT, capture_output=True, text=True, timeout=110, check=False
            )
    pytest.skip("this machine lets nobody make a network of their own")


@pytest.mark.slow
def test_a_first_run_fills_an_order_where_there_is_no_network() -> None:
    run = cut_off(sys.executable, "-m", "tests.docs.first_run")
    assert run.returncode == 0, run.stderr[-2000:]
    assert json.loads(run.stdout) == {"is_cut_off": True, "order": "filled"}


@pytest.mark.parametrize("address", [("192.0.2.1", 9), ("2001:db8::1", 9)])
def test_no_test_can_reach_beyond_this_machine(address: tuple[str, int]) -> None:
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as line, pytest.raises(BeyondThisMachine):
        line.connect(address)


@pytest.mark.parametrize("host", ["paperdesk.example", "192.0.2.1"])
def test_no_test_can_ask_for_a_name_of_the_world(host: str) -> None:
    with pytest.raises(BeyondThisMachine):
        socket.getaddrinfo(host, 80)


def test_this_machine_itself_can_be_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as line:
        assert line.getpeername() == server.getsockname()
