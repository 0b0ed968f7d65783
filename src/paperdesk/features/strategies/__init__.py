"""Saved strategies: shipped ones with the symbols and parameters that somebody keeps, version by version."""
