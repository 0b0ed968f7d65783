"""Every test of this door may ask for a desk that models reach."""

from tests.desk import desk, markets
from tests.mcp_door import models

__all__ = ["desk", "markets", "models"]
