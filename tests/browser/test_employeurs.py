"""The statut and the employer as a person meets them: with a script, by keyboard, without a script (rules C2 to C4)."""

import pytest
from playwright.sync_api import Page, expect

from infra.local.portail import Portail
from tests.browser import parcours, semis
from tests.browser.clavier import Clavier

PAGE = "/mon-profil/identification"


def ouvrir_la_page(portail: Portail, page: Page) -> None:
    """Somebody new, on « Identification »; the register rests from what came before."""
    _, qui = semis.inscrire(portail)
    portail.avancer(60)
    page.context.add_cookies(semis.cookies(qui))
    page.goto(portail.url + PAGE)


@pytest.mark.rule("C2", "C3", "C4")
def test_le_statut_montre_ce_qu_il_demande(portail: Portail, ordinateur: Page) -> None:
    page = ordinateur
    ouvrir_la_page(portail, page)
    employeur = page.get_by_role("heading", name="L’employeur")
    situation = page.get_by_label("Situation/Position")
    expect(employeur).to_be_hidden()
    expect(situation).to_be_hidden()
    page.get_by_label("Fonctionnaire").check()
    expect(employeur).to_be_visible()
    expect(page.get_by_text("Public", exact=True)).to_be_visible()
    expect(page.get_by_label("Position administrative")).to_be_visible()
    situation.select_option(label="En activité")
    page.get_by_label("Travailleur indépendant").check()
    expect(page.get_by_text("Privé", exact=True)).to_be_visible()
    expect(page.get_by_role("group", name="Fonction publique")).to_be_hidden()
    expect(page.get_by_text("Si votre employeur est public")).to_be_hidden()
    expect(situation).to_have_value("EN_ACTIVITE")
    page.get_by_label("Sans (sans activité ou retraité)").check()
    expect(employeur).to_be_hidden()
    expect(situation).to_have_value("")
    page.get_by_label("Agent non titulaire").check()
    expect(page.get_by_label("Position administrative")).to_be_hidden()
    expect(page.get_by_label("Code postal du lieu de travail")).to_be_hidden()
    page.get_by_label("Adresse différente de celle de l’employeur").check()
    expect(page.get_by_label("Code postal du lieu de travail")).to_be_visible()


@pytest.mark.rule("C3", "S1")
def test_un_employeur_public_se_choisit_au_clavier(portail: Portail, ordinateur: Page) -> None:
    page, clavier = ordinateur, Clavier(ordinateur)
    ouvrir_la_page(portail, page)
    clavier.cocher("Fonctionnaire")
    clavier.ecrire("Raison sociale de l’employeur", "nancy")
    expect(page.get_by_role("status").filter(has_text="2 employeurs trouvés")).to_be_attached()
    clavier.aller_a("Choisir : COMMUNE DE NANCY", "button", au_plus=3)
    page.keyboard.press("Enter")
    expect(page.get_by_label("Raison sociale de l’employeur")).to_be_focused()
    expect(page.get_by_label("Raison sociale de l’employeur")).to_have_value("COMMUNE DE NANCY")
    expect(page.get_by_label("N° de SIRET de l’employeur principal")).to_have_value("215 403 957 00016")
    expect(page.get_by_label("Pays de l’employeur")).to_have_value("FR")
    expect(page.get_by_label("Localité - ville de l’employeur")).to_have_value("NANCY")
    expect(page.get_by_role("status").filter(has_text="sont remplis")).to_be_attached()
    clavier.ecrire("Lieu de naissance", "Nancy")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_text("Enregistré à")).to_be_visible()


@pytest.mark.rule("C3")
def test_un_siret_propose_son_employeur_et_l_on_peut_saisir_a_la_main(portail: Portail, telephone: Page) -> None:
    page = telephone
    ouvrir_la_page(portail, page)
    page.get_by_label("Agent non titulaire").check()
    page.get_by_label("N° de SIRET").fill("219 000 106 00019")
    expect(page.get_by_role("button", name="Choisir : COMMUNE DE BELFORT")).to_be_visible()
    page.get_by_label("Raison sociale de l’employeur").fill("Syldavie")
    expect(page.get_by_text("Aucun employeur public trouvé").first).to_be_visible()
    page.get_by_label("Raison sociale de l’employeur").fill("essai panne")
    expect(page.get_by_text("La recherche d’employeurs n’est pas disponible").first).to_be_visible()
    page.get_by_label("Salarié du secteur privé").check()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.get_by_label("Raison sociale de l’employeur").fill("Boulangerie")
    page.wait_for_timeout(900)
    page.get_by_label("Agent non titulaire").check()
    with page.expect_request("**/employeurs?*Vesoul*"):
        page.get_by_label("Raison sociale de l’employeur").fill("Vesoul")
    assert not [url for url in asked if "Boulangerie" in url], "the name of a private employer is not sent"


@pytest.mark.rule("C3", "C8", "S1")
def test_sans_script_tout_est_la_et_un_employeur_se_cherche(portail: Portail, sans_script: Page) -> None:
    page = sans_script
    ouvrir_la_page(portail, page)
    expect(page.get_by_text("À remplir si vous êtes fonctionnaire ou agent non titulaire.")).to_be_visible()
    page.get_by_label("Fonctionnaire").check()
    page.get_by_label("Lieu de naissance (ville)").fill("Nancy")
    page.get_by_label("Raison sociale de l’employeur").fill("nancy")
    page.get_by_role("button", name="Rechercher cet employeur public").click()
    expect(page.get_by_text("2 employeurs trouvés")).to_be_visible()
    page.get_by_role("button", name="Choisir : COMMUNE DE NANCY").click()
    expect(page.get_by_label("Localité - ville de l’employeur")).to_have_value("NANCY")
    expect(page.get_by_label("Lieu de naissance (ville)")).to_have_value("Nancy")
    page.wait_for_load_state()  # a key pressed while the page still comes may be lost
    page.get_by_label("Lieu de naissance (ville)").press("Enter")
    expect(page.get_by_text("Enregistré à")).to_be_visible()
    expect(page.get_by_label("Localité - ville de l’employeur")).to_have_value("NANCY")
    parcours.titre(page, "Identification")
