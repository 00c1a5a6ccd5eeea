"""What a hostile text or name does in a real browser: nothing (docs/controles.csv, T10, T14, T47, T57)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from infra.local.comptes import MOT_DE_PASSE as DEMO
from infra.local.portail import Portail
from tests.browser import branches, parcours, pieges, semis, visite
from tests.browser.conftest import Ouvrir, jamais_vues, oubliees
from tests.fichiers import txt
from tests.web.parcours import FONCTIONNAIRE, LIGNES


class Trace:
    """What a window asks of the network, and the dialogs that it opens."""

    def __init__(self, page: Page) -> None:
        self.demandes: list[tuple[str, str]] = []
        self.dialogues: list[str] = []
        page.on("request", lambda r: self.demandes.append((r.url, r.headers.get("referer", ""))))
        page.on("dialog", lambda d: (self.dialogues.append(d.message), d.dismiss()))

    def fautes(self, portail: Portail, *secrets: str) -> list[str]:
        """What left for another host, or named somebody."""
        hotes = {urlsplit(portail.url).netloc, urlsplit(portail.endpoint).netloc, ""}
        ailleurs = [url for url, _ in self.demandes if urlsplit(url).netloc not in hotes]
        dits = [lieu for demande in self.demandes for lieu in demande for secret in secrets if secret in lieu]
        return [*ailleurs, *dits, *self.dialogues]


@pytest.fixture
def fenetre(portail: Portail, ouvrir: Ouvrir) -> Callable[..., Any]:
    """A window of somebody; nothing may have left it when it closes (nor broken the policy: `ouvrir` looks)."""

    @contextmanager
    def une(qui: semis.Visiteur | None, *secrets: str) -> Iterator[Page]:
        with ouvrir() as page:
            if qui is not None:
                page.context.add_cookies(semis.cookies(qui))
                secrets = (*secrets, qui.cookies["__Host-session"].split(".")[1])
            trace = Trace(page)
            yield page
            assert trace.demandes and trace.fautes(portail, *secrets) == []

    return une


@pytest.mark.rule("S2", "V2", "B1")
@pytest.mark.controle("T47", "T14")
def test_un_texte_piege_a_l_inscription_reste_dans_son_champ(portail: Portail, fenetre: Callable[..., Any]) -> None:
    qui = semis.personne()
    piege = semis.Personne(f"{qui.nom}{pieges.CANARI}", f"{qui.prenom}{pieges.CANARI}", qui.email)
    with fenetre(None, qui.email) as page:
        page.goto(portail.url + "/deposer-un-cv")
        parcours.remplir_le_compte(portail, page, piege)
        page.get_by_role("button", name="Valider").click()
        expect(page.locator("#resume-erreurs")).to_be_visible()
        expect(page.get_by_label("Prénom")).to_have_value(piege.prenom)
        pieges.saine(page)
        page.goto(portail.url + "/connexion")
        page.get_by_label("Identifiant").fill(pieges.CANARI)
        page.locator("#mot_de_passe").fill(pieges.CANARI)
        page.get_by_role("button", name="Valider").click()
        expect(page.locator("#resume-erreurs")).to_be_visible()
        pieges.saine(page)


@pytest.mark.rule("S2", "V2", "D12", "E2", "E3", "E4", "U3")
@pytest.mark.controle("T47", "T14", "T57")
def test_un_texte_piege_n_agit_dans_aucune_page(portail: Portail, fenetre: Callable[..., Any]) -> None:
    """Every page of every role, the text in every field of every form: a page written today is tried today."""
    vues: list[str] = []
    qui, visiteur = semis.inscrire(portail)
    siens = remplir_et_pieger_les_fichiers(visiteur)
    with fenetre(None, qui.email) as page:
        vues += essayer(portail, page, {"PUBLIC"}, {})
        essayer_les_pages_sans_adresse(portail, page)
    with fenetre(visiteur, qui.email) as page:
        siennes = essayer(portail, page, {"CONNECTE", "INTERVENANT"}, *siens, {})
        relire(portail, page, [chemin for chemin in siennes if "%" not in chemin])
        page.goto(portail.url + "/mon-profil/verification")
        expect(page.get_by_text(pieges.CANARI).first).to_be_visible()
    vues += siennes + decisions_piegees(portail, fenetre, qui, visiteur, siens[1])
    with fenetre(semis.se_connecter(portail, "admin@demo.fr"), qui.email) as page:
        vues += essayer(portail, page, {"ADMINISTRATEUR"}, {})
    assert jamais_vues(vues) == []
    lire_les_mails(portail, fenetre, qui)


def essayer(
    portail: Portail, page: Page, acces: set[str], *valeurs: dict[str, str], encore: Callable[[], None] = lambda: None
) -> list[str]:
    """The pages of these accesses, each form with the text; answers their paths. `encore`: between two forms."""
    chemins = list(pieges.adresses(acces, *valeurs))
    for chemin in chemins:
        pieges.tout_pieger(page, portail.url + chemin, encore)
    return chemins


def essayer_les_pages_sans_adresse(portail: Portail, page: Page) -> None:
    """The code of the second factor, and a form that could not be treated, which gives back what it held."""
    page.goto(portail.url + "/connexion")
    page.get_by_label("Identifiant").fill("admin@demo.fr")
    page.locator("#mot_de_passe").fill(DEMO)
    page.get_by_role("button", name="Valider").click()
    parcours.titre(page, "Confirmez que c’est bien vous")
    pieges.pieger(page)
    page.goto(portail.url + "/deposer-un-cv")
    page.context.clear_cookies()
    pieges.pieger(page)
    parcours.titre(page, "Votre saisie vous attend")


def relire(portail: Portail, page: Page, chemins: list[str]) -> None:
    """The same pages, which show now what was kept."""
    for chemin in chemins:
        page.goto(portail.url + chemin)
        pieges.saine(page)


def remplir_et_pieger_les_fichiers(visiteur: semis.Visiteur) -> list[dict[str, str]]:
    """A whole profile, and two files whose names are the text; answers what the parameters of its pages stand for."""
    semis.remplir(visiteur, **FONCTIONNAIRE)
    for bloc, saisie in LIGNES.items():
        chemin = f"/mon-profil/parcours/{bloc}/ajouter"
        assert visiteur.submit(visiteur.get(chemin), chemin, **saisie, suite="page").status == 303
    lignes = {bloc: semis.premiere_ligne(visiteur, bloc).rpartition("/")[2] for bloc in LIGNES}
    diplome = semis.joindre_un_diplome(visiteur, txt(), f"{pieges.CANARI}.txt")
    cv = semis.deposer_un_fichier(visiteur, txt(), f"{pieges.CANARI}.txt")
    semis.attendre_les_fichiers(visiteur, diplome, cv)
    compte = visiteur.cookies["__Host-session"].split(".")[0]
    pieces = [{"compte_id": compte, "piece_id": chemin.rpartition("/")[2]} for chemin in (cv, diplome)]
    return [pieces[rang % 2] | {"bloc": b, "ligne_id": li} for rang, (b, li) in enumerate(lignes.items())]


def decisions_piegees(
    portail: Portail, fenetre: Callable[..., Any], qui: semis.Personne, visiteur: semis.Visiteur, piece: dict[str, str]
) -> list[str]:
    """The staff's pages; each form that decides, with the text, then what the person reads of it. Answers the paths."""
    siennes = ["/", "/mon-profil", "/mon-profil/transmission", "/mon-profil/verification"]

    def lire_et_transmettre() -> None:
        with fenetre(visiteur, qui.email) as page:
            relire(portail, page, siennes)
        semis.transmettre(visiteur)

    semis.transmettre(visiteur)
    with fenetre(semis.se_connecter(portail, "gestionnaire@demo.fr"), qui.email) as page:
        chemins = essayer(portail, page, {"GESTIONNAIRE"}, piece, {}, encore=lire_et_transmettre)
        relire(portail, page, chemins)
        page.goto(f"{portail.url}/gestion/inscriptions/{piece['compte_id']}")
        expect(page.get_by_text("Rejetée").first).to_be_visible()
        expect(page.get_by_text(pieges.CANARI).first).to_be_visible()
    with fenetre(visiteur, qui.email) as page:
        relire(portail, page, siennes)
    return chemins


def lire_les_mails(portail: Portail, fenetre: Callable[..., Any], qui: semis.Personne) -> None:
    """Where no policy protects, as in a mail reader."""
    portail.attendre_mail(qui.email, "n’a pas été retenue")
    with fenetre(None) as page:
        for mail in portail.mails(qui.email):
            page.set_content(mail["html"])
            expect(page.get_by_text("Bonjour").first).to_be_visible()
            assert page.locator("#pirate, img[src='x'], script, svg[onload]").count() == 0
        page.goto(portail.url + "/")


@pytest.mark.rule("G0", "T1")
@pytest.mark.controle("T10")
def test_apres_la_deconnexion_le_bouton_retour_ne_montre_plus_rien(portail: Portail, ordinateur: Page) -> None:
    qui, visiteur = semis.inscrire(portail)
    semis.remplir(visiteur)
    ordinateur.context.add_cookies(semis.cookies(visiteur))
    for lieu in ("/mon-profil/identification", "/mon-profil/verification"):
        ordinateur.goto(portail.url + lieu)
        expect(ordinateur.get_by_text(f"Bonjour {qui.prenom}")).to_be_attached()
    ordinateur.get_by_role("button", name="Se déconnecter").click()
    expect(ordinateur.get_by_role("link", name="Remplir un CV en ligne").first).to_be_visible()
    for _ in range(2):
        ordinateur.go_back()
        parcours.titre(ordinateur, "Veuillez vous authentifier")
        expect(ordinateur.get_by_text("12 rue des Carmes")).to_have_count(0)
        expect(ordinateur.get_by_text(f"Bonjour {qui.prenom}")).to_have_count(0)


def test_une_route_que_la_visite_ne_montre_pas_est_rouge() -> None:
    import app

    tout = jamais_vues([])
    assert set(app.app.routes) >= visite.SANS_PAGE, "a route that is no more"
    assert "/mon-profil/cv/{piece_id}/supprimer" in tout and not set(tout) & visite.SANS_PAGE
    assert "/mon-profil/cv/{piece_id}/supprimer" not in jamais_vues(["/mon-profil/cv/01abc/supprimer"])


def test_une_branche_que_la_visite_ne_montre_pas_est_rouge() -> None:
    toutes = branches.toutes()
    connues = {(b.fichier, b.texte) for b in toutes}
    assert connues >= set(visite.SANS_ETAT), "a branch that is no more"
    tout = (1 << len(toutes)) - 1
    assert oubliees([f"{tout:x}"]) == []
    rang, renvoi = next((r, b) for r, b in enumerate(toutes) if b.texte == "if renvoi")
    assert oubliees([f"{tout ^ 1 << rang:x}", "0"]) == [str(renvoi)]


def test_une_reponse_dit_les_branches_par_ou_elle_passe(portail: Portail) -> None:
    vues = [
        int(semis.Visiteur(portail=portail).get(f"/deposer-un-cv/envoye{suite}").headers[branches.ENTETE], 16)
        for suite in ("", "?renvoi=oui")
    ]
    ecarts = {
        (b.texte, bool(vues[1] >> r & 1)) for r, b in enumerate(branches.toutes()) if (vues[0] ^ vues[1]) >> r & 1
    }
    assert ecarts == {("if renvoi", True), ("else of if renvoi", False)}
