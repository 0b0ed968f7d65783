"""Write docs/reference/openapi.json from the routes themselves.

The file is what a release promises: a change of it is a change of the API, and shows in its review.
With `--check` nothing is written and a file that is out of step is an error.
"""

import argparse
import asyncio
import json
import sys
from importlib.metadata import version
from pathlib import Path

from fastapi import FastAPI

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

from paperdesk.doors.alpaca.app import dialect  # noqa: E402 - found through the line above, installed or not
from paperdesk.doors.desk import Desk  # noqa: E402
from paperdesk.doors.mcp.tool_routes import router as tool_list  # noqa: E402
from paperdesk.doors.rest import build_app, gathered_routes  # noqa: E402
from paperdesk.doors.stream.routes import router as stream  # noqa: E402
from paperdesk.features.broker.order_writer import OrderWriter  # noqa: E402
from paperdesk.features.identity.access import Gate  # noqa: E402
from paperdesk.features.marketdata.publication import Publication  # noqa: E402
from paperdesk.features.marketdata.sources import Sources  # noqa: E402
from paperdesk.features.marketdata.tapes import Shelf  # noqa: E402
from paperdesk.infra.crypto import TokenHasher, Vault  # noqa: E402
from paperdesk.infra.db import Server  # noqa: E402
from paperdesk.infra.outbound import Surroundings  # noqa: E402
from paperdesk.infra.outbox import Relay  # noqa: E402
from paperdesk.infra.runtime import Runtime  # noqa: E402
from paperdesk.infra.settings import Settings  # noqa: E402

FILE = ROOT / "docs" / "reference" / "openapi.json"


def unplugged_app() -> FastAPI:
    """Return the whole app over a desk that reaches no database: good for asking what there is."""
    runtime = Runtime(Settings(), Server({}), TokenHasher(b""), Vault({"none": bytes(32)}))
    shelf = Shelf(runtime.settings.datasets)
    relay = Relay(runtime.server, runtime.bus, runtime.metrics)
    around = Surroundings(runtime.clock, asyncio.sleep, lambda: 0.0, runtime.metrics)
    sources = Sources(runtime.settings, runtime.vault, around)
    writer = OrderWriter(runtime, shelf, relay)
    desk = Desk(runtime, Gate(runtime), shelf, writer, sources, Publication(shelf))
    return build_app(desk, version("paperdesk"), gathered_routes([stream, tool_list]), [dialect(desk)])


def text() -> str:
    """Return the description as it is written down."""
    return json.dumps(unplugged_app().openapi(), indent=2, ensure_ascii=False) + "\n"


def main(arguments: list[str]) -> int:
    """Write the file, or check it; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when the file is out of step")
    if not parser.parse_args(arguments).check:
        FILE.parent.mkdir(parents=True, exist_ok=True)
        FILE.write_text(text(), encoding="utf-8")
        return 0
    if not FILE.exists() or FILE.read_text(encoding="utf-8") != text():
        sys.stderr.write("docs/reference/openapi.json is out of step with the code; run `make docs`\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
