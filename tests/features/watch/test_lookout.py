"""What is looked at when something happens: all of it, also where something cannot be looked at."""

import pytest

from paperdesk.features.watch.lookout import Lookout


async def test_what_cannot_be_looked_at_holds_up_nothing_else() -> None:
    things, seen = set(range(20)), set[int]()

    async def find_all() -> set[int]:
        return things

    async def look(thing: int) -> bool:
        if thing in (3, 7):
            raise LookupError(thing)
        seen.add(thing)
        return True

    lookout = Lookout(find_all, 0.0)
    for _ in range(3):  # as the room does, which outlives any failure
        with pytest.raises(LookupError):
            await lookout.run(look)
    assert seen == things - {3, 7}
