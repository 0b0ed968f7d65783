"""Where the browser goes: a desk as a person starts it."""

import pytest

from tests.served import served

__all__ = ["served"]


@pytest.fixture(scope="session")
def desk_url(served: dict[str, str]) -> str:
    """Where the desk is."""
    return served["url"]


@pytest.fixture(scope="session")
def sign_in_link(served: dict[str, str]) -> str:
    """The link that signs in, once."""
    return served["sign_in"]
