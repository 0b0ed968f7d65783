"""What is told of several doors may ask for a desk that all of them lead to."""

from tests.desk import desk, markets
from tests.mcp_door import models

__all__ = ["desk", "markets", "models"]
