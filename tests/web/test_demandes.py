"""The application: transmitted, waiting, decided once, by its structure (rules E1, E2, E5, G0, G1, T6)."""

import csv
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.client import Answer, Client
from tests.web import parcours
from tests.web.conftest import Guichet
from tests.web.parcours import (
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
    transmettre,
    transmise,
    valider,
)

guichet = parcours.guichet
VERIFIER, TRANSMETTRE, LISTE = "/mon-profil/verification", "/mon-profil/transmission", "/gestion/inscriptions"
NOMS = ("ALPHA", "BRAVO", "CHARLIE", "DELTA", "ECHO")


def personne(nom: str) -> dict[str, str]:
    """Somebody else's identity."""
    return {"nom": nom, "nom_usage": nom, "email": f"{nom.lower()}@exemple.fr"}


# Transmitting


OBLIGATOIRES = {
    "civilite": "Choisissez votre civilité.",
    "nom": "Saisissez votre nom de famille.",
    "prenom": "Saisissez votre prénom.",
    "naissance": "Saisissez votre date de naissance.",
    "lieu_naissance": "Saisissez votre ville de naissance.",
    "nationalite": "Choisissez votre nationalité.",
    "voie": "Saisissez le numéro et le nom de la voie.",
    "pays": "Choisissez votre pays de résidence.",
    "code_postal": "Saisissez votre code postal.",
    "ville": "Saisissez votre ville.",
    "tel_personnel": "Saisissez un numéro de téléphone.",
    "statut": "Choisissez votre statut professionnel.",
    "situation": "Choisissez votre situation.",
    "regions": "Cochez au moins une région.",
    "structure": "Choisissez votre structure de rattachement.",
}


@pytest.mark.rule("E1", "C1", "C5", "C6", "S3")
@pytest.mark.parametrize("champ", OBLIGATOIRES)
def test_une_reponse_qui_manque_empeche_de_transmettre_et_se_nomme(
    guichet: Guichet, visiteur: Client, champ: str
) -> None:
    rempli(visiteur)
    sauf = {"departements": []} if champ == "regions" else {}
    remplir(visiteur, **{champ: [] if champ == "regions" else ""}, **sauf, suite="rester")
    avant = photo(guichet)
    relecture = visiteur.get(VERIFIER)
    lien = f"/mon-profil/identification?manques=oui#{champ}"
    assert "Il manque des réponses obligatoires" in relecture.page.text and lien in relecture.page.links
    refus = visiteur.submit(relecture, TRANSMETTRE)
    assert refus.status == 422 and erreurs(refus) == {OBLIGATOIRES[champ]: lien}
    assert refus.page.title.startswith("Erreur : ")
    page = visiteur.get(lien.partition("#")[0])
    assert erreurs(page) == {OBLIGATOIRES[champ]: f"#{champ}"} and champ in page.page.ids
    assert photo(guichet) == avant and guichet.deliver() == []


@pytest.mark.rule("E1", "C8")
def test_une_faute_de_format_empeche_aussi_de_transmettre(guichet: Guichet, visiteur: Client) -> None:
    rempli(visiteur, tel_personnel="03 83", code_postal="540")
    refus = transmettre(visiteur)
    assert refus.status == 422
    assert set(erreurs(refus).values()) == {
        "/mon-profil/identification?manques=oui#tel_personnel",
        "/mon-profil/identification?manques=oui#code_postal",
    }


@pytest.mark.rule("E1")
def test_un_profil_vide_dit_tout_ce_qui_manque(guichet: Guichet, visiteur: Client) -> None:
    inscrit(visiteur)
    refus = transmettre(visiteur)
    donnes = {"civilite", "nom", "prenom", "naissance", "nationalite", "pays", "situation"}
    manquant = "/mon-profil/parcours?manques=oui"
    du_parcours = {
        "Répondez à « Avez-vous déjà réalisé des formations ? ».": f"{manquant}#formations_realisees",
        "Ajoutez au moins une expérience professionnelle.": f"{manquant}#ajouter-experiences",
        "Ajoutez au moins une formation initiale.": f"{manquant}#ajouter-initiales",
    }
    trouvees = erreurs(refus)
    assert {m: href for m, href in trouvees.items() if m in du_parcours} == du_parcours
    assert set(trouvees) - set(du_parcours) == {m for champ, m in OBLIGATOIRES.items() if champ not in donnes}


@pytest.mark.rule("E1", "S1")
def test_les_liens_vers_les_reponses_suivent_l_adresse_du_portail(
    guichet: Guichet, visiteur: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a bare API Gateway every path begins by the stage."""
    from dataclasses import replace

    from chalicelib.core.settings import settings
    from chalicelib.core.web import urls

    inscrit(visiteur)
    page = visiteur.get(VERIFIER)
    avec = replace(settings(), base_path="/api")
    monkeypatch.setattr(urls, "settings", lambda: avec)
    refus = visiteur.submit(page, TRANSMETTRE)
    assert {href.partition("?")[0] for href in erreurs(refus).values()} == {
        "/api/mon-profil/identification",
        "/api/mon-profil/parcours",
    }
    assert not [href for href in refus.page.links if href.startswith("/mon-profil")]


@pytest.mark.rule("E1", "S3", "V1")
def test_transmettre_confirme_avec_une_reference_et_un_mail(guichet: Guichet, visiteur: Client) -> None:
    compte_id = rempli(visiteur)
    relecture = visiteur.get(VERIFIER)
    for reponse in ("12 rue des Carmes", "Nancy", "54000", "03 83 12 34 56", "Grand Est", "Meurthe-et-Moselle"):
        assert reponse in relecture.page.text
    envoi = visiteur.submit(relecture, TRANSMETTRE)
    page = visiteur.follow(envoi)
    assert page.page.h1 == ["Votre dossier a bien été transmis"]
    assert "Une fois votre demande étudiée, vous recevrez un email de suivi." in page.page.text
    reference = re.search(r"INS-2026-[0-9A-Z]{8}", page.page.text)
    assert reference and "Délégation Grand Est" in page.page.text
    (mail,) = guichet.deliver()
    assert mail["To"] == IDENTITE["email"] and reference[0] in mail["Subject"]
    assert "Délégation Grand Est" in mail.get_body(("plain",)).get_content()
    assert [(a["objet"], a["acteur"]) for a in actes(guichet, "transmettre_la_demande")] == [(compte_id, compte_id)]
    guichet.advance(minutes=25)
    assert reference[0] in visiteur.get(TRANSMETTRE).page.text, "openable again"
    assert reference[0] in visiteur.get("/mon-profil").page.text


@pytest.mark.rule("E1", "T1")
def test_un_double_clic_transmet_une_fois_et_repond_pareil(guichet: Guichet, visiteur: Client) -> None:
    rempli(visiteur)
    page = visiteur.get(VERIFIER)
    premiere = visiteur.submit(page, TRANSMETTRE)
    avant = photo(guichet)
    seconde = visiteur.submit(page, TRANSMETTRE)
    assert (premiere.status, premiere.location) == (seconde.status, seconde.location) == (303, TRANSMETTRE)
    assert photo(guichet) == avant and len(guichet.deliver()) == 1


@pytest.mark.rule("E1")
def test_transmettre_deux_fois_est_refuse_par_une_phrase(guichet: Guichet, visiteur: Client) -> None:
    rempli(visiteur)
    onglets = [visiteur.get(VERIFIER), visiteur.get(VERIFIER)]
    assert visiteur.submit(onglets[0], TRANSMETTRE).status == 303
    avant = photo(guichet)
    refus = visiteur.submit(onglets[1], TRANSMETTRE)
    assert refus.status == 422 and list(erreurs(refus)) == [
        "Votre demande a déjà été transmise : elle est en cours d’étude."
    ]
    assert photo(guichet) == avant


@pytest.mark.rule("E1", "C8")
def test_une_page_relue_avant_qu_un_autre_onglet_enregistre_se_relit(
    guichet: Guichet, visiteur: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The profile changes between the read and the write of the same request."""
    from chalicelib.intervenants.profil import public

    rempli(visiteur)
    page = visiteur.get(VERIFIER)
    vrai = public.verrouiller

    def entre_temps(act: Any, fiche: Any) -> None:
        monkeypatch.setattr(public, "verrouiller", vrai)
        remplir(visiteur, ville="Metz", suite="rester")
        vrai(act, fiche)

    monkeypatch.setattr(public, "verrouiller", entre_temps)
    refus = visiteur.submit(page, TRANSMETTRE)
    assert refus.status == 422 and "modifié dans une autre fenêtre" in " ".join(erreurs(refus))
    assert "Metz" in refus.page.text and guichet.deliver() == []
    assert visiteur.submit(refus, TRANSMETTRE).status == 303


@pytest.mark.rule("E1", "T6")
def test_avant_la_transmission_il_n_y_a_rien_a_confirmer(guichet: Guichet, visiteur: Client) -> None:
    rempli(visiteur)
    assert visiteur.get(TRANSMETTRE).status == 404


# The work list


def lignes(page: Answer) -> list[list[str]]:
    """The cells of the work list."""
    rangs = re.findall(r"<tr[ >].*?</tr>", page.body.partition("<tbody")[2], re.S)
    return [
        [" ".join(re.sub("<[^>]+>", "", c).split()) for c in re.findall(r"<div>(.*?)</div></t[hd]>", rang, re.S)]
        for rang in rangs
    ]


@pytest.mark.rule("E2")
def test_la_liste_de_travail_commence_par_les_plus_anciennes_et_dit_leur_attente(
    guichet: Guichet, visiteur: Client
) -> None:
    for nom, jours in (("BRAVO", 3), ("ALPHA", 1), ("CHARLIE", 0)):
        transmise(guichet.client(), **personne(nom))
        guichet.advance(days=jours)
    rempli(guichet.client(), **personne("DELTA"))
    liste = en_poste(visiteur).get(LISTE)
    attendues = [("BRAVO Jean", "4 jours"), ("ALPHA Jean", "1 jour"), ("CHARLIE Jean", "Aujourd’hui")]
    assert [(li[0], li[4]) for li in lignes(liste)] == attendues
    assert "3 demandes" in liste.page.text
    assert len(lignes(liste)[0]) == 5, "the one structure is not said on each line"
    assert lignes(liste)[0][3] == "21 novembre 2026 à 10 h 00"


@pytest.mark.rule("E2")
def test_l_attente_se_compte_en_jours_de_paris(guichet: Guichet, visiteur: Client) -> None:
    guichet.now = datetime(2026, 11, 21, 22, 58, tzinfo=UTC)  # 23 h 58 in Paris
    transmise(guichet.client(), **personne("ALPHA"))
    guichet.advance(minutes=4)
    transmise(guichet.client(), **personne("BRAVO"))
    liste = lignes(en_poste(visiteur).get(LISTE))
    assert [li[4] for li in liste] == ["1 jour", "Aujourd’hui"]


@pytest.mark.rule("E2", "T6")
def test_chaque_structure_a_sa_liste_et_qui_en_a_deux_voit_les_deux(guichet: Guichet, visiteur: Client) -> None:
    for nom, structure in (("ALPHA", "bretagne"), ("BRAVO", "grand-est"), ("CHARLIE", "bretagne")):
        transmise(guichet.client(), **personne(nom), structure=structure)
        guichet.advance(minutes=1)
    agents = {
        "g@demo.fr": (("grand-est",), ["BRAVO Jean"]),
        "h@demo.fr": (("bretagne",), ["ALPHA Jean", "CHARLIE Jean"]),
        "i@demo.fr": (("bretagne", "grand-est"), ["ALPHA Jean", "BRAVO Jean", "CHARLIE Jean"]),
        "j@demo.fr": (("normandie",), []),
    }
    for numero, (email, (structures, noms)) in enumerate(agents.items()):
        agent = en_poste(guichet.client(), email, structures, prenom="Abcd"[numero:] + "e")
        liste = agent.get(LISTE)
        assert [li[0] for li in lignes(liste)] == noms
        assert {len(li) for li in lignes(liste)} <= {6 if len(structures) > 1 else 5}
        assert noms or "Aucune demande n’attend votre décision." in liste.page.text


@pytest.mark.rule("E2", "S4")
def test_une_longue_liste_se_lit_page_par_page(
    guichet: Guichet, visiteur: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chalicelib.intervenants.inscription import queries

    monkeypatch.setattr(queries, "PAR_PAGE", 2)
    for i, nom in enumerate(NOMS):
        transmise(guichet.client(), **personne(nom), structure=("bretagne", "grand-est")[i % 2])
        guichet.advance(minutes=1)
    agent = en_poste(visiteur, structures=("bretagne", "grand-est"))
    vus, page = [], agent.get(LISTE)
    while True:
        vus.append([li[0].split()[0] for li in lignes(page)])
        suite = [href for href in page.page.links if "&apres=" in href]
        if not suite:
            break
        page = agent.get(suite[0])
    assert vus == [["ALPHA", "BRAVO"], ["CHARLIE", "DELTA"], ["ECHO"]]
    assert f"{LISTE}?ordre=anciennes" in page.page.links
    recentes = agent.get(f"{LISTE}?ordre=recentes&structure=grand-est")
    assert [li[0].split()[0] for li in lignes(recentes)] == ["DELTA", "BRAVO"]
    assert f"{LISTE}.csv?ordre=recentes&structure=grand-est" in recentes.page.links
    for faux in ("x" * 5000, "%00", "' OR 1=1", "9999", "{{7*7}}", "%F0%9F%98%80"):
        assert agent.get(f"{LISTE}?apres={faux}").status == 200


@pytest.mark.rule("S4", "E2", "X3")
@pytest.mark.controle("T41", "T51")
def test_la_liste_s_emporte_dans_un_tableur(guichet: Guichet, visiteur: Client) -> None:
    for i, nom in enumerate(NOMS[:3]):
        transmise(guichet.client(), **personne(nom), structure=("bretagne", "grand-est")[i % 2])
        guichet.advance(days=1)
    agent = en_poste(visiteur, structures=("bretagne",))
    export = agent.get(f"{LISTE}.csv?ordre=recentes&structure=grand-est")
    assert export.headers["content-type"] == "text/csv; charset=utf-8"
    assert export.headers["content-disposition"] == 'attachment; filename="demandes-2026-11-24.csv"'
    tete, *suite = list(csv.reader(export.body.removeprefix("\ufeff").splitlines(), delimiter=";"))
    assert tete == ["Référence", "Intervenant", "Structure", "État", "Transmise le", "Jours depuis"]
    assert [(li[1].split()[0], li[2], li[4], li[5]) for li in suite] == [
        ("CHARLIE", "Délégation Bretagne", "23/11/2026 10:00", "1"),
        ("ALPHA", "Délégation Bretagne", "21/11/2026 10:00", "3"),
    ], "another structure's stay out, whatever is asked"
    assert [a["acteur"] != "" for a in actes(guichet, "exporter_les_demandes")] == [True]


@pytest.mark.rule("E2", "S4")
def test_le_filtre_suit_d_une_demande_a_l_autre_et_revient_a_la_liste(guichet: Guichet, visiteur: Client) -> None:
    comptes = {}
    for i, nom in enumerate(NOMS[:4]):
        comptes[nom] = transmise(guichet.client(), **personne(nom), structure=("bretagne", "grand-est")[i % 2])
        guichet.advance(minutes=1)
    agent = en_poste(visiteur, structures=("bretagne", "grand-est"))
    filtre = "?ordre=recentes&structure=grand-est"
    liste = agent.get(LISTE + filtre)
    delta, bravo = (f"{LISTE}/{comptes[nom]}" for nom in ("DELTA", "BRAVO"))
    assert delta + filtre in liste.page.links

    dossier = agent.get(delta + filtre)
    assert LISTE + filtre in dossier.page.links
    assert agent.get(la_suivante(dossier)).location == bravo + filtre, "CHARLIE, of the other structure, is passed over"
    decide = agent.submit(dossier, f"{delta}/rejeter", motif="Non.")
    assert decide.location == f"{delta}?decidee=oui&{filtre[1:]}"
    assert agent.follow(decide).page.links.count(LISTE + filtre) == 2, "the trail, and « Retour à la liste »"
    refus = agent.submit(agent.get(bravo + filtre), f"{bravo}/rejeter", motif=" ")
    assert refus.status == 422 and LISTE + filtre in refus.page.links
    assert agent.get(la_suivante(agent.get(bravo + filtre))).location == LISTE + filtre, "the list, after the last"

    traitees = f"{delta}?etat=VALIDEE&ordre=recentes"
    assert traitees in agent.get(f"{LISTE}?etat=VALIDEE&ordre=recentes").page.links
    assert not {"etat", "ordre"} & set(la_suivante(agent.get(traitees)).split("&")[1:]), (
        "next: what waits, oldest first"
    )


def la_suivante(dossier: Answer) -> str:
    """Where « Demande suivante » leads."""
    return next(lien for lien in dossier.page.links if "/suivante?" in lien)


# Deciding


@pytest.mark.rule("E2", "E5", "G1", "V1", "X3")
def test_valider_previent_la_personne_et_garde_qui_et_quand(guichet: Guichet, visiteur: Client) -> None:
    compte_id = transmise(visiteur)
    guichet.deliver()
    agent = en_poste(guichet.client("192.0.2.9"))
    guichet.advance(minutes=10)
    page = agent.follow(valider(agent, compte_id))
    assert "Demande validée" in page.page.text
    assert "décision du 21 novembre 2026 à 10 h 10 par Gaëlle Gestion" in page.page.text
    assert lignes(agent.get(LISTE)) == [] and not [f for f in page.page.forms if f["action"].endswith("/valider")]
    (mail,) = guichet.deliver()
    assert (mail["To"], mail["Subject"]) == (IDENTITE["email"], "Votre demande d’inscription est validée")
    (acte,) = actes(guichet, "valider_la_demande")
    assert (acte["objet"], acte["acteur"], acte["source"]) == (compte_id, compte(guichet, "g@demo.fr"), "192.0.2.9")
    assert acte["details"] == '{"structure": "grand-est"}' and "DUBOIS" not in str(actes(guichet))
    (decision,) = [r for r in guichet.rows("intervenants") if r["sk"]["S"].startswith("DECISION#")]
    assert (decision["decision"]["S"], decision["auteur"]["S"]) == ("VALIDEE", acte["acteur"])

    accueil = visiteur.get("/")
    assert "Votre inscription est validée" in accueil.page.text
    assert {"/mon-profil/identification", "/mon-profil/parcours"} <= set(accueil.page.links)
    assert "Mon compte" in visiteur.get("/mon-profil").page.h1


@pytest.mark.rule("G0", "E1")
def test_avant_la_validation_le_menu_n_a_que_le_profil(guichet: Guichet, visiteur: Client) -> None:
    transmise(visiteur)
    menu = visiteur.follow(visiteur.get("/")).body.partition('id="menu"')[2].partition("</nav>")[0]
    assert "Mon profil" in menu and "Mon compte" not in menu and "Mes informations" not in menu


@pytest.mark.rule("E2", "T1")
def test_un_double_clic_valide_une_fois_et_repond_pareil(guichet: Guichet, visiteur: Client) -> None:
    compte_id = transmise(visiteur)
    guichet.deliver()
    agent = en_poste(guichet.client())
    dossier = agent.get(f"{LISTE}/{compte_id}")
    action = f"{LISTE}/{compte_id}/valider"
    premiere = agent.submit(dossier, action)
    avant = photo(guichet)
    seconde = agent.submit(dossier, action)
    assert (premiere.status, premiere.location) == (seconde.status, seconde.location)
    assert premiere.location == f"{LISTE}/{compte_id}?decidee=oui"
    assert photo(guichet) == avant and len(guichet.deliver()) == 1


@pytest.mark.rule("E2")
def test_le_second_de_deux_gestionnaires_voit_ce_que_le_premier_a_fait(guichet: Guichet, visiteur: Client) -> None:
    compte_id = transmise(visiteur)
    guichet.deliver()
    premier = en_poste(guichet.client())
    second = en_poste(guichet.client(), "h@demo.fr", prenom="Hervé")
    pages = [c.get(f"{LISTE}/{compte_id}") for c in (premier, second)]
    action = f"{LISTE}/{compte_id}/valider"
    assert premier.submit(pages[0], action).status == 303
    avant = photo(guichet)
    tard = second.submit(pages[1], action)
    assert tard.status == 409
    assert "Cette demande vient d’être traitée" in tard.page.text
    assert "Le 21 novembre 2026 à 10 h 00, par Gaëlle Gestion : validée." in tard.page.text
    assert not [f for f in tard.page.forms if f["action"] == action]
    assert photo(guichet) == avant and len(guichet.deliver()) == 1


@pytest.mark.rule("E2")
def test_deux_decisions_dans_le_meme_instant_n_en_font_qu_une(
    guichet: Guichet, visiteur: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both have read « En cours d'étude »; the table lets one write."""
    from chalicelib.intervenants.inscription import usecases

    compte_id = transmise(visiteur)
    guichet.deliver()
    premier = en_poste(guichet.client())
    second = en_poste(guichet.client(), "h@demo.fr", prenom="Hervé")
    pages = [c.get(f"{LISTE}/{compte_id}") for c in (premier, second)]
    action, lu, vrai = f"{LISTE}/{compte_id}/valider", [], usecases.get_many

    def lire(*quoi: Any) -> Any:
        lues = vrai(*quoi)
        if not lu:
            lu.append(None)
            lu.append(premier.submit(pages[0], action))
        return lues

    monkeypatch.setattr(usecases, "get_many", lire)
    tard = second.submit(pages[1], action)
    assert (lu[-1].status, tard.status) == (303, 409) and "par Gaëlle Gestion : validée" in tard.page.text
    assert len(guichet.deliver()) == len(actes(guichet, "valider_la_demande")) == 1


@pytest.mark.rule("E2", "T6", "H12")
def test_ouvrir_un_dossier_s_ecrit_dans_l_audit(guichet: Guichet, visiteur: Client) -> None:
    compte_id = transmise(visiteur, **{k: v for k, v in IDENTIFICATION.items() if isinstance(v, str)})
    agent = en_poste(guichet.client("192.0.2.9"))
    dossier = agent.get(f"{LISTE}/{compte_id}")
    assert "12 rue des Carmes" in dossier.page.text and "03 83 12 34 56" in dossier.page.text
    (lu,) = actes(guichet, "lire_un_profil")
    assert (lu["objet"], lu["acteur"], lu["source"]) == (compte_id, compte(guichet, "g@demo.fr"), "192.0.2.9")
    assert agent.get(f"{LISTE}/{'0' * 26}").status == 404
    assert len(actes(guichet, "lire_un_profil")) == 1
    assert datetime.fromisoformat(lu["sk"].split("#")[0].replace("Z", "+00:00")) - guichet.now < timedelta(seconds=1)
