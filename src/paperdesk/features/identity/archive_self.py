"""Write everything that is the caller's into one archive: a file a table, a row a line, and a list of what is in it."""

import asyncio
from collections import Counter
from typing import IO
from zipfile import ZIP_DEFLATED, ZipFile

import msgspec

from paperdesk.core.kernel.principal import Scope
from paperdesk.core.kernel.time import instant_text
from paperdesk.features.identity.personal_store import rows_of_caller
from paperdesk.infra.db import Row
from paperdesk.infra.work import ReadOnly

README = """Everything that this desk keeps of you, as it stood at one instant.

A file for each kind of row, as JSON Lines: a row a line. Money and quantities are text, instants are ISO 8601.
Secrets are not here: passwords, keys and codes are kept as hashes or sealed, and are of no use to anybody.
contents.json counts the rows.
"""


async def archive_self(work: ReadOnly, into: IO[bytes]) -> dict[str, int]:
    """Write the archive and return how many rows of each kind it has; a key needs more than to read for it.

    Raises MissingScope.
    """
    work.require(Scope.READ if work.who.key_id is None else Scope.ADMIN)
    counts = Counter[str]()
    with ZipFile(into, "w", ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", README)
        name, part = "", None
        async for table, rows in rows_of_caller(work):
            if table != name:
                if part is not None:
                    part.close()
                name, part = table, archive.open(f"{table}.jsonl", "w", force_zip64=True)
            assert part is not None, "the first table has a name"
            counts[table] += len(rows)
            await asyncio.to_thread(part.write, _lines(rows))
        if part is not None:
            part.close()
        contents = {"archived_at": instant_text(work.now), "user_id": work.who.user_id, "rows": counts}
        archive.writestr("contents.json", msgspec.json.format(msgspec.json.encode(contents)))
    return dict(counts)


def _lines(rows: list[Row]) -> bytes:
    return b"".join(msgspec.json.encode(row) + b"\n" for row in rows)
