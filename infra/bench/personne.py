"""One person's browser, as light as can be: cookies, the fields of forms, nothing drawn."""

import http.client
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from html import unescape
from typing import Any
from urllib.parse import urlencode, urlsplit

from infra.local.http1 import Requete
from infra.local.passerelle import Api, Routes

PATIENCE = 150
FORMULAIRE = "application/x-www-form-urlencoded"
_CHAMP = re.compile(r'<input type="hidden" (?:id="\w+" )?name="(\w+)" value="([^"]*)"')
Entetes = list[tuple[str, str]]
Transport = Callable[[str, str, bytes, Entetes], "Reponse"]


class Surprise(Exception):
    """An answer that the journey does not expect."""


@dataclass(frozen=True)
class Reponse:
    """What came back."""

    statut: int
    entetes: Entetes
    corps: bytes

    @property
    def texte(self) -> str:
        """The page."""
        return self.corps.decode("utf-8")

    @property
    def suite(self) -> str:
        """Where a redirection leads."""
        return next((v for n, v in self.entetes if n.lower() == "location"), "")

    @cached_property
    def champs(self) -> dict[str, str]:
        """The hidden fields of the page; of two of one name, the last: the header's logout form comes first."""
        return {nom: unescape(valeur) for nom, valeur in _CHAMP.findall(self.texte)}


class Reseau:
    """Requests over the network, on one kept connection."""

    def __init__(self, url: str, source: str) -> None:
        ici = (source, 0) if source else None
        self._ligne = http.client.HTTPConnection(urlsplit(url).netloc, timeout=PATIENCE, source_address=ici)

    def __call__(self, methode: str, chemin: str, corps: bytes, entetes: Entetes) -> Reponse:
        self._ligne.request(methode, chemin, corps or None, dict(entetes))
        recue = self._ligne.getresponse()
        return Reponse(recue.status, recue.getheaders(), recue.read())


class EnDirect:
    """Requests handed to the application in this process, as API Gateway's events."""

    def __init__(
        self, app: Any, source: str = "127.0.0.1", noter: Callable[[str], object] = lambda route: None
    ) -> None:
        self.app, self.source, self.noter = app, source, noter
        self._api = Api(Routes({motif: list(m) for motif, m in app.routes.items()}), [], 80)

    def evenement(self, methode: str, chemin: str, corps: bytes, entetes: Entetes) -> dict[str, Any]:
        """The event of a request."""
        requete = Requete(methode, chemin, entetes, corps, self.source)
        evenement = self._api.evenement(requete)
        if evenement is None:
            raise Surprise(f"{methode} {chemin} : aucune route")
        return evenement

    def __call__(self, methode: str, chemin: str, corps: bytes, entetes: Entetes) -> Reponse:
        evenement = self.evenement(methode, chemin, corps, entetes)
        self.noter(f"{methode} {evenement['resource']}")
        resultat = self.app(evenement, None)
        rendue = self._api.reponse(resultat, Requete(methode, chemin, entetes))
        return Reponse(rendue.statut, rendue.entetes, rendue.corps)


@dataclass
class Personne:
    """Somebody who asks pages and sends forms."""

    transport: Transport
    portail: str
    cookies: dict[str, str] = field(default_factory=dict)

    def entetes(self) -> Entetes:
        """What a browser sends with each request."""
        cookies = "; ".join(f"{n}={v}" for n, v in self.cookies.items())
        return [("user-agent", "bench"), *([("cookie", cookies)] if cookies else [])]

    def page(self, chemin: str) -> Reponse:
        """A page that must be there."""
        return self._demander("GET", chemin, b"", self.entetes(), 200)

    def envoyer(self, chemin: str, page: Reponse, attendu: int = 303, **saisie: Any) -> Reponse:
        """A page's form, filled."""
        caches = {nom: page.champs[nom] for nom in ("commande", "version", "defi") if nom in page.champs}
        corps = urlencode(caches | saisie, doseq=True).encode()
        entetes = [*self.entetes(), ("content-type", FORMULAIRE), ("origin", self.portail)]
        return self._demander("POST", chemin, corps, [*entetes, ("sec-fetch-site", "same-origin")], attendu)

    def _demander(self, methode: str, chemin: str, corps: bytes, entetes: Entetes, attendu: int) -> Reponse:
        reponse = self.transport(methode, chemin, corps, entetes)
        for nom, valeur in reponse.entetes:
            if nom.lower() == "set-cookie":
                self._garder(valeur)
        if reponse.statut != attendu:
            titre = re.search(r"<title>([^<]*)", reponse.texte)
            raison = titre.group(1) if titre else reponse.texte[:120]
            raise Surprise(f"{methode} {chemin.split('/')[1]} : {reponse.statut} « {raison} »")
        return reponse

    def _garder(self, cookie: str) -> None:
        nom, _, valeur = cookie.partition(";")[0].partition("=")
        if "Max-Age=0" in cookie:
            self.cookies.pop(nom, None)
        else:
            self.cookies[nom] = valeur
