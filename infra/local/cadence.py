"""Runs the schedules on the portal's clock, one at a time, in a worker of their own."""

import json
import threading
import time
import uuid
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from infra.local.configuration import Configuration
from infra.local.horaires import Planification, evenement
from infra.local.horloge import Horloge
from infra.local.liaison import Issue, Ouvrier
from infra.local.pompe import journal

PAS = 0.2


@dataclass
class Etat:
    """A schedule and what it did last."""

    planification: Planification
    prochain: datetime
    prevu: datetime | None = None
    fini: datetime | None = None
    statut: str = ""
    duree: float = 0.0
    en_cours: bool = False

    def json(self) -> dict[str, Any]:
        """The schedule for the console."""
        horaire = self.planification.horaire
        return {
            "name": self.planification.nom,
            "function": self.planification.fonction,
            "expression": horaire.expression,
            "timezone": horaire.fuseau,
            "next_run": _iso(self.prochain),
            "last_run": _iso(self.fini),
            "last_scheduled_time": _iso(self.prevu),
            "last_status": self.statut,
            "last_duration_ms": round(self.duree * 1000),
            "running": self.en_cours,
        }


def _iso(instant: datetime | None) -> str | None:
    return instant.isoformat(timespec="seconds").replace("+00:00", "Z") if instant else None


class Cadence:
    """The ticker. After a jump of the clock each schedule that fell due runs once, for its last due instant."""

    def __init__(
        self, planifications: list[Planification], horloge: Horloge, guichet: Path, reglages: Configuration
    ) -> None:
        self._horloge, self._reglages = horloge, reglages
        self._ouvrier = Ouvrier(guichet)
        maintenant = horloge.maintenant()
        self.etats = {p.nom: Etat(p, p.horaire.prochain(maintenant)) for p in planifications}
        self._verrou = threading.Lock()
        self._fin = threading.Event()
        self.reveil = threading.Event()
        self._vu = maintenant
        self._fil = threading.Thread(target=self._tourner, name="cadence", daemon=True)

    def demarrer(self) -> None:
        """Begin to tick."""
        self._fil.start()

    def arreter(self, patience: float = 5.0) -> None:
        """Run nothing more; wait for what runs."""
        self._fin.set()
        self.reveil.set()
        self._fil.join(patience)
        self._ouvrier.fermer()

    def _tourner(self) -> None:
        while not self._fin.is_set():
            maintenant = self._horloge.maintenant()
            for prevu, etat in self.dus(maintenant):
                if not self._fin.is_set():
                    etat.prochain = etat.planification.horaire.prochain(prevu)
                    self._executer(etat, prevu)
            self._vu = maintenant
            self.reveil.wait(PAS)
            self.reveil.clear()

    def dus(self, maintenant: datetime) -> list[tuple[datetime, Etat]]:
        """What must run now: each schedule's last due instant, oldest first."""
        dus = [
            (e.planification.horaire.dernier(maintenant), e) for e in self.etats.values() if e.prochain <= maintenant
        ]
        return sorted(dus, key=lambda du: (du[0], du[1].planification.nom))

    def attendre(self, instant: datetime, patience: float = 60.0) -> bool:
        """Wait until everything due at `instant` has run."""
        limite = time.monotonic() + patience
        while self._vu < instant and time.monotonic() < limite:
            self.reveil.set()
            time.sleep(0.01)
        return self._vu >= instant

    def executer(self, nom: str) -> Issue:
        """Run one schedule at once, for the portal's present instant."""
        return self._executer(self.etats[nom], self._horloge.maintenant().replace(microsecond=0))

    def _executer(self, etat: Etat, prevu: datetime) -> Issue:
        plan = etat.planification
        charge = json.loads(evenement(plan.entree, prevu, str(uuid.uuid4())))
        demande = {"fonction": plan.fonction, "evenement": charge, "delai": self._reglages.delai(plan.fonction)}
        with self._verrou:
            etat.en_cours = True
            issue = self._ouvrier.invoquer(demande)
            etat.en_cours, etat.prevu, etat.duree = False, prevu, issue.duree
            etat.fini, etat.statut = self._horloge.maintenant(), "échec" if issue.erreur else "fait"
        journal(f"{plan.nom} {_iso(prevu)} {issue.duree * 1000:.0f} ms {etat.statut}")
        if issue.erreur:
            journal(f"{plan.nom} : {issue.erreur}")
        return issue
