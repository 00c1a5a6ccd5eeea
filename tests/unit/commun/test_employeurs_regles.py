"""Public employers: a SIRET and its key, what is asked to the register, what of its answers is believed (rule C3)."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.commun.employeurs.rules import (
    CHAMP_MAX,
    Employeur,
    employeur_choisi,
    employeurs_de,
    en_mots_du_repertoire,
    faute_de_siret,
    requete,
    siret_lisible,
)

SIRET = "21540395700016"
SIEGE = {
    "siret": SIRET,
    "etat_administratif": "A",
    "numero_voie": "1",
    "indice_repetition": None,
    "type_voie": "PLACE",
    "libelle_voie": "STANISLAS",
    "complement_adresse": "HOTEL DE VILLE",
    "distribution_speciale": "BP 1",
    "code_postal": "54000",
    "libelle_commune": "NANCY",
    "code_pays_etranger": None,
}
NANCY = {
    "siren": SIRET[:9],
    "nom_complet": "COMMUNE DE NANCY (NANCY)",
    "nom_raison_sociale": "COMMUNE DE NANCY",
    "nature_juridique": "7210",
    "etat_administratif": "A",
    "siege": SIEGE,
    "matching_etablissements": [],
}


def reponse(**autre: Any) -> dict[str, Any]:
    """An answer of the register, with one employer."""
    return {"results": [{**NANCY, **autre}], "total_results": 1}


@pytest.mark.rule("C3", "S2")
@pytest.mark.parametrize(
    ("texte", "faute"),
    [
        pytest.param(SIRET, None, id="bon"),
        pytest.param("215 403 957 00016", None, id="espaces"),
        pytest.param("215.403.957-00016", None, id="points et tirets"),
        pytest.param("215\u00a0403\u202f957\u00a000016", None, id="espaces insécables"),
        pytest.param("35600000000048", None, id="siège de La Poste"),
        pytest.param("35600000049837", None, id="bureau de La Poste, par la somme des chiffres"),
        pytest.param("35600000049838", "faux", id="bureau de La Poste, faux"),
        pytest.param("21540395700012", "faux", id="clé fausse"),
        pytest.param("21540395800010", "faux", id="SIREN faux"),
        pytest.param("0" * 14, "faux", id="zéros"),
        pytest.param("215403957", "14 chiffres", id="SIREN seul"),
        pytest.param("2154039570001A", "14 chiffres", id="lettre"),
        pytest.param("٢١٥٤٠٣٩٥٧٠٠٠١٦", "14 chiffres", id="chiffres arabes"),
        pytest.param("", "14 chiffres", id="vide"),
        pytest.param("1" * 100_000, "14 chiffres", id="démesuré"),
    ],
)
def test_un_siret_se_verifie(texte: str, faute: str | None) -> None:
    trouvee = faute_de_siret(texte)
    assert trouvee is None if faute is None else faute in (trouvee or "")


@pytest.mark.rule("C3")
def test_un_siret_se_lit_par_groupes() -> None:
    assert siret_lisible(SIRET) == siret_lisible("215.403.957.00016") == "215 403 957 00016"
    assert siret_lisible("215") == "215" and siret_lisible("") == ""


@pytest.mark.rule("C3")
@pytest.mark.parametrize(
    ("texte", "attendue"),
    [
        ("Nancy", "Nancy"),
        ("  Ville   de  Nancy ", "Ville de Nancy"),
        ("215 403 957 00016", SIRET),
        ("Na", ""),
        ("", ""),
        ("x" * 500, "x" * 100),
    ],
)
def test_ce_qui_est_demande_au_repertoire(texte: str, attendue: str) -> None:
    assert requete(texte) == attendue


@pytest.mark.rule("C3")
@pytest.mark.parametrize(
    ("demande", "question"),
    [
        ("Mairie de Nancy", "nancy"),
        ("mairie nancy", "nancy"),
        ("ville de Nancy", "nancy"),
        ("Hôtel de ville de Nancy", "nancy"),
        ("COMMUNE DE NANCY", "nancy"),
        ("mairie de la Rochelle", "rochelle"),
        ("ville du Havre", "havre"),
        ("Mairie d’Épinal", "epinal"),
        ("St-Étienne", "saint etienne"),
        ("Mairie de Ste-Foy-lès-Lyon", "sainte foy lyon"),
        ("métropole de Lyon", "metropole lyon"),
        ("Conseil départemental de la Moselle", "departement moselle"),
        ("conseil régional Grand Est", "region grand est"),
        ("Villeneuve", "villeneuve"),
        ("ville", "ville"),
        ("mairie de", "mairie de"),
        ("commune de", "commune de"),
        ("La Poste", "la poste"),
        ("Le Havre", "le havre"),
        ("Mairie d’Eu", "mairie d eu"),
        ("Stains", "stains"),
        ("Est Ensemble", "est ensemble"),
        (SIRET, SIRET),
    ],
)
def test_les_mots_de_tous_les_jours_deviennent_ceux_du_repertoire(demande: str, question: str) -> None:
    assert en_mots_du_repertoire(demande) == question


@pytest.mark.rule("C3")
@given(st.text(min_size=3, max_size=100))
def test_une_demande_reste_une_demande(demande: str) -> None:
    assert en_mots_du_repertoire(demande)


@pytest.mark.rule("C3")
def test_un_employeur_vient_avec_son_adresse() -> None:
    (nancy,) = employeurs_de(reponse(), "nancy") or ()
    assert nancy == Employeur(
        raison_sociale="COMMUNE DE NANCY", siret=SIRET, pays="FR", voie="1 PLACE STANISLAS", appartement="BP 1",
        batiment="HOTEL DE VILLE", code_postal="54000", ville="NANCY",
    )  # fmt: skip
    assert nancy.adresse == "1 PLACE STANISLAS, 54000 NANCY"


@pytest.mark.rule("C3")
def test_un_siret_tape_donne_cet_etablissement() -> None:
    autre = {"siret": "21540395700024", "etat_administratif": "A", "code_postal": "54100", "libelle_commune": "NANCY"}
    autre["adresse"] = "12 RUE DU PLACIEUX 54100 NANCY"
    (trouve,) = employeurs_de(reponse(matching_etablissements=[autre]), "21540395700024") or ()
    assert (trouve.siret, trouve.voie, trouve.code_postal) == ("21540395700024", "12 RUE DU PLACIEUX", "54100")
    (siege,) = employeurs_de(reponse(matching_etablissements=[autre]), "nancy") or ()
    assert siege.siret == SIRET


@pytest.mark.rule("C3")
@pytest.mark.parametrize(
    "autre",
    [
        pytest.param({"nature_juridique": "5710"}, id="société"),
        pytest.param({"nature_juridique": None}, id="sans nature"),
        pytest.param({"etat_administratif": "C"}, id="cessée"),
        pytest.param({"siege": {**SIEGE, "etat_administratif": "C"}}, id="siège fermé"),
        pytest.param({"siege": {**SIEGE, "siret": "21540395700012"}}, id="SIRET faux"),
        pytest.param({"siege": {**SIEGE, "siret": 21540395700016}}, id="SIRET en nombre"),
        pytest.param({"siege": None}, id="sans siège"),
        pytest.param({"siege": []}, id="siège étrange"),
        pytest.param({"nom_raison_sociale": None, "nom_complet": ""}, id="sans nom"),
        pytest.param({"matching_etablissements": "x", "siege": "x"}, id="textes"),
    ],
)
def test_ce_qui_n_est_pas_un_employeur_public_est_ecarte(autre: dict[str, Any]) -> None:
    assert employeurs_de(reponse(**autre), "nancy") == ()


@pytest.mark.rule("C3")
@pytest.mark.parametrize("charabia", [None, [], "x", 3, {}, {"results": None}, {"results": {}}, {"erreur": "x"}])
def test_une_reponse_qui_n_en_est_pas_une(charabia: Any) -> None:
    assert employeurs_de(charabia, "nancy") is None


@pytest.mark.rule("C3", "T4")
def test_une_reponse_demesuree_est_bornee() -> None:
    long = reponse(nom_raison_sociale="A" * 10_000 + "\n<b>", siege={**SIEGE, "code_postal": "5" * 900})
    (trouve,) = employeurs_de(long, "a") or ()
    assert len(trouve.raison_sociale) == CHAMP_MAX and trouve.code_postal == ""
    assert len(employeurs_de({"results": [NANCY] * 500}, "a") or ()) == 10


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda e: st.lists(e, max_size=3) | st.dictionaries(st.sampled_from([*NANCY, *SIEGE, "results"]), e, max_size=5),
)


@pytest.mark.rule("C3")
@given(_JSON)
def test_aucune_reponse_ne_fait_echouer(lu: Any) -> None:
    employeurs_de(lu, "nancy")
    employeurs_de({"results": [lu, {**NANCY, "siege": lu}, {**NANCY, "matching_etablissements": lu}]}, SIRET)


@pytest.mark.rule("C3")
def test_le_bouton_rend_l_employeur_qu_il_porte() -> None:
    (nancy,) = employeurs_de(reponse(), "nancy") or ()
    assert employeur_choisi(nancy.json()) == replace(nancy, siret="215 403 957 00016")


@pytest.mark.rule("C3", "T6")
@pytest.mark.parametrize(
    "forge",
    ["", "x", "null", "[]", "{}", '{"siret": "1"}', "[" * 100_000, json.dumps({**NANCY}), '{"siret": NaN}'],
    ids=lambda f: f[:12],
)
def test_un_bouton_forge_ne_choisit_rien(forge: str) -> None:
    assert employeur_choisi(forge) is None
    porte = json.loads(Employeur("A", SIRET).json())
    assert employeur_choisi(json.dumps({**porte, "voie": ["x"]})) is None
    assert employeur_choisi(json.dumps({**porte, "de_trop": "x"})) is None
