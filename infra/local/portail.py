"""The running portal for tests: `with portail() as p: p.url, p.console_url, p.endpoint, p.mails("a@b.fr")`.

It is `python -m infra.local` itself, in a process of its own, on free ports: what tests see is what `make run` gives.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from infra.local.environnement import RACINE, RefusLocal

DELAI_ARRET = 60.0


@dataclass(frozen=True)
class Portail:
    """Where the portal is and what a test may ask its console."""

    url: str
    console_url: str
    endpoint: str
    journal: Path
    pid: int

    def _demander(self, chemin: str, donnees: Any = None) -> Any:
        corps = None if donnees is None else json.dumps(donnees).encode()
        type_ = {"Content-Type": "application/json"}
        requete = urllib.request.Request(self.console_url + chemin, corps, type_)  # noqa: S310 - ours
        with urllib.request.urlopen(requete, timeout=90) as reponse:  # noqa: S310
            return json.load(reponse)

    def mails(self, a: str = "") -> list[dict[str, Any]]:
        """The mails sent, newest first."""
        return list(self._demander("/api/mails" + (f"?to={urllib.parse.quote(a)}" if a else "")))

    def attendre_mail(self, a: str, sujet: str = "", deja: int = 0, patience: float = 10.0) -> dict[str, Any]:
        """The newest mail to an address whose subject holds a text, waiting for it; `deja` are already known."""
        limite = time.monotonic() + patience
        while True:
            recus = [m for m in self.mails(a) if sujet in m["subject"]]
            if len(recus) > deja:
                return recus[0]
            if time.monotonic() > limite:
                raise AssertionError(f"Pas de courriel « {sujet} » pour {a} ; journal : {self.journal}")
            time.sleep(0.05)

    def heure(self) -> dict[str, Any]:
        """`now` and `offset_seconds`."""
        return dict(self._demander("/api/clock"))

    def avancer(self, secondes: float) -> dict[str, Any]:
        """Move the portal forward and wait until the schedules that fell due have run."""
        return dict(self._demander("/api/clock", {"advance_seconds": secondes, "wait": True}))

    def planifications(self) -> list[dict[str, Any]]:
        """The schedules and their last run."""
        return list(self._demander("/api/schedules"))

    def executer(self, nom: str) -> dict[str, Any]:
        """Run a schedule now; raises if its handler failed."""
        try:
            return dict(self._demander(f"/api/schedules/{nom}/run", {}))
        except urllib.error.HTTPError as erreur:
            raise AssertionError(erreur.read().decode("utf-8")) from erreur

    def captchas(self) -> list[dict[str, Any]]:
        """`id` and `answer`, newest first."""
        return list(self._demander("/api/captchas"))

    def files(self) -> list[dict[str, Any]]:
        """Depth of the queues."""
        return list(self._demander("/api/queues"))


@contextmanager
def portail(
    port: int = 0,
    console_port: int = 0,
    workers: int = 2,
    *,
    racine: Path = RACINE,
    donnees: Path | None = None,
    demo: bool = True,
    delai: float | None = None,
    journal: Path | None = None,
    env: dict[str, str] | None = None,
) -> Iterator[Portail]:
    """A whole portal for the time of a block. Any number may run at once; none outlives the process that started it."""
    with tempfile.TemporaryDirectory(prefix="guichet-portail-") as dossier:
        journal = journal or Path(dossier) / "journal.log"
        options = {"--port": port, "--console-port": console_port, "--ouvriers": workers, "--racine": racine}
        options |= {"--journal": journal, "--donnees": donnees, "--delai": delai}
        commande = [sys.executable, "-m", "infra.local", "--json", *([] if demo else ["--sans-demo"])]
        commande += [str(mot) for nom, valeur in options.items() if valeur is not None for mot in (nom, valeur)]
        processus = subprocess.Popen(
            commande,
            cwd=RACINE,
            env={k: v for k, v in os.environ.items() if k != "GUICHET_DATA"} | (env or {}),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        try:
            yield _pret(processus, journal)
        finally:
            _arreter(processus)


def _pret(processus: subprocess.Popen[bytes], journal: Path) -> Portail:
    sortie = cast(IO[bytes], processus.stdout)
    annonce = sortie.readline()
    if not annonce.startswith(b"{"):
        raise RefusLocal((annonce + sortie.read()).decode("utf-8", "replace"))
    lue = json.loads(annonce)
    return Portail(lue["url"], lue["console_url"], lue["endpoint"], journal, lue["pid"])


def _arreter(processus: subprocess.Popen[bytes]) -> None:
    cast(IO[bytes], processus.stdin).close()
    try:
        processus.wait(DELAI_ARRET)
    except subprocess.TimeoutExpired:
        processus.kill()
        processus.wait()
    cast(IO[bytes], processus.stdout).close()
