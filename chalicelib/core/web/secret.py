"""Secrets are random rows made at first use, kept in memory by each process; deleting the row rotates one."""

import hashlib
import hmac
from contextlib import suppress
from functools import cache

from pynamodb.attributes import UnicodeAttribute

from chalicelib.core.context import live_context
from chalicelib.core.errors import Conflict
from chalicelib.core.table import Act, Row, get, meta


class SecretRow(Row):
    """A secret by its name."""

    Meta = meta("noyau")
    valeur = UnicodeAttribute()


@cache
def secret(name: str) -> bytes:
    """The secret `name`; two processes that make it at once end with the same one."""
    row = get(SecretRow, f"SECRET#{name}", "SECRET")
    if row is None:
        ctx = live_context()
        act = Act(ctx)
        act.create(SecretRow(f"SECRET#{name}", "SECRET", valeur=ctx.token()), "secret")
        with suppress(Conflict):
            act.commit()
        row = get(SecretRow, f"SECRET#{name}", "SECRET")
    if row is None:
        raise RuntimeError(f"the secret {name} could not be read back")
    return str(row.valeur).encode()


def sign(name: str, *parts: str) -> str:
    """A signature of `parts`, 128 bits, safe in a cookie or a form."""
    message = "\x1f".join(parts).encode()
    return hmac.new(secret(name), message, hashlib.sha256).hexdigest()[:32]


def signed(name: str, signature: str, *parts: str) -> bool:
    """Whether `signature` is ours, compared in constant time."""
    return hmac.compare_digest(sign(name, *parts).encode(), signature.encode())


def digest(token: str) -> str:
    """What tables keep of a token."""
    return hashlib.sha256(token.encode()).hexdigest()
