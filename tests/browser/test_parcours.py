"""The whole journey of a trainer, from the home page to the menu of a validated account, as people really do it."""

import pytest
from playwright.sync_api import Locator, Page, expect

from infra.local.portail import Portail
from tests.browser import parcours, semis
from tests.browser.clavier import Clavier
from tests.browser.conftest import ORDINATEUR, SANS_SCRIPT, TELEPHONE, Ouvrir
from tests.browser.semis import Personne

PROFILS = [
    pytest.param((ORDINATEUR,), id="sur un ordinateur"),
    pytest.param((TELEPHONE,), id="sur un téléphone"),
    pytest.param((ORDINATEUR, SANS_SCRIPT), id="sur un ordinateur, sans JavaScript"),
    pytest.param((TELEPHONE, SANS_SCRIPT), id="sur un téléphone, sans JavaScript"),
]


@pytest.mark.rule("B1", "B4", "B5", "C8", "D10", "E1", "E2", "E5", "G0", "G1", "S1", "S3", "U1")
@pytest.mark.parametrize("profil", PROFILS)
def test_du_cv_en_ligne_au_menu_d_un_intervenant_valide(portail: Portail, ouvrir: Ouvrir, profil: tuple) -> None:
    qui = semis.personne()
    with ouvrir(*profil) as page:
        parcours.deposer_un_cv(portail, page, qui)
        parcours.activer(portail, page, qui)
        expect(page.get_by_text(f"Bonjour {qui.prenom}")).to_be_attached()
        parcours.remplir_l_identification(page)
        parcours.remplir_le_parcours(page)
        parcours.deposer_le_fichier(page)
        parcours.attendre_le_verdict(page, "Votre CV est enregistré")
        page.get_by_role("link", name="Continuer").click()
        parcours.transmettre(page)
        page.reload()
        parcours.titre(page, "Votre dossier a bien été transmis")
        page.goto(portail.url + "/mon-profil/identification")
        expect(page.get_by_label("Prénom")).to_be_disabled()

        portail.avancer(31)
        with ouvrir(*profil) as gestion:
            valider(portail, gestion, qui)

        portail.attendre_mail(qui.email, "Votre demande d’inscription est validée")
        page.goto(portail.url + "/")
        menu = ouvrir_le_menu(page)
        expect(menu.get_by_role("link", name="Accueil")).to_be_visible()
        menu.get_by_role("link", name="Mon compte").click()
        menu = ouvrir_le_menu(page)
        expect(menu.get_by_role("link", name="Mes informations")).to_be_visible()
        menu.get_by_role("link", name="Mon parcours").click()
        expect(page.get_by_role("link", name="Télécharger")).to_be_visible()
        page.get_by_role("button", name="Se déconnecter").click()
        expect(page.get_by_role("link", name="Remplir un CV en ligne").first).to_be_visible()


def valider(portail: Portail, page: Page, qui: Personne) -> None:
    """The gestionnaire reads the profile and its CV, and validates (rules E2, U3)."""
    parcours.entrer(portail, page, "gestionnaire@demo.fr")
    page.get_by_role("link", name=f"{qui.nom} {qui.prenom}").click()
    expect(page.get_by_text("12 rue des Carmes")).to_be_visible()
    parcours.attendre_les_pages(page)
    image = page.get_by_role("img", name="page 1 sur 2")
    assert image.bounding_box()["height"] > 100  # drawn, not a broken image
    page.get_by_role("button", name="Valider la demande").click()
    expect(page.get_by_text("Demande validée")).to_be_visible()


def ouvrir_le_menu(page: Page) -> Locator:
    """The menu; on a telephone it opens by its button, with or without JavaScript."""
    bouton = page.get_by_role("button", name="Menu", exact=True)
    if bouton.is_visible():
        bouton.click()
    return page.locator("#menu")


@pytest.mark.rule("S1", "A2", "B1", "C8", "D10", "E1", "E2", "E5", "G0", "G1", "J6", "U3")
def test_de_l_accueil_au_menu_d_un_intervenant_valide_au_clavier_seul(
    portail: Portail, ordinateur: Page, ouvrir: Ouvrir
) -> None:
    page, clavier, qui = ordinateur, Clavier(ordinateur), semis.personne()
    page.goto(portail.url + "/")
    clavier.aller_a("Aller au contenu", au_plus=1)
    page.keyboard.press("Enter")
    clavier.activer("Remplir un CV en ligne")

    creer_son_compte(portail, clavier, qui)
    page.goto(portail.url + semis.lien_d_activation(portail, qui.email))
    clavier.activer("Activer mon compte")

    clavier.activer("Identification")
    remplir_son_identification(clavier)
    remplir_son_parcours(clavier)
    page.goto(portail.url + "/mon-profil")
    clavier.activer("Curriculum vitae")
    clavier.activer("Ajouter un CV")
    clavier.aller_a("Votre CV", "input")
    parcours.choisir_un_fichier(page)  # the system's own dialog, which Enter opens, is not ours to test
    parcours.titre(page, "Votre CV")
    parcours.attendre_le_verdict(page, "Votre CV est enregistré")
    clavier.activer("Continuer")
    clavier.activer("Vérifier et transmettre")
    clavier.activer("Enregistrer et transmettre ma demande d’inscription")
    parcours.titre(page, "Votre dossier a bien été transmis")

    with ouvrir() as gestion:
        valider_au_clavier(portail, Clavier(gestion), qui)

    clavier.activer("Se déconnecter")
    s_authentifier(clavier, qui.email, qui.mot_de_passe)
    clavier.activer("Mon compte")
    clavier.activer("Mon parcours")
    parcours.titre(page, "Mon parcours")


def s_authentifier(clavier: Clavier, email: str, mot_de_passe: str) -> None:
    """From the home page."""
    clavier.ecrire("Identifiant", email)
    clavier.ecrire("Mot de passe", mot_de_passe)
    clavier.activer("Me connecter")


def valider_au_clavier(portail: Portail, clavier: Clavier, qui: Personne) -> None:
    """The gestionnaire logs in, opens the newest application, reads the pages of its CV, and validates."""
    page = clavier.page
    page.goto(portail.url + "/")
    portail.avancer(31)
    s_authentifier(clavier, "gestionnaire@demo.fr", parcours.DEMO)
    clavier.ecrire("Code à six chiffres", semis.code(portail))
    clavier.activer("Valider")
    clavier.activer("Transmise le")
    clavier.activer(f"{qui.nom} {qui.prenom}")
    parcours.attendre_les_pages(page)
    clavier.aller_a("Pages de", "div")
    page.keyboard.press("End")
    expect(page.get_by_role("img", name="page 2 sur 2")).to_be_in_viewport()
    clavier.activer("Valider la demande")
    expect(page.get_by_text("Demande validée")).to_be_visible()


def creer_son_compte(portail: Portail, clavier: Clavier, qui: Personne) -> None:
    """« Déposer un CV », in the order of the page."""
    page = clavier.page
    clavier.cocher("Monsieur")
    clavier.ecrire("Nom de famille (naissance)", qui.nom)
    clavier.cocher("Identique au nom de famille")
    clavier.ecrire("Prénom", qui.prenom)
    clavier.ecrire("Date de naissance", qui.naissance)
    clavier.ecrire("Adresse e-mail (identifiant)", qui.email)
    clavier.ecrire("Confirmer l’adresse e-mail", qui.email)
    clavier.ecrire("Mot de passe", qui.mot_de_passe)
    clavier.ecrire("Confirmer le mot de passe", qui.mot_de_passe)
    for _ in parcours.DOCUMENTS:
        clavier.aller_a("J’ai pris connaissance", "a")
        with page.expect_popup() as popup:
            page.keyboard.press("Enter")
        popup.value.wait_for_load_state()
        popup.value.close()
    defi = page.locator("input[name=defi]").input_value()
    clavier.ecrire("Recopier le texte de l’image", semis.captcha(portail, defi))
    clavier.activer("Valider")
    parcours.titre(page, "Consultez votre messagerie")


def remplir_son_identification(clavier: Clavier) -> None:
    """« Identification », in the order of the page."""
    clavier.ecrire("Lieu de naissance (ville)", "Nancy")
    clavier.ecrire("Numéro + libellé de la voie", "12 rue des Carmes")
    clavier.ecrire("Code postal", "54000")
    clavier.ecrire("Localité - ville", "Nancy")
    clavier.ecrire("Téléphone personnel", "03 83 12 34 56")
    clavier.cocher("Fonctionnaire")
    clavier.page.keyboard.press("ArrowUp")  # « Sans », the last one: the arrows go round
    clavier.choisir("Situation/Position", "Retraité(e)")
    clavier.cocher("Grand Est")
    clavier.cocher("Oui")
    clavier.page.keyboard.press("ArrowRight")  # « Non »: the arrows move inside a group of radio buttons
    clavier.choisir("Structure de rattachement", "Délégation Grand Est")
    clavier.activer("Enregistrer et passer à la page suivante")
    parcours.titre(clavier.page, "Parcours")


def remplir_son_parcours(clavier: Clavier) -> None:
    """« Parcours », what is required, in the order of the page."""
    clavier.cocher("Oui")
    clavier.page.keyboard.press("ArrowRight")
    clavier.ecrire("Votre motivation pour devenir intervenant", "Transmettre ce que j’ai appris.")
    clavier.activer("Ajouter une expérience professionnelle")
    clavier.ecrire("Employeur", "Ville de Nancy")
    clavier.ecrire("Fonction", "Directrice des finances")
    clavier.ecrire("Période", "2012-2020")
    clavier.activer("Valider")
    parcours.titre(clavier.page, "Parcours")
    clavier.activer("Ajouter une formation initiale")
    clavier.choisir("Niveau scolaire", "Baccalauréat, BP")
    clavier.ecrire("Titre du diplôme ou de la qualification", "Baccalauréat")
    clavier.ecrire("Organismes et/ou institutions", "Lycée Poincaré")
    clavier.ecrire("Année", "1984")
    clavier.activer("Valider")
    parcours.titre(clavier.page, "Parcours")


@pytest.mark.rule("S1")
def test_le_menu_du_telephone_s_ouvre_et_se_ferme_au_clavier(portail: Portail, telephone: Page) -> None:
    clavier = Clavier(telephone)
    telephone.goto(portail.url + "/aide-et-contact")
    clavier.aller_a("Menu", "button")
    telephone.keyboard.press("Enter")
    expect(telephone.locator("#menu").get_by_role("link", name="Accueil")).to_be_visible()
    telephone.keyboard.press("Escape")
    expect(telephone.locator("#menu")).to_be_hidden()
    assert clavier.ici()["nom"] == "Menu"
