"""« Identification »: kept at any time, never overwritten in silence, read-only while treated (rules C1 to C8, E1)."""

import re
from html import unescape
from typing import Any

import pytest

from tests.client import Answer, Client
from tests.web import parcours
from tests.web.conftest import Guichet
from tests.web.parcours import (
    FONCTIONNAIRE,
    IDENTIFICATION,
    IDENTITE,
    actes,
    compte,
    en_poste,
    erreurs,
    inscrit,
    photo,
    rempli,
    remplir,
    remplir_le_parcours,
    se_connecter,
    transmise,
    valeurs,
    valide,
)

guichet = parcours.guichet
PAGE = "/mon-profil/identification"
GARDE = "/mon-profil/identification?enregistre=oui"
SUITE = "/mon-profil/parcours?depuis=identification"


def enregistrees(client: Client) -> dict[str, Any]:
    """What the page holds when it is opened again."""
    return valeurs(client.get(PAGE), PAGE)


@pytest.mark.rule("C1", "C5", "C6")
def test_la_page_commence_par_ce_que_l_on_sait(guichet: Guichet, visiteur: Client) -> None:
    inscrit(visiteur)
    page = visiteur.get(PAGE)
    depart = valeurs(page, PAGE)
    assert {nom: depart[nom] for nom in ("civilite", "nom", "prenom", "naissance")} == {
        nom: IDENTITE[nom] for nom in ("civilite", "nom", "prenom", "naissance")
    }
    assert (depart["pays"], depart["nationalite"]) == ("FR", "FR") and IDENTITE["email"] in page.page.text
    assert page.page.title.startswith("Identification")


# C8: kept at any time


@pytest.mark.rule("Z2", "T4", "C8")
def test_on_n_essaie_pas_les_identites_des_autres(guichet: Guichet, visiteur: Client) -> None:
    parcours.inscrit(guichet.client(), nom="MARTIN", nom_usage="MARTIN", email="m@exemple.fr")
    parcours.rempli(visiteur)
    pris = {**parcours.IDENTIFICATION, "nom": "MARTIN", "nom_usage": "MARTIN"}
    libre = {**parcours.IDENTIFICATION, "nom": "LIBRE", "nom_usage": "LIBRE", "ville": "Toul"}
    for _ in range(10):
        assert "existe déjà" in visiteur.submit(visiteur.get(PAGE), PAGE, **pris).page.text
    for saisie in (pris, libre):  # from then on a free one and a taken one get the same answer
        trop = visiteur.submit(visiteur.get(PAGE), PAGE, **saisie)
        assert trop.status == 422 and list(erreurs(trop).values()) == ["#nom"] and "existe déjà" not in trop.page.text
        assert "trop de fois aujourd’hui" in trop.page.text
    assert valeurs(trop, PAGE)["ville"] == "Toul"
    assert remplir(visiteur, ville="Toul").status == 303, "the other answers can be kept"
    guichet.advance(days=1)
    parcours.se_connecter(visiteur, IDENTITE["email"])
    assert visiteur.submit(visiteur.get(PAGE), PAGE, **libre).status == 303


@pytest.mark.rule("C8")
def test_enregistrer_garde_une_page_incomplete(guichet: Guichet, visiteur: Client) -> None:
    inscrit(visiteur)
    page = visiteur.get(PAGE)
    reponse = visiteur.submit(page, PAGE, ville="Nancy", regions=["44"], suite="rester")
    assert reponse.location == GARDE
    suite = visiteur.follow(reponse)
    assert "Enregistré à 10 h 00" in suite.page.text and not erreurs(suite)
    assert (valeurs(suite, PAGE)["ville"], valeurs(suite, PAGE)["regions"]) == ("Nancy", "44")
    assert "Incomplet" in visiteur.get("/mon-profil").page.text
    assert [a["acte"] for a in actes(guichet, "enregistrer_l_identification")] == ["enregistrer_l_identification"]


@pytest.mark.rule("C8")
def test_une_page_complete_passe_a_la_suite(guichet: Guichet, visiteur: Client) -> None:
    inscrit(visiteur)
    assert remplir(visiteur).location == SUITE
    assert "Terminé" in visiteur.get("/mon-profil").page.text
    assert remplir(visiteur, suite="rester").location == GARDE


@pytest.mark.rule("C8")
def test_tout_peut_etre_efface_et_reste_efface(guichet: Guichet, visiteur: Client) -> None:
    rempli(visiteur)
    vide = dict.fromkeys(
        ("nom", "prenom", "naissance", "voie", "ville", "code_postal", "tel_personnel", "structure"), ""
    )
    assert visiteur.submit(visiteur.get(PAGE), PAGE, **vide, suite="rester").location == GARDE
    gardes = enregistrees(visiteur)
    assert {nom: gardes.get(nom, "") for nom in vide} == vide
    assert "Bonjour Jean DUBOIS" in visiteur.get("/mon-profil").page.text, "an incomplete identity is not the account's"


FORMATS = [
    pytest.param("tel_personnel", "03 83", "Téléphone personnel : vérifiez ce numéro", id="téléphone trop court"),
    pytest.param("portable_personnel", "abc", "Portable personnel : vérifiez ce numéro", id="portable en lettres"),
    pytest.param(
        "tel_professionnel", "+32 2", "Téléphone professionnel : vérifiez ce numéro", id="téléphone belge trop court"
    ),
    pytest.param("code_postal", "540", "Saisissez un code postal de cinq chiffres", id="code postal trop court"),
    pytest.param(
        "code_postal", "٥٤٠٠٠", "Saisissez un code postal de cinq chiffres", id="code postal en chiffres arabes"
    ),
    pytest.param("naissance", "31/02/1985", "Date de naissance : ce jour n’existe pas", id="31 février"),
    pytest.param(
        "nom", "Dubois <b>", "Nom de famille (naissance) : n’écrivez que des lettres", id="balise dans le nom"
    ),
    pytest.param("prenom", "visitez evil.com", "Prénom : n’écrivez que des lettres", id="adresse web dans le prénom"),
    pytest.param(
        "voie", "r" * 151, "Numéro + libellé de la voie : raccourcissez ce texte de 1 caractère,", id="voie trop longue"
    ),
    pytest.param("pays", "ZZ", "Pays de résidence : choisissez une valeur de la liste.", id="pays hors liste"),
    pytest.param(
        "nationalite", "GP", "Nationalité : choisissez une valeur de la liste.", id="territoire sans nationalité"
    ),
    pytest.param("statut", "LUNE", "Statut professionnel : choisissez une valeur de la liste.", id="statut hors liste"),
    pytest.param("situation", "EN_ACTIVITE", "Situation/Position : choisissez une situation qui va", id="situation"),
    pytest.param(
        "permis", "un peu", "Êtes-vous titulaire du permis de conduire ? : choisissez", id="permis hors liste"
    ),
    pytest.param("regions", ["44", "99"], "Région(s) : choisissez une valeur de la liste.", id="région hors liste"),
    pytest.param(
        "departements", ["54", "75"], "Cochez aussi la région de : Paris", id="département d’une autre région"
    ),
    pytest.param(
        "structure", "lune", "Structure de rattachement : choisissez une valeur de la liste.", id="structure hors liste"
    ),
    pytest.param(
        "etranger",
        "peut-être",
        "Je suis disponible pour effectuer des formations à l’étranger : choisissez une valeur de la liste.",
        id="ni oui ni non",
    ),
]


@pytest.mark.rule("C8", "C1", "C5", "C6")
@pytest.mark.parametrize(("champ", "valeur", "debut"), FORMATS)
def test_une_faute_de_format_est_gardee_et_montree(
    guichet: Guichet, visiteur: Client, champ: str, valeur: Any, debut: str
) -> None:
    inscrit(visiteur)
    reponse = remplir(visiteur, **{champ: valeur})
    assert reponse.location == GARDE, "with a fault one stays on the page"
    page = visiteur.follow(reponse)
    trouve = {message: ancre for message, ancre in erreurs(page).items() if message.startswith(debut)}
    assert len(trouve) == len(erreurs(page)) == 1, erreurs(page)
    ancre = next(iter(trouve.values())).removeprefix("#")
    assert ancre == champ and ancre in page.page.ids
    assert page.page.title.startswith("Erreur : ") and "y compris les réponses à corriger" in page.page.text
    if champ not in {
        "statut",
        "situation",
        "permis",
        "pays",
        "nationalite",
        "regions",
        "structure",
        "etranger",
    }:  # a list can't show what it has not
        garde = valeurs(page, PAGE)[champ]
        assert garde == valeur or sorted(garde) == sorted(valeur)
    assert visiteur.get("/mon-profil").page.text.count("Incomplet") == 1


@pytest.mark.rule("C1", "S2")
@pytest.mark.parametrize(
    ("champs",),
    [
        pytest.param(({"code_postal": "54 000"},), id="code postal avec une espace"),
        pytest.param(({"code_postal": "L-1234", "pays": "LU"},), id="code postal du Luxembourg"),
        pytest.param(({"code_postal": "97110", "pays": "GP"},), id="Guadeloupe"),
        pytest.param(({"tel_personnel": "+33 (0)3.83-12-34-56"},), id="téléphone à points"),
        pytest.param(({"tel_personnel": "0590 82 09 30"},), id="téléphone de Guadeloupe"),
        pytest.param(({"tel_personnel": "+32 2 555 12 12"},), id="téléphone belge"),
        pytest.param(({"regions": ["44", "11"], "departements": ["54", "75"]},), id="deux régions"),
        pytest.param(({"departements": []},), id="sans département"),
        pytest.param(({"etranger": ""},), id="étranger sans réponse"),
    ],
)
def test_une_graphie_ordinaire_est_acceptee(guichet: Guichet, visiteur: Client, champs: tuple[dict[str, Any]]) -> None:
    inscrit(visiteur)
    assert remplir(visiteur, **champs[0]).location == SUITE


@pytest.mark.rule("C1")
def test_le_code_postal_propose_ses_communes(guichet: Guichet, visiteur: Client) -> None:
    assert "Nancy" in visiteur.get("/communes?code_postal=54000").body
    assert "Nancy" in visiteur.get("/communes?code_postal=54%20000").body
    for rien in ("", "99999", "abc", "٥٤٠٠٠", "x" * 3000, "%00"):
        assert "<option" not in visiteur.get(f"/communes?code_postal={rien}").body


@pytest.mark.rule("C6")
def test_la_structure_montre_sa_fiche(guichet: Guichet, visiteur: Client) -> None:
    rempli(visiteur)
    assert "/structures/grand-est" in visiteur.get(PAGE).page.links
    assert visiteur.get("/structures/grand-est").page.h1 == ["Délégation Grand Est"]
    assert visiteur.get("/structures/lune").status == 404


# B3 once more: an identity can't be taken by editing


@pytest.mark.rule("B3", "C1")
def test_prendre_l_identite_d_un_autre_est_refuse_et_rien_n_est_perdu(guichet: Guichet, visiteur: Client) -> None:
    inscrit(guichet.client(), nom="MARTIN", nom_usage="MARTIN", prenom="Luc", email="luc@exemple.fr")
    inscrit(visiteur)
    avant = photo(guichet)
    reponse = remplir(visiteur, nom="martin", prenom="LUC")
    assert reponse.status == 422 and list(erreurs(reponse).values()) == ["#nom"]
    assert (valeurs(reponse, PAGE)["nom"], valeurs(reponse, PAGE)["voie"]) == ("martin", IDENTIFICATION["voie"])
    assert photo(guichet) == avant


@pytest.mark.rule("B3", "C1")
def test_changer_d_identite_libere_l_ancienne(guichet: Guichet, visiteur: Client) -> None:
    inscrit(visiteur)
    assert remplir(visiteur, nom="Durand", nom_usage="", identique="oui").location == SUITE
    assert "Bonjour Jean Durand" in visiteur.get("/mon-profil").page.text
    autre = guichet.client()
    inscrit(autre, email="autre@exemple.fr")
    assert remplir(autre, nom="DURAND").status == 422


# Two tabs


def deux_onglets(guichet: Guichet, client: Client, mien: dict[str, Any], autre: dict[str, Any]) -> Answer:
    """Two tabs opened on the same page: the other one saves first."""
    a, b = client.get(PAGE), client.get(PAGE)
    assert client.submit(b, PAGE, **{**IDENTIFICATION, **autre, "suite": "rester"}).status == 303
    return client.submit(a, PAGE, **{**IDENTIFICATION, **mien, "suite": "suivante"})


def differences(conflit: Answer) -> dict[str, list[str]]:
    """What the banner of a conflict shows: field -> the answer kept, the answer typed."""
    valeur = r"(?:<[^>]+>)([^<]*)</"
    motif = rf'<li><a href="#([a-z_]+)">[^<]*</a><br>Enregistré.: {valeur}[^<>]*><br>Saisi ici.: {valeur}'
    return {nom: [garde, saisi] for nom, garde, saisi in re.findall(motif, conflit.body)}


@pytest.mark.rule("C8")
def test_deux_onglets_ne_s_ecrasent_pas_en_silence(guichet: Guichet, visiteur: Client) -> None:
    inscrit(visiteur)
    conflit = deux_onglets(guichet, visiteur, {"ville": "Metz"}, {"ville": "Épinal", "regions": ["44", "11"]})
    assert conflit.status == 409
    assert "Une autre fenêtre a enregistré cette page entre-temps" in conflit.page.text
    assert differences(conflit) == {"ville": ["Épinal", "Metz"], "regions": ["Grand Est, Île-de-France", "Grand Est"]}
    assert {"#ville", "#regions"} <= set(conflit.page.links)
    assert valeurs(conflit, PAGE)["ville"] == "Metz" and enregistrees(visiteur)["ville"] == "Épinal"

    assert visiteur.submit(conflit, PAGE, suite="suivante").location == SUITE
    assert enregistrees(visiteur)["ville"] == "Metz"


@pytest.mark.rule("C8")
def test_le_conflit_dit_aussi_ce_que_l_autre_a_vide(guichet: Guichet, visiteur: Client) -> None:
    inscrit(visiteur)
    conflit = deux_onglets(guichet, visiteur, {"etranger": "oui"}, {"ville": "", "etranger": ""})
    assert conflit.status == 409
    assert differences(conflit) == {"ville": ["rien", "Nancy"], "etranger": ["rien", "Oui"]}


@pytest.mark.rule("C8")
def test_apres_un_conflit_une_valeur_enregistree_se_reprend(guichet: Guichet, visiteur: Client) -> None:
    inscrit(visiteur)
    mien = {"ville": "Metz", "lieu_naissance": "Toul", "batiment": "B", "regions": ["44"]}
    conflit = deux_onglets(guichet, visiteur, mien, {"ville": "Épinal", "regions": ["44", "11"], "identique": []})
    assert {"ville", "regions", "lieu_naissance", "batiment"} <= differences(conflit).keys()
    reprises = ["ville", "regions", "batiment", "identique", "version", "inconnu", "suite"]
    assert visiteur.submit(conflit, PAGE, reprendre=reprises, suite="suivante").status == 303
    garde = enregistrees(visiteur)
    assert (garde["ville"], garde["regions"], garde["lieu_naissance"]) == ("Épinal", ["44", "11"], "Toul")
    assert not garde["batiment"]


@pytest.mark.rule("C8")
def test_reprendre_ne_passe_pas_par_dessus_un_troisieme_onglet(guichet: Guichet, visiteur: Client) -> None:
    inscrit(visiteur)
    conflit = deux_onglets(guichet, visiteur, {"ville": "Metz", "voie": "1 rue A"}, {"ville": "Épinal"})
    remplir(visiteur, ville="Verdun")
    encore = visiteur.submit(conflit, PAGE, reprendre="ville")
    assert encore.status == 409 and valeurs(encore, PAGE)["ville"] == "Verdun"
    assert "ville" not in differences(encore) and "voie" in differences(encore)


@pytest.mark.rule("C8")
def test_une_version_trafiquee_n_ecrase_rien(guichet: Guichet, visiteur: Client) -> None:
    inscrit(visiteur)
    remplir(visiteur)
    for version in ("0", "1", "99", "-1", "1e9", "٢", "NaN", "", "2" * 400, "<b>"):
        page = visiteur.get(PAGE)
        reponse = visiteur.submit(page, PAGE, version=version, ville=f"Metz {version[:3]}", suite="rester")
        assert reponse.status in {303, 409}
        if reponse.status == 409:
            assert enregistrees(visiteur)["ville"] != f"Metz {version[:3]}"


@pytest.mark.rule("C8", "T1")
def test_un_double_clic_enregistre_une_fois_et_repond_pareil(guichet: Guichet, visiteur: Client) -> None:
    inscrit(visiteur)
    page = visiteur.get(PAGE)
    premiere = visiteur.submit(page, PAGE, **IDENTIFICATION, suite="suivante")
    avant = photo(guichet)
    seconde = visiteur.submit(page, PAGE, **IDENTIFICATION, suite="suivante")
    assert (premiere.status, premiere.location) == (seconde.status, seconde.location) == (303, SUITE)
    assert photo(guichet) == avant
    profil = next(r for r in guichet.rows("intervenants") if r["sk"]["S"] == "PROFIL")
    assert profil["version"]["N"] == "2"


# Read-only while treated


@pytest.mark.rule("E1", "G0")
def test_pendant_l_etude_le_profil_se_lit_et_ne_se_change_pas(guichet: Guichet, visiteur: Client) -> None:
    rempli(visiteur)
    ouverte = visiteur.get(PAGE)
    cv = visiteur.get("/mon-profil/cv")
    parcours.depuis_la(visiteur, compte(guichet))
    avant = photo(guichet)
    page = visiteur.get(PAGE)
    assert page.status == 200 and "Votre demande est en cours d’étude" in page.page.text
    assert page.page.form(PAGE)["buttons"] == []
    for envoi in (
        visiteur.submit(ouverte, PAGE, ville="Metz", suite="rester"),
        visiteur.submit(page, PAGE, ville="Metz", version="99", suite="suivante"),
        visiteur.submit(cv, "/mon-profil/cv"),
    ):
        assert envoi.status == 409 and "Votre demande est en cours d’étude" in envoi.page.text
        assert ("\nMetz\n" in envoi.body) is (envoi.path == PAGE), "what was typed can be copied"
    assert not [f for f in visiteur.get("/mon-profil/cv").page.forms if f["action"] != "/deconnexion"]
    assert photo(guichet) == avant


# After the validation


@pytest.mark.rule("G4", "C8")
def test_un_intervenant_valide_modifie_ses_informations(guichet: Guichet, visiteur: Client) -> None:
    valide(visiteur)
    page = visiteur.get(PAGE)
    assert page.page.h1 == ["Mes informations"] and "Délégation Grand Est" in page.page.text
    assert "Délégation Bretagne" not in page.page.text, "no other structure is offered"
    assert visiteur.submit(page, PAGE, ville="Metz", suite="rester").location == GARDE
    assert enregistrees(visiteur)["ville"] == "Metz"


@pytest.mark.rule("G4", "C8")
@pytest.mark.parametrize(
    ("champ", "valeur"), [("ville", ""), ("tel_personnel", "abc"), ("regions", []), ("code_postal", "540")]
)
def test_apres_la_validation_le_profil_reste_complet(
    guichet: Guichet, visiteur: Client, champ: str, valeur: Any
) -> None:
    valide(visiteur)
    avant = photo(guichet)
    reponse = visiteur.submit(visiteur.get(PAGE), PAGE, **{champ: valeur}, voie="3 place Stanislas", suite="rester")
    assert reponse.status == 422 and f"#{champ}" in erreurs(reponse).values()
    assert valeurs(reponse, PAGE)["voie"] == "3 place Stanislas"
    assert photo(guichet) == avant


# The statut decides what is asked (C2 to C4), C7


def blocs(reponse: Answer) -> dict[str, str]:
    """Check-your-answers: label -> answer, of every block."""
    return {
        unescape(re.sub("<[^>]+>", "", nom)): unescape(re.sub("<[^>]+>", "", valeur)).replace("\u00a0", " ")
        for nom, valeur in re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", reponse.body)
    }


@pytest.mark.rule("C2", "C3", "C4", "C7")
def test_un_fonctionnaire_repond_sur_son_statut_et_son_employeur(guichet: Guichet, visiteur: Client) -> None:
    inscrit(visiteur)
    lieu = {"adresse_pro": "oui", "pro_voie": "2 rue Lyautey", "pro_code_postal": "54000", "pro_ville": "Nancy"}
    saisie = {**FONCTIONNAIRE, **lieu, "employeur_siret": "215 403 957 00016", "permis": "oui", "vehicule": "non"}
    assert remplir(visiteur, **saisie).location == "/mon-profil/parcours?depuis=identification"
    montres = blocs(visiteur.get("/mon-profil/verification"))
    assert montres["Statut professionnel"] == "Fonctionnaire" and montres["Type d’employeur"] == "Public"
    assert montres["N° de SIRET de l’employeur principal"] == "215 403 957 00016"
    assert montres["Adresse différente de celle de l’employeur"] == "Oui"
    assert montres["Numéro et libellé de la voie du lieu de travail"] == "2 rue Lyautey"
    assert montres["Êtes-vous titulaire du permis de conduire ?"] == "Oui"
    assert montres["Disposez-vous d’un véhicule personnel ?"] == "Non"


@pytest.mark.rule("C2", "C3", "E2")
def test_ce_que_le_statut_cache_n_est_ni_relu_ni_montre(guichet: Guichet, visiteur: Client) -> None:
    inscrit(visiteur)
    assert remplir(visiteur, **FONCTIONNAIRE).location == "/mon-profil/parcours?depuis=identification"
    assert (
        remplir(visiteur, statut="SANS", situation="RETRAITE").location == "/mon-profil/parcours?depuis=identification"
    )
    relu = visiteur.get("/mon-profil/verification")
    assert "COMMUNE DE NANCY" not in relu.page.text and "L’employeur" not in relu.page.text
    assert "Fonction publique" not in relu.page.text
    remplir_le_parcours(visiteur)
    parcours.depuis_la(visiteur, compte(guichet))
    dossier = en_poste(guichet.client()).get(f"/gestion/inscriptions/{compte(guichet)}")
    assert "Retraité(e)" in dossier.page.text and "COMMUNE DE NANCY" not in dossier.page.text


@pytest.mark.rule("C3", "C8")
def test_un_brouillon_garde_ce_que_le_statut_cache(guichet: Guichet, visiteur: Client) -> None:
    """The script does not send what it hides: coming back to the former statut shows what was typed."""
    inscrit(visiteur)
    remplir(visiteur, **FONCTIONNAIRE)
    page = visiteur.get(PAGE)
    champs = valeurs(page, PAGE)
    visible = {n: v for n, v in champs.items() if not n.startswith(("employeur_", "pro_")) and n not in FONCTIONNAIRE}
    sans = [("statut", "SANS"), ("situation", "RETRAITE"), ("suite", "rester"), *visible.items()]
    assert visiteur.post(PAGE, sans).location == GARDE
    garde = enregistrees(visiteur)
    assert garde["statut"] == "SANS" and garde["employeur_raison_sociale"] == "COMMUNE DE NANCY"


@pytest.mark.rule("C3", "C8", "G4")
def test_un_profil_valide_ne_garde_pas_ce_que_le_statut_cache(guichet: Guichet, visiteur: Client) -> None:
    valide(visiteur, **FONCTIONNAIRE)
    saisie = {"statut": "SANS", "situation": "SANS_ACTIVITE", "suite": "rester"}
    assert visiteur.submit(visiteur.get(PAGE), PAGE, **saisie).location == GARDE
    profil = next(r for r in guichet.rows("intervenants") if r["sk"]["S"] == "PROFIL")
    assert "COMMUNE DE NANCY" not in str(profil)


@pytest.mark.rule("C2", "C3", "C8")
def test_apres_la_validation_le_statut_et_l_employeur_restent_complets(guichet: Guichet, visiteur: Client) -> None:
    valide(visiteur)
    avant = photo(guichet)
    reponse = visiteur.submit(visiteur.get(PAGE), PAGE, statut="FONCTIONNAIRE", situation="EN_ACTIVITE")
    manques = ("temps", "fonction_publique", "fonction", "employeur_raison_sociale", "employeur_voie")
    assert reponse.status == 422 and {f"#{m}" for m in manques} <= set(erreurs(reponse).values())
    assert photo(guichet) == avant


PRIVE = {"statut": "SALARIE_PRIVE", "situation": "EN_ACTIVITE", "temps": "COMPLET", "fonction": "Consultant"}
INDEPENDANT = {"statut": "INDEPENDANT", "situation": "EN_ACTIVITE", "fonction": "Consultant"}


@pytest.mark.rule("C3", "C8", "E1")
@pytest.mark.parametrize("nouveau", [PRIVE, INDEPENDANT], ids=["salarié du privé", "indépendant"])
@pytest.mark.parametrize("detour", [False, True], ids=["d’un coup", "après « sans »"])
def test_l_employeur_public_ne_devient_pas_prive_en_silence(
    guichet: Guichet, visiteur: Client, nouveau: dict[str, Any], detour: bool
) -> None:
    inscrit(visiteur)
    remplir(visiteur, **FONCTIONNAIRE, employeur_siret="215 403 957 00016")
    if detour:
        assert remplir(visiteur, statut="SANS", situation="RETRAITE").location == SUITE
    saisie = {**nouveau, "suite": "suivante"}
    assert visiteur.submit(visiteur.get(PAGE), PAGE, **saisie).location == GARDE
    page = visiteur.get(PAGE)
    assert {"#employeur_raison_sociale", "#employeur_siret"} <= set(erreurs(page).values())
    assert "« COMMUNE DE NANCY » était votre employeur public" in page.page.text.replace("\u00a0", " ")
    assert valeurs(page, PAGE)["employeur_raison_sociale"] == "COMMUNE DE NANCY", "nothing typed is lost"
    assert "statut précédent" in visiteur.get("/mon-profil/verification").page.text
    assert visiteur.submit(page, PAGE, employeur_raison_sociale="ACME", suite="suivante").location == GARDE
    reste = visiteur.get(PAGE)
    assert "#employeur_siret" in erreurs(reste).values() and "#employeur_raison_sociale" not in erreurs(reste).values()
    assert visiteur.submit(reste, PAGE, employeur_siret="", suite="suivante").location == SUITE
    assert "statut précédent" not in visiteur.get(PAGE).page.text


@pytest.mark.rule("C3", "C8")
def test_l_employeur_d_avant_se_confirme_ou_se_vide(guichet: Guichet, visiteur: Client) -> None:
    inscrit(visiteur)
    remplir(visiteur, **FONCTIONNAIRE)
    visiteur.submit(visiteur.get(PAGE), PAGE, **PRIVE, suite="rester")
    avant = photo(guichet)
    vide = visiteur.post(PAGE, {**valeurs(visiteur.get(PAGE), PAGE), "action": "vider_employeur"})
    assert vide.status == 200 and photo(guichet) == avant, "emptied on the page, kept until it is saved"
    champs = valeurs(vide, PAGE)
    assert not champs["employeur_raison_sociale"] and not champs["employeur_voie"] and champs["employeur_pays"] == "FR"
    assert champs["fonction"] == "Consultant"
    assert visiteur.submit(visiteur.get(PAGE), PAGE, employeur_inchange="oui", suite="suivante").location == SUITE
    assert enregistrees(visiteur)["employeur_raison_sociale"] == "COMMUNE DE NANCY"
    assert "statut précédent" not in visiteur.get("/mon-profil/verification").page.text


@pytest.mark.rule("C3", "G4")
def test_apres_la_validation_l_employeur_d_avant_se_remplace_ou_se_confirme(guichet: Guichet, visiteur: Client) -> None:
    valide(visiteur, **FONCTIONNAIRE)
    avant = photo(guichet)
    refuse = visiteur.submit(visiteur.get(PAGE), PAGE, **PRIVE)
    assert refuse.status == 422 and "#employeur_raison_sociale" in erreurs(refuse).values() and photo(guichet) == avant
    assert visiteur.submit(refuse, PAGE, employeur_raison_sociale="ACME").location == GARDE
    assert "COMMUNE DE NANCY" not in str([r for r in guichet.rows("intervenants") if r["sk"]["S"] == "PROFIL"])


@pytest.mark.rule("C3", "C8")
def test_revenir_au_statut_d_avant_ne_demande_rien(guichet: Guichet, visiteur: Client) -> None:
    inscrit(visiteur)
    remplir(visiteur, **FONCTIONNAIRE)
    visiteur.submit(visiteur.get(PAGE), PAGE, **PRIVE, suite="rester")
    assert visiteur.submit(visiteur.get(PAGE), PAGE, **FONCTIONNAIRE, suite="suivante").location == SUITE
    assert "statut précédent" not in visiteur.get(PAGE).page.text


@pytest.mark.rule("C1")
def test_les_telephones_se_lisent_comme_on_les_ecrit(guichet: Guichet, visiteur: Client) -> None:
    inscrit(visiteur)
    remplir(visiteur, tel_personnel="+33(0)383123456", portable_personnel="+3225551212")
    montres = blocs(visiteur.get("/mon-profil/verification"))
    assert montres["Téléphone personnel"] == "03 83 12 34 56"
    assert montres["Portable personnel"] == "+32 2 555 12 12"


@pytest.mark.rule("C1", "B1")
def test_le_nom_d_usage_identique_revient_coche(guichet: Guichet, visiteur: Client) -> None:
    inscrit(visiteur)
    assert enregistrees(visiteur)["identique"] == "oui"
    remplir(visiteur, nom_usage="MARTIN", identique=[])
    assert "identique" not in enregistrees(visiteur)
    remplir(visiteur, nom_usage="", identique=[])
    manque = visiteur.get(f"{PAGE}?manques=oui")
    assert erreurs(manque) == {"Saisissez votre nom d’usage, ou cochez « Identique au nom de famille ».": "#nom_usage"}


INTERDITS = {
    "structure": "bretagne",
    "role": "ADMINISTRATEUR",
    "etat": "ACTIF",
    "valide": "true",
    "mode": "LIBRE",
    "version": "3",
    "compte": "0" * 26,
    "pk": "INTERVENANT#0",
    "email": "pirate@exemple.fr",
    "structures": "bretagne",
    "cree_le": "2020-01-01",
    "enregistre_le": "2020-01-01",
    "decidee_par": "moi",
    "immatriculation": "A123",
    "empreinte": "x",
    "totp": "x",
}


def _champs(row: dict[str, Any], *sauf: str) -> dict[str, Any]:
    return {nom: v for nom, v in row.items() if nom not in sauf}


@pytest.mark.rule("G4", "C6", "T6")
@pytest.mark.controle("T43")
@pytest.mark.parametrize("etat", ["en inscription", "validé"])
def test_des_champs_ajoutes_a_la_main_sont_ignores(guichet: Guichet, visiteur: Client, etat: str) -> None:
    (valide if etat == "validé" else rempli)(visiteur)
    avant = photo(guichet, ("noyau", "audit"))
    page = visiteur.get(PAGE)
    ajouts = {
        nom: v for nom, v in INTERDITS.items() if nom != "version" and (nom, etat) != ("structure", "en inscription")
    }
    assert visiteur.submit(page, PAGE, **ajouts, ville="Metz", suite="rester").status == 303
    apres = photo(guichet, ("noyau", "audit"))
    changes = [(a, b) for t in avant for a, b in zip(avant[t], apres[t], strict=True) if a != b]
    (profil,) = changes
    assert _champs(profil[0], "identification", "version", "enregistre_le") == _champs(
        profil[1], "identification", "version", "enregistre_le"
    )
    garde = enregistrees(visiteur) if etat == "en inscription" else {"structure": "grand-est"}
    assert garde["structure"] == "grand-est" and "pirate" not in str(profil[1])
    assert not set(ajouts) - {"structure"} & set(str(profil[1]["identification"]).replace('"', " ").split())


# T1: somebody else's session never sees it


@pytest.mark.rule("T6", "C1")
def test_chacun_voit_le_sien(guichet: Guichet, visiteur: Client) -> None:
    rempli(visiteur, ville="Nancy")
    autre = guichet.client()
    rempli(autre, nom="MARTIN", nom_usage="MARTIN", email="m@exemple.fr", ville="Brest")
    assert (enregistrees(visiteur)["ville"], enregistrees(autre)["ville"]) == ("Nancy", "Brest")
    revenu = guichet.client()
    se_connecter(revenu, "m@exemple.fr")
    assert enregistrees(revenu)["ville"] == "Brest"


@pytest.mark.rule("G4")
def test_la_demande_validee_ne_se_transmet_plus(guichet: Guichet, visiteur: Client) -> None:
    rempli(visiteur)
    page = visiteur.get("/mon-profil/verification")
    parcours.depuis_la(visiteur, compte(guichet))
    avant = photo(guichet)
    reponse = visiteur.submit(page, "/mon-profil/transmission")
    assert reponse.status == 422 and "déjà été transmise" in reponse.page.text
    assert photo(guichet) == avant
    assert transmise(guichet.client(), nom="MARTIN", email="m@exemple.fr")
