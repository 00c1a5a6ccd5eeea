"""Public employers proposed from the register, with a script and without; and what happens when it does not answer
(rules C3, T4, S2). The register is the local stand-in, which has its contract."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.commun.employeurs import queries
from chalicelib.core.http import get_json
from chalicelib.core.settings import settings
from infra.local import employeurs as doublure
from infra.local.employeurs import Employeurs
from tests import chrono
from tests.client import Answer, Client
from tests.web import parcours
from tests.web.conftest import Guichet
from tests.web.parcours import FONCTIONNAIRE, IDENTIFICATION, erreurs, inscrit, photo, remplir, valeurs

guichet = parcours.guichet
PAGE = "/mon-profil/identification"
SUIVANTE = "/mon-profil/parcours?depuis=identification"
MUET = "La recherche d’employeurs n’est pas disponible pour l’instant : saisissez les champs vous-même."
PANNES = ["essai lent", "essai panne", "essai trop", "essai charabia", "essai erreur", "essai enorme", "essai ailleurs"]


@pytest.fixture
def demandes(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dict[str, list[str]]]]:
    """The stand-in, and a portal that knows nothing yet; gives what it was asked."""
    vues: list[dict[str, list[str]]] = []
    vraie = doublure.repondre

    def noter(demande: dict[str, list[str]]) -> doublure.Reponse:
        vues.append(demande)
        return vraie(demande)

    monkeypatch.setattr(doublure, "repondre", noter)
    monkeypatch.setattr(queries, "_memoire", queries.Memoire())
    serveur = Employeurs()
    serveur.demarrer()
    monkeypatch.setenv("EMPLOYEURS_URL", serveur.url)
    settings.cache_clear()
    yield vues
    serveur.arreter()
    monkeypatch.undo()
    settings.cache_clear()


def proposer(client: Client, texte: str) -> str:
    """What the script puts under the field."""
    reponse = client.get(f"/employeurs?q={texte.replace(' ', '%20')}")
    assert reponse.status == 200
    return reponse.page.text


def choix(reponse: Answer) -> list[str]:
    """What the buttons « Choisir » carry."""
    from html import unescape
    from re import findall

    return [unescape(v) for v in findall(r'name="employeur_choisi" value="([^"]*)"', reponse.body)]


def chercher(client: Client, **saisie: Any) -> Answer:
    """« Rechercher cet employeur public », without a script."""
    return presser(client, client.get(PAGE), {**IDENTIFICATION, **saisie})


def presser(client: Client, page: Answer, saisie: dict[str, Any]) -> Answer:
    """The button that searches, on a page filled."""
    champs = {**valeurs(page, PAGE), **saisie, "action": "chercher_employeur"}
    return client.post(PAGE, [(n, v) for n, vs in champs.items() for v in (vs if isinstance(vs, list) else [vs])])


@pytest.mark.rule("C3")
def test_une_raison_sociale_propose_des_employeurs(
    guichet: Guichet, visiteur: Client, demandes: list[dict[str, list[str]]]
) -> None:
    inscrit(visiteur)
    texte = proposer(visiteur, "commune de nancy")
    assert "2 employeurs trouvés pour « commune de nancy »" in texte.replace("\u00a0", " ")
    assert "COMMUNE DE NANCY" in texte and "SIRET 215 403 957 00016" in texte
    assert "54000 NANCY" in texte
    assert "10 employeurs trouvés" in proposer(visiteur, "commune")
    assert "Aucun employeur public trouvé" in proposer(visiteur, "syldavie")


@pytest.mark.rule("C3")
@pytest.mark.parametrize(
    ("texte", "attendu"),
    [
        ("Mairie de Nancy", "COMMUNE DE NANCY"),
        ("ville de nancy", "COMMUNE DE NANCY"),
        ("st etienne", "COMMUNE DE SAINT-ÉTIENNE"),
        ("mairie de St-Dié", "COMMUNE DE SAINT-DIÉ-DES-VOSGES"),
        ("métropole de lyon", "MÉTROPOLE DE LYON"),
        ("métropole de Nancy", "MÉTROPOLE DU GRAND NANCY"),
    ],
)
def test_un_employeur_se_cherche_avec_les_mots_de_tous_les_jours(
    guichet: Guichet, visiteur: Client, demandes: list[dict[str, list[str]]], texte: str, attendu: str
) -> None:
    inscrit(visiteur)
    trouve = proposer(visiteur, texte)
    assert attendu in trouve and f"« {texte} »" in trouve.replace("\u00a0", " ")


@pytest.mark.rule("C3")
@pytest.mark.parametrize("siret", ["21540395700016", "215 403 957 00016"])
def test_un_siret_propose_son_employeur(
    guichet: Guichet, visiteur: Client, demandes: list[dict[str, list[str]]], siret: str
) -> None:
    inscrit(visiteur)
    assert "COMMUNE DE NANCY" in proposer(visiteur, siret)
    assert demandes[0]["q"] == ["21540395700016"]


@pytest.mark.rule("C3", "T6")
def test_rien_ne_sort_que_ce_qui_est_cherche(
    guichet: Guichet, visiteur: Client, demandes: list[dict[str, list[str]]]
) -> None:
    inscrit(visiteur)
    chercher(visiteur, **FONCTIONNAIRE)
    (demande,) = demandes
    assert demande.pop("q") == ["nancy"]
    assert demande == {
        "est_administration": ["true"],
        "etat_administratif": ["A"],
        "per_page": ["10"],
        "minimal": ["true"],
        "include": ["siege,matching_etablissements"],
    }


@pytest.mark.rule("C3", "C8")
def test_sans_script_on_cherche_on_choisit_et_rien_n_est_perdu(
    guichet: Guichet, visiteur: Client, demandes: list[dict[str, list[str]]]
) -> None:
    inscrit(visiteur)
    avant = photo(guichet)
    saisie = {**FONCTIONNAIRE, "employeur_raison_sociale": "nancy", "employeur_voie": "", "ville": "Toul", "voie": "3"}
    trouves = chercher(visiteur, **saisie)
    assert trouves.status == 200 and valeurs(trouves, PAGE)["ville"] == "Toul" and not erreurs(trouves)
    carte = next(c for c in choix(trouves) if json.loads(c)["raison_sociale"] == "COMMUNE DE NANCY")
    rempli = visiteur.submit(trouves, PAGE, employeur_choisi=carte)
    champs = valeurs(rempli, PAGE)
    assert rempli.status == 200 and "Les champs connus sont remplis" in rempli.page.text
    attendus = {
        "raison_sociale": "COMMUNE DE NANCY", "siret": "215 403 957 00016", "pays": "FR",
        "voie": "1 PLACE DE LA MAIRIE", "code_postal": "54000", "ville": "NANCY",
    }  # fmt: skip
    assert {nom: champs[f"employeur_{nom}"] for nom in attendus} == attendus
    assert (champs["ville"], champs["voie"], champs["fonction"]) == ("Toul", "3", FONCTIONNAIRE["fonction"])
    assert photo(guichet) == avant, "searching and choosing keep nothing"
    assert visiteur.submit(rempli, PAGE, suite="suivante").location == SUIVANTE


@pytest.mark.rule("C3")
def test_sans_script_on_cherche_ce_qui_vient_d_etre_saisi(
    guichet: Guichet, visiteur: Client, demandes: list[dict[str, list[str]]]
) -> None:
    """The name, over the SIRET kept before; the SIRET, when it is another one."""
    inscrit(visiteur)
    remplir(visiteur, **FONCTIONNAIRE, employeur_siret="215 403 957 00016")
    page = visiteur.get(PAGE)
    presser(visiteur, page, {"employeur_raison_sociale": "belfort"})
    presser(visiteur, page, {"employeur_siret": "21900010600019"})
    assert [demande["q"] for demande in demandes] == [["belfort"], ["21900010600019"]]


@pytest.mark.rule("C3", "S2")
@pytest.mark.parametrize("court", ["", "Na", "12"])
def test_une_recherche_trop_courte_dit_quoi_saisir(
    guichet: Guichet, visiteur: Client, demandes: list[dict[str, list[str]]], court: str
) -> None:
    inscrit(visiteur)
    page = chercher(visiteur, **{**FONCTIONNAIRE, "employeur_raison_sociale": court})
    assert "Saisissez au moins trois caractères de la raison sociale, ou le SIRET" in page.page.text
    assert demandes == []


@pytest.mark.rule("C3", "S2", "S6")
@pytest.mark.parametrize("panne", PANNES)
def test_un_repertoire_qui_ne_repond_pas_laisse_saisir(
    guichet: Guichet,
    visiteur: Client,
    demandes: list[dict[str, list[str]]],
    monkeypatch: pytest.MonkeyPatch,
    panne: str,
) -> None:
    durees: list[float] = []

    def chronometrer(*demande: Any) -> Any:
        debut = time.monotonic()
        try:
            return get_json(*demande)
        finally:
            durees.append(time.monotonic() - debut)

    monkeypatch.setattr(queries, "get_json", chronometrer)
    inscrit(visiteur)
    page = chercher(visiteur, **{**FONCTIONNAIRE, "employeur_raison_sociale": panne})
    assert len(durees) == 1, "asked once"
    assert chrono.tient(durees[0], doublure.LENTEUR / 2), "two seconds are lost on the service, not its own"
    assert page.status == 200 and MUET in page.page.text.replace("\u00a0", " ")
    assert valeurs(page, PAGE)["employeur_raison_sociale"] == panne
    assert visiteur.submit(page, PAGE, suite="suivante").location == SUIVANTE, "what is typed by hand is taken"


@pytest.mark.rule("C3", "T4")
def test_un_repertoire_en_panne_est_laisse_en_repos(
    guichet: Guichet, visiteur: Client, demandes: list[dict[str, list[str]]]
) -> None:
    inscrit(visiteur)
    assert MUET in proposer(visiteur, "essai trop").replace("\u00a0", " ")
    assert MUET in proposer(visiteur, "nancy").replace("\u00a0", " "), "Retry-After: 30"
    guichet.advance(seconds=29)
    assert MUET in proposer(visiteur, "nancy").replace("\u00a0", " ") and len(demandes) == 1
    guichet.advance(seconds=2)
    assert "COMMUNE DE NANCY" in proposer(visiteur, "nancy") and len(demandes) == 2


@pytest.mark.rule("C3")
def test_une_reponse_est_gardee_un_moment(
    guichet: Guichet, visiteur: Client, demandes: list[dict[str, list[str]]]
) -> None:
    inscrit(visiteur)
    for texte in ("nancy", "Nancy", " NANCY "):
        assert "COMMUNE DE NANCY" in proposer(visiteur, texte)
    assert len(demandes) == 1
    guichet.advance(minutes=11)
    proposer(visiteur, "nancy")
    assert len(demandes) == 2


@pytest.mark.rule("T4")
def test_une_personne_ne_cherche_pas_sans_fin(
    guichet: Guichet, visiteur: Client, demandes: list[dict[str, list[str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    from chalicelib.core.web.limits import Limit

    monkeypatch.setattr(queries, "RECHERCHES", Limit("employeurs", 2, queries.RECHERCHES.window))
    inscrit(visiteur)
    for texte in ("nancy", "metz", "brest"):
        dernier = proposer(visiteur, texte)
    assert MUET in dernier.replace("\u00a0", " ") and len(demandes) == 2
    autre = guichet.client("192.0.2.9")
    inscrit(autre, nom="MARTIN", nom_usage="MARTIN", email="m@exemple.fr")
    assert "BREST MÉTROPOLE" in proposer(autre, "brest"), "one's own limit only"


@pytest.mark.rule("C3")
def test_la_memoire_est_bornee(
    guichet: Guichet, visiteur: Client, demandes: list[dict[str, list[str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "MEMOIRE_MAX", 2)
    inscrit(visiteur)
    for texte in ("nancy", "metz", "brest"):
        proposer(visiteur, texte)
    assert len(queries._memoire.reponses) <= 2


@pytest.mark.rule("E1", "G0")
def test_pendant_l_etude_on_ne_cherche_pas(
    guichet: Guichet, visiteur: Client, demandes: list[dict[str, list[str]]]
) -> None:
    parcours.rempli(visiteur)
    ouverte = visiteur.get(PAGE)
    parcours.depuis_la(visiteur, parcours.compte(guichet))
    page = presser(visiteur, ouverte, {"employeur_raison_sociale": "nancy"})
    assert page.status == 409 and demandes == []
    assert "Rechercher cet employeur" not in visiteur.get(PAGE).page.text


@pytest.mark.rule("T6")
@pytest.mark.parametrize("forge", ["", "x", '{"siret": "1"}', "[" * 5000])
def test_un_choix_forge_ne_remplit_rien(
    guichet: Guichet, visiteur: Client, demandes: list[dict[str, list[str]]], forge: str
) -> None:
    inscrit(visiteur)
    page = visiteur.submit(visiteur.get(PAGE), PAGE, **{**IDENTIFICATION, **FONCTIONNAIRE, "employeur_choisi": forge})
    assert page.status == 200 and valeurs(page, PAGE)["employeur_voie"] == FONCTIONNAIRE["employeur_voie"]
