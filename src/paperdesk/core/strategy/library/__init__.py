"""The strategies that are shipped: plain subclasses, to trade with, to learn from and to test with."""
