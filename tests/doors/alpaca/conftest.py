"""The dialect as other clients speak it: raw requests over a desk at work."""

from tests.desk import desk, markets
from tests.dialect import dialect

__all__ = ["desk", "dialect", "markets"]
