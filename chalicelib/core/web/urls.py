"""Every address is built here: never from a request (its Host can lie)."""

import hashlib
from functools import cache
from pathlib import Path

from chalicelib.core.settings import settings

STATIC = Path(__file__).parent.parent / "static"


def url(path: str) -> str:
    """A path of the portal, under BASE_PATH."""
    return settings().base_path + path


def lien(path: str) -> str:
    """A whole address, for mails."""
    return settings().base_url + path


@cache
def statique(name: str) -> str:
    """A static file under a name that changes with its content, so that it can be kept for ever."""
    return url(f"/statique/{empreinte(name)}-{name.replace('/', '--')}")


@cache
def empreinte(name: str) -> str:
    """Twelve characters that stand for the content of a static file."""
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]


def chemin_local(text: str) -> str | None:
    """`text` if it is a path of this portal that one may be sent to, else None (no open redirect)."""
    if not text.startswith("/") or len(text) > 200:
        return None
    allowed = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-_.?=&#")
    if text.startswith("//") or not set(text) <= allowed:
        return None
    return text
