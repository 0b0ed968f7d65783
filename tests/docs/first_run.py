"""Start a desk for the first time on a machine that has no network, and fill an order there.

Run in a network namespace of its own: `unshare --net python -m tests.docs.first_run`. Only loopback is put up in it, so
whatever would reach further fails. Prints what it saw as JSON.
"""

import json
import socket
import struct
import sys
from fcntl import ioctl

import httpx

from tests.served import desk_at, free_port, new_home

_SET_FLAGS, _UP_AND_RUNNING = 0x8914, 0x41
_ANYWHERE = ("192.0.2.1", 80)  # an address that is nobody's (RFC 5737)


def put_loopback_up() -> None:
    """Put up the only interface there is."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        ioctl(control.fileno(), _SET_FLAGS, struct.pack("16sh", b"lo", _UP_AND_RUNNING))


def is_cut_off() -> bool:
    """Say whether nothing beyond this machine can be reached."""
    try:
        with socket.create_connection(_ANYWHERE, timeout=1):
            return False
    except OSError as error:
        return not isinstance(error, TimeoutError)


def first_order() -> str:
    """Start a desk in a new home, buy something on its first tape, and return what became of the order."""
    with new_home() as home, desk_at(home, free_port()) as desk:
        headers = {"Authorization": f"Bearer {desk['key_id']}.{desk['secret']}"}
        with httpx.Client(base_url=f"{desk['url']}/v1", headers=headers, timeout=30) as client:
            account = client.get(f"/accounts/{desk['account_id']}").raise_for_status().json()
            wish = {
                "account_id": account["id"],
                "symbol": desk["symbol"],
                "side": "buy",
                "type": "market",
                "quantity": "1",
            }
            order = client.post("/orders", json=wish).raise_for_status().json()
            step = {"action": "step", "unit": "session"}
            client.post(f"/tapes/{account['tape_id']}/control", json=step).raise_for_status()
            return str(client.get(f"/orders/{order['id']}").raise_for_status().json()["status"])


if __name__ == "__main__":
    put_loopback_up()
    sys.stdout.write(json.dumps({"is_cut_off": is_cut_off(), "order": first_order()}))
