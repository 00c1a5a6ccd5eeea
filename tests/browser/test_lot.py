"""Several applications at once, as a gestionnaire does it: by the keyboard, without a script, on a telephone."""

import pytest
from playwright.sync_api import Page, expect

from infra.local.portail import Portail
from tests.browser import parcours, semis
from tests.browser.clavier import Clavier
from tests.browser.conftest import SANS_SCRIPT, TELEPHONE, Ouvrir

LISTE = "/gestion/inscriptions?ordre=recentes"


def _en_attente(portail: Portail) -> str:
    elle, qui = semis.inscrire(portail)
    semis.remplir(qui)
    semis.transmettre(qui)
    return f"{elle.nom} {elle.prenom}"


@pytest.mark.rule("E2", "E4", "S1")
def test_un_complement_se_demande_a_plusieurs_au_clavier(portail: Portail, ordinateur: Page) -> None:
    page, (ancienne, recente) = ordinateur, [_en_attente(portail) for _ in range(2)]
    page.context.add_cookies(semis.cookies(semis.se_connecter(portail, "gestionnaire@demo.fr")))
    page.goto(portail.url + LISTE)
    clavier, dit = Clavier(page), page.get_by_role("status")
    clavier.cocher("Tout choisir")
    expect(dit.filter(has_text="demandes choisies.")).to_be_attached()
    page.keyboard.press("Space")
    expect(dit.filter(has_text="Aucune demande choisie.")).to_be_attached()
    clavier.cocher(f"Choisir {recente}")
    expect(dit.filter(has_text="1 demande choisie.")).to_be_attached()
    assert page.get_by_label("Tout choisir").evaluate("box => box.indeterminate")
    clavier.cocher(f"Choisir {ancienne}")
    clavier.activer("Demander un même complément")
    parcours.titre(page, "Demander un complément à 2 personnes")
    page.go_back()
    expect(page.get_by_label(f"Choisir {recente}")).to_be_visible()
    page.goto(portail.url + LISTE)
    for nom in (recente, ancienne):
        clavier.cocher(f"Choisir {nom}")
    clavier.activer("Demander un même complément")
    clavier.ecrire("Votre message", "Précisez vos diplômes.")
    clavier.activer("Demander ce complément")
    parcours.titre(page, "Complément demandé à 2 personnes")
    clavier.activer("Revenir à la liste")
    expect(page.get_by_label(f"Choisir {recente}")).to_have_count(0)


@pytest.mark.rule("E2", "E3", "S1")
def test_un_rejet_a_plusieurs_sans_script_sur_un_telephone(portail: Portail, ouvrir: Ouvrir) -> None:
    gens = [_en_attente(portail) for _ in range(2)]
    with ouvrir(TELEPHONE, SANS_SCRIPT) as page:
        page.context.add_cookies(semis.cookies(semis.se_connecter(portail, "gestionnaire@demo.fr")))
        page.goto(portail.url + LISTE)
        expect(page.get_by_text("Tout choisir")).to_be_hidden()
        for nom in gens:
            page.get_by_label(f"Choisir {nom}").check()
        page.get_by_role("button", name="Rejeter pour un même motif…").click()
        page.get_by_role("textbox", name="Motif").fill("Pas de besoin cette année.")
        page.get_by_role("button", name="Rejeter ces demandes").click()
        parcours.titre(page, "2 demandes rejetées")
        page.reload()
        parcours.titre(page, "2 demandes rejetées")
        expect(page.get_by_role("cell", name="Rejetée")).to_have_count(2)
