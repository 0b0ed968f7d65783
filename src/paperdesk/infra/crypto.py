"""Secrets: password hashes (argon2id), token hashes (keyed SHA-256), sealed keys (AES-256-GCM), entropy of ids.

API-key secrets are long and random, so a keyed hash is enough and costs microseconds; passwords are
neither, so they get argon2. What we must send on, such as a key at a vendor, cannot be hashed and is sealed.
"""

import binascii
import hashlib
import hmac
import secrets
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from paperdesk.core.kernel.codes import ALPHABET
from paperdesk.core.kernel.errors import Conflict, Invalid
from paperdesk.core.kernel.ids import ENTROPY_BYTES

_HASHER = PasswordHasher()
PEPPER_BYTES = 32
SEALING_KEY_BYTES = 32
NONCE_BYTES = 12


class MalformedSealingKeys(Invalid):
    """Sealing keys are name:base64 of 32 bytes, separated by commas, the one in use first."""


class SealBroken(Conflict):
    """A secret was sealed with a key that this desk does not have, or was changed since; it must be set again."""


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


def new_key(length: int) -> bytes:
    """Return a random key of some bytes."""
    return secrets.token_bytes(length)


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


@dataclass(frozen=True, slots=True)
class Sealed:
    """A secret that only the key of that name opens."""

    key_name: str
    box: bytes


class Vault:
    """Seals secrets with the first of its keys and opens them with whichever they were sealed with."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        """Take the keys by name, the one in use first."""
        self.current = next(iter(keys))
        self._keys = {name: AESGCM(key) for name, key in keys.items()}

    def seal(self, secret: str, place: str) -> Sealed:
        """Seal a secret for one place; moved to another it does not open."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        box = self._keys[self.current].encrypt(nonce, secret.encode(), place.encode())
        return Sealed(self.current, nonce + box)

    def open(self, sealed: Sealed, place: str) -> str:
        """Return a secret. Raises SealBroken."""
        key = self._keys.get(sealed.key_name)
        try:
            if key is not None:
                nonce, box = sealed.box[:NONCE_BYTES], sealed.box[NONCE_BYTES:]
                return key.decrypt(nonce, box, place.encode()).decode()
        except InvalidTag:
            pass
        raise SealBroken(
            f"What is kept for {place.rpartition('/')[2]} cannot be opened with the sealing keys of this desk.",
            key_name=sealed.key_name,
        )

    def resealed(self, sealed: Sealed, place: str) -> Sealed:
        """Return a secret sealed with the key in use. Raises SealBroken."""
        return self.seal(self.open(sealed, place), place)


def load_sealing_keys(path: Path, given: str | None) -> dict[str, bytes]:
    """Read the sealing keys that were given, else those of a file, made at first use with owner-only permissions."""
    if given is None and not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(f"first:{b64encode(secrets.token_bytes(SEALING_KEY_BYTES)).decode()}\n", encoding="utf-8")
    text = path.read_text(encoding="utf-8") if given is None else given
    pairs = [each.strip().partition(":") for each in text.replace("\n", ",").split(",") if each.strip()]
    try:
        keys = {name: b64decode(key, validate=True) for name, _, key in pairs}
    except binascii.Error:
        keys = {}
    if not keys or len(keys) < len(pairs) or any(len(key) != SEALING_KEY_BYTES for key in keys.values()):
        raise MalformedSealingKeys("Sealing keys are name:base64 of 32 bytes, separated by commas.")
    return keys
