"""The second factor's codes: RFC 6238 (six digits, 30 s, SHA-1), as every authenticator application makes them.

Own code because the libraries refuse keys under 112 bits, and the local demo's published key has 80; keys that the
portal makes have 160.
"""

import base64
import hashlib
import hmac

PERIOD = 30


def code(key: str, step: int) -> str:
    """The six digits of a 30-second step; `key` is base32 text."""
    if not key:
        raise ValueError("no key")
    raw = base64.b32decode(key.upper() + "=" * (-len(key) % 8))
    digest = hmac.new(raw, step.to_bytes(8, "big"), hashlib.sha1).digest()  # RFC 4226 §5.3
    start = digest[-1] & 15
    return f"{(int.from_bytes(digest[start : start + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06d}"


def step_of(key: str, typed: str, seconds: int) -> int | None:
    """The step whose code was typed: the present one or a neighbour, compared in constant time; None when wrong."""
    typed = "".join(typed.split())
    present = seconds // PERIOD
    return next((s for s in (present, present - 1, present + 1) if _same(code(key, s), typed)), None)


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
