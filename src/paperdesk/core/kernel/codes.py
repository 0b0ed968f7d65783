"""Codes that people read aloud and type: letters and digits that cannot be mistaken, and a check of typing.

There are 31 signs, a prime, so that a weighted sum modulo 31 finds every single wrong sign and every two
signs that were swapped.
"""

ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"


def with_check(code: str) -> str:
    """Return a code with its check sign at the end."""
    total = sum(weight * ALPHABET.index(sign) for weight, sign in enumerate(code, 2))
    return code + ALPHABET[-total % len(ALPHABET)]


def is_right(code: str) -> bool:
    """Say whether a code with its check sign was typed as it was given out."""
    return set(code) <= set(ALPHABET) and len(code) > 1 and with_check(code[:-1]) == code
