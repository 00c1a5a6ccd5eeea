"""When schedules fall due: EventBridge Scheduler's arithmetic for `rate(...)` and daily `cron(...)`, as pure functions.

As AWS documents it: a local time that does not exist (clocks going forward) is skipped that day; a local time that
exists twice (clocks going back) runs once, the first time.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as Heure
from typing import Any
from zoneinfo import ZoneInfo

from infra.local.environnement import PREFIXE, RefusLocal
from infra.local.modeles import Modele, Resolveur, ressources

_UNITES = {"minute": 60, "hour": 3600, "day": 86400}
_EPOQUE = datetime(1970, 1, 1, tzinfo=UTC)
_RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
_CRON = re.compile(r"cron\((\d{1,2}) (\d{1,2}) (?:\* \* \?|\? \* \*) \*\)")


@dataclass(frozen=True)
class Horaire:
    """A schedule's expression, understood: a period in seconds, else a time of each day."""

    expression: str
    fuseau: str = "UTC"
    periode: int = 0
    heure: Heure = Heure(0)

    def dernier(self, instant: datetime) -> datetime:
        """The last due instant that is not after `instant`."""
        if self.periode:
            ecoule = int((instant - _EPOQUE).total_seconds())
            return _EPOQUE + timedelta(seconds=ecoule - ecoule % self.periode)
        return self._jour_par_jour(instant, -1, lambda du: du <= instant)

    def prochain(self, instant: datetime) -> datetime:
        """The first due instant after `instant`."""
        if self.periode:
            return self.dernier(instant) + timedelta(seconds=self.periode)
        return self._jour_par_jour(instant, 1, lambda du: du > instant)

    def _jour_par_jour(self, instant: datetime, pas: int, convient: Callable[[datetime], bool]) -> datetime:
        """Look at each civil day in turn, from the eve or the morrow of the instant's."""
        jour = instant.astimezone(ZoneInfo(self.fuseau)).date() - timedelta(days=pas)
        while True:
            du = self._ce_jour(jour)
            if du is not None and convient(du):
                return du
            jour += timedelta(days=pas)

    def _ce_jour(self, jour: date) -> datetime | None:
        local = datetime.combine(jour, self.heure, ZoneInfo(self.fuseau))
        instant = local.astimezone(UTC)
        existe = instant.astimezone(ZoneInfo(self.fuseau)).replace(tzinfo=None) == local.replace(tzinfo=None)
        return instant if existe else None


def comprendre(expression: str, fuseau: str = "UTC") -> Horaire:
    """Parse an expression; what the local run cannot do is refused, never guessed."""
    rate, cron = _RATE.fullmatch(expression), _CRON.fullmatch(expression)
    if rate and int(rate[1]):
        return Horaire(expression, fuseau, periode=int(rate[1]) * _UNITES[rate[2]])
    if cron and int(cron[1]) < 60 and int(cron[2]) < 24:
        ZoneInfo(fuseau)
        return Horaire(expression, fuseau, heure=Heure(int(cron[2]), int(cron[1])))
    raise RefusLocal(f"Planification non prise en charge ici : {expression} (rate(n unité) ou cron(m h * * ? *)).")


@dataclass(frozen=True)
class Planification:
    """A schedule of the template: what runs, when, with which event."""

    nom: str
    fonction: str
    horaire: Horaire
    entree: str


def _camel(nom: str) -> str:
    return "".join(morceau.capitalize() for morceau in nom.split("_"))


def planifications(modele: Modele, connus: dict[str, str], fonctions: list[str]) -> list[Planification]:
    """The enabled schedules of a template, each bound to one of the app's functions."""
    resoudre = Resolveur(modele, connus)
    trouvees = []
    for ressource in ressources(modele, "AWS::Scheduler::Schedule").values():
        proprietes = resoudre(ressource.get("Properties") or {})
        if proprietes.get("State", "ENABLED") == "ENABLED":
            trouvees.append(_planification(proprietes, fonctions))
    return sorted(trouvees, key=lambda p: p.nom)


def _planification(proprietes: dict[str, Any], fonctions: list[str]) -> Planification:
    nom = str(proprietes["Name"]).removeprefix(PREFIXE)
    cible = proprietes["Target"]
    logique = re.split(r"[.:]", str(cible["Arn"]))
    candidates = [f for f in fonctions if _camel(f) in logique or PREFIXE + f in logique or f in logique]
    if len(candidates) != 1:
        raise RefusLocal(f"La planification {nom} vise {cible['Arn']}, qui n'est pas une fonction de l'application.")
    fuseau = proprietes.get("ScheduleExpressionTimezone", "UTC")
    entree = str(cible.get("Input") or "{}")
    return Planification(nom, candidates[0], comprendre(proprietes["ScheduleExpression"], fuseau), entree)


def evenement(entree: str, prevu: datetime, identifiant: str) -> str:
    """The event's JSON text, Scheduler's context attributes filled in."""
    attributs = {
        "scheduled-time": prevu.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "execution-id": identifiant,
        "attempt-number": "1",
        "schedule-arn": "arn:aws:scheduler:eu-west-3:000000000000:schedule/guichet-local/local",
    }
    for nom, valeur in attributs.items():
        entree = entree.replace(f"<aws.scheduler.{nom}>", valeur)
    return entree
