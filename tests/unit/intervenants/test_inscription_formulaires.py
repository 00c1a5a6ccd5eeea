"""« Création d'un compte de connexion » and the activation mail asked again."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as reglages
from hypothesis import strategies as st

from chalicelib.commun.comptes.rules import Civilite
from chalicelib.core.context import Context
from chalicelib.core.web.request import Request
from chalicelib.intervenants.inscription.forms import CompteForm, RenvoiForm
from tests.unit.delais import sans_attendre
from tests.unit.fabriques import AUJOURD_HUI, COMPTE, MAINTENANT, champs, formulaire_de_compte

DEMESURES = ["a" * 300_000, "é" * 100_000, "@" * 100_000, "1" * 100_000, "a@" + "b." * 90_000, "a. " * 26 + "1"]
OBLIGATOIRES = [nom for nom in COMPTE if nom != "nom_usage"]


@pytest.mark.rule("B1")
def test_un_formulaire_rempli_convient_et_donne_l_identite() -> None:
    form = formulaire_de_compte()
    assert form.validate(), form.errors
    identite = form.identite()
    assert (identite.civilite, identite.nom, identite.prenom) == (Civilite.MONSIEUR, "DUBOIS", "Jean")
    assert identite.naissance == date(1985, 3, 27)


@pytest.mark.rule("B1")
@pytest.mark.parametrize("nom", OBLIGATOIRES)
def test_chaque_champ_etoile_est_obligatoire(nom: str) -> None:
    form = formulaire_de_compte(**{nom: ""})
    assert not form.validate()
    assert nom in form.errors
    assert len(form.errors[nom]) == 1
    assert form[nom].flags.required


@pytest.mark.rule("B1")
@pytest.mark.parametrize(
    ("saisis", "faute", "usage"),
    [
        pytest.param({"nom_usage": "MARTIN"}, False, "MARTIN", id="un autre nom"),
        pytest.param({"nom_usage": ""}, True, None, id="ni nom ni case"),
        pytest.param({"nom_usage": "", "identique": "oui"}, False, "DUBOIS", id="case cochée"),
        pytest.param({"nom_usage": "MARTIN", "identique": "oui"}, False, "DUBOIS", id="la case l’emporte"),
        pytest.param({"nom_usage": "", "identique": "non"}, True, None, id="case refusée"),
        pytest.param({"nom_usage": "", "identique": ""}, True, None, id="case vide"),
    ],
)
def test_le_nom_d_usage_ou_la_case_identique(saisis: dict, faute: bool, usage: str | None) -> None:
    form = formulaire_de_compte(**saisis)
    assert form.validate() is not faute
    if faute:
        assert "Identique au nom de famille" in form.errors["nom_usage"][0]
    else:
        assert form.identite().nom_usage == usage


@pytest.mark.rule("B1", "S2")
@pytest.mark.parametrize(
    ("saisis", "champ", "mots"),
    [
        pytest.param({"civilite": "DOCTEUR"}, "civilite", "liste", id="civilité hors de la liste"),
        pytest.param({"nom": "A" * 81}, "nom", "1 caractère,", id="nom trop long d’un"),
        pytest.param({"nom": "A" * 90}, "nom", "10 caractères", id="nom trop long de dix"),
        pytest.param({"prenom": "J3an"}, "prenom", "lettres", id="prénom avec un chiffre"),
        pytest.param({"naissance": "31/02/1985"}, "naissance", "n’existe pas", id="jour qui n’existe pas"),
        pytest.param({"naissance": "22/11/2026"}, "naissance", "passée", id="naissance demain"),
        pytest.param({"naissance": "31/12/1899"}, "naissance", "plus de 110 ans", id="naissance trop ancienne"),
        pytest.param({"email": "jean"}, "email", "complète", id="adresse sans domaine"),
        pytest.param({"email": "a@b.fr, c@d.fr"}, "email", "complète", id="deux adresses"),
        pytest.param({"confirmation_email": "autre@exemple.fr"}, "confirmation_email", "diffèrent", id="adresses"),
        pytest.param({"confirmation_mot_de_passe": "x"}, "confirmation_mot_de_passe", "diffèrent", id="secrets"),
        pytest.param({"mot_de_passe": "court"}, "mot_de_passe", "Ajoutez", id="mot de passe trop court"),
        pytest.param({"captcha": "1" * 41}, "captcha", "raccourcissez", id="captcha démesuré"),
    ],
)
def test_une_faute_dit_comment_la_reparer(saisis: dict, champ: str, mots: str) -> None:
    form = formulaire_de_compte(**saisis)
    assert not form.validate()
    assert mots in form.errors[champ][0]
    assert all(erreur.endswith(".") for erreurs in form.errors.values() for erreur in erreurs)


@pytest.mark.rule("B2")
@pytest.mark.parametrize(
    ("mot", "bon"),
    [
        pytest.param("aB3!wXy", False, id="7 caractères"),
        pytest.param("aB3!wXyz", True, id="8 caractères"),
        pytest.param("Marcher-2-Loin-Par-Temps", True, id="24 caractères"),
        pytest.param("Marcher-2-Loin-Par-Temps!", False, id="25 caractères"),
        pytest.param("marcher-2-loin", False, id="sans majuscule"),
        pytest.param("Marcher-deux-loin", False, id="sans chiffre"),
    ],
)
def test_le_mot_de_passe_suit_la_regle_du_manuel(mot: str, bon: bool) -> None:
    assert formulaire_de_compte(mot_de_passe=mot, confirmation_mot_de_passe=mot).validate() is bon


@pytest.mark.rule("T2")
@pytest.mark.parametrize("champ", ["nom", "prenom", "nom_usage"])
def test_le_mot_de_passe_ne_peut_pas_etre_son_nom(champ: str) -> None:
    secret = "Schwarzkopf-1985!"
    form = formulaire_de_compte(**{champ: "Schwarzkopf"}, mot_de_passe=secret, confirmation_mot_de_passe=secret)
    assert not form.validate()
    assert "sans votre nom" in form.errors["mot_de_passe"][0]


@pytest.mark.rule("B1")
@pytest.mark.parametrize(
    ("email", "confirmation"),
    [
        pytest.param("jean.dubois@exemple.fr", "Jean.Dubois@EXEMPLE.fr", id="casse"),
        pytest.param(" jean.dubois@exemple.fr", "jean.dubois@exemple.fr ", id="espaces autour"),
        pytest.param("jean@xn--exmple-cva.fr", "jean@xn--exmple-cva.fr", id="domaine accentué codé"),
    ],
)
def test_les_deux_adresses_se_comparent_sans_casse_ni_espaces(email: str, confirmation: str) -> None:
    form = formulaire_de_compte(email=email, confirmation_email=confirmation)
    assert form.validate(), form.errors


@pytest.mark.rule("V1")
def test_une_adresse_a_laquelle_on_ne_peut_pas_ecrire_est_refusee() -> None:
    assert not formulaire_de_compte(email="é@exemple.fr", confirmation_email="é@exemple.fr").validate()


@pytest.mark.rule("V1")
def test_un_domaine_de_test_est_refuse() -> None:
    assert not formulaire_de_compte(email="a@exemple.test", confirmation_email="a@exemple.test").validate()


@pytest.mark.rule("S2")
def test_les_espaces_en_trop_d_un_nom_sont_replies() -> None:
    form = formulaire_de_compte(nom="  de   la  Tour ", nom_usage=" de la Tour")
    assert form.validate()
    assert form.identite().nom == "de la Tour"


@pytest.mark.rule("B1")
def test_l_identite_d_un_formulaire_sans_naissance_n_existe_pas() -> None:
    form = formulaire_de_compte(naissance="")
    form.validate()
    with pytest.raises(ValueError, match="not validated"):
        form.identite()


@pytest.mark.rule("S2")
def test_un_champ_repete_compte_une_fois_et_ce_qui_manque_est_dit() -> None:
    form = formulaire_de_compte(prenom=["Jean", "Marie"])
    assert form.validate() and form.prenom.data == "Jean"
    vide = CompteForm(champs(), today=AUJOURD_HUI)
    assert not vide.validate()
    assert set(vide.errors) == {*OBLIGATOIRES, "nom_usage"}


@pytest.mark.rule("T4")
@pytest.mark.parametrize("champ", [*COMPTE, "defi", "identique"])
@pytest.mark.parametrize("saisie", DEMESURES, ids=lambda saisie: saisie[:3])
def test_une_saisie_demesuree_est_jugee_sans_attendre(champ: str, saisie: str) -> None:
    form = formulaire_de_compte(**{champ: saisie})
    with sans_attendre():
        form.validate()


_DATES = st.from_regex(r"[0-9]{1,2}/[01]?[0-9]/[0-9]{4}")
_SAISIES = st.one_of(st.text(), st.sampled_from(list(COMPTE.values())), _DATES)


@pytest.mark.rule("S2")
@pytest.mark.controle("T44")
@reglages(max_examples=60)
@given(st.dictionaries(st.sampled_from([*COMPTE, "identique", "defi"]), st.lists(_SAISIES, max_size=2)))
def test_aucune_saisie_ne_fait_echouer_l_inscription(saisis: dict[str, list[str]]) -> None:
    form = formulaire_de_compte(**saisis)
    if form.validate():
        assert form.identite().naissance < AUJOURD_HUI
    assert all(isinstance(erreur, str) for erreurs in form.errors.values() for erreur in erreurs)


@pytest.mark.rule("S2")
@pytest.mark.controle("T44")
@reglages(max_examples=60)
@given(st.binary(max_size=60))
def test_aucun_corps_de_requete_ne_fait_echouer_l_inscription(corps: bytes) -> None:
    from chalicelib.core.errors import Malformed

    demande = Request("POST", "/deposer-un-cv", "/deposer-un-cv", {}, {}, {}, lambda: b"nom=" + corps)
    try:
        form = CompteForm.of(Context(now=MAINTENANT, request=demande), today=AUJOURD_HUI)
    except Malformed:
        return
    form.validate()


@pytest.mark.rule("B5")
@pytest.mark.parametrize(
    ("saisis", "bon"),
    [
        pytest.param({"email": "jean@exemple.fr", "captcha": "123456"}, True, id="complet"),
        pytest.param({"email": "jean@exemple.fr", "captcha": ""}, False, id="sans captcha"),
        pytest.param({"email": "", "captcha": "123456"}, False, id="sans adresse"),
        pytest.param({"email": "jean", "captcha": "123456"}, False, id="adresse incomplète"),
    ],
)
def test_redemander_le_lien(saisis: dict[str, Any], bon: bool) -> None:
    assert RenvoiForm(champs(**saisis)).validate() is bon
