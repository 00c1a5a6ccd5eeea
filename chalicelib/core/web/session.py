"""Cookies. The session's proves who and when last seen, signed, so that no page costs a write (rule T1).

`__Host-session` = <owner>.<token>.<seen>.<signature>: the row of the session holds the hash of the token and its
absolute end; `seen` (seconds since 1970) moves with each page and gives the idle limit to the second.
`__Host-visite` = a random id for who is not logged in: forms are bound to it.
"""

from dataclasses import dataclass
from datetime import datetime

from chalicelib.core.web.secret import sign, signed

SESSION, VISIT = "__Host-session", "__Host-visite"


@dataclass(frozen=True)
class SessionCookie:
    """What the browser presents: not yet checked against the row."""

    owner: str
    token: str
    seen: int


def read(value: str) -> SessionCookie | None:
    """The cookie if its signature is ours."""
    parts = value.split(".")
    if len(parts) != 4 or not parts[2].isascii() or not parts[2].isdigit() or len(parts[2]) > 12:
        return None
    if not signed("session", parts[3], *parts[:3]):
        return None
    return SessionCookie(parts[0], parts[1], int(parts[2]))


def write(owner: str, token: str, now: datetime) -> str:
    """The Set-Cookie of a session seen now."""
    seen = str(int(now.timestamp()))
    return _cookie(SESSION, f"{owner}.{token}.{seen}.{sign('session', owner, token, seen)}")


def write_visit(visit: str) -> str:
    """The Set-Cookie of a visitor whose page holds a form."""
    return _cookie(VISIT, visit)


def forget(name: str = SESSION) -> str:
    """The Set-Cookie that takes a cookie back."""
    return _cookie(name, "") + "; Max-Age=0"


def _cookie(name: str, value: str) -> str:
    return f"{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax"
