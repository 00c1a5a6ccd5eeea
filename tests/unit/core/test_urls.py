"""Addresses: built here, never from a request; nobody is sent to another site (test T52)."""

from __future__ import annotations

from urllib.parse import unquote, urljoin, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chalicelib.core.web import urls

SITE = "https://guichet.test"
AILLEURS = [
    "//evil.fr",
    "///evil.fr",
    "////evil.fr",
    "https:evil.fr",
    "https://evil.fr",
    "http://evil.fr",
    "\\\\evil.fr",
    "/\\evil.fr",
    "\\/evil.fr",
    "/\\/evil.fr",
    "/\t/evil.fr",
    "/\n/evil.fr",
    "/%09/evil.fr",
    "/%2f/evil.fr",
    "%2f%2fevil.fr",
    "/%5cevil.fr",
    " //evil.fr",
    "\x00//evil.fr",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,x",
    "https://guichet.test@evil.fr",
    "https://guichet.test.evil.fr",
    "//guichet.test@evil.fr/",
    "/a\r\nLocation: https://evil.fr",
    "/a\r\nSet-Cookie: x=1",
    "/a\u2028b",
    "/ａ",
    "/;@evil.fr",
    "/a b",
    "/" + "a" * 200,
    "evil.fr",
    "?suite=x",
    "#x",
    "",
]


def ou_mene(lieu: str) -> str:
    """The host that a browser ends on: it drops tabs and line ends, takes \\ for /, and decodes nothing."""
    vu = "".join(c for c in lieu.strip("".join(map(chr, range(33)))) if c not in "\t\r\n").replace("\\", "/")
    return urlsplit(urljoin(SITE + "/connexion", vu)).netloc


@pytest.mark.rule("A2")
@pytest.mark.controle("T52")
@pytest.mark.parametrize("lieu", AILLEURS)
def test_on_n_est_jamais_envoye_ailleurs(lieu: str) -> None:
    assert urls.chemin_local(lieu) is None


@pytest.mark.rule("A2", "S6")
@pytest.mark.parametrize(
    "lieu",
    [
        "/",
        "/mon-profil/identification",
        "/gestion/inscriptions/01hq3v5k2m9x8y7z7f3k9q2m4r",
        "/mon-profil/identification?manques=oui#nom",
        "/a" + "a" * 198,
    ],
)
def test_on_revient_la_ou_l_on_allait(lieu: str) -> None:
    assert urls.chemin_local(lieu) == lieu
    assert ou_mene(lieu) == "guichet.test"


_MORCEAUX = [*"/\\.:@?#%&=-_ \t\r\n\x00;ae09", "evil.fr", "https:", "%2f", "//", "/..", "\u2028"]
_NOCIFS = st.lists(st.sampled_from(_MORCEAUX), max_size=12).map("".join)


@pytest.mark.rule("A2")
@pytest.mark.controle("T52")
@example("/..//evil.fr")
@example("/.//evil.fr")
@given(st.one_of(_NOCIFS, _NOCIFS.map("/".__add__), st.text()))
def test_aucun_texte_ne_mene_hors_du_site(lieu: str) -> None:
    chemin = urls.chemin_local(lieu)
    if chemin is None:
        return
    assert chemin == lieu
    for vu in (chemin, unquote(chemin), SITE + chemin):
        assert ou_mene(vu) == "guichet.test"
    assert not set(chemin) & set("\r\n\t\\ ")


@pytest.mark.parametrize("base", ["", "/api"])
def test_un_lien_de_page_suit_le_chemin_de_base_et_un_lien_de_mail_l_adresse_du_site(
    base: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    reglages = replace(urls.settings(), base_path=base)
    monkeypatch.setattr(urls, "settings", lambda: reglages)
    assert urls.url("/mon-profil") == f"{base}/mon-profil"
    assert urls.lien("/mon-profil") == "https://guichet.test/mon-profil"


def test_un_fichier_statique_change_de_nom_avec_son_contenu() -> None:
    nom = urls.statique("guichet.css")
    assert nom == f"/statique/{urls.empreinte('guichet.css')}-guichet.css"
    assert urls.empreinte("guichet.css") != urls.empreinte("guichet.js")
