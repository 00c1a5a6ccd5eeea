"""Dates and sizes as French readers expect them: `21 novembre 2026`, `14 h 32`, `1,2 Mo`. Pure."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

_PARIS = ZoneInfo("Europe/Paris")
_MOIS = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet",
    "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip
NBSP = "\u00a0"


def jour(value: date | datetime | str) -> str:
    """A civil day in Paris: « 1er mars 2026 », « 21 novembre 2026 »."""
    day = _local(value)
    number = "1er" if day.day == 1 else str(day.day)
    return f"{number}{NBSP}{_MOIS[day.month - 1]}{NBSP}{day.year}"


def heure(value: datetime | str) -> str:
    """A time in Paris: « 14 h 32 »."""
    moment = _local(value)
    if not isinstance(moment, datetime):
        raise TypeError("a day has no time")
    return f"{moment.hour}{NBSP}h{NBSP}{moment.minute:02d}"


def instant(value: datetime | str) -> str:
    """« 21 novembre 2026 à 14 h 32 »."""
    return f"{jour(value)} à {heure(value)}"


def duree(secondes: int) -> str:
    """How long to wait, rounded up: « une minute », « 12 minutes », « 3 heures »."""
    minutes = max(1, -(-secondes // 60))
    if minutes > 90:
        return f"{-(-minutes // 60)}{NBSP}heures"
    return "une minute" if minutes == 1 else f"{minutes}{NBSP}minutes"


def taille(octets: int) -> str:
    """A size as the limits count it (1 Mo = 1 048 576 octets): « 812 ko », « 1,2 Mo », « 2 Mo »."""
    if octets < 1_048_064:
        return f"{max(1, round(octets / 1024)) if octets else 0}{NBSP}ko"
    return f"{octets / 1_048_576:.1f}".removesuffix(".0").replace(".", ",") + f"{NBSP}Mo"


def _local(value: date | datetime | str) -> date | datetime:
    if isinstance(value, str):
        value = datetime.fromisoformat(value.replace("Z", "+00:00")) if "T" in value else date.fromisoformat(value)
    return value.astimezone(_PARIS) if isinstance(value, datetime) else value
