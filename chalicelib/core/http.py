"""Asking another service, within a time and a size: it may be slow, down, or answer anything."""

import http.client
import json
import threading
from typing import Any
from urllib.parse import urlencode, urlsplit

from chalicelib.core.settings import settings


class Unreachable(Exception):
    """No answer that can be read, in time. `wait`: seconds that the service asks to be left alone, or 0."""

    def __init__(self, wait: int = 0) -> None:
        super().__init__(f"no answer; wait {wait} s")
        self.wait = wait


def get_json(url: str, query: dict[str, str], delay: float, most: int) -> Any:
    """What a service answers, read whole in `delay` seconds and `most` bytes; no redirection is followed.

    Raises Unreachable. The thread bounds everything, names and bytes that come one by one included; it ends by itself.
    """
    told: list[Any] = []
    asking = threading.Thread(target=lambda: told.append(_ask(url, query, delay, most)), daemon=True)
    asking.start()
    asking.join(delay)
    answer = told[0] if told else Unreachable()
    if isinstance(answer, Unreachable):
        raise answer
    return answer


def _ask(url: str, query: dict[str, str], delay: float, most: int) -> Any:
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.netloc, timeout=delay)
    try:
        who = {"Accept": "application/json", "User-Agent": f"Guichet/{settings().version} ({settings().base_url})"}
        connection.request("GET", f"{parts.path.rstrip('/')}?{urlencode(query)}", headers=who)
        answer = connection.getresponse()
        if answer.status != 200:
            return Unreachable(_wait(answer.headers.get("Retry-After", "")))
        body = answer.read(most + 1)
        return json.loads(body) if len(body) <= most else Unreachable()
    except (OSError, ValueError, RecursionError, http.client.HTTPException):
        return Unreachable()
    finally:
        connection.close()


def _wait(told: str) -> int:
    return int(told) if told.isascii() and told.isdigit() and len(told) < 5 else 0
