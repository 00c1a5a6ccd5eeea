"""A request as views see it: bounded, UTF-8 or refused, cleaned of what no keyboard types."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.errors import Malformed, TooLarge
from chalicelib.core.web.request import MAX_BODY, MAX_FIELDS, MultiDict, Request, clean


def requete(body: bytes = b"", cookie: str = "", **autre: Any) -> Request:
    """What came in."""
    return Request("POST", "/x", "/x", {}, {"cookie": cookie, **autre}, {}, lambda: body)


@pytest.mark.rule("S2")
@pytest.mark.parametrize(
    ("saisie", "attendu"),
    [
        pytest.param("a\x00b", "ab", id="NUL"),
        pytest.param("a\x1bb\x7fc\x85d", "abcd", id="autres commandes"),
        pytest.param("a\ud800b", "ab", id="demi-caractère"),
        pytest.param("a\r\nb\rc\nd", "a\nb\nc\nd", id="fins de ligne"),
        pytest.param("a\r\r\nb", "a\n\nb", id="fins de ligne mêlées"),
        pytest.param("a\tb", "a\tb", id="tabulation"),
        pytest.param("e\u0301", "é", id="accent composé"),
        pytest.param("l’été à 8 h", "l’été à 8 h", id="français"),
        pytest.param("", "", id="vide"),
    ],
)
def test_ce_qu_aucun_clavier_ne_tape_est_ote(saisie: str, attendu: str) -> None:
    assert clean(saisie) == attendu


@pytest.mark.rule("S2")
@given(st.text(st.characters()))
def test_nettoyer_deux_fois_ne_change_plus_rien(saisie: str) -> None:
    propre = clean(saisie)
    assert clean(propre) == propre
    assert not any(unicodedata.category(c) in {"Cc", "Cs"} and c not in "\n\t" for c in propre)
    propre.encode()


@pytest.mark.rule("S2")
def test_les_champs_repetes_sont_gardes() -> None:
    champs = requete(b"regions=44&ville=Nancy&regions=53&vide=&seul").form
    assert champs.getlist("regions") == ["44", "53"]
    assert champs.first("regions") == "44"
    assert champs.first("vide", "x") == "" and champs.first("seul", "x") == ""
    assert champs.getlist("absent") == [] and champs.first("absent", "x") == "x"
    assert MultiDict({"a": []}).first("a", "x") == "x"


@pytest.mark.rule("S2")
def test_un_formulaire_se_lit_en_utf_8_et_se_nettoie() -> None:
    assert requete("nom=Lefèvre&nom2=Lef%C3%A8vre+Ren%00%C3%A9".encode()).form == {
        "nom": ["Lefèvre"],
        "nom2": ["Lefèvre René"],
    }


@pytest.mark.rule("S6")
@pytest.mark.parametrize(
    "corps",
    [
        pytest.param(b"nom=\xe9", id="latin-1"),
        pytest.param(b"nom=%E9", id="latin-1 codé"),
        pytest.param(b"%FF=x", id="nom de champ qui n’est pas UTF-8"),
        pytest.param(b"nom=\xed\xa0\x80", id="demi-caractère"),
        pytest.param(b"&".join(b"a=1" for _ in range(MAX_FIELDS + 1)), id="trop de champs"),
    ],
)
def test_ce_qu_aucune_page_n_envoie_est_refuse(corps: bytes) -> None:
    with pytest.raises(Malformed):
        _ = requete(corps).form


@pytest.mark.rule("S6", "T4")
def test_un_formulaire_tient_jusqu_a_sa_limite_et_pas_au_dela() -> None:
    assert len(requete(b"a=" + b"x" * (MAX_BODY - 2)).form.first("a")) == MAX_BODY - 2
    assert len(requete(b"&".join(b"a=1" for _ in range(MAX_FIELDS))).form.getlist("a")) == MAX_FIELDS
    with pytest.raises(TooLarge):
        _ = requete(b"a=" + b"x" * (MAX_BODY - 1)).form


@pytest.mark.rule("S6")
@given(st.binary(max_size=200))
def test_tout_corps_se_lit_ou_se_refuse(corps: bytes) -> None:
    try:
        champs = requete(corps).form
    except Malformed:
        return
    assert all(clean(valeur) == valeur for valeurs in champs.values() for valeur in valeurs)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=100))
def test_aucun_en_tete_de_cookie_ne_fait_echouer(texte: str) -> None:
    assert isinstance(requete(cookie=texte).cookies, dict)


def test_les_cookies_et_le_fragment() -> None:
    lue = requete(cookie="__Host-visite=abc; autre=1")
    assert lue.cookies == {"__Host-visite": "abc", "autre": "1"}
    assert requete(cookie="=;;=").cookies == {}
    assert requete(**{"hx-request": "true"}).wants_fragment and not requete().wants_fragment


def test_la_chaine_de_recherche_se_nettoie_aussi() -> None:
    lue = Request("GET", "/x", "/x", {}, {}, {"code_postal": ["54\x00000", "b"]})
    assert lue.query.getlist("code_postal") == ["54000", "b"]
