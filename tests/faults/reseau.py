"""A wire that fails: microburst, a proxy that speaks AWS's protocols, between the portal and the emulator."""

import json
import os
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from infra.local.emulateur import PYTHON
from infra.local.environnement import ADRESSE

DELAI = 20.0


@dataclass(frozen=True)
class Reseau:
    """Where the proxy is, and what it is told to do."""

    url: str

    def _dire(self, methode: str, chemin: str, donnees: Any = None) -> Any:
        corps = None if donnees is None else json.dumps(donnees).encode()
        demande = urllib.request.Request(f"{self.url}/_microburst/{chemin}", corps, method=methode)  # noqa: S310 - ours
        with urllib.request.urlopen(demande, timeout=DELAI) as reponse:  # noqa: S310
            lu = reponse.read()
        return json.loads(lu) if lu else None

    def gener(self, *regles: dict[str, Any]) -> None:
        """From now on, these rules and no other."""
        self._dire("DELETE", "fired")
        self._dire("POST", "rules", list(regles))

    def jouees(self) -> int:
        """How many times the rules did something."""
        return len(self._dire("GET", "fired"))


@contextmanager
def reseau(aws: str) -> Iterator[Reseau]:
    """The proxy in front of `aws`, ended by its id."""
    with socket.create_server((ADRESSE, 0)) as prise:
        port = prise.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="guichet-reseau-") as dossier:
        commande = [str(PYTHON), "-m", "microburst", "--host", ADRESSE, "--port", str(port), "--upstream", aws]
        garde = {k: os.environ[k] for k in ("PATH", "HOME", "LANG") if k in os.environ}
        muet: Any = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
        processus = subprocess.Popen(commande, cwd=dossier, env=garde, **muet)
        try:
            yield _pret(Reseau(f"http://{ADRESSE}:{port}"), processus)
        finally:
            processus.kill()  # it holds nothing, and would wait for connections that are kept open
            processus.wait()


def _pret(ici: Reseau, processus: subprocess.Popen[bytes]) -> Reseau:
    limite = time.monotonic() + DELAI
    while True:
        try:
            ici._dire("GET", "health")
        except OSError:
            assert processus.poll() is None and time.monotonic() < limite, "le mandataire ne démarre pas"
            time.sleep(0.05)
        else:
            return ici
