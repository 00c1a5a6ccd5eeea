"""Every route declares who may ask it, and the list of the portal's addresses is reviewed: tests/meta/urls.txt."""

from __future__ import annotations

import ast
from typing import Any

import pytest
from chalice import Chalice

import app
from chalicelib.commun.comptes.rules import Access
from chalicelib.core.web.pages import Pages
from tests.meta.sources import RACINE, pythons, relatif

LISTE = RACINE / "tests" / "meta" / "urls.txt"
RESSOURCES_MAX = 250
"""API Gateway takes 300 resources an API; each path segment is one."""
PAGES = "chalicelib/core/web/pages.py"


def routes(application: Any) -> list[tuple[str, str, Any]]:
    """Method, path and declared access (None when there is none) of every route."""
    return [
        (methode, chemin, getattr(entree.view_function, "access", None))
        for chemin, methodes in application.routes.items()
        for methode, entree in methodes.items()
    ]


def sans_acces(application: Any) -> list[str]:
    """Routes that anybody could ask because nobody said who may."""
    return [f"{methode} {chemin}" for methode, chemin, acces in routes(application) if not isinstance(acces, Access)]


def listees(texte: str) -> list[str]:
    """The lines of the reviewed list."""
    return [ligne for ligne in texte.splitlines() if ligne and not ligne.startswith("#")]


def lignes(application: Any) -> list[str]:
    """The same, of the application."""
    par_chemin = sorted((chemin, methode, acces) for methode, chemin, acces in routes(application))
    return [f"{methode:<5}{chemin}  {getattr(acces, 'value', '?')}" for chemin, methode, acces in par_chemin]


def ressources(chemins: list[str]) -> int:
    """How many resources API Gateway makes of these paths; the root is one."""
    noeuds = {"/"}
    for chemin in chemins:
        segments = chemin.strip("/").split("/")
        noeuds |= {"/".join(segments[: n + 1]) for n in range(len(segments)) if segments[0]}
    return len(noeuds)


def routes_brutes(source: str) -> list[int]:
    """Lines that declare a route on Chalice itself, past the declared access."""
    return [
        noeud.lineno
        for noeud in ast.walk(ast.parse(source))
        if isinstance(noeud, ast.Call) and isinstance(noeud.func, ast.Attribute) and noeud.func.attr == "route"
    ]


# The house


@pytest.mark.rule("T6")
@pytest.mark.controle("T39")
def test_chaque_route_declare_son_acces() -> None:
    assert len(routes(app.app)) > 30
    assert sans_acces(app.app) == []


@pytest.mark.rule("T6")
def test_aucune_route_n_est_declaree_sans_passer_par_les_pages() -> None:
    trouvees = {relatif(f): routes_brutes(f.read_text(encoding="utf-8")) for f in pythons() if relatif(f) != PAGES}
    assert {fichier: numeros for fichier, numeros in trouvees.items() if numeros} == {}


@pytest.mark.rule("T6")
@pytest.mark.controle("T39")
def test_la_liste_relue_des_adresses_est_celle_de_l_application() -> None:
    """A new address, or another access, is written in urls.txt by somebody who thought of it."""
    assert listees(LISTE.read_text(encoding="utf-8")) == lignes(app.app)


def test_l_api_reste_loin_de_la_limite_de_la_passerelle() -> None:
    assert 10 < ressources(list(app.app.routes)) <= RESSOURCES_MAX


@pytest.mark.rule("T6")
@pytest.mark.controle("T12", "T13")
def test_ce_qui_change_quelque_chose_ne_se_demande_jamais_par_get() -> None:
    assert {methode for methode, _, _ in routes(app.app)} <= {"GET", "POST"}


# The planted red


def test_une_route_sans_acces_est_rouge() -> None:
    plantee = Chalice("plantee")
    plantee.route("/brute", methods=["GET", "POST"])(lambda: "")
    assert sorted(sans_acces(plantee)) == ["GET /brute", "POST /brute"]


def test_une_page_sans_acces_ne_s_ecrit_pas() -> None:
    with pytest.raises(TypeError, match="access"):
        Pages("plantee").page("/x")  # type: ignore[call-arg]


@pytest.mark.parametrize(
    "source", ["@app.route('/x')\ndef f(): ...", "@bp.route('/x')\ndef f(): ...", "bp.route('/x')(f)"]
)
def test_une_route_brute_est_rouge(source: str) -> None:
    assert routes_brutes(source) == [1]
    assert routes_brutes("@bp.page('/x', access=A)\ndef f(): ...") == []


def test_une_adresse_de_plus_ou_un_acces_change_est_rouge() -> None:
    voulues = listees(LISTE.read_text(encoding="utf-8"))
    plantee = Chalice("plantee")
    pages = Pages("plantee")
    pages.page("/", access=Access.ADMINISTRATEUR)(lambda ctx: ctx)
    plantee.register_blueprint(pages)
    assert lignes(plantee) == ["GET  /  ADMINISTRATEUR"]
    assert "GET  /  PUBLIC" in voulues and lignes(plantee)[0] not in voulues


@pytest.mark.parametrize(
    ("chemins", "attendu"),
    [
        (["/"], 1),
        (["/a"], 2),
        (["/a/b/c"], 4),
        (["/a/b", "/a/{x}", "/a"], 4),
        ([f"/p{n}" for n in range(260)], 261),
    ],
)
def test_les_ressources_se_comptent_par_segment(chemins: list[str], attendu: int) -> None:
    assert ressources(chemins) == attendu
    assert (ressources(chemins) > RESSOURCES_MAX) is (attendu == 261)
