"""The HTTP front of the local portal: API Gateway before Lambda, on one loopback port.

It keeps no state of the app: requests become events, events go to worker processes (one request at a time each, never a
thread), answers come back. A worker over its time is ended by its alarm and replaced.
"""

import asyncio
import contextlib
import json
import os
import socket
import sys
import time
from dataclasses import asdict, dataclass
from typing import Any

from infra.local.http1 import TETE_LISIBLE as LIMITE_LECTURE
from infra.local.http1 import ErreurHTTP, Reponse, Requete, ecrire, lire_requete, octets
from infra.local.liaison import LONGUEUR, detramer, trame
from infra.local.passerelle import (
    CORPS_MAXIMAL,
    DELAI,
    EVENEMENT_MAXIMAL,
    TETE_MAXIMALE,
    Api,
    Pages,
    ReponseMalformee,
    Routes,
)

_GENRES_HTTP = {408: "REQUEST_TIMEOUT", 413: "REQUEST_TOO_LARGE", 431: "HEADERS_TOO_LARGE"}


@dataclass
class Reglages:
    """What the orchestrator tells the front; travels as JSON on its command line."""

    descripteur: int
    guichet: str
    pages: dict[str, Any]
    ouvriers: int = 2
    delai: float = DELAI
    delai_fonction: float = DELAI
    base_path: str = ""
    compression: int | None = None

    def json(self) -> str:
        """The command line's argument."""
        return json.dumps(asdict(self))


class Echec(Exception):
    """No answer from the function; `genre` names the gateway's page."""

    def __init__(self, genre: str) -> None:
        super().__init__(genre)
        self.genre = genre


class Equipe:
    """The workers: a stack of free ones, taken in the order of asking; whoever takes one gives it back or asks for
    another. (asyncio's queues let a newcomer pass before who waits: under load somebody would wait for ever.)"""

    def __init__(self, guichet: str, nombre: int, delai: float) -> None:
        self._guichet, self._nombre, self._delai = guichet, nombre, delai
        self._libres: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
        self._tours = asyncio.Semaphore(0)
        self._taches: set[asyncio.Task[Any]] = set()
        self.perdue = asyncio.Event()

    async def demarrer(self) -> dict[str, Any]:
        """Open every worker; what they say of their app."""
        descriptions = await asyncio.gather(*(self._embaucher() for _ in range(self._nombre)))
        return dict(descriptions[0])

    async def _embaucher(self) -> Any:
        lecteur, ecrivain = await asyncio.open_unix_connection(self._guichet)
        bonjour = await _recevoir(lecteur)
        self._rendre(lecteur, ecrivain)
        return bonjour

    def _rendre(self, lecteur: asyncio.StreamReader, ecrivain: asyncio.StreamWriter) -> None:
        self._libres.append((lecteur, ecrivain))
        self._tours.release()

    async def _remplacer(self) -> None:
        try:
            await self._embaucher()
        except (OSError, asyncio.IncompleteReadError):
            self.perdue.set()

    async def invoquer(self, evenement: bytes) -> Any:
        """Run one event (an encoded request) on a free worker."""
        try:
            async with asyncio.timeout(self._delai):
                await self._tours.acquire()
        except TimeoutError as occupes:
            raise Echec("THROTTLED") from occupes
        lecteur, ecrivain = self._libres.pop()
        debut, sain = time.monotonic(), False
        try:
            ecrivain.write(evenement)
            async with asyncio.timeout(self._delai + 0.5):
                reponse = await _recevoir(lecteur)
            sain = True
        except (OSError, asyncio.IncompleteReadError, TimeoutError) as fin:
            tard = time.monotonic() - debut >= self._delai - 0.05
            raise Echec("INTEGRATION_TIMEOUT" if tard else "FUNCTION_FAILURE") from fin
        finally:
            if sain:
                self._rendre(lecteur, ecrivain)
            else:
                self._renvoyer(ecrivain)
        if reponse.get("erreur") is not None:
            raise Echec("FUNCTION_FAILURE")
        return reponse["resultat"]

    def _renvoyer(self, ecrivain: asyncio.StreamWriter) -> None:
        ecrivain.close()
        tache = asyncio.get_running_loop().create_task(self._remplacer())
        self._taches.add(tache)
        tache.add_done_callback(self._taches.discard)


async def _recevoir(lecteur: asyncio.StreamReader) -> Any:
    (longueur,) = LONGUEUR.unpack(await lecteur.readexactly(LONGUEUR.size))
    return detramer(await lecteur.readexactly(longueur))


class Front:
    """Connections in, answers out."""

    def __init__(self, reglages: Reglages, equipe: Equipe, api: Api, pages: Pages) -> None:
        self._delai, self._equipe, self._api, self._pages = reglages.delai_fonction, equipe, api, pages
        port = api.port
        self._hotes = {f"{h}:{port}" for h in ("127.0.0.1", "localhost", "[::1]")}
        self.en_cours = 0

    async def connexion(self, lecteur: asyncio.StreamReader, ecrivain: asyncio.StreamWriter) -> None:
        """One client, request after request."""
        try:
            while await self._echange(lecteur, ecrivain):
                pass
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError):
            pass
        finally:
            ecrivain.close()

    async def _echange(self, lecteur: asyncio.StreamReader, ecrivain: asyncio.StreamWriter) -> bool:
        try:
            requete = await lire_requete(lecteur, ecrivain, CORPS_MAXIMAL)
        except ErreurHTTP as erreur:
            await ecrire(ecrivain, octets(self._pages(_GENRES_HTTP.get(erreur.statut, "BAD_REQUEST")), False, False))
            await _vider(lecteur, ecrivain)
            return False
        if requete is None:
            return False
        requete.source = ecrivain.get_extra_info("peername")[0]
        debut = time.monotonic()
        self.en_cours += 1
        try:
            reponse = await self.repondre(requete)
            await ecrire(ecrivain, octets(reponse, requete.methode == "HEAD", requete.garder))
        finally:
            self.en_cours -= 1
        duree = (time.monotonic() - debut) * 1000
        print(f"{requete.methode} {requete.chemin} {reponse.statut} {len(reponse.corps)} o {duree:.0f} ms", flush=True)
        return requete.garder

    async def repondre(self, requete: Requete) -> Reponse:
        """The answer to one request: the gateway's own, or the function's."""
        if requete.taille_tete > TETE_MAXIMALE:
            return self._pages("HEADERS_TOO_LARGE")
        if requete.entete("host") not in self._hotes:
            return self._pages("FORBIDDEN")
        evenement = self._api.evenement(requete)
        if evenement is None:
            return self._pages("MISSING_AUTHENTICATION_TOKEN")
        message = trame({"fonction": "web", "evenement": evenement, "delai": self._delai})
        if len(message) > EVENEMENT_MAXIMAL:
            return self._pages("REQUEST_TOO_LARGE")
        try:
            reponse = self._api.reponse(await self._equipe.invoquer(message), requete)
        except Echec as echec:
            return self._pages(echec.genre)
        except ReponseMalformee as malformee:
            print(f"Malformed Lambda proxy response: {malformee}", file=sys.stderr, flush=True)
            return self._pages("FUNCTION_FAILURE")
        reponse.entetes.append(("x-amzn-RequestId", evenement["requestContext"]["requestId"]))
        return reponse


async def _vider(lecteur: asyncio.StreamReader, ecrivain: asyncio.StreamWriter) -> None:
    """Let a client finish sending what was refused, so that it reads the answer instead of a reset."""
    ecrivain.write_eof()
    with contextlib.suppress(TimeoutError, OSError):
        async with asyncio.timeout(3):
            while await lecteur.read(1 << 16):
                pass


async def _attendre_fin(perdue: asyncio.Event) -> int:
    """Until standard input closes (0: we are asked to end, or the parent is gone) or no worker can be had (1)."""
    fini = asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), fini.set)
    attentes = [asyncio.create_task(e.wait()) for e in (fini, perdue)]
    await asyncio.wait(attentes, return_when=asyncio.FIRST_COMPLETED)
    return 0 if fini.is_set() else 1


async def servir(reglages: Reglages) -> int:
    """Load, wait for the word to begin (one byte on standard input), serve until asked to end."""
    prise = socket.socket(fileno=reglages.descripteur)
    equipe = Equipe(reglages.guichet, reglages.ouvriers, reglages.delai)
    try:
        description = await equipe.demarrer()
    except (OSError, asyncio.IncompleteReadError):
        return 1
    if not os.read(sys.stdin.fileno(), 1):
        return 0
    api = Api(
        Routes(description["routes"]),
        description["binaires"],
        prise.getsockname()[1],
        reglages.base_path,
        reglages.compression,
    )
    front = Front(reglages, equipe, api, Pages(reglages.pages))
    serveur = await asyncio.start_server(front.connexion, sock=prise, limit=LIMITE_LECTURE, backlog=1024)
    code = await _attendre_fin(equipe.perdue)
    serveur.close()
    limite = time.monotonic() + 2
    while front.en_cours and time.monotonic() < limite:
        await asyncio.sleep(0.02)
    return code


def main() -> None:
    """The settings are the only argument, as JSON."""
    import resource

    souple, dur = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(souple, min(dur, 65536) if dur > 0 else 65536), dur))
    code = asyncio.run(servir(Reglages(**json.loads(sys.argv[1]))))
    sys.stdout.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
