"""Luck by name: the same seed and purpose give the same draws, whatever else was drawn before."""

import hashlib

import numpy as np


def stream(seed: int, *purpose: str | int) -> np.random.Generator:
    """Return the generator of one purpose, such as the minutes of one day."""
    name = "/".join(map(str, (seed, *purpose)))
    entropy = int.from_bytes(hashlib.sha256(name.encode()).digest()[:16], "big")
    return np.random.Generator(np.random.PCG64(entropy))


def fixed_share(*purpose: str | int) -> float:
    """Return a number from 0 to 1 that belongs to a name for ever, such as a company's place in a season."""
    return int.from_bytes(hashlib.sha256("/".join(map(str, purpose)).encode()).digest()[:6], "big") / 2**48
