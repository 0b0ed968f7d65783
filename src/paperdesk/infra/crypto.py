"""Secrets: password hashes (argon2id), token hashes (keyed SHA-256), and the entropy behind ids.

API-key secrets are long and random, so a keyed hash is enough and costs microseconds; passwords are
neither, so they get argon2.
"""

import hashlib
import hmac
import secrets
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from paperdesk.core.kernel.codes import ALPHABET
from paperdesk.core.kernel.ids import ENTROPY_BYTES

_HASHER = PasswordHasher()
PEPPER_BYTES = 32


def hash_password(password: str) -> str:
    """Return the argon2id hash of a password, with its parameters and salt."""
    return _HASHER.hash(password)


def verify_password(password_hash: str, password: str) -> bool:
    """Say whether a password matches its hash."""
    try:
        return _HASHER.verify(password_hash, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


def new_token() -> str:
    """Return an unguessable token: 256 bits, safe in URLs."""
    return secrets.token_urlsafe(32)


def new_code(length: int, prefix: str = "") -> str:
    """Return a random code of letters and digits that cannot be mistaken for each other."""
    return prefix + "".join(secrets.choice(ALPHABET) for _ in range(length))


def entropy() -> bytes:
    """Return the randomness of one id."""
    return secrets.token_bytes(ENTROPY_BYTES)


class TokenHasher:
    """Hashes tokens with a key that never leaves the installation."""

    def __init__(self, pepper: bytes) -> None:
        """Keep the key."""
        self._pepper = pepper

    def hash(self, token: str) -> bytes:
        """Return the keyed SHA-256 of a token."""
        return hmac.new(self._pepper, token.encode(), hashlib.sha256).digest()

    @staticmethod
    def is_same(one: bytes, other: bytes) -> bool:
        """Compare two hashes in constant time."""
        return hmac.compare_digest(one, other)


def load_pepper(path: Path) -> bytes:
    """Read the installation's token key, making it at first use with owner-only permissions."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_bytes(secrets.token_bytes(PEPPER_BYTES))
    return path.read_bytes()
