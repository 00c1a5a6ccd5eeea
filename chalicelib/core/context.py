"""The world as one request sees it: its instant, its chance, who asks. The only source of time and randomness."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"

_clock: Callable[[], datetime] = lambda: datetime.now(UTC)  # noqa: E731  (replaced as a whole by set_clock)


def set_clock(clock: Callable[[], datetime]) -> None:
    """Replace the source of UTC instants: the local run moves it forward, tests fix it."""
    global _clock
    _clock = clock


def _base32(number: int, length: int) -> str:
    return "".join(_ALPHABET[(number >> (5 * i)) & 31] for i in reversed(range(length)))


@dataclass(frozen=True)
class Context:
    """One invocation: a single instant, the person, the command that an act carries out."""

    now: datetime
    user: Any = None
    source: str = ""
    agent: str = ""
    command: str | None = None
    route: str = ""
    request: Any = field(default=None, repr=False)

    @property
    def today(self) -> date:
        """The civil day in Paris."""
        return self.now.astimezone(PARIS).date()

    @property
    def instant(self) -> str:
        """The instant as tables keep it: UTC, sortable, to the microsecond."""
        return iso(self.now)

    def days_since(self, instant: str) -> int:
        """Civil days in Paris between an instant of the tables and today."""
        return (self.today - from_iso(instant).astimezone(PARIS).date()).days

    def new_id(self) -> str:
        """26 characters [0-9a-z], sorted by time, 80 bits of chance."""
        return _base32(int(self.now.timestamp() * 1000), 10) + _base32(secrets.randbits(80), 16)

    def token(self) -> str:
        """A secret of 256 bits, safe in an address."""
        return secrets.token_urlsafe(32)

    def digits(self, alphabet: str, length: int) -> str:
        """A code of characters of `alphabet`, each drawn evenly."""
        return "".join(secrets.choice(alphabet) for _ in range(length))

    def chance(self) -> secrets.SystemRandom:
        """A generator for what needs to look irregular (captcha, jitter)."""
        return secrets.SystemRandom()


def iso(instant: datetime) -> str:
    """An aware instant -> UTC, fixed width, sortable as text."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def from_iso(text: str) -> datetime:
    """Reads what `iso` wrote, and what EventBridge Scheduler sends."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def live_context(**known: Any) -> Context:
    """The context of a real invocation, at the clock's instant."""
    return Context(now=_clock(), **known)
