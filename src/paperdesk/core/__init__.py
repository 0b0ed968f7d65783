"""The rules: pure and deterministic, no I/O, no clock, no randomness of their own."""
