"""Behind the portal, in the orchestrator's process: resources, pump, schedules, mail sink and console.

Imported once the emulator and the nursery are starting: what is heavy to import (boto3) loads while they do.
"""

import importlib.util
import socket
from pathlib import Path

from infra.local.cadence import Cadence
from infra.local.configuration import Configuration
from infra.local.console import Console, ServeurConsole
from infra.local.courrier import Boite
from infra.local.environnement import RefusLocal
from infra.local.horaires import planifications
from infra.local.horloge import Horloge
from infra.local.liaison import Ouvrier
from infra.local.modeles import lire
from infra.local.pompe import Voie, journal, voies
from infra.local.ressources import Clients, creer, valeurs

DEMO = "infra.local.demo"
DELAI_DEMO = 120.0


class Coulisses:
    """Everything that is neither the front, nor the workers, nor the emulator."""

    def __init__(self, env: dict[str, str], racine: Path, guichet: Path, reglages: Configuration) -> None:
        self._clients = Clients(env["AWS_ENDPOINT_URL"])
        self._clients.preparer()
        self._env, self._racine, self._guichet, self._reglages = env, racine, guichet, reglages
        self._voies: list[Voie] = []
        self._cadence: Cadence | None = None
        self._serveur: ServeurConsole | None = None

    def creer_ressources(self) -> bool:
        """Tables, bucket, queues; True when there are no data yet."""
        return creer(self._clients, self._env, self._racine / "infra")

    def demarrer_pompe(self, horloge: Horloge) -> None:
        """Begin to deliver messages, events and schedules to the app's handlers."""
        premier = Ouvrier(self._guichet)
        try:
            premier.ouvrir()
        except (OSError, EOFError) as mort:
            raise RefusLocal("L'application ne se charge pas.") from mort
        finally:
            premier.fermer()
        modele = lire(self._racine / "infra" / "app.yaml")
        plans = planifications(modele, valeurs(self._env), premier.bonjour["fonctions"])
        self._voies = voies(self._clients, self._guichet, self._reglages, premier.bonjour)
        self._cadence = Cadence(plans, horloge, self._guichet, self._reglages)
        for voie in self._voies:
            voie.demarrer()
        self._cadence.demarrer()

    def charger_demo(self) -> None:
        """Run the demo data's module, when there is one, in a worker: the app is already loaded there."""
        if importlib.util.find_spec(DEMO) is None:
            journal(f"Pas de données de démonstration ({DEMO}).")
            return
        ouvrier = Ouvrier(self._guichet)
        issue = ouvrier.invoquer({"fonction": "module", "evenement": DEMO, "delai": DELAI_DEMO})
        ouvrier.fermer()
        journal(f"Données de démonstration : {issue.duree * 1000:.0f} ms")
        if issue.erreur:
            raise RefusLocal(f"Les données de démonstration ne se chargent pas :\n{issue.erreur}")

    def ouvrir_console(self, prise: socket.socket, boite: Boite, horloge: Horloge) -> None:
        """Answer on the console's socket."""
        console = Console(boite, horloge, self._clients, self._env["BASE_URL"])
        console.cadence = self._cadence
        self._serveur = ServeurConsole(console, prise)
        self._serveur.demarrer()

    def arreter(self) -> None:
        """Deliver and answer no more."""
        if self._cadence:
            self._cadence.arreter()
        for voie in self._voies:
            voie.arreter()
        if self._serveur:
            self._serveur.arreter()
