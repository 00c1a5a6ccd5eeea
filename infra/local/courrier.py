"""The mails that left the portal: a loopback SMTP sink and what it received, whole."""

import asyncio
import socket
import threading
from collections import deque
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope

from infra.local.environnement import ADRESSE
from infra.local.horloge import Horloge

GARDES = 5000
TAILLE = 40 * 1024 * 1024


@dataclass(frozen=True)
class Courriel:
    """One mail as received: the envelope and the bytes. The rest is read from them."""

    id: str
    recu_le: str
    destinataires: tuple[str, ...]
    brut: bytes

    @property
    def message(self) -> EmailMessage:
        """The parsed mail."""
        return message_from_bytes(self.brut, policy=policy.default)

    def partie(self, genre: str) -> str:
        """The text or HTML body; empty when there is none."""
        corps = self.message.get_body((genre,))
        return str(corps.get_content()) if corps is not None else ""

    @property
    def sujet(self) -> str:
        """The decoded subject."""
        return str(self.message.get("Subject", ""))

    def entetes(self) -> list[tuple[str, str]]:
        """Every header, decoded, in order."""
        return [(nom, str(valeur)) for nom, valeur in self.message.items()]

    def pieces(self) -> list[EmailMessage]:
        """The attachments."""
        return [p for p in self.message.iter_attachments() if isinstance(p, EmailMessage)]

    def json(self) -> dict[str, Any]:
        """The mail for the console's API."""
        return {
            "id": self.id,
            "to": ", ".join(self.destinataires),
            "from": str(self.message.get("From", "")),
            "subject": self.sujet,
            "text": self.partie("plain"),
            "html": self.partie("html"),
            "sent_at": self.recu_le,
            "headers": [list(paire) for paire in self.entetes()],
            "attachments": [p.get_filename() for p in self.pieces()],
        }


class Boite:
    """The mails received, newest first; kept in a directory too when the data are."""

    def __init__(self, horloge: Horloge, dossier: Path | None = None) -> None:
        self._horloge, self._dossier = horloge, dossier
        self._verrou = threading.Lock()
        self._courriels: deque[Courriel] = deque(maxlen=GARDES)
        self._numero = 0
        if dossier:
            dossier.mkdir(parents=True, exist_ok=True)
            for fichier in sorted(dossier.glob("*.eml")):
                self._relire(fichier)

    def _relire(self, fichier: Path) -> None:
        enveloppe, _, brut = fichier.read_bytes().partition(b"\n")
        recu_le, _, destinataires = enveloppe.decode("utf-8").partition(" ")
        self._numero = int(fichier.stem)
        self._courriels.appendleft(Courriel(fichier.stem, recu_le, tuple(destinataires.split()), brut))

    def recevoir(self, destinataires: list[str], brut: bytes) -> Courriel:
        """Keep one more mail."""
        recu_le = _iso(self._horloge.maintenant())
        with self._verrou:
            self._numero += 1
            courriel = Courriel(f"{self._numero:06d}", recu_le, tuple(destinataires), brut)
            self._courriels.appendleft(courriel)
        if self._dossier:
            enveloppe = f"{recu_le} {' '.join(destinataires)}\n".encode()
            (self._dossier / f"{courriel.id}.eml").write_bytes(enveloppe + brut)
        return courriel

    def tous(self, a: str = "") -> list[Courriel]:
        """Newest first; those of one address when given."""
        cherche = a.strip().lower()
        with self._verrou:
            copie = list(self._courriels)
        return [c for c in copie if not cherche or cherche in {d.lower() for d in c.destinataires}]

    def un(self, identifiant: str) -> Courriel | None:
        """One mail by its id."""
        return next((c for c in self.tous() if c.id == identifiant), None)


def _iso(instant: datetime) -> str:
    return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class _Reception:
    """aiosmtpd's handler."""

    def __init__(self, boite: Boite) -> None:
        self._boite = boite

    async def handle_DATA(self, _serveur: Any, _session: Any, enveloppe: Envelope) -> str:
        contenu = enveloppe.content or b""
        self._boite.recevoir(list(enveloppe.rcpt_tos), contenu if isinstance(contenu, bytes) else contenu.encode())
        return "250 OK"


class Puits:
    """The SMTP sink: a loopback port, a thread of its own."""

    def __init__(self, boite: Boite) -> None:
        self._boite = boite
        self._prise = socket.create_server((ADRESSE, 0), backlog=128)
        self.port: int = self._prise.getsockname()[1]
        self._boucle = asyncio.new_event_loop()
        self._fil = threading.Thread(target=self._servir, name="puits", daemon=True)

    def demarrer(self) -> None:
        """Begin to receive."""
        self._fil.start()

    def _protocole(self) -> SMTP:
        return SMTP(_Reception(self._boite), hostname="localhost", data_size_limit=TAILLE, loop=self._boucle)

    def _servir(self) -> None:
        asyncio.set_event_loop(self._boucle)
        self._boucle.run_until_complete(self._boucle.create_server(self._protocole, sock=self._prise))
        self._boucle.run_forever()

    def arreter(self) -> None:
        """Receive no more."""
        self._boucle.call_soon_threadsafe(self._boucle.stop)
        self._fil.join(2)
        self._prise.close()
