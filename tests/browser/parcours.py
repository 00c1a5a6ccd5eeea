"""The journey, step by step, with labels and roles only: what a person does."""

import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from infra.local.comptes import MOT_DE_PASSE as DEMO
from tests.browser import semis
from tests.browser.semis import Personne
from tests.fichiers import pdf

DOCUMENTS = ("charte des intervenants", "conditions générales", "mentions légales")


def titre(page: Page, attendu: str) -> None:
    """Where the person has come to."""
    expect(page.get_by_role("heading", level=1)).to_have_text(attendu)


def remplir_le_compte(portail: Any, page: Page, qui: Personne, captcha: str | None = None) -> None:
    """« Déposer un CV », all of it but the button."""
    page.get_by_label("Monsieur").check()
    page.get_by_label("Nom de famille (naissance)").fill(qui.nom)
    page.get_by_label("Nom d’usage").fill(qui.nom)
    page.get_by_label("Prénom").fill(qui.prenom)
    page.get_by_label("Date de naissance").fill(qui.naissance)
    page.get_by_label("Adresse e-mail (identifiant)").fill(qui.email)
    page.get_by_label("Confirmer l’adresse e-mail").fill(qui.email)
    page.locator("#mot_de_passe").fill(qui.mot_de_passe)
    page.locator("#confirmation_mot_de_passe").fill(qui.mot_de_passe)
    for libelle in DOCUMENTS:
        with page.expect_popup() as popup:
            page.get_by_role("link", name="J’ai pris connaissance").filter(has_text=libelle).click()
        popup.value.wait_for_load_state()
        popup.value.close()
    defi = page.locator("input[name=defi]").input_value()
    page.get_by_label("Recopier le texte de l’image").fill(captcha or semis.captcha(portail, defi))


def deposer_un_cv(portail: Any, page: Page, qui: Personne) -> None:
    """From the home page to « Consultez votre messagerie »."""
    page.goto(portail.url + "/")
    page.get_by_role("link", name="Remplir un CV en ligne").first.click()
    remplir_le_compte(portail, page, qui)
    page.get_by_role("button", name="Valider").click()
    titre(page, "Consultez votre messagerie")


def activer(portail: Any, page: Page, qui: Personne) -> None:
    """The link of the mail, then the button."""
    page.goto(portail.url + semis.lien_d_activation(portail, qui.email))
    page.get_by_role("button", name="Activer mon compte").click()
    titre(page, "Mon profil d’intervenant")


def retraite(page: Page) -> None:
    """The shortest statut."""
    page.get_by_label("Sans (sans activité ou retraité)").check()
    page.get_by_label("Situation/Position").select_option(label="Retraité(e)")


def remplir_l_identification(page: Page, statut: Callable[[Page], None] = retraite) -> None:
    """Over two saves; `statut` answers what depends on it."""
    page.get_by_role("link", name="Identification").click()
    page.get_by_label("Lieu de naissance (ville)").fill("Nancy")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(page.get_by_text("Enregistré à")).to_be_visible()
    expect(page.get_by_label("Lieu de naissance (ville)")).to_have_value("Nancy")
    page.get_by_label("Numéro + libellé de la voie").fill("12 rue des Carmes")
    page.get_by_role("textbox", name="Code postal", exact=True).fill("54000")
    page.get_by_role("combobox", name="Localité - ville", exact=True).fill("Nancy")
    page.get_by_label("Téléphone personnel").fill("03 83 12 34 56")
    statut(page)
    page.get_by_label("Grand Est", exact=True).check()
    page.get_by_role("group", name="Je suis disponible").get_by_label("Non", exact=True).check()
    page.get_by_role("combobox", name="Structure de rattachement").select_option(label="Délégation Grand Est")
    page.get_by_role("button", name="Enregistrer et passer à la page suivante").click()
    titre(page, "Parcours")


def remplir_le_parcours(page: Page) -> None:
    """What is required: the question on experience, a job, a diploma."""
    dire_sa_motivation(page)
    ajouter_une_experience(page)
    saisir_une_formation_initiale(page)
    page.get_by_role("button", name="Valider", exact=True).click()
    titre(page, "Parcours")
    expect(page.get_by_text("La ligne est ajoutée.")).to_be_visible()
    page.get_by_role("link", name="Mon profil", exact=True).first.click()
    titre(page, "Mon profil d’intervenant")


def dire_sa_motivation(page: Page) -> None:
    """The question on experience, not saved yet."""
    titre(page, "Parcours")
    page.get_by_role("group", name="Avez-vous déjà réalisé des formations").get_by_label("Non").check()
    page.get_by_label("Votre motivation pour devenir intervenant").fill("Transmettre ce que j’ai appris.")


def ajouter_une_experience(page: Page) -> None:
    """A job; what was said of one's motivation is still there after."""
    page.get_by_role("button", name="Ajouter une expérience professionnelle").click()
    titre(page, "Ajouter une expérience professionnelle")
    page.get_by_label("Employeur").fill("Ville de Nancy")
    page.get_by_label("Fonction").fill("Directrice des finances")
    page.get_by_label("Période").fill("2012-2020")
    page.get_by_role("button", name="Valider", exact=True).click()
    titre(page, "Parcours")
    expect(page.get_by_label("Votre motivation pour devenir intervenant")).to_have_value(
        "Transmettre ce que j’ai appris."
    )


def saisir_une_formation_initiale(page: Page) -> None:
    """A diploma, all of it but the button."""
    page.get_by_role("button", name="Ajouter une formation initiale").click()
    page.get_by_label("Niveau scolaire").select_option("bac-5-et-sup")
    page.get_by_label("Titre du diplôme ou de la qualification").fill("Master 2 Agronomie")
    page.get_by_label("Organismes et/ou institutions").fill("INRAE")
    page.get_by_label("Année").fill("1984")


def choisir_un_fichier(
    page: Page, nom: str = "CV de Jean.pdf", octets: bytes | None = None, champ: str = "Votre CV"
) -> None:
    """In the page of a deposit. The script sends at once; without it the button does."""
    contenu = pdf(2) if octets is None else octets
    bouton = page.get_by_role("button", name="Déposer le fichier")
    a_la_main = bouton.is_visible()
    page.get_by_label(champ).set_input_files({"name": nom, "mimeType": "application/pdf", "buffer": contenu})
    if a_la_main:
        bouton.click()


def deposer_le_fichier(page: Page, nom: str = "CV de Jean.pdf", octets: bytes | None = None) -> None:
    """The CV, sent from the browser to the bucket, then checked."""
    page.get_by_role("link", name="Curriculum vitae").click()
    page.get_by_role("button", name="Ajouter un CV").click()
    choisir_un_fichier(page, nom, octets)
    titre(page, "Votre CV")


def attendre_le_verdict(page: Page, texte: str, patience: float = 15) -> None:
    """Until the file is judged; somebody without JavaScript refreshes."""
    fin = time.monotonic() + patience
    while time.monotonic() < fin and not page.get_by_text(texte).first.is_visible():
        page.wait_for_timeout(300)
        lien = page.get_by_role("link", name="Actualiser")
        if lien.is_visible() and not page.evaluate_handle("window.htmx").evaluate("x => !!x"):
            lien.click()
    expect(page.get_by_text(texte).first).to_be_visible()


def attendre_les_pages(page: Page) -> None:
    """Until the pages of a CV are drawn; the gestionnaire refreshes."""
    for _ in range(30):
        if page.get_by_role("img", name="page 1 sur 2").count():
            break
        page.wait_for_timeout(300)
        page.reload()
    expect(page.get_by_role("img", name="page 1 sur 2")).to_be_visible()


def transmettre(page: Page, *reponses: str) -> None:
    """Check the answers, `reponses` among them, then transmit."""
    page.get_by_role("link", name="Vérifier et transmettre").click()
    titre(page, "Vérifiez vos réponses")
    for reponse in reponses:
        expect(page.get_by_text(reponse).first).to_be_visible()
    page.get_by_role("button", name="Enregistrer et transmettre ma demande d’inscription").click()
    titre(page, "Votre dossier a bien été transmis")


def entrer(portail: Any, page: Page, email: str, mot_de_passe: str = DEMO) -> None:
    """Log in, with the second factor when it is asked."""
    page.goto(portail.url + "/connexion")
    page.get_by_label("Identifiant").fill(email)
    page.locator("#mot_de_passe").fill(mot_de_passe)
    page.get_by_role("button", name="Valider").click()
    if page.get_by_label("Code à six chiffres").is_visible():
        page.get_by_label("Code à six chiffres").fill(semis.code(portail))
        page.get_by_role("button", name="Valider").click()
