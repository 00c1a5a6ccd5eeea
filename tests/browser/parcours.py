"""The journey, step by step, with labels and roles only: what a person does."""

import time
from typing import Any

from infra.local.comptes import MOT_DE_PASSE as DEMO
from infra.local.comptes import SECRET_TOTP
from playwright.sync_api import Page, expect

MOT_DE_PASSE = "Marcher-2-Loin!"


def pdf(pages: int = 2) -> bytes:
    """A small CV."""
    from tests.fichiers.portables import pdf as faire

    return faire(pages)


def deposer_un_cv(portail: Any, page: Page, email: str, nom: str = "Dubois", prenom: str = "Jean") -> None:
    """From the home page to « Consultez votre messagerie »."""
    page.goto(portail.url + "/")
    page.get_by_role("link", name="Remplir un CV en ligne").first.click()
    page.get_by_label("Monsieur").check()
    page.get_by_label("Nom de famille (naissance)").fill(nom)
    page.get_by_label("Nom d’usage", exact=False).first.fill(nom)
    page.get_by_label("Prénom").fill(prenom)
    page.get_by_label("Date de naissance").fill("27/03/1985")
    page.get_by_label("Adresse e-mail (identifiant)").fill(email)
    page.get_by_label("Confirmer l’adresse e-mail").fill(email)
    page.locator("#mot_de_passe").fill(MOT_DE_PASSE)
    page.locator("#confirmation_mot_de_passe").fill(MOT_DE_PASSE)
    for libelle in ("charte des intervenants", "conditions générales", "mentions légales"):
        with page.expect_popup() as popup:
            page.get_by_role("link", name=f"J’ai pris connaissance de", exact=False).filter(has_text=libelle).click()
        popup.value.wait_for_load_state()
        popup.value.close()
    defi = page.locator("input[name=defi]").input_value()
    reponse = next(c["answer"] for c in portail.captchas() if c["id"] == defi)
    page.get_by_label("Recopier le texte de l’image").fill(reponse)
    page.get_by_role("button", name="Valider").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Consultez votre messagerie")


def activer(portail: Any, page: Page, email: str) -> None:
    """The link of the mail, then the button."""
    mail = portail.attendre_mail(email)
    assert mail["subject"] == "Inscription sur l’Espace intervenants"
    lien = next(mot for mot in mail["text"].split() if "/activation/" in mot)
    page.goto(lien)
    page.get_by_role("button", name="Activer mon compte").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Mon profil d’intervenant")


def remplir_l_identification(page: Page) -> None:
    """Over two saves."""
    page.get_by_role("link", name="Identification").click()
    page.get_by_label("Lieu de naissance (ville)").fill("Nancy")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(page.get_by_text("Enregistré à")).to_be_visible()
    page.get_by_label("Numéro + libellé de la voie").fill("12 rue des Carmes")
    page.get_by_label("Code postal").fill("54000")
    page.get_by_label("Localité - ville").fill("Nancy")
    page.get_by_label("Téléphone personnel").fill("03 83 12 34 56")
    page.get_by_label("Grand Est", exact=True).check()
    page.get_by_label("Non", exact=True).check()
    page.get_by_role("combobox", name="Structure de rattachement").select_option(label="Délégation Grand Est")
    page.get_by_role("button", name="Enregistrer et passer à la page suivante").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Mon profil d’intervenant")


def deposer_le_fichier(page: Page, nom: str = "CV de Jean.pdf", octets: bytes | None = None) -> None:
    """The CV, sent from the browser to the bucket, then checked."""
    page.get_by_role("link", name="Curriculum vitae").click()
    page.get_by_role("button", name="Ajouter un CV").click()
    page.get_by_label("Votre CV").set_input_files({"name": nom, "mimeType": "application/pdf", "buffer": octets or pdf()})
    bouton = page.get_by_role("button", name="Déposer le fichier")
    if bouton.is_visible():
        bouton.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Votre CV")


def attendre_le_verdict(page: Page, texte: str, patience: float = 15) -> None:
    """Refresh, as a person without JavaScript does, until the file is judged."""
    fin = time.monotonic() + patience
    while time.monotonic() < fin:
        if page.get_by_text(texte).first.is_visible():
            return
        page.wait_for_timeout(500)
        lien = page.get_by_role("link", name="Actualiser")
        if lien.count() and not page.get_by_text(texte).count():
            lien.click()
    expect(page.get_by_text(texte).first).to_be_visible()


def transmettre(page: Page) -> None:
    """Check the answers, transmit."""
    page.get_by_role("link", name="Vérifier et transmettre").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Vérifiez vos réponses")
    page.get_by_role("button", name="Enregistrer et transmettre ma demande d’inscription").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Votre dossier a bien été transmis")


def entrer(portail: Any, page: Page, email: str, mot_de_passe: str = DEMO) -> None:
    """Log in, with the second factor when it is asked."""
    from chalicelib.core import totp
    from datetime import datetime

    page.goto(portail.url + "/connexion")
    page.get_by_label("Identifiant").fill(email)
    page.locator("#mot_de_passe").fill(mot_de_passe)
    page.get_by_role("button", name="Valider").click()
    if page.get_by_label("Code à six chiffres").is_visible():
        present = datetime.fromisoformat(portail.heure()["now"]).timestamp()
        page.get_by_label("Code à six chiffres").fill(totp.code(SECRET_TOTP, int(present) // 30))
        page.get_by_role("button", name="Valider").click()
