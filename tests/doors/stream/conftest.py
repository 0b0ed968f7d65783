"""The stream is tested over a desk at work."""

from tests.desk import desk, markets

__all__ = ["desk", "markets"]
