"""Clients are tested against a desk at work, through a real server."""

from tests.desk import desk, markets
from tests.mcp_door import models

__all__ = ["desk", "markets", "models"]
