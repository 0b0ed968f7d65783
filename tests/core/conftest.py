"""The core is tested pure: floats never mix with decimals, and hypothesis searches short unless told.

`pytest tests/core --hypothesis-profile=nightly` searches for long.
"""

from hypothesis import settings

from paperdesk.core.kernel.money import trap_floats

settings.register_profile("short", deadline=None, max_examples=50, stateful_step_count=30, print_blob=True)
settings.register_profile("nightly", deadline=None, max_examples=3000, stateful_step_count=100, print_blob=True)
settings.load_profile("short")

trap_floats()
