"""The published client of Alpaca, unmodified, against a desk at work."""

from tests.desk import desk, markets
from tests.dialect import dialect

__all__ = ["desk", "dialect", "markets"]
