"""Just enough HTTP/1.1 for a front: strict reading of requests with limits and time-outs, writing of answers."""

import asyncio
import re
from dataclasses import dataclass, field
from email.utils import formatdate
from http import HTTPStatus

TETE_LISIBLE = 64 * 1024
ATTENTE_REPOS = 75.0
ATTENTE_TETE = 20.0
ATTENTE_CORPS = 60.0
ATTENTE_ECRITURE = 60.0

_JETON = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_LIGNE = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+) ([!-~]+) HTTP/1\.([01])")
_INTERDIT = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
SANS_CORPS = frozenset({204, 304})

Entetes = list[tuple[str, str]]


class ErreurHTTP(Exception):
    """The request cannot be taken; the connection ends after the answer."""

    def __init__(self, statut: int, continuer: bool = False) -> None:
        super().__init__(statut)
        self.statut, self.continuer = statut, continuer


@dataclass
class Requete:
    """One request as it was sent."""

    methode: str
    cible: str
    entetes: Entetes
    corps: bytes = b""
    source: str = "127.0.0.1"
    mineure: int = 1
    taille_tete: int = 0

    @property
    def chemin(self) -> str:
        """The path, percent-encoded as it was sent."""
        return self.cible.partition("?")[0]

    @property
    def requete(self) -> str:
        """The query string."""
        return self.cible.partition("?")[2]

    def entete(self, nom: str) -> str:
        """The last value of a header, or an empty text."""
        return next((v for n, v in reversed(self.entetes) if n.lower() == nom), "")

    @property
    def garder(self) -> bool:
        """Whether the client wants the connection kept."""
        connexion = self.entete("connection").lower()
        return connexion != "close" if self.mineure else connexion == "keep-alive"


@dataclass
class Reponse:
    """One answer, complete."""

    statut: int
    entetes: Entetes = field(default_factory=list)
    corps: bytes = b""


async def lire_requete(lecteur: asyncio.StreamReader, ecrivain: asyncio.StreamWriter, maximum: int) -> Requete | None:
    """The next request of a connection; None when the client left or went quiet."""
    try:
        async with asyncio.timeout(ATTENTE_REPOS):
            debut = await lecteur.readexactly(1)
    except (asyncio.IncompleteReadError, TimeoutError):
        return None
    try:
        async with asyncio.timeout(ATTENTE_TETE):
            tete = debut + await lecteur.readuntil(b"\r\n\r\n")
    except asyncio.LimitOverrunError as trop:
        raise ErreurHTTP(431) from trop
    except (asyncio.IncompleteReadError, TimeoutError):
        return None
    requete = analyser_tete(tete.lstrip(b"\r\n"))
    try:
        async with asyncio.timeout(ATTENTE_CORPS):
            requete.corps = await _lire_corps(requete, lecteur, ecrivain, maximum)
    except TimeoutError as lent:
        raise ErreurHTTP(408) from lent
    return requete


def analyser_tete(tete: bytes) -> Requete:
    """Parse a request's head; what is ambiguous is refused."""
    lignes = tete.decode("latin-1").split("\r\n")[:-2]
    premiere = _LIGNE.fullmatch(lignes[0]) if lignes else None
    if premiere is None:
        raise ErreurHTTP(400)
    entetes = [_analyser_entete(ligne) for ligne in lignes[1:]]
    requete = Requete(premiere[1], _origine(premiere[2]), entetes, mineure=int(premiere[3]))
    requete.taille_tete = len(lignes[0]) + sum(len(valeur) for _, valeur in entetes)
    hotes = [v for n, v in entetes if n.lower() == "host"]
    if len(hotes) != 1 and (requete.mineure or hotes):
        raise ErreurHTTP(400)
    return requete


def _analyser_entete(ligne: str) -> tuple[str, str]:
    nom, deux_points, valeur = ligne.partition(":")
    if not deux_points or not _JETON.fullmatch(nom) or _INTERDIT.search(valeur):
        raise ErreurHTTP(400)
    return nom, valeur.strip(" \t")


def _origine(cible: str) -> str:
    """The target in origin form; an absolute one is accepted, as HTTP asks."""
    absolue = re.fullmatch(r"https?://[^/?#]+(.*)", cible)
    if absolue:
        cible = absolue[1] if absolue[1].startswith("/") else "/" + absolue[1]
    if not cible.startswith("/"):
        raise ErreurHTTP(400)
    return cible.partition("#")[0]


def _longueur(requete: Requete) -> int | None:
    """Announced length of the body, None when it is chunked."""
    longueurs = {v for n, v in requete.entetes if n.lower() == "content-length"}
    codages = [v.lower() for n, v in requete.entetes if n.lower() == "transfer-encoding"]
    if codages:
        if longueurs or codages != ["chunked"]:
            raise ErreurHTTP(400)
        return None
    if len(longueurs) > 1 or not all(re.fullmatch(r"[0-9]{1,15}", v) for v in longueurs):
        raise ErreurHTTP(400)
    return int(longueurs.pop()) if longueurs else 0


async def _lire_corps(
    requete: Requete, lecteur: asyncio.StreamReader, ecrivain: asyncio.StreamWriter, maximum: int
) -> bytes:
    longueur = _longueur(requete)
    if longueur == 0:
        return b""
    if longueur is not None and longueur > maximum:
        raise ErreurHTTP(413)
    if requete.entete("expect").lower() == "100-continue":
        ecrivain.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    if longueur is None:
        return await _lire_morceaux(lecteur, maximum)
    return await lecteur.readexactly(longueur)


async def _lire_morceaux(lecteur: asyncio.StreamReader, maximum: int) -> bytes:
    recus = bytearray()
    while True:
        ligne = (await lecteur.readuntil(b"\r\n")).split(b";")[0].strip()
        if not re.fullmatch(rb"[0-9A-Fa-f]{1,8}", ligne):
            raise ErreurHTTP(400)
        taille = int(ligne, 16)
        if len(recus) + taille > maximum:
            raise ErreurHTTP(413)
        if taille == 0:
            break
        recus += await lecteur.readexactly(taille)
        if await lecteur.readexactly(2) != b"\r\n":
            raise ErreurHTTP(400)
    while await lecteur.readuntil(b"\r\n") != b"\r\n":
        pass
    return bytes(recus)


def entetes_valides(entetes: Entetes) -> bool:
    """Whether every header can be written without becoming another one."""
    return all(_JETON.fullmatch(nom) and not _INTERDIT.search(valeur) for nom, valeur in entetes)


def octets(reponse: Reponse, tete_seule: bool, garder: bool) -> bytes:
    """The answer on the wire."""
    try:
        phrase = HTTPStatus(reponse.statut).phrase
    except ValueError:
        phrase = ""
    lignes = [f"HTTP/1.1 {reponse.statut} {phrase}", f"Date: {formatdate(usegmt=True)}"]
    lignes += [f"{nom}: {valeur}" for nom, valeur in reponse.entetes]
    if reponse.statut not in SANS_CORPS:
        lignes.append(f"Content-Length: {len(reponse.corps)}")
    lignes.append("Connection: keep-alive" if garder else "Connection: close")
    tete = "\r\n".join(lignes).encode("latin-1", "replace") + b"\r\n\r\n"
    return tete if tete_seule or reponse.statut in SANS_CORPS else tete + reponse.corps


async def ecrire(ecrivain: asyncio.StreamWriter, contenu: bytes) -> None:
    """Send to the end, or give a client up that does not read."""
    ecrivain.write(contenu)
    async with asyncio.timeout(ATTENTE_ECRITURE):
        await ecrivain.drain()
