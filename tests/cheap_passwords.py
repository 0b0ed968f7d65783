"""Passwords hashed at a price that tests can pay often; as dear as the desk hashes them, they would do little else."""

from argon2 import PasswordHasher

from paperdesk.infra import crypto

DEAR = crypto._HASHER
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def hash_cheaply() -> None:
    """Hash so from now on, for the whole of a worker's life."""
    crypto._HASHER = CHEAP
