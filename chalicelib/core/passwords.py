"""Argon2id (rule T2), and the list of common passwords. Both are imported at first use."""

from functools import cache
from typing import Any

# OWASP's first choice: 19 MiB, two passes, one lane; about 50 ms on one processor.
_MEMORY_KIB, _PASSES, _LANES = 19 * 1024, 2, 1


@cache
def _hasher() -> Any:
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=_PASSES, memory_cost=_MEMORY_KIB, parallelism=_LANES)


def hash_password(password: str) -> str:
    """The hash that tables keep."""
    return str(_hasher().hash(password))


@cache
def _dummy() -> str:
    return hash_password("no account has this password")


def verify(stored: str | None, password: str) -> bool:
    """Whether the password is the right one; takes as long when there is no account (`stored` None)."""
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return bool(_hasher().verify(stored or _dummy(), password)) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


@cache
def common_passwords() -> frozenset[str]:
    """The most used passwords and words, lower case (zxcvbn's lists, French and English first names included)."""
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    return frozenset(
        word
        for name in ("passwords", "english_wikipedia", "female_names", "male_names", "surnames")
        for word in FREQUENCY_LISTS.get(name, ())
    )
