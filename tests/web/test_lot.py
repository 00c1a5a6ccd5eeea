"""Several applications treated at once: the same complement asked, or the same rejection (rules E2 to E4, S4, T6)."""

import re
from typing import Any

import pytest

from tests.client import Answer, Client
from tests.web import parcours
from tests.web.conftest import Guichet
from tests.web.parcours import actes, en_poste, erreurs, photo, transmise, valider

guichet = parcours.guichet
LISTE, LOT = "/gestion/inscriptions", "/gestion/inscriptions/lot"
REJETER, COMPLETER = f"{LOT}/rejeter", f"{LOT}/complement"
NOMS = ("ALPHA", "BRAVO", "CHARLIE")
MOTIF = "Pas de besoin\nen 2026 : <b>désolés</b>."


def places(page: Answer) -> list[str]:
    """The applications that the list lets one choose."""
    return re.findall(r'type="checkbox" id="choix[^"]*" name="choix" value="([^"]+)"', page.body)


@pytest.fixture
def gens(guichet: Guichet) -> dict[str, Client]:
    """Three people whose application waits, oldest first."""
    trouves = {}
    for rang, nom in enumerate(NOMS):
        trouves[nom] = guichet.client(f"192.0.2.{rang + 30}")
        transmise(trouves[nom], nom=nom, nom_usage=nom, email=f"{nom.lower()}@exemple.fr")
        guichet.advance(minutes=1)
    guichet.deliver()
    return trouves


@pytest.fixture
def agent(guichet: Guichet, gens: dict[str, Client]) -> Client:
    """A gestionnaire of their structure."""
    return en_poste(guichet.client())


def choisir(agent: Client, acte: str, *rangs: int, page: Answer | None = None) -> Answer:
    """Tick lines of the list, and press a button."""
    liste = page or agent.get(LISTE)
    return agent.submit(liste, LOT, choix=[places(liste)[r] for r in rangs], acte=acte)


def compte(guichet: Guichet, nom: str) -> str:
    """The id of somebody's account."""
    return parcours.compte(guichet, f"{nom.lower()}@exemple.fr")


def lignes(page: Answer) -> dict[str, str]:
    """What the page of results says, by name."""
    corps = page.body.partition("<tbody")[2]
    rangs = [" ".join(re.sub("<[^>]+>", " ", r).split()) for r in re.findall(r"<tr>.*?</tr>", corps, re.S)]
    return {rang.split()[1]: rang.partition("Décision ")[2] for rang in rangs}


@pytest.mark.rule("E2", "E3", "V1", "X3", "R2")
def test_plusieurs_demandes_se_rejettent_pour_un_meme_motif(
    guichet: Guichet, agent: Client, gens: dict[str, Client]
) -> None:
    page = choisir(agent, "rejeter", 0, 2)
    assert page.status == 200 and page.page.h1 == ["Rejeter 2 demandes"]
    assert "ALPHA Jean" in page.page.text and "CHARLIE Jean" in page.page.text and "BRAVO" not in page.page.text
    assert guichet.deliver() == [] and actes(guichet, "rejeter_la_demande") == [], "nothing is decided yet"
    faite = agent.submit(page, REJETER, motif=MOTIF)
    assert faite.status == 200 and faite.page.h1 == ["2 demandes rejetées"]
    assert lignes(faite) == {"ALPHA": "Rejetée", "CHARLIE": "Rejetée"}
    mails = guichet.deliver()
    assert sorted(str(m["To"]) for m in mails) == ["alpha@exemple.fr", "charlie@exemple.fr"]
    assert all("Pas de besoin" in m.get_body(("plain",)).get_content() for m in mails)
    assert all("<b>désolés" not in m.get_body(("html",)).get_content() for m in mails)
    ids = {compte(guichet, nom) for nom in ("ALPHA", "CHARLIE")}
    assert {a["objet"] for a in actes(guichet, "rejeter_la_demande")} == ids
    decisions = [r for r in guichet.rows("intervenants") if r["sk"]["S"].startswith("DECISION#")]
    assert {r["pk"]["S"].removeprefix("INTERVENANT#") for r in decisions} == ids
    assert {r["message"]["S"] for r in decisions} == {MOTIF}
    (mois,) = [r for r in guichet.rows("intervenants") if r["sk"]["S"].startswith("MOIS#")]
    assert mois["rejetee"]["N"] == "2"
    assert "Jean" in agent.get(LISTE).page.text and len(places(agent.get(LISTE))) == 1
    assert "21 novembre 2027" in gens["ALPHA"].get("/mon-profil").page.text


@pytest.mark.rule("E2", "E4")
def test_un_meme_complement_se_demande_a_plusieurs(guichet: Guichet, agent: Client, gens: dict[str, Client]) -> None:
    page = choisir(agent, "complement", 0, 1, 2)
    assert page.page.h1 == ["Demander un complément à 3 personnes"]
    faite = agent.submit(page, COMPLETER, texte_pret="CV illisible")
    assert faite.page.h1 == ["Complément demandé à 3 personnes"]
    assert set(lignes(faite).values()) == {"Complément demandé"}
    assert {str(m["Subject"]) for m in guichet.deliver()} == {
        "Votre demande d’inscription : un complément vous est demandé"
    }
    for qui in gens.values():
        assert "ne s’ouvre pas ou se lit mal" in qui.get("/mon-profil").page.text
        assert qui.get("/mon-profil/identification").status == 200


def test_une_seule_demande_se_dit_au_singulier(guichet: Guichet, agent: Client) -> None:
    page = choisir(agent, "rejeter", 1)
    assert page.page.h1 == ["Rejeter 1 demande"] and "Rejeter cette demande" in page.page.text
    assert agent.submit(page, REJETER, motif="Non.").page.h1 == ["1 demande rejetée"]
    page = choisir(agent, "complement", 1)
    assert page.page.h1 == ["Demander un complément à 1 personne"]
    assert agent.submit(page, COMPLETER, complement="Oui ?").page.h1 == ["Complément demandé à 1 personne"]


@pytest.mark.rule("S2", "S4")
@pytest.mark.parametrize(
    ("choix", "acte", "message"),
    [
        ([], "rejeter", "Choisissez au moins une demande."),
        ([f"2026-11-21T09:00:00.000000Z.{n:026}" for n in range(21)], "rejeter", "Choisissez 20 demandes au plus."),
        (None, "", "Dites ce que vous décidez de ces demandes."),
        (None, "valider", "Décision : choisissez une valeur de la liste."),
    ],
    ids=["rien de choisi", "plus d’une page", "pas de décision", "une décision inconnue"],
)
def test_un_choix_dit_ce_qui_lui_manque(
    guichet: Guichet, agent: Client, choix: list[str] | None, acte: str, message: str
) -> None:
    liste = agent.get(f"{LISTE}?ordre=recentes&structure=grand-est")
    refus = agent.submit(liste, LOT, choix=places(liste)[:1] if choix is None else choix, acte=acte)
    assert refus.status == 422 and message in erreurs(refus) and refus.page.title.startswith("Erreur : ")
    assert erreurs(refus)[message].removeprefix("#") in refus.page.ids
    assert places(refus) == places(liste), "the same list, in the same order"
    assert refus.page.form(LOT)["fields"].get("choix", []) == (places(liste)[:1] if choix is None else [])
    if choix is not None:
        refus = agent.post(REJETER, [*_champs(liste), *(("choix", c) for c in choix), ("motif", "Non.")])
        assert refus.status == 422 and message in erreurs(refus)


def _champs(page: Answer) -> list[tuple[str, str]]:
    return [(nom, v) for nom, vs in page.page.form(LOT)["fields"].items() for v in vs]


@pytest.mark.rule("S2", "E3", "E4")
@pytest.mark.parametrize(
    ("acte", "saisie", "message"),
    [
        (
            "rejeter",
            {"motif": " "},
            "Écrivez pourquoi la demande n’est pas retenue, ou choisissez un motif prêt : la personne le lira.",
        ),
        ("rejeter", {"motif": "a" * 2001}, "Motif : raccourcissez ce texte de 1 caractère, 2000 au plus."),
        ("complement", {"complement": ""}, "Écrivez ce que la personne doit compléter, ou choisissez un texte prêt."),
    ],
    ids=["sans motif", "motif trop long", "complément vide"],
)
def test_une_erreur_garde_le_texte_et_le_choix(
    guichet: Guichet, agent: Client, acte: str, saisie: dict[str, str], message: str
) -> None:
    avant = photo(guichet)
    page = choisir(agent, acte, 0, 1)
    refus = agent.submit(page, f"{LOT}/{acte}", **saisie)
    assert refus.status == 422 and message in erreurs(refus)
    champs = refus.page.form(f"{LOT}/{acte}")["fields"]
    assert champs["choix"] == page.page.form(f"{LOT}/{acte}")["fields"]["choix"] and len(champs["choix"]) == 2
    assert all(champs[nom] == [valeur.strip()] for nom, valeur in saisie.items())
    assert photo(guichet) == avant and guichet.deliver() == []


@pytest.mark.rule("S4")
def test_on_revient_a_la_liste_comme_on_l_avait_filtree(guichet: Guichet, agent: Client) -> None:
    filtree = f"{LISTE}?ordre=recentes&structure=grand-est"
    page = choisir(agent, "rejeter", 0, page=agent.get(filtree))
    assert "CHARLIE" in page.page.text and filtree in page.page.links
    refus = agent.submit(page, REJETER)
    faite = agent.submit(refus, REJETER, motif="Non.")
    assert filtree in refus.page.links and filtree in faite.page.links


@pytest.mark.rule("E2", "T1")
def test_un_lot_envoye_deux_fois_decide_une_fois_et_repond_pareil(guichet: Guichet, agent: Client) -> None:
    page = choisir(agent, "rejeter", 0, 1, 2)
    premiere = agent.submit(page, REJETER, motif=MOTIF)
    avant = photo(guichet)
    guichet.advance(minutes=3)
    seconde = agent.submit(page, REJETER, motif=MOTIF)
    assert (premiere.status, lignes(premiere)) == (seconde.status, lignes(seconde)) == (200, lignes(premiere))
    assert premiere.page.h1 == seconde.page.h1 == ["3 demandes rejetées"]
    assert photo(guichet) == avant and len(guichet.deliver()) == 3


@pytest.mark.rule("E2")
def test_un_lot_interrompu_se_reprend_sans_rien_decider_deux_fois(
    guichet: Guichet, agent: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chalicelib.intervenants.inscription import usecases

    vrai, appels = usecases._decider, []

    def deux_puis_panne(*quoi: Any) -> str:
        appels.append(quoi)
        if len(appels) == 3:
            raise ConnectionError
        return vrai(*quoi)

    page = choisir(agent, "rejeter", 0, 1, 2)
    monkeypatch.setattr(usecases, "_decider", deux_puis_panne)
    panne = agent.submit(page, REJETER, motif=MOTIF)
    assert panne.status >= 500 and len(guichet.deliver()) == 2
    reprise = agent.submit(panne, REJETER)
    assert reprise.page.h1 == ["3 demandes rejetées"] and set(lignes(reprise).values()) == {"Rejetée"}
    assert len(guichet.deliver()) == 1 and len(actes(guichet, "rejeter_la_demande")) == 3


@pytest.mark.rule("E2")
def test_ce_qu_un_collegue_a_decide_entre_temps_se_dit(guichet: Guichet, agent: Client) -> None:
    autre = en_poste(guichet.client(), "h@demo.fr", prenom="Hervé")
    liste = agent.get(LISTE)
    page = choisir(agent, "rejeter", 0, 1, 2, page=liste)
    assert valider(autre, compte(guichet, "BRAVO")).status == 303
    guichet.deliver()
    faite = agent.submit(page, REJETER, motif="Non.")
    assert faite.status == 200 and faite.page.h1 == ["2 demandes rejetées"]
    assert lignes(faite) == {
        "ALPHA": "Rejetée",
        "BRAVO": "Déjà traitée Validée par Hervé Gestion, le 21 novembre 2026 à 10 h 03",
        "CHARLIE": "Rejetée",
    }
    assert "Votre décision ne s’applique pas à une demande" in faite.page.text and len(guichet.deliver()) == 2
    assert "pour le reprendre" in faite.page.text and "Non." in faite.page.text

    reste = choisir(agent, "rejeter", 0, 1, 2, page=liste)
    assert reste.status == 409 and reste.page.h1 == ["Rien n’a été décidé"]
    assert not [f for f in reste.page.forms if f["action"] == REJETER]


@pytest.mark.rule("E2")
def test_une_page_choisie_tard_ne_garde_que_ce_qui_reste_a_decider(guichet: Guichet, agent: Client) -> None:
    liste = agent.get(LISTE)
    assert valider(agent, compte(guichet, "ALPHA")).status == 303
    page = choisir(agent, "complement", 0, 1, page=liste)
    assert page.page.h1 == ["Demander un complément à 1 personne"]
    assert len(page.page.form(COMPLETER)["fields"]["choix"]) == 1
    assert "ALPHA Jean : Déjà traitée Validée par Gaëlle Gestion, le 21 novembre 2026 à 10 h 03" in page.page.text
    assert "Une des demandes que vous avez choisies n’est plus à décider" in page.page.text


@pytest.mark.rule("E2", "E4")
def test_une_demande_transmise_de_nouveau_depuis_n_est_pas_decidee(
    guichet: Guichet, agent: Client, gens: dict[str, Client]
) -> None:
    """What was read is what is decided: an old page does not reject what a complement brought."""
    page = choisir(agent, "rejeter", 0)
    agent.submit(choisir(agent, "complement", 0), COMPLETER, complement="Précisez.")
    guichet.advance(minutes=5)
    assert parcours.transmettre(gens["ALPHA"]).status == 303
    guichet.deliver()
    avant = photo(guichet)
    tard = agent.submit(page, REJETER, motif="Non.")
    assert tard.status == 409 and lignes(tard) == {
        "ALPHA": "À relire Transmise de nouveau le 21 novembre 2026 à 10 h 08"
    }
    assert "pour le reprendre" in tard.page.text and "Non." in tard.page.text
    assert photo(guichet) == avant and guichet.deliver() == []


@pytest.mark.rule("T6", "E2")
@pytest.mark.controle("T40", "T41")
@pytest.mark.parametrize(
    ("chemin", "saisie"),
    [(LOT, {"acte": "rejeter"}), (REJETER, {"motif": "Non."}), (COMPLETER, {"complement": "Quoi ?"})],
    ids=["choisir", "rejeter", "compléter"],
)
def test_la_demande_d_une_autre_structure_n_est_pas_dans_un_lot(
    guichet: Guichet, agent: Client, chemin: str, saisie: dict[str, str]
) -> None:
    """Answered as one that does not exist: alone, and among one's own."""
    autre = guichet.client("192.0.2.44")
    transmise(autre, nom="ECHO", nom_usage="ECHO", email="echo@exemple.fr", structure="bretagne")
    guichet.deliver()
    liste, voisin = agent.get(LISTE), en_poste(guichet.client(), "h@demo.fr", ("bretagne",), prenom="Hervé")
    (sienne,) = places(voisin.get(LISTE))
    inconnue = sienne.partition("Z.")[0] + "Z." + "0" * 26

    def envoyer(*choix: str) -> tuple[int, str]:
        reponse = agent.post(chemin, [*_champs(liste), *(("choix", c) for c in choix), *saisie.items()])
        return reponse.status, re.sub(r'(name="commande" value|data-session-fin)="[^"]*"', "", reponse.body)

    avant = photo(guichet)
    assert envoyer(sienne) == envoyer(inconnue) and envoyer(sienne)[0] == 404
    assert envoyer("n’importe quoi <b>")[0] == 404
    assert photo(guichet) == avant
    avec = [envoyer(places(liste)[0], place) for place in (sienne, inconnue)]
    assert avec[0] == avec[1] and avec[0][0] == 200 and "ECHO" not in avec[0][1]
    assert [a["objet"] for a in actes(guichet) if a["acte"].endswith(("rejeter_la_demande", "un_complement"))] == (
        [compte(guichet, "ALPHA")] if chemin != LOT else []
    )


@pytest.mark.rule("S4", "E2")
def test_seules_les_demandes_a_traiter_se_choisissent(guichet: Guichet, agent: Client) -> None:
    agent.submit(choisir(agent, "complement", 0), COMPLETER, complement="Précisez.")
    agent.submit(choisir(agent, "rejeter", 0), REJETER, motif="Non.")
    assert len(places(agent.get(LISTE))) == 1
    for etat in ("COMPLEMENT", "VALIDEE"):
        page = agent.get(f"{LISTE}?etat={etat}")
        assert "Jean" in page.page.text and places(page) == []
        assert not [f for f in page.page.forms if f["action"] == LOT]


@pytest.mark.rule("S6", "T6")
def test_un_collegue_qui_entre_dans_une_fenetre_expiree_commence_par_sa_page(guichet: Guichet, agent: Client) -> None:
    """What the first one had typed is theirs; the address that it was sent to has no page of its own."""
    from chalicelib.core import totp
    from infra.local.comptes import MOT_DE_PASSE, SECRET_TOTP

    page = choisir(agent, "rejeter", 0)
    en_poste(guichet.client(), "h@demo.fr", prenom="Hervé")
    guichet.advance(minutes=16)
    fin = agent.submit(page, REJETER, motif="Non.")
    assert fin.status == 401
    etape = agent.submit(fin, "/connexion", identifiant="h@demo.fr", mot_de_passe=MOT_DE_PASSE)
    code = totp.code(SECRET_TOTP, int(guichet.now.timestamp()) // totp.PERIOD)
    arrivee = agent.submit(etape, "/connexion/code", code=code)
    assert (arrivee.status, arrivee.location) == (303, "/") and "Non." not in arrivee.body
