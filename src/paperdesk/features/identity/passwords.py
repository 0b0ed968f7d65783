"""What a password must be; the rules ask for length and for not being guessable from what everybody knows."""

from collections.abc import Iterator

from paperdesk.core.kernel.errors import Invalid

LENGTH_MIN = 8
LENGTH_MAX = 100
_DIFFERENT_MIN = 5
# What is tried first everywhere; compared without case and without what stands behind the last letter.
_COMMON = frozenset({
    "password", "passwort", "motdepasse", "qwerty", "qwertyui", "qwertz", "azerty", "letmein", "welcome", "iloveyou",
    "administrator", "changeme", "trustno", "sunshine", "princess", "football", "baseball", "superman", "paperdesk",
})  # fmt: skip
_ROWS = ("abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "qwertzuiop")


class PasswordTooWeak(Invalid):
    """A password has 8 to 100 characters, five of them different, and is neither well known nor one's own name."""


def require_strong(password: str, *known: str) -> None:
    """Refuse a password that breaks a rule, and say all that it breaks; `known` is what others know of its owner."""
    reasons = list(_faults(password, known))
    if reasons:
        raise PasswordTooWeak(f"This password cannot be used: {'; '.join(reasons)}.", reasons=reasons)


def _faults(password: str, known: tuple[str, ...]) -> Iterator[str]:
    plain = password.casefold()
    if not LENGTH_MIN <= len(password) <= LENGTH_MAX:
        yield f"it must have {LENGTH_MIN} to {LENGTH_MAX} characters"
    if len(set(plain)) < _DIFFERENT_MIN:
        yield f"it must have {_DIFFERENT_MIN} different characters"
    if plain.rstrip("0123456789!?.-_") in _COMMON or any(plain in row or plain in row[::-1] for row in _ROWS):
        yield "it is among the first that are tried"
    if any(len(word) >= _DIFFERENT_MIN and word.casefold() in plain for word in known):
        yield "it contains your name or address"
