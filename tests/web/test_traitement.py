"""What staff decide of an application, what becomes of it by itself (rules E2 to E5, W1)."""

import re
from datetime import UTC, datetime

import pytest

from tests.client import Answer, Client
from tests.web import parcours
from tests.web.conftest import Guichet
from tests.web.parcours import actes, en_poste, erreurs, photo, transmise

guichet = parcours.guichet
LISTE = "/gestion/inscriptions"
MESSAGE = "Merci de joindre un CV.\nEt de préciser <b>votre</b> adresse."


@pytest.fixture
def compte_id(guichet: Guichet, visiteur: Client) -> str:
    """An application that waits."""
    compte = transmise(visiteur)
    guichet.deliver()
    guichet.advance(minutes=20)
    return compte


@pytest.fixture
def agent(guichet: Guichet, compte_id: str) -> Client:
    """A gestionnaire of its structure."""
    return en_poste(guichet.client())


def decider(agent: Client, compte_id: str, acte: str, **saisie: str) -> Answer:
    """One of the forms of the page."""
    return agent.submit(agent.get(f"{LISTE}/{compte_id}"), f"{LISTE}/{compte_id}/{acte}", **saisie)


def sans_filtre(liens: list[str]) -> list[str]:
    """The addresses of a page, without what they keep of the list's filter."""
    return [lien.partition("?")[0] for lien in liens]


def transmettre(qui: Client) -> Answer:
    """« Enregistrer et transmettre ma demande d’inscription »."""
    return qui.submit(qui.get("/mon-profil/verification"), "/mon-profil/transmission")


def chercher(agent: Client, debut: str) -> Answer:
    """The search of the work list."""
    return agent.submit(agent.get(LISTE), f"{LISTE}/recherche", recherche=debut)


@pytest.mark.rule("S4", "E2")
@pytest.mark.parametrize(
    "debut", ["Dubois", "dubois je", "DUBOIS-JEAN", " Dübois ", "ins-2026", "{reference}"], ids=lambda d: d.strip("{}")
)
def test_une_demande_se_retrouve_par_un_nom_ou_une_reference_quel_que_soit_son_etat(
    guichet: Guichet, agent: Client, compte_id: str, debut: str
) -> None:
    from chalicelib.intervenants.inscription import store

    demande = store.lire(compte_id)
    assert demande
    for acte in ("", "complement"):
        if acte:
            decider(agent, compte_id, acte, complement="Précisez.")
        trouvee = chercher(agent, debut.format(reference=demande.reference.lower()))
        assert trouvee.status == 200 and trouvee.page.links.count(f"{LISTE}/{compte_id}") == 1
        assert ("Complément demandé" if acte else "En cours d’étude") in trouvee.page.text
        assert "?" not in trouvee.path, "a name never stands in an address"


@pytest.mark.rule("S4", "T6")
@pytest.mark.controle("T41")
def test_une_recherche_ne_montre_que_ce_qui_existe_pour_qui_cherche(
    guichet: Guichet, agent: Client, compte_id: str
) -> None:
    rien = "La recherche ne retourne aucun résultat."
    assert rien in chercher(agent, "Martin").page.text
    ailleurs = en_poste(guichet.client(), "b@demo.fr", ("bretagne",), prenom="Erwan")
    assert rien in chercher(ailleurs, "Dubois").page.text
    for debut, message in (("  ", "Saisissez le début d’un nom"), ("!?", "Saisissez des lettres ou des chiffres")):
        refus = chercher(agent, debut)
        assert refus.status == 422 and any(e.startswith(message) for e in erreurs(refus))


@pytest.mark.rule("S4")
def test_une_recherche_s_arrete_a_une_page(guichet: Guichet, agent: Client, compte_id: str) -> None:
    from dataclasses import replace

    from chalicelib.core.context import live_context
    from chalicelib.core.table import Act
    from chalicelib.intervenants.inscription import store
    from chalicelib.intervenants.inscription.rules import Demande, Remise

    modele = store.lire(compte_id)
    assert modele
    for n in range(25):
        act = Act(live_context())
        autre = replace(modele, compte=f"autre{n}", nom=f"DUBOIS Zoé {n:02}", reference=f"INS-2026-{n:08}")
        store.transmettre(act, autre, Demande(autre.compte), Remise({}))
        act.commit()
    trouvees = chercher(agent, "dubois")
    assert len([h for h in trouvees.page.links if h.startswith(LISTE + "/")]) == 20
    assert "précisez le nom" in trouvees.page.text


@pytest.mark.rule("E2", "E4", "V1", "X3")
def test_un_complement_ouvre_le_profil_et_se_raconte(
    guichet: Guichet, visiteur: Client, agent: Client, compte_id: str
) -> None:
    vue = agent.follow(decider(agent, compte_id, "complement", complement=MESSAGE))
    assert "Complément demandé" in vue.page.text and "Merci de joindre un CV." in vue.page.text
    assert "la demande sera archivée le 21 janvier 2027" in vue.page.text
    (mail,) = guichet.deliver()
    assert str(mail["Subject"]) == "Votre demande d’inscription : un complément vous est demandé"
    texte, html = (mail.get_body((genre,)).get_content() for genre in ("plain", "html"))
    assert MESSAGE.splitlines()[0] in texte and "avant le 21 janvier 2027" in texte.replace("\u00a0", " ")
    assert "<b>votre" not in html and "&lt;b&gt;votre" in html
    profil = visiteur.get("/mon-profil")
    assert "Un complément vous est demandé" in profil.page.text and "21 janvier 2027" in profil.page.text
    assert visiteur.get("/mon-profil/identification").status == 200

    guichet.advance(minutes=5)
    assert transmettre(visiteur).location == "/mon-profil/transmission"
    guichet.advance(minutes=5)
    liste = agent.get(LISTE)
    assert f"{LISTE}/{compte_id}" in liste.page.links
    encore = agent.get(f"{LISTE}/{compte_id}").page.text
    assert encore.count("Complément demandé") == 1, "the history keeps the first decision"
    assert agent.follow(decider(agent, compte_id, "valider")).page.text.count("Validée") >= 2
    assert [a["acte"] for a in actes(guichet) if "demande" in a["acte"] or "complement" in a["acte"]] == [
        "transmettre_la_demande", "demander_un_complement", "transmettre_la_demande", "valider_la_demande",
    ]  # fmt: skip


@pytest.mark.rule("E4")
def test_la_reference_reste_la_meme_apres_un_complement(
    guichet: Guichet, visiteur: Client, agent: Client, compte_id: str
) -> None:
    avant = visiteur.get("/mon-profil/transmission").body.partition("INS-2026-")[2][:8]
    decider(agent, compte_id, "complement", complement=MESSAGE)
    guichet.advance(days=3)
    transmettre(entrer(guichet, visiteur))
    assert visiteur.get("/mon-profil/transmission").body.partition("INS-2026-")[2][:8] == avant


@pytest.mark.rule("E2", "E4")
def test_une_demande_qui_revient_d_un_complement_le_dit(guichet: Guichet, agent: Client, compte_id: str) -> None:
    """In the list, and with what was asked beside it; the page of the decision, asked again, claims nothing."""
    assert "Complément reçu" not in agent.get(LISTE).page.text
    decidee = decider(agent, compte_id, "complement", complement=MESSAGE).location
    assert "Complément demandé" in agent.get(decidee).page.text
    guichet.advance(minutes=5)
    qui = guichet.client("192.0.2.8")
    parcours.se_connecter(qui, parcours.IDENTITE["email"])
    assert transmettre(qui).status == 303
    assert "Complément reçu" in agent.get(LISTE).page.text
    assert "Complément reçu" in chercher(agent, "Dubois").page.text
    assert ";Complément reçu;" in agent.get(f"{LISTE}.csv").body.replace('"', "")
    dossier = agent.get(decidee).page.text
    assert "Cette demande revient d’un complément" in dossier and "Merci de joindre un CV." in dossier
    assert "La personne en est avertie" not in dossier


SANS_RIEN, RIEN = "encore rien modifié dans votre profil depuis", "Rien n’a été modifié dans le profil depuis."


@pytest.mark.rule("E2", "E4")
def test_ce_qui_a_change_depuis_un_complement_se_dit_a_qui_transmet_et_a_qui_traite(
    guichet: Guichet, agent: Client, compte_id: str
) -> None:
    """Block by block: an answer, a table's line, nothing else; the second complement counts from the second sending."""
    qui = guichet.client("192.0.2.8")
    verification, dossier = "/mon-profil/verification", f"{LISTE}/{compte_id}"
    assert "modifié" not in agent.get(dossier).page.text.lower(), "the first sending is compared to nothing"
    decider(agent, compte_id, "complement", complement=MESSAGE)
    parcours.se_connecter(qui, parcours.IDENTITE["email"])
    assert SANS_RIEN in qui.get(verification).page.text
    parcours.remplir(qui, lieu_naissance="Toul")
    parcours.ajouter_une_ligne(qui, "langues")
    lu = qui.get(verification).page.text
    assert "Modifié depuis : Le formateur, Langues étrangères et/ou régionales." in lu and SANS_RIEN not in lu
    assert transmettre(qui).status == 303
    assert "Modifié depuis : Le formateur, Langues étrangères et/ou régionales." in agent.get(dossier).page.text
    guichet.advance(minutes=5)
    decider(agent, compte_id, "complement", complement=MESSAGE)
    parcours.remplir(qui, lieu_naissance="Toul")  # saved again, as it was
    assert SANS_RIEN in qui.get(verification).page.text
    assert transmettre(qui).status == 303
    lu = agent.get(dossier).page.text
    assert RIEN in lu and "Modifié depuis" not in lu


@pytest.mark.rule("E4", "S2")
@pytest.mark.parametrize(
    ("saisie", "message"),
    [
        ({"complement": "  "}, "Écrivez ce que la personne doit compléter, ou choisissez un texte prêt."),
        ({"complement": "a" * 2001}, "Votre message : raccourcissez ce texte de 1 caractère, 2000 au plus."),
        ({"complement": "a", "texte_pret": "Inconnu"}, "Texte prêt : choisissez une valeur de la liste."),
    ],
    ids=["vide", "trop long", "texte inconnu"],
)
def test_un_complement_dit_ce_qu_il_faut(
    guichet: Guichet, agent: Client, compte_id: str, saisie: dict[str, str], message: str
) -> None:
    avant = photo(guichet, ("noyau", "audit", "comptes"))
    refus = decider(agent, compte_id, "complement", **saisie)
    assert refus.status == 422 and message in erreurs(refus)
    garde = refus.page.form(f"{LISTE}/{compte_id}/complement")["fields"]["complement"]
    assert garde == [saisie["complement"].strip()], "what was typed stays"
    assert photo(guichet, ("noyau", "audit", "comptes")) == avant and guichet.deliver() == []


@pytest.mark.rule("E4")
def test_un_texte_pret_suffit(guichet: Guichet, agent: Client, compte_id: str) -> None:
    vue = agent.follow(decider(agent, compte_id, "complement", texte_pret="CV illisible"))
    assert "ne s’ouvre pas ou se lit mal" in vue.page.text


@pytest.mark.rule("E3")
def test_un_motif_pret_suffit(guichet: Guichet, agent: Client, compte_id: str) -> None:
    vue = agent.follow(decider(agent, compte_id, "rejeter", motif_pret="Expérience insuffisante"))
    assert "L’expérience que décrit votre profil ne correspond pas" in vue.page.text
    (mail,) = guichet.deliver()
    assert "L’expérience que décrit votre profil" in mail.get_body(("plain",)).get_content()


@pytest.mark.rule("E2", "E3", "V1")
def test_un_rejet_dit_pourquoi_et_quand_revenir(
    guichet: Guichet, visiteur: Client, agent: Client, compte_id: str
) -> None:
    assert decider(agent, compte_id, "rejeter", motif=" ").status == 422
    vue = agent.follow(decider(agent, compte_id, "rejeter", motif="Pas de besoin en 2026."))
    assert "à partir du 21 novembre 2027" in vue.page.text
    (mail,) = guichet.deliver()
    texte = mail.get_body(("plain",)).get_content().replace("\u00a0", " ")
    assert "Pas de besoin en 2026." in texte and "à partir du 21 novembre 2027" in texte
    assert "À partir du 21 novembre 2027" in visiteur.get("/mon-profil").page.text, "the state of the last task"
    assert "rejetée. Ouvrir mon espace" in visiteur.get("/mon-profil/transmission").page.text
    assert "de nouveau à partir du 21 novembre 2027" in visiteur.get("/mon-profil/verification").page.text
    trop_tot = transmettre(visiteur)
    assert trop_tot.status == 422 and "un an après sa première étude" in trop_tot.page.text


@pytest.mark.rule("E3")
@pytest.mark.parametrize(
    ("le", "statut"),
    [
        pytest.param(datetime(2027, 11, 20, 22, 59, 59, tzinfo=UTC), 422, id="une seconde avant le jour"),
        pytest.param(datetime(2027, 11, 20, 23, 0, 0, tzinfo=UTC), 303, id="au premier instant du jour, à Paris"),
    ],
)
def test_on_se_represente_un_an_apres(
    guichet: Guichet, visiteur: Client, agent: Client, compte_id: str, le: datetime, statut: int
) -> None:
    decider(agent, compte_id, "complement", complement=MESSAGE)
    guichet.advance(days=20)
    transmettre(entrer(guichet, visiteur))
    guichet.advance(minutes=1)
    decider(en_poste(guichet.client(), "h@demo.fr", prenom="Hervé"), compte_id, "rejeter", motif="Non.")
    guichet.now = le
    dit = "Vous pourrez présenter de nouveau votre CV" if statut == 422 else "vous pouvez présenter de nouveau votre CV"
    assert dit in entrer(guichet, visiteur).get("/mon-profil").page.text
    assert transmettre(visiteur).status == statut


def entrer(guichet: Guichet, qui: Client) -> Client:
    """Log in again: the session has ended since."""
    qui.cookies.clear()
    qui.submit(qui.get("/connexion"), "/connexion", identifiant=parcours.IDENTITE["email"],
               mot_de_passe=parcours.MOT_DE_PASSE)  # fmt: skip
    return qui


@pytest.mark.rule("E2")
@pytest.mark.parametrize("second", ["valider", "complement", "rejeter"])
@pytest.mark.parametrize("premier", ["valider", "complement", "rejeter"])
def test_le_second_gestionnaire_voit_ce_que_le_premier_a_fait(
    guichet: Guichet, agent: Client, compte_id: str, premier: str, second: str
) -> None:
    autre = en_poste(guichet.client(), "h@demo.fr", prenom="Hervé")
    page = autre.get(f"{LISTE}/{compte_id}")
    saisie = {"complement": MESSAGE, "motif": "Non."}
    decider(agent, compte_id, premier, **saisie)
    guichet.deliver()
    avant = photo(guichet)
    reponse = autre.submit(page, f"{LISTE}/{compte_id}/{second}", **saisie)
    assert reponse.status == 409 and "Gaëlle" in reponse.page.text and "plus rien à décider" in reponse.page.text
    assert photo(guichet) == avant and guichet.deliver() == []


@pytest.mark.rule("E4", "W1")
@pytest.mark.parametrize(
    ("quand", "sujet"),
    [
        pytest.param(datetime(2027, 1, 6, 9, 19, 59, tzinfo=UTC), None, id="une seconde avant le rappel"),
        pytest.param(datetime(2027, 1, 6, 9, 20, 0, tzinfo=UTC), "archivée dans 15 jours", id="au rappel"),
        pytest.param(datetime(2027, 1, 6, 9, 20, 1, tzinfo=UTC), "archivée dans 15 jours", id="une seconde après"),
    ],
)
def test_un_complement_se_rappelle_quinze_jours_avant(
    guichet: Guichet, agent: Client, compte_id: str, quand: datetime, sujet: str | None
) -> None:
    decider(agent, compte_id, "complement", complement=MESSAGE)
    guichet.deliver()
    guichet.now = quand
    for changes in (int(sujet is not None), 0):
        assert guichet.sweep("balayer_demandes")["changed"] == changes, "run twice, it changes nothing more"
    mails = [str(m["Subject"]) for m in guichet.deliver()]
    assert len(mails) == (sujet is not None) and all(str(sujet) in m for m in mails)


@pytest.mark.rule("E4", "W1", "X3")
@pytest.mark.parametrize(
    ("seconde", "archivee"),
    [
        pytest.param(-1, False, id="une seconde avant"),
        pytest.param(0, True, id="à l’heure"),
        pytest.param(1, True, id="après"),
    ],
)
def test_sans_reponse_la_demande_s_archive_a_deux_mois(
    guichet: Guichet, visiteur: Client, agent: Client, compte_id: str, seconde: int, archivee: bool
) -> None:
    decider(agent, compte_id, "complement", complement=MESSAGE)
    guichet.now = datetime(2027, 1, 10, 9, tzinfo=UTC)
    assert guichet.sweep("balayer_demandes")["changed"] == 1
    guichet.deliver()
    guichet.now = datetime(2027, 1, 21, 9, 20, tzinfo=UTC)
    guichet.advance(seconds=seconde)
    for changes in (int(archivee), 0):
        assert guichet.sweep("balayer_demandes")["changed"] == changes
    assert [str(m["Subject"]) for m in guichet.deliver()] == ["Votre demande d’inscription a été archivée"] * archivee
    assert len(actes(guichet, "archiver_la_demande")) == archivee
    qui = entrer(guichet, visiteur)
    assert ("a été archivée" in qui.get("/mon-profil").page.text) is archivee
    assert ("a été archivée depuis" in qui.get("/mon-profil/transmission").page.text) is archivee
    assert transmettre(qui).status == 303, "an archived application may be presented again"
    assert guichet.sweep("balayer_demandes") == {"due": 0, "seen": 0, "changed": 0, "failed": 0}


@pytest.mark.rule("E2", "S4")
def test_chaque_demande_est_dans_sa_liste(guichet: Guichet, agent: Client, compte_id: str) -> None:
    def ou() -> list[str]:
        vues = {etat: agent.get(f"{LISTE}?etat={etat}").page.links for etat in ("TRANSMISE", "COMPLEMENT", "REJETEE")}
        return [etat for etat, liens in vues.items() if f"{LISTE}/{compte_id}" in sans_filtre(liens)]

    assert ou() == ["TRANSMISE"]
    decider(agent, compte_id, "complement", complement=MESSAGE)
    assert ou() == ["COMPLEMENT"]
    guichet.now = datetime(2027, 1, 21, 9, 20, tzinfo=UTC)
    guichet.sweep("balayer_demandes")
    agent = en_poste(guichet.client(), "h@demo.fr", prenom="Hervé")
    assert ou() == ["REJETEE"], "« Traitées » holds all that is decided"


STATISTIQUES = "/gestion/statistiques"


@pytest.mark.rule("R2", "T6")
@pytest.mark.controle("T41")
def test_les_delais_disent_ce_qui_attend_et_ce_qui_fut_decide(guichet: Guichet, agent: Client, compte_id: str) -> None:
    attend = agent.get(STATISTIQUES).page.text
    assert "La plus ancienne attend depuis aujourd’hui" in attend and "Aucune décision n’a encore été prise." in attend
    guichet.advance(days=9)
    agent = en_poste(guichet.client(), "z@demo.fr", prenom="Zoé")
    assert "depuis 9 jours" in agent.get(STATISTIQUES).page.text
    assert decider(agent, compte_id, "valider").status == 303
    vue = agent.get(STATISTIQUES)
    assert "Aucune demande n’attend votre décision." in vue.page.text
    assert "1 décision, prise 9 jours" in vue.page.text
    ligne = vue.body.rpartition("nov. 2026")[2].partition("</tr>")[0]
    assert re.findall(r">(\d+)<", ligne) == ["0", "1", "0", "0", "1", "1", "0", "0"]
    assert vue.body.count('<rect class="delai-1"') == 2, "its bar, and the legend"
    ailleurs = en_poste(guichet.client(), "b@demo.fr", ("bretagne",), prenom="Erwan")
    rien = ailleurs.get(f"{STATISTIQUES}?structure=grand-est").page.text
    assert "Aucune décision n’a encore été prise." in rien, "another's structure does not exist"


@pytest.mark.rule("E2")
def test_la_demande_suivante_est_la_plus_ancienne_qui_attend(guichet: Guichet, agent: Client, compte_id: str) -> None:
    zoe = {"nom": "ZED", "nom_usage": "ZED", "prenom": "Zoé", "email": "zoe@exemple.fr"}
    seconde = transmise(guichet.client("192.0.2.77"), **zoe, confirmation_email="zoe@exemple.fr")
    assert agent.get(f"{LISTE}/suivante").location == f"{LISTE}/{compte_id}"

    def suivante(depuis: str) -> str:
        liens = agent.get(f"{LISTE}/{depuis}").page.links
        return agent.get(next(li for li in liens if "/suivante?" in li)).location

    assert suivante(compte_id) == f"{LISTE}/{seconde}", "skipped without a decision"
    assert suivante(seconde) == LISTE, "after the last, the list"
    decider(agent, compte_id, "valider")
    assert suivante(compte_id) == f"{LISTE}/{seconde}"
    decider(agent, seconde, "valider")
    assert suivante(seconde) == LISTE


@pytest.mark.rule("S4", "E4")
def test_des_demandes_du_meme_instant_se_voient_toutes(guichet: Guichet, agent: Client, compte_id: str) -> None:
    """A sweep archives under one instant: no page of the list leaves one out."""
    from dataclasses import replace

    from chalicelib.core.context import live_context
    from chalicelib.core.table import Act
    from chalicelib.intervenants.inscription import store
    from chalicelib.intervenants.inscription.rules import Demande, Remise

    modele = store.lire(compte_id)
    assert modele
    for n in range(44):
        act = Act(live_context())
        store.transmettre(act, replace(modele, compte=f"autre{n:02}"), Demande(f"autre{n:02}"), Remise({}))
        act.commit()
    vues, chemin = set(), LISTE
    while chemin:
        page = agent.get(chemin)
        dossiers = [li for li in sans_filtre(page.page.links) if re.fullmatch(f"{LISTE}/(autre..|{compte_id})", li)]
        vues |= {li.rpartition("/")[2] for li in dossiers}
        chemin = next((li for li in page.page.links if "&apres=" in li), "")
    assert len(vues) == 45


@pytest.mark.rule("E2", "S2")
def test_ce_qu_on_ecrivait_reste_quand_un_collegue_decide_d_abord(
    guichet: Guichet, agent: Client, compte_id: str
) -> None:
    dossier = f"{LISTE}/{compte_id}"
    ouverte = agent.get(dossier)
    assert parcours.valider(agent, compte_id).status == 303
    for acte, champ in (("complement", "complement"), ("rejeter", "motif")):
        reponse = agent.submit(ouverte, f"{dossier}/{acte}", **{champ: f"Un long {acte} écrit avec soin."})
        assert reponse.status == 409 and f"Un long {acte} écrit avec soin." in reponse.page.text


@pytest.mark.rule("T4", "S4")
@pytest.mark.controle("T37")
def test_la_liste_ne_s_emporte_pas_sans_fin(guichet: Guichet, agent: Client, compte_id: str) -> None:
    assert [agent.get(f"{LISTE}.csv").status for _ in range(6)] == [200] * 5 + [429]
    guichet.advance(minutes=5)
    assert agent.get(f"{LISTE}.csv").status == 200


@pytest.mark.rule("T4", "S4")
def test_on_ne_cherche_pas_sans_fin_et_ce_qui_est_saisi_reste(guichet: Guichet, agent: Client, compte_id: str) -> None:
    page = agent.get(f"{LISTE}/recherche")
    reponses = [agent.submit(page, f"{LISTE}/recherche", recherche="Dubois") for _ in range(61)]
    assert [r.status for r in reponses] == [200] * 60 + [429]
    assert 'name="recherche"' in reponses[-1].body and "Dubois" in reponses[-1].body
    guichet.advance(minutes=5)
    assert agent.submit(page, f"{LISTE}/recherche", recherche="Dubois").status == 200
