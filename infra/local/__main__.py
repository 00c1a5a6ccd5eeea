"""`python -m infra.local`: the whole portal on this machine, until Ctrl-C."""

import argparse
import contextlib
import errno
import fcntl
import json
import os
import signal
import socket
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import IO, Any

from infra.local.comptes import COMPTES, MOT_DE_PASSE, SECRET_TOTP
from infra.local.configuration import Configuration, configuration
from infra.local.emulateur import Emulateur
from infra.local.enfants import Enfant, fin_du_journal
from infra.local.environnement import ADRESSE, RACINE, RefusLocal, environnement
from infra.local.front import Reglages
from infra.local.horloge import Horloge
from infra.local.passerelle import DELAI


def arguments() -> argparse.Namespace:
    """Options; `make run` gives them by the environment."""
    lecteur = argparse.ArgumentParser(prog="python -m infra.local", description="Le portail entier sur cette machine.")
    env = os.environ.get
    lecteur.add_argument("--port", type=int, default=port_demande("PORT", 8000))
    lecteur.add_argument("--console-port", type=int, default=port_demande("CONSOLE_PORT", 8025))
    lecteur.add_argument("--ouvriers", type=int, default=int(env("OUVRIERS") or max(2, os.cpu_count() or 2)))
    lecteur.add_argument("--racine", type=Path, default=RACINE, help="dossier de app.py")
    lecteur.add_argument(
        "--donnees", type=Path, default=Path(env("GUICHET_DATA") or "") if env("GUICHET_DATA") else None
    )
    lecteur.add_argument("--delai", type=float, default=DELAI, help="délai d'API Gateway, en secondes")
    lecteur.add_argument("--sans-demo", action="store_true")
    lecteur.add_argument("--journal", type=Path)
    lecteur.add_argument("--json", action="store_true", help="annonce en JSON, fin quand l'entrée standard se ferme")
    return lecteur.parse_args()


def port_demande(variable: str, habituel: int) -> int:
    """The port that the environment gives, or a French word on what a port is."""
    donne = os.environ.get(variable) or str(habituel)
    if not (donne.isascii() and donne.isdigit() and int(donne) < 65536):
        raise RefusLocal(
            f"{variable}={donne} n’est pas un port (de 1024 à 65535). Exemple : {variable}={habituel + 100} make run"
        )
    return int(donne)


def ecouter(port: int, variable: str) -> socket.socket:
    """A listening loopback socket, or a French word on how to take another port."""
    try:
        return socket.create_server((ADRESSE, port), backlog=1024)
    except OSError as refus:
        raison = "est réservé au système" if refus.errno == errno.EACCES else "est déjà pris"
        autre = port + 100 if port >= 1024 else 8100
        raise RefusLocal(f"Le port {port} {raison}. Choisissez-en un autre : {variable}={autre} make run") from refus


def verrouiller(donnees: Path) -> IO[str]:
    """Two portals must not share kept data."""
    try:
        donnees.mkdir(parents=True, exist_ok=True)
        verrou = (donnees / ".verrou").open("w", encoding="ascii")
    except OSError as refus:
        raise RefusLocal(f"On ne peut pas écrire dans {donnees}. Un autre dossier : GUICHET_DATA=… make run") from refus
    try:
        fcntl.flock(verrou, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as pris:
        raise RefusLocal(f"Les données de {donnees} servent déjà à un autre portail.") from pris
    return verrou


class Local:
    """The run: starts the parts in an order that overlaps their loading, ends them in the reverse one."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self._fin = contextlib.ExitStack()
        self._portes = [ecouter(options.port, "PORT"), ecouter(options.console_port, "CONSOLE_PORT")]
        port, port_console = (porte.getsockname()[1] for porte in self._portes)
        self.url, self.url_console = f"http://{ADRESSE}:{port}", f"http://{ADRESSE}:{port_console}"
        self.dossier = Path(self._fin.enter_context(tempfile.TemporaryDirectory(prefix="guichet-")))
        self.journal: Path = options.journal or RACINE / ".run" / f"portail-{port}.log"
        self.enfants: list[Enfant] = []

    def demarrer(self) -> None:
        """Start everything; return when the portal answers."""
        options = self.options
        self.journal.parent.mkdir(parents=True, exist_ok=True)
        self.journal.write_bytes(b"")
        sortie = self._fin.enter_context(self.journal.open("ab", buffering=0))
        donnees = options.donnees.resolve() if options.donnees else None
        if donnees:
            self._fin.enter_context(verrouiller(donnees))
        puits_pret, boite, horloge = self._courrier(donnees)
        self.emulateur = Emulateur(smtp=puits_pret, donnees=donnees, journal=self.journal)
        self._fin.callback(self.emulateur.arreter)
        env = environnement(self.emulateur.url, self.url) | {"EMPLOYEURS_URL": self._employeurs()}
        os.environ.clear()
        os.environ.update(env)
        os.dup2(sortie.fileno(), 2)
        guichet = self._pepiniere(env, sortie)
        from infra.local.coulisses import Coulisses

        reglages = configuration(options.racine, env["ESPACES"].split(",")[0])
        coulisses = Coulisses(env, options.racine, guichet, reglages)
        self._fin.callback(coulisses.arreter)
        front = self._front(env, sortie, guichet, reglages)
        self.emulateur.attendre()
        neuf = coulisses.creer_ressources()
        coulisses.demarrer_pompe(horloge)
        coulisses.ouvrir_console(self._portes[1], boite, horloge)
        if neuf and not options.sans_demo and options.racine == RACINE:
            coulisses.charger_demo()
        front.commencer()
        self._attendre_front()

    def _courrier(self, donnees: Path | None) -> tuple[int, Any, Horloge]:
        from infra.local.courrier import Boite, Puits

        horloge = Horloge((donnees or self.dossier) / "horloge")
        boite = Boite(horloge, donnees / "courriels" if donnees else None)
        puits = Puits(boite)
        puits.demarrer()
        self._fin.callback(puits.arreter)
        self._horloge = (donnees or self.dossier) / "horloge"
        return puits.port, boite, horloge

    def _employeurs(self) -> str:
        from infra.local.employeurs import Employeurs

        employeurs = Employeurs()
        employeurs.demarrer()
        self._fin.callback(employeurs.arreter)
        return employeurs.url

    def _pepiniere(self, env: dict[str, str], sortie: IO[bytes]) -> Path:
        guichet = self.dossier / "pepiniere"
        with socket.socket(socket.AF_UNIX) as ecoute:
            ecoute.bind(str(guichet))
            ecoute.listen(256)
            arguments_ = [str(ecoute.fileno()), str(self.options.racine), str(self._horloge)]
            self._ajouter(Enfant("infra.local.pepiniere", arguments_, ecoute.fileno(), env, sortie))
        return guichet

    def _front(self, env: dict[str, str], sortie: IO[bytes], guichet: Path, configuration_: Configuration) -> Enfant:
        from infra.local.pages_passerelle import pages_declarees

        porte, options = self._portes[0], self.options
        reglages = Reglages(
            descripteur=porte.fileno(),
            guichet=str(guichet),
            pages=pages_declarees(options.racine, env),
            ouvriers=options.ouvriers,
            delai=options.delai,
            delai_fonction=min(options.delai, configuration_.delai("api_handler")),
            compression=configuration_.compression,
        )
        front = self._ajouter(Enfant("infra.local.front", [reglages.json()], porte.fileno(), env, sortie))
        porte.close()
        return front

    def _ajouter(self, enfant: Enfant) -> Enfant:
        self.enfants.append(enfant)
        self._fin.callback(enfant.arreter)
        return enfant

    def _attendre_front(self) -> None:
        """The socket already listens: one request, answered by the gateway alone, waits for the front to be ready."""
        limite = time.monotonic() + 30
        while not self.morts() and time.monotonic() < limite:
            try:
                urllib.request.urlopen(urllib.request.Request(f"{self.url}/-", method="HEAD"), timeout=30)  # noqa: S310
                return
            except urllib.error.HTTPError:
                return
            except OSError:
                time.sleep(0.05)
        raise RefusLocal("Le portail ne démarre pas.")

    def morts(self) -> list[str]:
        """Names of the parts that ended without being asked to."""
        parts = [(e.nom, e.mort) for e in self.enfants]
        parts.append(("emulateur", self.emulateur.processus.poll() is not None))
        return [nom for nom, mort in parts if mort]

    def arreter(self) -> None:
        """End everything, last started first; the emulator saves its data."""
        self._fin.close()
        for porte in self._portes:
            porte.close()


def annoncer(local: Local, en_json: bool) -> None:
    """Say where everything is."""
    if en_json:
        adresses = {"url": local.url, "console_url": local.url_console, "endpoint": local.emulateur.url}
        print(json.dumps(adresses | {"journal": str(local.journal), "pid": os.getpid()}), flush=True)
        return
    comptes = "\n".join(f"    {c.courriel:<24} {c.role}" for c in COMPTES)
    print(
        f"\n  Portail         {local.url}\n"
        f"  Console locale  {local.url_console}   courriels, horloge, captchas, files\n"
        f"  Journal         {local.journal}\n\n  Comptes de démonstration, mot de passe {MOT_DE_PASSE}\n{comptes}\n"
        f"    Second facteur (gestionnaires, administrateur) : clé {SECRET_TOTP},\n"
        f"    code du moment sur {local.url_console}/comptes\n\n"
        "  Ctrl-C pour arrêter.\n",
        flush=True,
    )


def _attendre_entree(fini: threading.Event) -> None:
    """For the tests: end when the program that started us closes our input, or is gone."""

    def lire() -> None:
        while sys.stdin.buffer.read(4096):
            pass
        fini.set()

    threading.Thread(target=lire, daemon=True).start()


def tenir(local: Local, fini: threading.Event) -> int:
    """Until asked to end, or until a part is gone."""
    while not fini.wait(0.5):
        morts = local.morts()
        if morts:
            print(f"Arrêt imprévu : {', '.join(morts)}.\n{fin_du_journal(local.journal)}", flush=True)
            return 1
    return 0


def main() -> int:
    """Start, announce, wait, end."""
    fini = threading.Event()
    for numero in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(numero, lambda *_: fini.set())
    try:
        options = arguments()
        options.racine = options.racine.resolve()
        if options.json:
            _attendre_entree(fini)
        local = Local(options)
    except RefusLocal as refus:
        print(refus, flush=True)
        return 1
    try:
        local.demarrer()
        annoncer(local, options.json)
        code = tenir(local, fini)
    except RefusLocal as refus:
        print(f"{refus}\n{fin_du_journal(local.journal)}", flush=True)
        code = 1
    finally:
        if not options.json:
            print("Arrêt…", flush=True)
        local.arreter()
    return code


if __name__ == "__main__":
    sys.exit(main())
