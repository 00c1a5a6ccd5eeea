"""How the front and the pump talk to the workers: one Unix connection is one worker, which lives as long as it does."""

import json
import socket
import struct
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LONGUEUR = struct.Struct("!I")


def trame(objet: Any) -> bytes:
    """One message on the wire: its length, then JSON."""
    corps = json.dumps(objet, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    return LONGUEUR.pack(len(corps)) + corps


def detramer(corps: bytes) -> Any:
    """The value of one message's bytes."""
    return json.loads(corps.decode("utf-8", "surrogatepass"))


def recevoir(prise: socket.socket) -> Any:
    """Read one message; EOFError when the other end is gone."""
    (longueur,) = LONGUEUR.unpack(_exactement(prise, LONGUEUR.size))
    return detramer(_exactement(prise, longueur))


def _exactement(prise: socket.socket, nombre: int) -> bytes:
    recus = bytearray()
    while len(recus) < nombre:
        morceau = prise.recv(min(1 << 20, nombre - len(recus)))
        if not morceau:
            raise EOFError
        recus += morceau
    return bytes(recus)


@dataclass(frozen=True)
class Issue:
    """What came of one invocation. `erreur` is None, or what Lambda would have logged."""

    resultat: Any = None
    erreur: str | None = None
    duree: float = 0.0


class Ouvrier:
    """One worker seen by a caller that may wait (the pump). Replaced by itself when it died."""

    def __init__(self, guichet: Path) -> None:
        self._guichet = guichet
        self._prise: socket.socket | None = None
        self.bonjour: dict[str, Any] = {}

    def ouvrir(self) -> socket.socket:
        """Connect if needed; `bonjour` then holds what the worker says of its app."""
        if self._prise is None:
            prise = socket.socket(socket.AF_UNIX)
            prise.connect(str(self._guichet))
            self.bonjour = recevoir(prise)
            self._prise = prise
        return self._prise

    def invoquer(self, demande: dict[str, Any]) -> Issue:
        """Run one invocation to its end; never raises for what the handler does."""
        debut = time.monotonic()
        try:
            prise = self.ouvrir()
            prise.sendall(trame(demande))
            reponse = recevoir(prise)
        except (OSError, EOFError):
            self.fermer()
            return Issue(erreur="l'ouvrier s'est arrêté (délai dépassé ou mort)", duree=time.monotonic() - debut)
        return Issue(reponse.get("resultat"), reponse.get("erreur"), time.monotonic() - debut)

    def fermer(self) -> None:
        """Let the worker go."""
        if self._prise is not None:
            self._prise.close()
            self._prise = None
