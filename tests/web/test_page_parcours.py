"""« Parcours »: its answers kept at any time, its tables line by line, read-only while treated (rules D1 to D12)."""

from typing import Any

import pytest

from tests.client import Answer, Client
from tests.fichiers.portables import pdf
from tests.web import parcours
from tests.web.conftest import Guichet
from tests.web.parcours import LIGNES, PARCOURS, actes, erreurs, inscrit, photo, rempli, valeurs, valide

guichet = parcours.guichet
PAGE = "/mon-profil/parcours"
GARDE = "/mon-profil/parcours?enregistre=oui"


def enregistrer(client: Client, **saisie: Any) -> Answer:
    """The page, saved with this."""
    return client.submit(client.get(PAGE), PAGE, **{"suite": "rester", **saisie})


def ajouter(client: Client, bloc: str, **autre: Any) -> Answer:
    """A line more."""
    chemin = f"{PAGE}/{bloc}/ajouter"
    return client.submit(client.get(chemin), chemin, **{**LIGNES[bloc], "suite": "page", **autre})


def lignes(guichet: Guichet, bloc: str = "") -> list[str]:
    """The ids of the lines that the table holds."""
    cles = sorted(r["sk"]["S"] for r in guichet.rows("intervenants") if r["sk"]["S"].startswith(f"LIGNE#{bloc}"))
    return [cle.rpartition("#")[2] for cle in cles]


# D2, D3, D9, D11: the page's own answers


@pytest.mark.rule("C8", "D2", "D3", "D9", "D11")
def test_la_page_garde_ses_reponses_completes_ou_non(guichet: Guichet, visiteur: Client) -> None:
    inscrit(visiteur)
    reponse = enregistrer(visiteur, **{**PARCOURS, "formations_realisees": ""})
    assert reponse.location == GARDE
    page = visiteur.follow(reponse)
    assert "Enregistré à 10 h 00" in page.page.text and not erreurs(page)
    gardes = valeurs(page, PAGE)
    attendues = {**PARCOURS, "formations_realisees": ""}
    assert {nom: gardes.get(nom, "") for nom in attendues} == attendues
    assert [a["acte"] for a in actes(guichet, "enregistrer_le_parcours")] == ["enregistrer_le_parcours"]


@pytest.mark.rule("D3", "D11", "S3")
def test_ce_qui_n_est_pas_demande_ne_se_relit_pas(guichet: Guichet, visiteur: Client) -> None:
    rempli(visiteur)
    for oui_non, relus in (("non", {"motivation"}), ("oui", {"reseaux_lesquels"})):
        enregistrer(visiteur, **{**PARCOURS, "formations_realisees": oui_non, "reseaux": oui_non})
        liens = visiteur.get("/mon-profil/verification").page.links
        assert {nom for nom in ("motivation", "reseaux_lesquels") if f"{PAGE}#{nom}" in liens} == relus


@pytest.mark.rule("C8", "D12")
def test_deux_fenetres_ne_s_ecrasent_pas_en_silence(guichet: Guichet, visiteur: Client) -> None:
    inscrit(visiteur)
    premiere, seconde = visiteur.get(PAGE), visiteur.get(PAGE)
    visiteur.submit(premiere, PAGE, motivation="La première.", formations_realisees="non", suite="rester")
    conflit = visiteur.submit(seconde, PAGE, motivation="La seconde.", suite="experiences/ajouter")
    assert conflit.status == 409 and "La première." in conflit.page.text and "vide" not in conflit.page.text
    assert valeurs(conflit, PAGE)["motivation"] == "La seconde."
    assert visiteur.submit(conflit, PAGE, suite="rester").location == GARDE
    assert valeurs(visiteur.get(PAGE), PAGE)["motivation"] == "La seconde."


@pytest.mark.rule("C8")
def test_apres_un_conflit_la_page_reprend_ce_qui_est_enregistre(guichet: Guichet, visiteur: Client) -> None:
    inscrit(visiteur)
    premiere, seconde = visiteur.get(PAGE), visiteur.get(PAGE)
    visiteur.submit(premiere, PAGE, motivation="La première.", suite="rester")
    conflit = visiteur.submit(seconde, PAGE, motivation="La seconde.", autre_prestation="Audit", suite="rester")
    assert conflit.status == 409
    assert visiteur.submit(conflit, PAGE, reprendre=["motivation"], suite="rester").location == GARDE
    garde = valeurs(visiteur.get(PAGE), PAGE)
    assert (garde["motivation"], garde["autre_prestation"]) == ("La première.", "Audit")


@pytest.mark.rule("D12")
def test_un_bouton_d_un_tableau_enregistre_d_abord_la_page(guichet: Guichet, visiteur: Client) -> None:
    inscrit(visiteur)
    for code in LIGNES:
        autre = {"autre_prestation": f"Jusqu’à {code}"}
        assert enregistrer(visiteur, **autre, suite=f"{code}/ajouter").location == f"{PAGE}/{code}/ajouter"
        assert valeurs(visiteur.get(PAGE), PAGE)["autre_prestation"] == f"Jusqu’à {code}"
    combien = len(actes(guichet, "enregistrer_le_parcours"))
    assert enregistrer(visiteur, suite="langues/ajouter").location == f"{PAGE}/langues/ajouter"
    assert len(actes(guichet, "enregistrer_le_parcours")) == combien, "nothing new: nothing is written"


@pytest.mark.rule("D12", "T6")
@pytest.mark.parametrize(
    "suite", ["https://evil.com", "//evil.com", "lune/ajouter", "langues/../cv", "langues/", "rester"]
)
def test_un_bouton_ne_mene_qu_a_un_tableau(guichet: Guichet, visiteur: Client, suite: str) -> None:
    inscrit(visiteur)
    assert enregistrer(visiteur, suite=suite, reseaux="non").location == GARDE


# D1, D3 to D8, D11: the tables, line by line


@pytest.mark.rule("D1", "D3", "D4", "D5", "D6", "D7", "D8", "D11", "D12")
@pytest.mark.parametrize("bloc", LIGNES)
def test_une_ligne_s_ajoute_se_modifie_et_se_supprime(guichet: Guichet, visiteur: Client, bloc: str) -> None:
    inscrit(visiteur)
    vide = visiteur.get(PAGE).page.text
    reponse = ajouter(visiteur, bloc)
    assert reponse.location == f"{PAGE}?bloc={bloc}&fait=ajoutee#{bloc}"
    page = visiteur.follow(reponse)
    assert "La ligne est ajoutée." in page.page.text and bloc in page.page.ids
    assert vide.count("Aucune donnée") - page.page.text.count("Aucune donnée") == 1
    (ligne,) = lignes(guichet, bloc)
    chemin = f"{PAGE}/{bloc}/{ligne}"
    garde = valeurs(visiteur.get(chemin), chemin)
    assert {nom: garde.get(nom, "") for nom in LIGNES[bloc]} == LIGNES[bloc]
    champ, autre = {
        "sous-specialites": ("expertise", "Budget"), "langues": ("animation", "oui"),
        "indisponibilites": ("au", "01/09/2027"), "experiences": ("employeur", "Région"),
    }.get(bloc, ("libelle" if bloc != "initiales" else "titre", "Autre titre"))  # fmt: skip
    modifiee = visiteur.submit(visiteur.get(chemin), chemin, **{champ: autre}, suite="page")
    assert modifiee.location == f"{PAGE}?bloc={bloc}&fait=modifiee#{bloc}"
    assert valeurs(visiteur.get(chemin), chemin)[champ] == autre
    autre_fenetre = visiteur.get(chemin)
    question = visiteur.get(f"{chemin}/supprimer")
    assert question.status == 200 and lignes(guichet, bloc) == [ligne], "asked before it is done"
    supprimee = visiteur.submit(question, f"{chemin}/supprimer")
    assert supprimee.location == f"{PAGE}?bloc={bloc}&fait=supprimee#{bloc}" and not lignes(guichet)
    assert visiteur.get(chemin).status == 404
    tardive = visiteur.submit(autre_fenetre, chemin, suite="page")
    assert tardive.status == 404 and "Ce que vous aviez saisi" in tardive.page.text
    assert autre in tardive.page.text, "what was typed can be copied"


FAUTES = [
    pytest.param("experiences", "employeur", "", "Saisissez votre employeur.", id="employeur vide"),
    pytest.param("experiences", "periode", "2013/2012", "Période : la fin (2012) précède le début", id="période"),
    pytest.param("experiences", "missions", "m" * 2001, "Missions : raccourcissez ce texte de 1 caractère", id="long"),
    pytest.param("initiales", "annee", "84", "Année : écrivez l’année en quatre chiffres", id="année courte"),
    pytest.param("initiales", "annee", "2030", "Année : vérifiez l’année 2030", id="année à venir"),
    pytest.param("initiales", "niveau", "lune", "Niveau scolaire : choisissez une valeur", id="niveau hors liste"),
    pytest.param("sous-specialites", "sous_specialite", "zzz", "Sous-spécialité : choisissez", id="hors référentiel"),
    pytest.param("langues", "animation", "", "Animation : répondez par oui ou par non.", id="maîtrise sans réponse"),
    pytest.param("indisponibilites", "au", "01/06/2027", "Au : le dernier jour précède le premier", id="à rebours"),
    pytest.param("indisponibilites", "du", "31/02/2027", "Du : ce jour n’existe pas", id="31 février"),
]


@pytest.mark.rule("D12", "S2")
@pytest.mark.parametrize(("bloc", "champ", "valeur", "debut"), FAUTES)
def test_une_ligne_fautive_est_dite_et_gardee(
    guichet: Guichet, visiteur: Client, bloc: str, champ: str, valeur: str, debut: str
) -> None:
    inscrit(visiteur)
    refus = ajouter(visiteur, bloc, **{champ: valeur})
    (message,) = erreurs(refus)
    assert refus.status == 422 and message.startswith(debut) and erreurs(refus)[message] == f"#{champ}"
    garde = valeurs(refus, f"{PAGE}/{bloc}/ajouter")
    attendus = {nom: v for nom, v in {**LIGNES[bloc], champ: valeur}.items() if v and v not in {"lune", "zzz"}}
    assert {nom: garde.get(nom) for nom in attendus} == attendus and not lignes(guichet)


def ligne_en_conflit(guichet: Guichet, client: Client, **autre: str) -> tuple[str, Answer]:
    """A line that one window gave to « Région », another to « Département »: its address, what the second is told."""
    inscrit(client)
    ajouter(client, "experiences")
    chemin = f"{PAGE}/experiences/{lignes(guichet)[0]}"
    premiere, seconde = client.get(chemin), client.get(chemin)
    client.submit(premiere, chemin, employeur="Région", suite="page")
    return chemin, client.submit(seconde, chemin, employeur="Département", suite="page", **autre)


@pytest.mark.rule("C8", "D12")
def test_une_ligne_changee_ailleurs_n_est_pas_ecrasee(guichet: Guichet, visiteur: Client) -> None:
    chemin, conflit = ligne_en_conflit(guichet, visiteur)
    assert conflit.status == 409 and "Région" in conflit.page.text
    assert valeurs(conflit, chemin)["employeur"] == "Département"
    assert visiteur.submit(conflit, chemin, suite="page").status == 303
    assert valeurs(visiteur.get(chemin), chemin)["employeur"] == "Département"


@pytest.mark.rule("C8", "D12")
def test_apres_un_conflit_une_ligne_reprend_ce_qui_est_enregistre(guichet: Guichet, visiteur: Client) -> None:
    chemin, conflit = ligne_en_conflit(guichet, visiteur, fonction="Juriste")
    assert visiteur.submit(conflit, chemin, reprendre="employeur", suite="page").status == 303
    garde = valeurs(visiteur.get(chemin), chemin)
    assert (garde["employeur"], garde["fonction"]) == ("Région", "Juriste")


@pytest.mark.rule("D12")
def test_deux_fenetres_ajoutent_chacune_leur_ligne(
    guichet: Guichet, visiteur: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both have read the page: the second writes on what the first left."""
    from chalicelib.intervenants.parcours import store

    inscrit(visiteur)
    chemin, vrai, autres = f"{PAGE}/langues/ajouter", store.lire, []
    pages = [visiteur.get(chemin), visiteur.get(chemin)]

    def lire(compte_id: str) -> Any:
        lu = vrai(compte_id)
        if not autres:
            autres.append(None)
            autres.append(visiteur.submit(pages[0], chemin, **LIGNES["langues"], suite="page"))
        return lu

    monkeypatch.setattr(store, "lire", lire)
    assert visiteur.submit(pages[1], chemin, **LIGNES["langues"], suite="page").status == autres[1].status == 303
    assert len(lignes(guichet, "langues")) == 2


@pytest.mark.rule("D12")
def test_un_tableau_tient_trente_lignes(guichet: Guichet, visiteur: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from chalicelib.intervenants.parcours import rules

    monkeypatch.setattr(rules, "LIGNES_MAX", 2)
    inscrit(visiteur)
    ajouter(visiteur, "langues")
    page = visiteur.get(f"{PAGE}/langues/ajouter")
    ajouter(visiteur, "langues")
    refus = visiteur.submit(page, f"{PAGE}/langues/ajouter", **LIGNES["langues"], suite="page")
    assert refus.status == 422 and "supprimez-en une" in refus.page.text and len(lignes(guichet)) == 2
    assert "le maximum" in visiteur.get(PAGE).page.text and ajouter(visiteur, "formateur").status == 303


@pytest.mark.rule("D12", "T4")
def test_un_double_clic_n_ajoute_qu_une_ligne(guichet: Guichet, visiteur: Client) -> None:
    inscrit(visiteur)
    page = visiteur.get(f"{PAGE}/langues/ajouter")
    envois = [visiteur.submit(page, f"{PAGE}/langues/ajouter", **LIGNES["langues"]) for _ in range(2)]
    assert envois[0].location == envois[1].location and len(lignes(guichet)) == 1


# E1: transmitted, it is read-only; what is required is there


@pytest.mark.rule("E1", "D3")
def test_oui_demande_une_experience_de_formateur(guichet: Guichet, visiteur: Client) -> None:
    rempli(visiteur)
    enregistrer(visiteur, formations_realisees="oui")
    refus = parcours.transmettre(visiteur)
    manque = {"Ajoutez au moins une expérience en qualité de formateur.": f"{PAGE}?manques=oui#ajouter-formateur"}
    assert refus.status == 422 and erreurs(refus) == manque
    page = visiteur.get(f"{PAGE}?manques=oui")
    assert erreurs(page) == dict.fromkeys(manque, "#ajouter-formateur")
    ajouter(visiteur, "formateur")
    assert parcours.transmettre(visiteur).status == 303


@pytest.mark.rule("E1", "G0", "D12")
def test_le_parcours_transmis_se_lit_et_ne_change_plus(guichet: Guichet, visiteur: Client) -> None:
    compte_id = rempli(visiteur)
    ligne = parcours.premiere_ligne(compte_id, "experiences")
    lieux = [PAGE, f"{PAGE}/langues/ajouter", f"{PAGE}/experiences/{ligne}", f"{PAGE}/experiences/{ligne}/supprimer"]
    ouvertes = [visiteur.get(lieu) for lieu in lieux]
    parcours.depuis_la(visiteur, compte_id)
    avant = photo(guichet)
    saisies = [{"reseaux": "oui"}, LIGNES["langues"], {"employeur": "Région"}, {}]
    for page, lieu, saisie in zip(ouvertes, lieux, saisies, strict=True):
        assert visiteur.submit(page, lieu, **saisie).status == 409
    assert photo(guichet) == avant
    page = visiteur.get(PAGE)
    assert (
        "Lecture seule" in page.page.text and "Ville de Nancy" in page.page.text and "Ajouter une" not in page.page.text
    )


@pytest.mark.rule("E1", "D12")
def test_une_ligne_retiree_pendant_la_transmission_l_empeche(
    guichet: Guichet, visiteur: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chalicelib.intervenants.inscription import store

    compte_id = rempli(visiteur)
    question = f"{PAGE}/experiences/{parcours.premiere_ligne(compte_id, 'experiences')}/supprimer"
    supprimer, relecture, vrai = visiteur.get(question), visiteur.get("/mon-profil/verification"), store.lire_tout
    faits: list[Answer] = []

    def lire(ident: str) -> Any:
        lu = vrai(ident)
        if not faits:
            faits.append(visiteur.submit(supprimer, question))
        return lu

    monkeypatch.setattr(store, "lire_tout", lire)
    refus = visiteur.submit(relecture, "/mon-profil/transmission")
    assert (faits[0].status, refus.status) == (303, 422)
    assert not [r for r in guichet.rows("intervenants") if r["sk"]["S"] == "DEMANDE"]


@pytest.mark.rule("E5", "G4", "D12")
def test_un_intervenant_valide_tient_son_parcours_a_jour_et_complet(guichet: Guichet, visiteur: Client) -> None:
    compte_id = valide(visiteur)
    assert visiteur.get(PAGE).page.h1 == ["Mon parcours"]
    refus = enregistrer(visiteur, motivation="")
    assert refus.status == 422 and set(erreurs(refus)) == {"Écrivez votre motivation pour devenir intervenant."}
    oui = enregistrer(visiteur, formations_realisees="oui")
    assert oui.status == 422 and set(erreurs(oui)) == {"Ajoutez au moins une expérience en qualité de formateur."}
    assert enregistrer(visiteur, formations_realisees="oui", suite="formateur/ajouter").status == 303
    ajouter(visiteur, "formateur")
    chemin = f"{PAGE}/experiences/{parcours.premiere_ligne(compte_id, 'experiences')}/supprimer"
    assert "doit garder au moins une ligne" in visiteur.submit(visiteur.get(chemin), chemin).page.text
    ajouter(visiteur, "experiences")
    assert visiteur.submit(visiteur.get(chemin), chemin).status == 303


@pytest.mark.rule("C8")
def test_qui_vient_de_l_identification_sait_ce_qu_il_y_manque(guichet: Guichet, visiteur: Client) -> None:
    inscrit(visiteur)
    page = visiteur.follow(parcours.remplir(visiteur, ville="", voie=""))
    assert "Il manque 2 réponses dans « Identification »" in page.page.text.replace("\u00a0", " ")
    assert "/mon-profil/identification?manques=oui" in page.page.links


# D7: diplomas


@pytest.mark.rule("D7", "U1", "U3", "H12")
def test_chaque_ligne_a_son_diplome_que_les_gestionnaires_ouvrent(guichet: Guichet, visiteur: Client) -> None:
    compte_id = rempli(visiteur)
    premier = parcours.joindre_un_diplome(guichet, visiteur, compte_id, pdf(2), "Master.pdf")
    guichet.advance(seconds=1)  # ids sort by time
    annonce = ajouter(visiteur, "initiales", titre="Licence", suite="diplome")
    second = annonce.location.rpartition("/")[2]
    assert annonce.location == f"/mon-profil/diplomes/{second}" and visiteur.get(annonce.location).status == 200
    parcours.deposer_la_piece(guichet, compte_id, second, pdf(1), "Licence.pdf")
    page = visiteur.get(PAGE).page.text
    assert "Master.pdf" in page and "Licence.pdf" in page and page.count("Chargé(e) le 21 novembre 2026") == 2
    guichet.advance(seconds=1)
    nouveau = parcours.joindre_un_diplome(guichet, visiteur, compte_id, pdf(3), "Master (bis).pdf")
    page = visiteur.get(PAGE).page.text
    assert "Master.pdf" not in page and "Master (bis).pdf" in page and "Licence.pdf" in page
    parcours.depuis_la(visiteur, compte_id)
    agent = parcours.en_poste(guichet.client("192.0.2.9"))
    lieu = f"/gestion/inscriptions/{compte_id}"
    assert {f"{lieu}/diplomes/{nouveau}#piece", f"{lieu}/diplomes/{second}#piece"} <= set(agent.get(lieu).page.links)
    lu = agent.get(f"{lieu}/diplomes/{nouveau}")
    assert lu.status == 200 and "Fermer ce diplôme" in lu.page.text, "no CV to come back to"
    assert "Transmettre ce que j’ai appris." in lu.page.text, "the whole profile stands beside"
    assert len(actes(guichet, "lire_un_diplome")) == 1 and len(actes(guichet, "lire_un_profil")) == 2
    assert f"disponible/{compte_id}/{nouveau}" in agent.get(f"{lieu}/diplomes/{nouveau}/original").location
    assert agent.get(f"{lieu}/diplomes/{premier}").status == 404
    lus = sorted(a["acte"] for a in actes(guichet) if "diplome" in a["acte"] and a["objet"] == compte_id)
    assert lus == ["lire_un_diplome", "telecharger_un_diplome"]


@pytest.mark.rule("D7")
def test_un_diplome_se_supprime_seul_ou_avec_sa_ligne(guichet: Guichet, visiteur: Client) -> None:
    compte_id = rempli(visiteur)
    piece = parcours.joindre_un_diplome(guichet, visiteur, compte_id, pdf(1))
    chemin = f"/mon-profil/diplomes/{piece}/supprimer"
    assert (
        visiteur.submit(visiteur.get(chemin), chemin).location
        == f"{PAGE}?bloc=initiales&fait=diplome-supprime#initiales"
    )
    assert len(lignes(guichet, "initiales")) == 1
    parcours.joindre_un_diplome(guichet, visiteur, compte_id, pdf(1))
    parcours.annoncer_un_diplome(visiteur, compte_id)
    chemin = f"{PAGE}/initiales/{lignes(guichet, 'initiales')[0]}/supprimer"
    assert visiteur.submit(visiteur.get(chemin), chemin).status == 303
    assert {r["etat"]["S"] for r in guichet.rows("pieces")} == {"ABANDONNE"}


@pytest.mark.rule("D7", "E1", "U1")
def test_la_transmission_attend_un_diplome_en_verification(guichet: Guichet, visiteur: Client) -> None:
    compte_id = rempli(visiteur)
    piece = parcours.annoncer_un_diplome(visiteur, compte_id)
    etag = parcours.envoyer(compte_id, piece, pdf(1))
    assert "encore en cours de vérification" in parcours.transmettre(visiteur).page.text
    parcours.controler(guichet, compte_id, piece)
    assert "encore en cours de vérification" in parcours.transmettre(visiteur).page.text
    parcours.analyser(guichet, compte_id, piece, etag)
    assert parcours.transmettre(visiteur).status == 303


@pytest.mark.rule("D10", "S3")
def test_un_cv_refuse_reste_facultatif(guichet: Guichet, visiteur: Client) -> None:
    compte_id = rempli(visiteur)
    parcours.joindre_un_cv(guichet, visiteur, compte_id, b"MZ", "cv.pdf")
    taches = visiteur.get("/mon-profil").page.text
    assert "Facultatif" in taches and "Il y a un problème" not in taches
    assert "n’a pas été accepté" in visiteur.get(PAGE).page.text
