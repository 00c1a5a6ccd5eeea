"""The local console: mails, clock, schedules, captchas, queues, demo accounts; French pages and a JSON API on loopback.

It can move time and shows secrets, so no page of another origin may reach it: the Host must be ours (DNS rebinding), a
POST must come from our own pages or from a tool, and a JSON body must say that it is JSON.
"""

import json
import re
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from infra.local.cadence import Cadence
from infra.local.console_donnees import captchas, files
from infra.local.console_pages import CSS, rendre
from infra.local.courrier import Boite, Courriel
from infra.local.horloge import Horloge
from infra.local.ressources import Clients

CORPS_MAXIMAL = 64 * 1024
POLITIQUE = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
# The frame that shows a mail inherits the page's policy: mails carry their styles inline and nothing else that acts.
POLITIQUE_COURRIEL = POLITIQUE.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
JSON, HTML = "application/json; charset=utf-8", "text/html; charset=utf-8"


class Refus(Exception):
    """A request the console does not take."""

    def __init__(self, statut: int, message: str) -> None:
        super().__init__(message)
        self.statut, self.message = statut, message


@dataclass
class Rendu:
    """An answer."""

    corps: bytes
    type: str = HTML
    statut: int = 200
    entetes: tuple[tuple[str, str], ...] = ()


@dataclass
class Appel:
    """A request that passed the checks."""

    chemin: str
    requete: dict[str, list[str]]
    donnees: dict[str, Any]

    def q(self, nom: str) -> str:
        """The last value of a query parameter."""
        return self.requete.get(nom, [""])[-1]


def _json(valeur: Any, statut: int = 200) -> Rendu:
    return Rendu(json.dumps(valeur, ensure_ascii=False, indent=1).encode("utf-8"), JSON, statut)


def _vers(chemin: str) -> Rendu:
    return Rendu(b"", HTML, 303, (("Location", chemin),))


class Console:
    """What the pages and the API show and do. `servir()` opens it to the browser."""

    def __init__(self, boite: Boite, horloge: Horloge, clients: Clients, portail: str) -> None:
        self.boite, self.horloge, self.clients, self.portail = boite, horloge, clients, portail
        self.cadence: Cadence | None = None
        self._routes: list[tuple[str, re.Pattern[str], Callable[..., Rendu]]] = [
            ("GET", re.compile(r"/"), self.page_courriels),
            ("GET", re.compile(r"/console\.css"), lambda _: Rendu(CSS.encode(), "text/css; charset=utf-8")),
            ("GET", re.compile(r"/courriels/(\d+)"), self.page_courriel),
            ("GET", re.compile(r"/courriels/(\d+)/brut"), self.courriel_brut),
            ("GET", re.compile(r"/courriels/(\d+)/pieces/(\d+)"), self.piece),
            ("GET", re.compile(r"/horloge"), self.page_horloge),
            ("POST", re.compile(r"/horloge"), self.avancer_par_page),
            ("GET", re.compile(r"/planifications"), self.page_planifications),
            ("POST", re.compile(r"/planifications/([\w-]+)"), self.executer_par_page),
            ("GET", re.compile(r"/captchas"), self.page_captchas),
            ("GET", re.compile(r"/files"), self.page_files),
            ("GET", re.compile(r"/comptes"), self.page_comptes),
            ("GET", re.compile(r"/api/mails"), lambda a: _json([c.json() for c in self.boite.tous(a.q("to"))])),
            ("GET", re.compile(r"/api/clock"), lambda _: _json(self._heure())),
            ("POST", re.compile(r"/api/clock"), self.avancer_par_api),
            ("GET", re.compile(r"/api/schedules"), lambda _: _json(self._planifications())),
            ("POST", re.compile(r"/api/schedules/([\w-]+)/run"), self.executer_par_api),
            ("GET", re.compile(r"/api/captchas"), lambda _: _json(captchas(self.clients))),
            ("GET", re.compile(r"/api/queues"), lambda _: _json(files(self.clients))),
        ]

    def repondre(self, methode: str, appel: Appel) -> Rendu:
        """Find and run the route of a request."""
        trouvees = [(m, motif.fullmatch(appel.chemin), f) for m, motif, f in self._routes]
        ici = [(m, trouve, f) for m, trouve, f in trouvees if trouve]
        if not ici:
            raise Refus(404, "Cette page n'existe pas.")
        for m, trouve, fonction in ici:
            if m == methode:
                return fonction(appel, *trouve.groups())
        raise Refus(405, "Cette page ne se demande pas ainsi.")

    def _page(self, nom: str, **valeurs: Any) -> Rendu:
        communs = {
            "portail": self.portail,
            "maintenant": self.horloge.maintenant(),
            "decalage": self.horloge.decalage(),
        }
        return Rendu(rendre(nom, **communs, **valeurs).encode("utf-8"))

    # mails

    def page_courriels(self, appel: Appel) -> Rendu:
        """The list, newest first; `a` filters by address, `actualiser` reloads by itself."""
        rafraichir = appel.q("actualiser") if appel.q("actualiser").isdigit() else ""
        return self._page(
            "courriels.html", courriels=self.boite.tous(appel.q("a"))[:200], a=appel.q("a"), rafraichir=rafraichir
        )

    def _courriel(self, identifiant: str) -> Courriel:
        courriel = self.boite.un(identifiant)
        if courriel is None:
            raise Refus(404, "Ce courriel n'est pas ou plus ici.")
        return courriel

    def page_courriel(self, _: Appel, identifiant: str) -> Rendu:
        """One mail: text, HTML in a frame without rights, headers, attachments."""
        rendu = self._page("courriel.html", courriel=self._courriel(identifiant))
        rendu.entetes = (("Content-Security-Policy", POLITIQUE_COURRIEL),)
        return rendu

    def courriel_brut(self, _: Appel, identifiant: str) -> Rendu:
        """The bytes as received, to save."""
        nom = (("Content-Disposition", f'attachment; filename="courriel-{identifiant}.eml"'),)
        return Rendu(self._courriel(identifiant).brut, "message/rfc822", 200, nom)

    def piece(self, _: Appel, identifiant: str, numero: str) -> Rendu:
        """One attachment, to save."""
        pieces = self._courriel(identifiant).pieces()
        if int(numero) >= len(pieces):
            raise Refus(404, "Cette pièce jointe n'existe pas.")
        contenu = pieces[int(numero)].get_payload(decode=True)
        octets = contenu if isinstance(contenu, bytes) else b""
        return Rendu(octets, "application/octet-stream", 200, (("Content-Disposition", "attachment"),))

    # clock

    def _heure(self) -> dict[str, Any]:
        instant = self.horloge.maintenant().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return {"now": instant, "offset_seconds": self.horloge.decalage()}

    def _avancer(self, secondes: Any, attendre: bool) -> None:
        if isinstance(secondes, bool) or not isinstance(secondes, int | float):
            raise Refus(400, "« advance_seconds » est un nombre de secondes.")
        try:
            self.horloge.avancer(secondes)
        except ValueError as faux:
            raise Refus(400, str(faux)) from faux
        if self.cadence:
            self.cadence.reveil.set()
            if attendre:
                self.cadence.attendre(self.horloge.maintenant())

    def page_horloge(self, _: Appel) -> Rendu:
        """The portal's time and the ways to move it."""
        return self._page("horloge.html", depuis=timedelta(seconds=round(self.horloge.decalage())))

    def avancer_par_page(self, appel: Appel) -> Rendu:
        """Buttons give seconds, the free field days and hours."""
        nombres = {nom: str(appel.donnees.get(nom) or "0") for nom in ("secondes", "jours", "heures")}
        if not all(n.isdigit() and len(n) < 12 for n in nombres.values()):
            raise Refus(400, "Donnez des nombres entiers de jours et d'heures.")
        jours, heures, secondes = int(nombres["jours"]), int(nombres["heures"]), int(nombres["secondes"])
        self._avancer(jours * 86400 + heures * 3600 + secondes, attendre=True)
        return _vers("/horloge")

    def avancer_par_api(self, appel: Appel) -> Rendu:
        """`{"advance_seconds": n}`; with `"wait": true` answers once the schedules that fell due have run."""
        self._avancer(appel.donnees.get("advance_seconds"), bool(appel.donnees.get("wait")))
        return _json(self._heure())

    # schedules

    def _planifications(self) -> list[dict[str, Any]]:
        return [etat.json() for etat in self.cadence.etats.values()] if self.cadence else []

    def _executer(self, nom: str) -> dict[str, Any]:
        court = nom.replace("_", "-").removeprefix("guichet-local-")
        if self.cadence is None or court not in self.cadence.etats:
            raise Refus(404, "Cette planification n'existe pas.")
        issue = self.cadence.executer(court)
        return self.cadence.etats[court].json() | {"result": issue.resultat, "error": issue.erreur}

    def page_planifications(self, _: Appel) -> Rendu:
        """The schedules, their last run, a button each."""
        return self._page("planifications.html", etats=list(self.cadence.etats.values()) if self.cadence else [])

    def executer_par_page(self, _: Appel, nom: str) -> Rendu:
        """Run now, then show the list."""
        self._executer(nom)
        return _vers("/planifications")

    def executer_par_api(self, _: Appel, nom: str) -> Rendu:
        """Run now; 500 when the handler failed."""
        fait = self._executer(nom)
        return _json(fait, 500 if fait["error"] else 200)

    # the rest

    def page_captchas(self, _: Appel) -> Rendu:
        """Answers, newest first."""
        return self._page("captchas.html", captchas=captchas(self.clients)[:100])

    def page_files(self, _: Appel) -> Rendu:
        """Depth of the queues."""
        return self._page("files.html", files=files(self.clients))

    def page_comptes(self, _: Appel) -> Rendu:
        """Demo accounts and the second factor's code of the moment."""
        return self._page("comptes.html")


class Guichetier(BaseHTTPRequestHandler):
    """One HTTP exchange: checks, then the console."""

    protocol_version = "HTTP/1.1"
    server_version, sys_version = "guichet-console", ""
    timeout = 75
    console: Console
    hotes: frozenset[str]

    def do_GET(self) -> None:
        self._traiter("GET")

    def do_HEAD(self) -> None:
        self._traiter("GET")

    def do_POST(self) -> None:
        self._traiter("POST")

    def _traiter(self, methode: str) -> None:
        url = urlsplit(self.path)
        chemin = unquote(url.path)
        try:
            corps = self._corps()
            self._verifier(methode)
            donnees = self._donnees(chemin, corps) if methode == "POST" else {}
            rendu = self.console.repondre(methode, Appel(chemin, parse_qs(url.query), donnees))
        except Refus as refus:
            rendu = self._refuser(refus, chemin)
        except Exception as erreur:  # the console must outlive the emulator's troubles
            self.log_error("%r", erreur)
            rendu = self._refuser(Refus(500, "La console n'a pas pu répondre."), chemin)
        self._envoyer(rendu)

    def _corps(self) -> bytes:
        longueur = self.headers.get("Content-Length", "0")
        if not longueur.isdigit() or int(longueur) > CORPS_MAXIMAL or "Transfer-Encoding" in self.headers:
            self.close_connection = True
            raise Refus(413, "Envoi trop long.")
        return self.rfile.read(int(longueur))

    def _verifier(self, methode: str) -> None:
        if self.headers.get("Host", "") not in self.hotes:
            raise Refus(403, "La console ne répond qu'à son adresse locale.")
        if methode != "POST":
            return
        origine = self.headers.get("Origin")
        if origine is not None and origine not in {f"http://{h}" for h in self.hotes}:
            raise Refus(403, "Cette demande vient d'une autre page.")
        if self.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
            raise Refus(403, "Cette demande vient d'un autre site.")

    def _donnees(self, chemin: str, corps: bytes) -> dict[str, Any]:
        type_ = self.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if not chemin.startswith("/api/"):
            return {nom: valeurs[-1] for nom, valeurs in parse_qs(corps.decode("utf-8", "replace")).items()}
        if not corps:
            return {}
        if type_ != "application/json":
            raise Refus(415, "Cette adresse reçoit du JSON (Content-Type: application/json).")
        try:
            donnees = json.loads(corps)
        except ValueError as faux:
            raise Refus(400, "Ce JSON n'est pas lisible.") from faux
        if not isinstance(donnees, dict):
            raise Refus(400, "Un objet JSON est attendu.")
        return donnees

    def _refuser(self, refus: Refus, chemin: str) -> Rendu:
        if chemin.startswith("/api/"):
            return _json({"error": refus.message}, refus.statut)
        corps = rendre("erreur.html", message=refus.message, portail=self.console.portail)
        return Rendu(corps.encode("utf-8"), HTML, refus.statut)

    def _envoyer(self, rendu: Rendu) -> None:
        self.send_response(rendu.statut)
        poses = {nom.lower() for nom, _ in rendu.entetes}
        communs = {
            "Content-Type": rendu.type,
            "Content-Length": str(len(rendu.corps)),
            "Content-Security-Policy": POLITIQUE,
            "Cache-Control": "no-store",
            "Referrer-Policy": "same-origin",
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Resource-Policy": "same-origin",
        }
        for nom, valeur in [*rendu.entetes, *((n, v) for n, v in communs.items() if n.lower() not in poses)]:
            self.send_header(nom, valeur)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(rendu.corps)

    def log_message(self, format: str, *args: Any) -> None:
        """The console keeps no access log."""


class _Serveur(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that leaves is not an event."""


class ServeurConsole:
    """The console on its socket, in threads of its own."""

    def __init__(self, console: Console, prise: socket.socket) -> None:
        port = prise.getsockname()[1]
        hotes = frozenset(f"{h}:{port}" for h in ("127.0.0.1", "localhost", "[::1]"))
        classe = type("GuichetierLocal", (Guichetier,), {"console": console, "hotes": hotes})
        self._serveur = _Serveur(prise.getsockname(), classe, bind_and_activate=False)
        self._serveur.socket.close()
        self._serveur.socket = prise
        self._fil = threading.Thread(target=self._serveur.serve_forever, args=(0.1,), name="console", daemon=True)

    def demarrer(self) -> None:
        """Begin to answer."""
        self._fil.start()

    def arreter(self) -> None:
        """Answer no more."""
        self._serveur.shutdown()
        self._serveur.server_close()
