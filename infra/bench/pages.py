"""P3, the AWS calls of each page; P2, the processor time of five of them against a bare floor."""

import json
import statistics
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from infra.bench.memoire import Appel, Memoire
from infra.bench.personne import EnDirect, Entetes, Surprise
from infra.bench.scenes import Exemple, Scene

TOURS, FOIS = 7, 25
MESUREES = {
    "home": "/",
    "task list of the profile": "/mon-profil",
    "identification": "/mon-profil/identification",
    "parcours, 30 lines a table": "/mon-profil/parcours",
    "check your answers, 30 lines a table": "/mon-profil/verification",
    "work list": "/gestion/inscriptions",
    "dossier": "/gestion/inscriptions/{compte_id}",
}


def appels(memoire: Memoire, scene: Scene, exemples: dict[str, Callable[[], Exemple]]) -> dict[str, Any]:
    """P3: for each GET route, its calls in order, those that read twice, and what the session costs."""
    routes, sans = {}, []
    for motif, methodes in sorted(scene.app.routes.items()):
        if "GET" not in methodes:
            continue
        if motif not in exemples:
            sans.append(motif)
            continue
        qui, adresse = exemples[motif]()
        _demander(qui, adresse)  # what the first page of a process reads once (secrets) is not its cost
        with memoire.ecoute() as notes:
            _demander(qui, adresse)
        routes[motif] = {"appels": [_nom(a) for a in notes], "deux_fois": _deux_fois(notes)}
    return {"routes": routes, "sans_exemple": sans}


def _demander(qui: Any, adresse: str) -> None:
    """A page as it is shown, or where its file is: a refusal would cost less, and say nothing."""
    rendue = qui.transport("GET", adresse, b"", qui.entetes())
    if rendue.statut not in (200, 302, 303) or rendue.suite.startswith("/connexion"):
        raise Surprise(f"{adresse.split('/')[1]} : {rendue.statut} {rendue.suite[:40]}")


def _nom(appel: Appel) -> str:
    return appel.operation.rpartition(".")[2] or appel.operation


def _deux_fois(notes: list[Appel]) -> list[str]:
    lues = Counter(cle for appel in notes for cle in appel.cles)
    return [" ".join(cle)[:80] for cle, fois in lues.items() if fois > 1]


def processeur(memoire: Memoire, scene: Scene, exemples: dict[str, Callable[[], Exemple]]) -> dict[str, Any]:
    """P2: milliseconds of processor of the handler and of its floor, by page."""
    return {nom: _mesurer(memoire, scene, *exemples[motif]()) for nom, motif in MESUREES.items()}


def _mesurer(memoire: Memoire, scene: Scene, qui: Any, adresse: str) -> dict[str, Any]:
    vus: list[tuple[str, dict[str, Any]]] = []
    with _rendus(vus), memoire.ecoute() as notes:
        _demander(qui, adresse)
    entetes: Entetes = qui.entetes()
    page, sol = qui.transport.evenement("GET", adresse, b"", entetes), _sol(notes, *vus[-1])
    nu = EnDirect(sol).evenement("GET", "/", b"", entetes)
    memoire.coupe = True
    try:
        portes: dict[str, Callable[[], Any]] = {"page": lambda: scene.app(page, None), "sol": lambda: sol(nu, None)}
        durees = [{nom: _chrono(porte) for nom, porte in portes.items()} for _ in range(TOURS + 1)][1:]
    finally:
        memoire.coupe = False
    page_ms, sol_ms = (statistics.median(tour[nom] for tour in durees) * 1000 for nom in ("page", "sol"))
    rapport = statistics.median(tour["page"] / tour["sol"] for tour in durees)
    taille = len(scene.app(page, None)["body"].encode())
    return {"page_ms": page_ms, "sol_ms": sol_ms, "rapport": rapport, "appels": len(notes), "octets": taille}


def _chrono(porte: Callable[[], Any]) -> float:
    debut = time.process_time()
    for _ in range(FOIS):
        resultat = porte()
    if resultat["statusCode"] != 200:
        raise RuntimeError(str(resultat["body"])[:300])
    return (time.process_time() - debut) / FOIS


class _rendus:
    """Notes the template and the values of what is rendered."""

    def __init__(self, vus: list[tuple[str, dict[str, Any]]]) -> None:
        self._vus = vus

    def __enter__(self) -> None:
        from chalicelib.core import render

        self._render = render.render

        def noter(template: str, **valeurs: Any) -> str:
            self._vus.append((template, valeurs))
            return self._render(template, **valeurs)

        render.render = noter

    def __exit__(self, *_: object) -> None:
        from chalicelib.core import render

        render.render = self._render


def _sol(notes: list[Appel], template: str, valeurs: dict[str, Any]) -> Any:
    """A Chalice application of one route: the same boto3 calls, then the same template with the values at hand."""
    import boto3
    from botocore import xform_name
    from chalice import Chalice, Response

    from chalicelib.core.render import _env

    dynamodb = boto3.client("dynamodb")
    demandes = [(getattr(dynamodb, xform_name(_nom(a))), json.loads(a.corps)) for a in notes if b"{" in a.corps[:1]]
    gabarit, figees = _env().get_template(template), {**valeurs, "commande": str(valeurs.get("commande", ""))}
    nue = Chalice(app_name="sol")
    nue.api.binary_types = []

    @nue.route("/")
    def page() -> Response:
        for operation, parametres in demandes:
            operation(**parametres)
        return Response(gabarit.render(**figees), {"Content-Type": "text/html; charset=utf-8"}, 200)

    return nue
