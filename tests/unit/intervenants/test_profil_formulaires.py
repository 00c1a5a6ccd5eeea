"""« Identification »: formats always checked, what is required only when asked, what is typed always kept."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as reglages
from hypothesis import strategies as st

from chalicelib.commun.comptes.rules import Civilite
from chalicelib.commun.referentiels import public as referentiels
from chalicelib.core.web.forms import Requis
from chalicelib.intervenants.profil import rules
from chalicelib.intervenants.profil.forms import IdentificationForm, telephone_lisible
from tests.unit.delais import sans_attendre
from tests.unit.fabriques import AUJOURD_HUI, FONCTIONNAIRE, IDENTIFICATION, champs, formulaire_d_identification

OBLIGATOIRES = [
    "civilite", "nom", "nom_usage", "prenom", "naissance", "lieu_naissance", "nationalite", "voie", "pays",
    "code_postal", "ville", "tel_personnel", "statut", "regions", "structure",
]  # fmt: skip
SELON_LE_STATUT = [
    "temps", "fonction_publique", "situation", "fonction", "employeur_raison_sociale", "employeur_pays",
    "employeur_voie", "employeur_code_postal", "employeur_ville", "pro_code_postal", "pro_ville", "pro_voie",
]  # fmt: skip
DEMESURES = ["a" * 300_000, "1" * 300_000, "é " * 100_000, "+" * 100_000, "0 " * 100_000, "a. " * 26 + "1"]
PUBLIC = {**FONCTIONNAIRE, "situation": "EN_ACTIVITE"}
TELEPHONES = ["tel_personnel", "portable_personnel", "tel_professionnel", "portable_professionnel"]
TOUS = [
    *IDENTIFICATION, *TELEPHONES[1:], "appartement", "batiment", "identique", "version", "employeur_inchange",
    *rules.EMPLOYEUR, *rules.COORDONNEES_PRO,
    *rules.QUESTIONS_DU_STATUT[rules.Statut.FONCTIONNAIRE], "permis", "vehicule",
]  # fmt: skip


@pytest.mark.rule("C1", "C5", "C6")
def test_une_page_remplie_est_complete() -> None:
    form = formulaire_d_identification()
    assert form.est_valable(complet=True), form.errors
    assert form.est_valable(complet=False)


@pytest.mark.rule("C1", "C5", "C6")
def test_les_champs_etoiles_sont_ceux_du_manuel() -> None:
    form = formulaire_d_identification()
    etoiles = [f.name for f in form if any(isinstance(v, Requis) for v in f.validators)]
    assert [nom for nom in etoiles if nom not in SELON_LE_STATUT] == OBLIGATOIRES
    assert [nom for nom in etoiles if nom in SELON_LE_STATUT] == SELON_LE_STATUT
    assert [f.name for f in form if f.flags.required] == etoiles


@pytest.mark.rule("C8", "E1")
@pytest.mark.parametrize("nom", OBLIGATOIRES)
def test_un_champ_vide_s_enregistre_mais_ne_se_transmet_pas(nom: str) -> None:
    vide: Any = [] if nom in {"regions", "departements"} else ""
    autre = {"departements": []} if nom == "regions" else {}
    form = formulaire_d_identification(**{nom: vide, **autre})
    assert form.est_valable(complet=False)
    assert not form.errors
    assert not form.est_valable(complet=True)
    assert list(form.errors) == [nom]


@pytest.mark.rule("C8", "E1")
def test_une_page_vide_s_enregistre_et_dit_tout_ce_qui_manque_pour_la_transmettre() -> None:
    form = IdentificationForm(champs(), today=AUJOURD_HUI)
    assert form.est_valable(complet=False)
    assert not form.est_valable(complet=True)
    assert list(form.errors) == OBLIGATOIRES
    assert all(len(erreurs) == 1 for erreurs in form.errors.values())


@pytest.mark.rule("C8", "S2")
@pytest.mark.parametrize(
    ("saisis", "champ", "mots"),
    [
        pytest.param({"nom": "Dub0is"}, "nom", "lettres", id="nom"),
        pytest.param({"naissance": "1985"}, "naissance", "jj/mm/aaaa", id="date"),
        pytest.param({"naissance": "21/11/2026"}, "naissance", "passée", id="né aujourd’hui"),
        pytest.param({"code_postal": "5400"}, "code_postal", "cinq chiffres", id="code postal"),
        pytest.param({"tel_personnel": "12"}, "tel_personnel", "vérifiez ce numéro", id="téléphone"),
        pytest.param({"portable_personnel": "abc"}, "portable_personnel", "vérifiez ce numéro", id="portable"),
        pytest.param({"pays": "ZZ"}, "pays", "liste", id="pays inconnu"),
        pytest.param({"nationalite": "Française"}, "nationalite", "liste", id="nationalité inconnue"),
        pytest.param({"structure": "lune"}, "structure", "liste", id="structure inconnue"),
        pytest.param({"regions": ["44", "99"]}, "regions", "liste", id="région inconnue"),
        pytest.param({"departements": ["54", "999"]}, "departements", "liste", id="département inconnu"),
        pytest.param({"etranger": "peut-être"}, "etranger", "liste", id="ni oui ni non"),
        pytest.param({"voie": "x" * 151}, "voie", "1 caractère,", id="voie trop longue"),
        pytest.param({"appartement": "x" * 101}, "appartement", "raccourcissez", id="appartement trop long"),
    ],
)
def test_une_faute_de_format_est_dite_meme_a_l_enregistrement(saisis: dict, champ: str, mots: str) -> None:
    for complet in (False, True):
        form = formulaire_d_identification(**saisis)
        assert not form.est_valable(complet)
        assert mots in form.errors[champ][0]
        assert list(form.errors) == [champ]


@pytest.mark.rule("C1")
@pytest.mark.parametrize(
    ("saisis", "bon"),
    [
        pytest.param({"pays": "BE", "code_postal": "B-1000"}, True, id="Belgique"),
        pytest.param({"pays": "GB", "code_postal": "SW1A 1AA"}, True, id="Royaume-Uni"),
        pytest.param({"pays": "FR", "code_postal": "SW1A 1AA"}, False, id="France"),
        pytest.param({"pays": "FR", "code_postal": "54 000"}, True, id="France avec une espace"),
        pytest.param({"pays": "RE", "code_postal": "974"}, False, id="La Réunion"),
        pytest.param({"pays": "", "code_postal": "n’importe"}, True, id="pays pas encore choisi"),
    ],
)
def test_le_pays_decide_du_code_postal(saisis: dict, bon: bool) -> None:
    assert formulaire_d_identification(**saisis).est_valable(complet=False) is bon


@pytest.mark.rule("C1", "S2")
@pytest.mark.parametrize("champ", TELEPHONES)
@pytest.mark.parametrize(
    ("numero", "bon"),
    [
        ("0383123456", True),
        ("03 83 12 34 56", True),
        ("03.83.12.34.56", True),
        ("03-83-12-34-56", True),
        ("+33 3 83 12 34 56", True),
        ("+33 (0)3 83 12 34 56", True),
        ("06 12 34 56 78", True),
        ("0590 12 34 56", True),
        ("0262 12 34 56", True),
        ("+687 23 45 67", True),
        ("+32 2 512 34 56", True),
        ("03 83 12 34 5", False),
        ("00 00 00 00 00", False),
        ("+999 123456", False),
        ("téléphone", False),
    ],
)
def test_les_numeros_de_telephone(champ: str, numero: str, bon: bool) -> None:
    assert formulaire_d_identification(**{champ: numero}).est_valable(complet=True) is bon


@pytest.mark.rule("C1")
@pytest.mark.parametrize(
    ("saisi", "lu"),
    [
        ("0383123456", "03 83 12 34 56"),
        ("+33 (0)3.83.12.34.56", "03 83 12 34 56"),
        ("0590820930", "0590 82 09 30"),
        ("+590590820930", "0590 82 09 30"),
        ("+3225551212", "+32 2 555 12 12"),
        ("+687234567", "+687 23.45.67"),
        ("03 83", "03 83"),
        ("", ""),
        ("1" * 3000, "1" * 3000),
    ],
)
def test_un_telephone_se_lit_comme_on_l_ecrit(saisi: str, lu: str) -> None:
    assert telephone_lisible(saisi) == lu


@pytest.mark.rule("C2", "C3", "C4")
@pytest.mark.parametrize(
    ("saisis", "manquent"),
    [
        pytest.param({"statut": "FONCTIONNAIRE", "situation": ""}, SELON_LE_STATUT[:9], id="fonctionnaire"),
        pytest.param({"statut": "AGENT_NON_TITULAIRE", "situation": ""}, SELON_LE_STATUT[:9], id="non titulaire"),
        pytest.param({"statut": "INDEPENDANT", "situation": ""}, SELON_LE_STATUT[2:9], id="indépendant"),
        pytest.param(
            {"statut": "SALARIE_PRIVE", "situation": ""}, ["temps", *SELON_LE_STATUT[2:9]], id="salarié du privé"
        ),
        pytest.param({"statut": "SANS", "situation": ""}, ["situation"], id="sans"),
        pytest.param({"statut": "SANS", "adresse_pro": "oui"}, [], id="sans employeur, pas d’autre adresse"),
        pytest.param({**PUBLIC, "adresse_pro": "oui"}, SELON_LE_STATUT[9:], id="adresse différente"),
        pytest.param(PUBLIC, [], id="tout y est"),
        pytest.param({"statut": ""}, ["statut"], id="statut à choisir d’abord"),
    ],
)
def test_le_statut_decide_de_ce_qui_est_demande(saisis: dict, manquent: list[str]) -> None:
    form = formulaire_d_identification(**saisis)
    assert form.est_valable(complet=True) is not bool(manquent)
    assert list(form.errors) == manquent
    assert form.est_valable(complet=False), "and all of it may be kept unfinished"


@pytest.mark.rule("C2", "C3", "C4")
@pytest.mark.parametrize(
    ("saisis", "champ", "mots"),
    [
        pytest.param({"employeur_siret": "215 403 957"}, "employeur_siret", "14 chiffres", id="un SIREN seul"),
        pytest.param({"employeur_siret": "215 403 957 00012"}, "employeur_siret", "un chiffre est faux", id="clé"),
        pytest.param({"employeur_code_postal": "5400"}, "employeur_code_postal", "de l’employeur : saisissez", id="CP"),
        pytest.param({"employeur_tel": "12"}, "employeur_tel", "vérifiez ce numéro", id="téléphone"),
        pytest.param({"pro_email": "x@"}, "pro_email", "prenom.nom@exemple.fr", id="adresse e-mail"),
        pytest.param({"pro_code_postal": "1", "pro_pays": "FR"}, "pro_code_postal", "lieu de travail", id="CP pro"),
        pytest.param({"situation": "RETRAITE"}, "situation", "qui va avec votre statut", id="situation"),
    ],
)
def test_ce_qui_est_pose_est_verifie_et_ce_qui_est_cache_ne_l_est_pas(saisis: dict, champ: str, mots: str) -> None:
    lieu = {"adresse_pro": "oui", "pro_voie": "1 rue X", "pro_ville": "Nancy", "pro_code_postal": "54000"}
    form = formulaire_d_identification(**{**PUBLIC, **lieu, **saisis})
    assert not form.est_valable(complet=False)
    assert list(form.errors) == [champ] and mots in form.errors[champ][0]
    cache = formulaire_d_identification(**{**PUBLIC, **lieu, **saisis, "statut": "SANS", "situation": "RETRAITE"})
    assert cache.est_valable(complet=True), cache.errors


@pytest.mark.rule("C4")
def test_sans_la_case_l_autre_adresse_n_est_pas_verifiee() -> None:
    assert formulaire_d_identification(**PUBLIC, pro_email="x@", pro_code_postal="1").est_valable(complet=True)


@pytest.mark.rule("C5")
def test_un_departement_hors_des_regions_est_nomme() -> None:
    form = formulaire_d_identification(regions=["44"], departements=["54", "35", "2A"])
    assert not form.est_valable(complet=False)
    assert "Ille-et-Vilaine" in form.errors["departements"][0] and "Corse-du-Sud" in form.errors["departements"][0]
    assert "Meurthe" not in form.errors["departements"][0]
    assert formulaire_d_identification(regions=["44", "53", "94"], departements=["54", "35", "2A"]).est_valable(True)
    assert formulaire_d_identification(departements=[]).est_valable(complet=True)


@pytest.mark.rule("C5")
def test_tous_les_departements_vont_avec_toutes_les_regions() -> None:
    regions = [r.code for r in referentiels.regions()]
    departements = [d.code for d in referentiels.departements()]
    assert formulaire_d_identification(regions=regions, departements=departements).est_valable(complet=True)


@pytest.mark.rule("C1")
@pytest.mark.parametrize(
    ("saisis", "usage"),
    [
        pytest.param({"nom_usage": "MARTIN"}, "MARTIN", id="un autre nom"),
        pytest.param({"nom_usage": "", "identique": "oui"}, "DUBOIS", id="identique"),
        pytest.param({"nom_usage": ""}, "", id="aucun"),
    ],
)
def test_l_identite_saisie(saisis: dict, usage: str) -> None:
    form = formulaire_d_identification(**saisis)
    assert form.est_valable(complet=False)
    assert form.est_valable(complet=True) is bool(usage)
    form.est_valable(complet=False)
    identite = form.identite()
    assert identite is not None
    assert (identite.civilite, identite.nom, identite.nom_usage) == (Civilite.MONSIEUR, "DUBOIS", usage)


@pytest.mark.rule("B3", "C8")
@pytest.mark.parametrize(
    "saisis",
    [
        pytest.param({"civilite": ""}, id="sans civilité"),
        pytest.param({"civilite": "X"}, id="civilité inconnue"),
        pytest.param({"nom": ""}, id="sans nom"),
        pytest.param({"prenom": "J3an"}, id="prénom fautif"),
        pytest.param({"naissance": ""}, id="sans naissance"),
        pytest.param({"naissance": "21/11/2026"}, id="né aujourd’hui"),
        pytest.param({"nom_usage": "M@rtin"}, id="nom d’usage fautif"),
    ],
)
def test_une_identite_inachevee_ne_remplace_pas_celle_du_compte(saisis: dict) -> None:
    form = formulaire_d_identification(**saisis)
    form.est_valable(complet=False)
    assert form.identite() is None


@pytest.mark.rule("C8", "S2")
@pytest.mark.parametrize("pays", ["FR", "BE"])
def test_les_listes_ont_de_quoi_choisir(pays: str) -> None:
    form = formulaire_d_identification(pays=pays)
    assert len(form.pays.choices) > 200 and len(form.nationalite.choices) > 150
    assert len(form.regions.choices) >= 18 and len(form.departements.choices) >= 101
    assert dict(form.structure.choices)["grand-est"] == "Délégation Grand Est"


_SAISIES = st.one_of(
    st.text(),
    st.sampled_from(
        [
            "oui",
            "FR",
            "44",
            "54",
            "grand-est",
            "MADAME",
            "FONCTIONNAIRE",
            "SANS",
            "RETRAITE",
            "27/03/1985",
            "54000",
            "+33383123456",
        ]
    ),
)


@pytest.mark.rule("C8", "S2")
@pytest.mark.controle("T44")
@reglages(max_examples=80)
@given(st.dictionaries(st.sampled_from(TOUS), st.lists(_SAISIES, max_size=3)), st.booleans())
def test_aucune_saisie_ne_fait_echouer_la_page(saisis: dict[str, list[str]], complet: bool) -> None:
    form = formulaire_d_identification(**saisis)
    assert form.est_valable(complet) is not bool(form.errors)
    form.identite()


@pytest.mark.rule("C8")
@reglages(max_examples=80)
@given(st.dictionaries(st.sampled_from(TOUS), st.lists(_SAISIES, max_size=3)))
def test_ce_qui_est_saisi_se_retrouve_tel_quel(saisis: dict[str, list[str]]) -> None:
    form = formulaire_d_identification(**saisis)
    garde = form.typed()
    relu = IdentificationForm.of_saved(garde, today=AUJOURD_HUI)
    assert relu.typed() == garde
    assert {f.name: f.data or None for f in relu} == {f.name: f.data or None for f in form}
    assert relu.est_valable(complet=True) is form.est_valable(complet=True)
    assert relu.errors == form.errors


@pytest.mark.rule("T4")
@pytest.mark.parametrize("champ", TOUS)
@pytest.mark.parametrize("saisie", DEMESURES, ids=lambda saisie: saisie[:3])
def test_une_saisie_demesuree_est_jugee_sans_attendre(champ: str, saisie: str) -> None:
    form = formulaire_d_identification(**{champ: saisie})
    with sans_attendre():
        form.est_valable(complet=True)
