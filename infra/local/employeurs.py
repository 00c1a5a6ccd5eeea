"""A stand-in for the API « Recherche d'entreprises » on this machine: its contract, over an extract of public facts.

`employeurs.tsv` holds communes and groups of communes: name and SIREN are facts (see the référentiels' SOURCES.md); the
NIC is made for the demonstration, since the seat's can't be deduced, and so is the street. It is what the portal asks
when it runs locally; the real address is the setting EMPLOYEURS_URL.

Words make it fail, to be seen and tested: « essai lent », « essai panne », « essai trop », « essai charabia »,
« essai erreur », « essai enorme », « essai ailleurs ».
"""

import json
import threading
import time
import unicodedata
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from infra.local.environnement import ADRESSE

DONNEES = Path(__file__).with_name("employeurs.tsv")
LENTEUR = 8.0
Reponse = tuple[int, dict[str, str], bytes]


@cache
def repertoire() -> list[dict[str, Any]]:
    """Every employer, as the API gives it."""
    return [_entreprise(*ligne.split("\t")) for ligne in DONNEES.read_text("utf-8").splitlines()]


def _entreprise(siren: str, nic: str, nom: str, nature: str, code_postal: str, ville: str) -> dict[str, Any]:
    voie = {"numero_voie": "1", "type_voie": "PLACE", "libelle_voie": "DE LA MAIRIE"} if ville else {}
    siege = {
        "siret": siren + nic,
        "est_siege": True,
        "etat_administratif": "A",
        **dict.fromkeys(("numero_voie", "indice_repetition", "type_voie", "libelle_voie", "complement_adresse")),
        **voie,
        "distribution_speciale": None,
        "code_postal": code_postal or None,
        "libelle_commune": ville or None,
        "code_pays_etranger": None,
    }
    return {
        "siren": siren,
        "nom_complet": nom,
        "nom_raison_sociale": nom,
        "nature_juridique": nature,
        "etat_administratif": "A",
        "siege": siege,
        "matching_etablissements": [],
    }


def plat(texte: str) -> str:
    """Without case, accents or punctuation."""
    decompose = unicodedata.normalize("NFD", texte.casefold())
    return " ".join("".join(c if c.isalnum() else " " for c in decompose if not unicodedata.combining(c)).split())


def repondre(demande: dict[str, list[str]]) -> Reponse:
    """What the API answers to a query."""
    texte = demande.get("q", [""])[0]
    if not texte:
        return _json({"erreur": "Veuillez indiquer au moins un paramètre de recherche."}, 400)
    panne = PANNES.get(plat(texte))
    if panne:
        return panne()
    par_page = min(int(demande.get("per_page", ["10"])[0]), 25)
    mots = plat(texte).split()
    if texte.isdigit() and len(texte) in {9, 14}:
        trouves = [e for e in repertoire() if e["siege"]["siret"].startswith(texte)]
    else:
        trouves = [e for e in repertoire() if all(_commence(mot, e["nom_complet"]) for mot in mots)]
    resume = {"total_results": len(trouves), "page": 1, "per_page": par_page}
    return _json({"results": trouves[:par_page], **resume, "total_pages": -(-len(trouves) // par_page)})


def _commence(mot: str, nom: str) -> bool:
    return any(autre.startswith(mot) for autre in plat(nom).split())


def _json(valeur: Any, statut: int = 200) -> Reponse:
    return statut, {"Content-Type": "application/json"}, json.dumps(valeur, ensure_ascii=False).encode()


def _lente() -> Reponse:
    time.sleep(LENTEUR)
    return _json({"results": []})


def _coupee() -> Reponse:
    raise ConnectionAbortedError


PANNES = {
    "essai lent": _lente,
    "essai panne": _coupee,
    "essai trop": lambda: (429, {"Retry-After": "30"}, b""),
    "essai charabia": lambda: (200, {}, b"<html>Bonjour</html>"),
    "essai erreur": lambda: (500, {}, b""),
    "essai enorme": lambda: _json({"results": [], "x": "x" * 1_000_000}),
    "essai ailleurs": lambda: (302, {"Location": "/search?q=nancy"}, b""),
}


class _Guichet(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        adresse = urlsplit(self.path)
        try:
            statut, entetes, corps = repondre(parse_qs(adresse.query)) if adresse.path == "/search" else (404, {}, b"")
            self.send_response(statut)
            for nom, valeur in {**entetes, "Content-Length": str(len(corps))}.items():
                self.send_header(nom, valeur)
            self.end_headers()
            self.wfile.write(corps)
        except ConnectionError:
            self.close_connection = True

    def log_message(self, *_: Any) -> None:
        """Says nothing: what is searched is nobody's business."""


class Employeurs:
    """The stand-in: a loopback port, a thread of its own."""

    def __init__(self) -> None:
        self._serveur = ThreadingHTTPServer((ADRESSE, 0), _Guichet)
        self._serveur.daemon_threads = True
        self.url = f"http://{ADRESSE}:{self._serveur.server_address[1]}"
        self._fil = threading.Thread(target=self._serveur.serve_forever, name="employeurs", daemon=True)

    def demarrer(self) -> None:
        """Begin to answer."""
        self._fil.start()

    def arreter(self) -> None:
        """Answer no more."""
        self._serveur.shutdown()
        self._serveur.server_close()
