"""Login forms, the sentences about passwords, and what is carried over a lost session."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.commun.comptes import public as comptes
from chalicelib.commun.comptes import queries
from chalicelib.commun.comptes.forms import CodeForm, ConnexionForm
from tests.unit.fabriques import MOT_DE_PASSE, champs


@pytest.mark.rule("A1", "A2")
@pytest.mark.parametrize(
    ("saisis", "fautifs"),
    [
        pytest.param({"identifiant": "a@b.fr", "mot_de_passe": "x"}, [], id="complet"),
        pytest.param({"identifiant": "", "mot_de_passe": "x"}, ["identifiant"], id="sans identifiant"),
        pytest.param({"identifiant": "a@b.fr"}, ["mot_de_passe"], id="sans mot de passe"),
        pytest.param({}, ["identifiant", "mot_de_passe"], id="rien"),
        pytest.param({"identifiant": "   ", "mot_de_passe": "x"}, ["identifiant"], id="des espaces"),
        pytest.param({"identifiant": "a" * 255, "mot_de_passe": "x"}, ["identifiant"], id="identifiant démesuré"),
        pytest.param({"identifiant": "a@b.fr", "mot_de_passe": "x" * 201}, ["mot_de_passe"], id="secret démesuré"),
    ],
)
def test_la_connexion_demande_un_identifiant_et_un_mot_de_passe(saisis: dict, fautifs: list[str]) -> None:
    form = ConnexionForm(champs(**saisis))
    assert form.validate() is not bool(fautifs)
    assert list(form.errors) == fautifs


@pytest.mark.rule("T2")
def test_un_mot_de_passe_garde_ses_espaces() -> None:
    form = ConnexionForm(champs(identifiant=" jean@exemple.fr ", mot_de_passe="  a  B "))
    assert form.identifiant.data == "jean@exemple.fr"
    assert form.mot_de_passe.data == "  a  B "


@pytest.mark.rule("J6")
def test_le_code_du_second_facteur_est_demande() -> None:
    assert CodeForm(champs(code="123 456")).validate()
    vide = CodeForm(champs(code=" "))
    assert not vide.validate() and "application" in vide.errors["code"][0]


@pytest.mark.rule("T4", "S2")
@given(st.dictionaries(st.sampled_from(["identifiant", "mot_de_passe", "suite", "reprise", "code"]), st.text()))
def test_aucune_saisie_ne_fait_echouer_la_connexion(saisis: dict[str, str]) -> None:
    for form in (ConnexionForm(champs(**saisis)), CodeForm(champs(**saisis))):
        form.validate()
        assert all(isinstance(erreur, str) for erreurs in form.errors.values() for erreur in erreurs)


@pytest.mark.rule("B2", "T2")
@pytest.mark.parametrize(
    ("mot", "debuts"),
    [
        pytest.param(MOT_DE_PASSE, [], id="convenable"),
        pytest.param("court", ["Ajoutez des caractères", "Ajoutez au moins une lettre maj"], id="plusieurs fautes"),
        pytest.param("Password1!", ["Choisissez un mot de passe plus personnel"], id="courant"),
        pytest.param("Dubois-1985!", ["Choisissez un mot de passe sans votre nom"], id="son nom"),
    ],
)
def test_les_fautes_d_un_mot_de_passe_sont_dites_toutes_a_la_fois(mot: str, debuts: list[str]) -> None:
    phrases = comptes.fautes_du_mot_de_passe(mot, ("DUBOIS", "Jean"))
    assert len(phrases) >= len(debuts) and bool(phrases) is bool(debuts)
    for debut in debuts:
        assert any(phrase.startswith(debut) for phrase in phrases)


@pytest.mark.rule("S6")
def test_ce_qui_etait_saisi_survit_a_la_session() -> None:
    champs = {"nom": ["Roy"], "regions": ["44", "11"]}
    garde = json.dumps({"action": "/mon-profil/identification", "champs": champs, "de": "moi"})
    attendus = [("nom", "Roy"), ("regions", "44"), ("regions", "11")]
    assert queries.reprise(garde, "moi") == ("/mon-profil/identification", attendus)
    assert queries.reprise(garde, "autrui") is None, "it was somebody else's"


@pytest.mark.rule("S6", "V2")
@pytest.mark.parametrize(
    "garde",
    [
        pytest.param("", id="rien"),
        pytest.param("[]", id="une liste"),
        pytest.param("null", id="nul"),
        pytest.param("{", id="tronqué"),
        pytest.param('{"action": "/x"}', id="sans champs"),
        pytest.param('{"action": "//evil.fr", "de": "moi", "champs": {}}', id="vers un autre site"),
        pytest.param('{"action": "https://evil.fr/", "de": "moi", "champs": {}}', id="adresse entière"),
        pytest.param('{"action": 3, "de": "moi", "champs": {}}', id="action qui n’est pas un texte"),
        pytest.param('{"action": "/x", "de": "moi", "champs": {"a": 3}}', id="champ qui n’est pas une liste"),
        pytest.param('{"action": "/x", "de": "moi", "champs": 3}', id="champs qui n’en sont pas"),
        pytest.param("[" * 100_000, id="imbrication sans fond"),
    ],
)
def test_une_reprise_truquee_est_ignoree(garde: str) -> None:
    assert queries.reprise(garde, "moi") is None


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda feuilles: st.lists(feuilles, max_size=3) | st.dictionaries(st.text(max_size=6), feuilles, max_size=3),
    max_leaves=6,
)


@pytest.mark.rule("S6")
@given(
    st.one_of(
        st.text(), st.fixed_dictionaries({"action": _JSON, "champs": _JSON, "de": st.just("moi")}).map(json.dumps)
    )
)
def test_aucune_reprise_ne_fait_echouer_la_connexion(garde: str) -> None:
    reprise = queries.reprise(garde, "moi")
    assert reprise is None or (reprise[0].startswith("/") and not reprise[0].startswith("//"))
