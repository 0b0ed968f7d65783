"""Every use case may ask for a desk at work."""

from tests.belongings import ids
from tests.desk import desk, markets

__all__ = ["desk", "ids", "markets"]
