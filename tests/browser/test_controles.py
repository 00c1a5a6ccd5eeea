"""What a hostile text or name does in a real browser: nothing (docs/controles.csv, T10, T14, T47, T57)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from infra.local.portail import Portail
from tests.browser import parcours, semis
from tests.browser.conftest import Ouvrir
from tests.fichiers import txt

CANARI = "\"'><img src=x onerror=alert(47)><svg/onload=alert(47)></textarea><i id=pirate>"
PAGES = ("/", "/mon-profil", "/mon-profil/identification", "/mon-profil/verification", "/mon-profil/cv")


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


def saine(page: Page) -> None:
    """Nothing of the text became an element, and nothing is kept in the browser's own stores."""
    assert page.locator("#pirate").count() == 0 and page.locator("img[src='x']").count() == 0
    assert page.evaluate("() => [localStorage.length, document.cookie]") == [0, ""]
    # htmx remembers where it is: a path of the portal, for this window.
    gardes = page.evaluate("() => ({...sessionStorage})")
    assert set(gardes) <= {"htmx-current-path-for-history"} and "@" not in str(gardes)


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
    piege = semis.Personne(f"{qui.nom}{CANARI}", f"{qui.prenom}{CANARI}", qui.email)
    with fenetre(None, qui.email) as page:
        page.goto(portail.url + "/deposer-un-cv")
        parcours.remplir_le_compte(portail, page, piege)
        page.get_by_role("button", name="Valider").click()
        expect(page.locator("#resume-erreurs")).to_be_visible()
        expect(page.get_by_label("Prénom")).to_have_value(piege.prenom)
        saine(page)
        page.goto(portail.url + "/connexion")
        page.get_by_label("Identifiant").fill(CANARI)
        page.locator("#mot_de_passe").fill(CANARI)
        page.get_by_role("button", name="Valider").click()
        expect(page.locator("#resume-erreurs")).to_be_visible()
        saine(page)


@pytest.mark.rule("S2", "V2", "E2", "U3")
@pytest.mark.controle("T47", "T14", "T57")
def test_un_texte_piege_du_profil_n_agit_chez_personne(portail: Portail, fenetre: Callable[..., Any]) -> None:
    qui, visiteur = semis.inscrire(portail)
    libres = ("lieu_naissance", "appartement", "batiment", "voie", "ville")
    semis.remplir(visiteur, **dict.fromkeys(libres, CANARI))
    chemin = semis.deposer_un_fichier(visiteur, txt(), f"{CANARI}.txt")
    semis.attendre(lambda: "Votre CV est enregistré" in visiteur.get(chemin).page.text)
    with fenetre(visiteur, qui.email) as page:
        for lieu in (*PAGES, chemin):
            page.goto(portail.url + lieu)
            saine(page)
        page.goto(portail.url + "/mon-profil/verification")
        expect(page.get_by_text(CANARI).first).to_be_visible()
        page.get_by_role("button", name="Enregistrer et transmettre ma demande d’inscription").click()
        parcours.titre(page, "Votre dossier a bien été transmis")
        saine(page)
    with fenetre(semis.se_connecter(portail, "gestionnaire@demo.fr"), qui.email) as page:
        page.goto(portail.url + "/gestion/inscriptions")
        saine(page)
        page.get_by_role("link", name=f"{qui.nom} {qui.prenom}").click()
        expect(page.get_by_text(CANARI).first).to_be_visible()
        saine(page)
        page.get_by_role("button", name="Valider la demande").click()
        expect(page.get_by_text("Demande validée")).to_be_visible()
        saine(page)
    mail = portail.attendre_mail(qui.email, "Votre demande d’inscription est validée")
    with fenetre(None) as page:
        page.set_content(mail["html"])  # where no policy protects, as in a mail reader
        expect(page.get_by_text("Bonjour").first).to_be_visible()
        assert page.locator("#pirate, img[src='x'], script").count() == 0
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
    from tests.browser import visite
    from tests.browser.conftest import jamais_vues

    tout = jamais_vues([])
    assert set(app.app.routes) >= visite.SANS_PAGE, "a route that is no more"
    assert "/mon-profil/cv/{piece_id}/supprimer" in tout and not set(tout) & visite.SANS_PAGE
    assert "/mon-profil/cv/{piece_id}/supprimer" not in jamais_vues(["/mon-profil/cv/01abc/supprimer"])
