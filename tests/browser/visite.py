"""A visit of every page in every state, chapter by chapter: the tests check what it shows, `make screens` draws it.

A chapter is a function `(visite) -> None` that goes from state to state and calls `visite.voir(page, name)` at each.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page, expect

from infra.local.portail import Portail
from infra.local.portail import portail as ouvrir_le_portail
from tests.browser import parcours, semis
from tests.browser.branches import OBSERVE
from tests.fichiers import eicar, pdf, txt
from tests.web.parcours import LIGNES, remplir

Voir = Callable[[Page, str], None]

SANS_PAGE = {
    "/captcha", "/communes", "/employeurs", "/session",  # parts of pages, asked by a script
    "/gestion/inscriptions.csv", "/robots.txt", "/statique/{nom}",  # files
    "/gestion/inscriptions/suivante",  # to an application
    "/gestion/inscriptions/{compte_id}/diplomes/{piece_id}/original", "/mon-profil/diplomes/{piece_id}/original",
    "/gestion/inscriptions/{compte_id}/cv", "/mon-profil/cv/{piece_id}/original",  # to the bucket, by a short link
}  # fmt: skip
"""What is asked by GET and shows no page of its own: all other routes are visited (conftest)."""

SANS_ETAT = {
    ("core/templates/base.html", "if identite.couleurs"): "the body's own colours, put in its package",
    ("core/templates/base.html", "if identite.logo"): "as above",
    (
        "intervenants/inscription/templates/decisions.html",
        'else of if issue == "FAITE"',
    ): "a profile that changes while the decision is written (tests/web/test_lot.py)",
}
"""Branches of templates (file, text) that no state of the visit shows, and why: all others are visited (conftest)."""

REGLAGES = {
    "CONTACT_EMAIL": "contact@exemple.fr",
    "CONTACT_TELEPHONE": "03 83 00 00 00",
    "PLAN_ACCES_URL": "https://exemple.fr/plan",
    "SOURCE_URL": "",
}
"""Settings that the other portals of the visit do not have."""


@dataclass
class Visite:
    """The portal, windows to open (with the cookies of somebody sown, or none), and what is done at each state."""

    portail: Portail
    fenetre: Callable[..., Any]
    voir: Voir

    @contextmanager
    def ouvrir(self, qui: semis.Visiteur | None = None) -> Iterator[Page]:
        """A window, as a visitor or as somebody who is logged in."""
        with self.fenetre() as page:
            if qui is not None:
                page.context.add_cookies(semis.cookies(qui))
            yield page

    def aller(self, page: Page, chemin: str, nom: str) -> None:
        """Ask a page and look at it."""
        page.goto(self.portail.url + chemin)
        self.voir(page, nom)


def envoyer(page: Page, bouton: str) -> None:
    """Press a button, and wait for the whole page that comes."""
    with page.expect_navigation():
        page.get_by_role("button", name=bouton, exact=True).click()


def suivre(page: Page, lien: str) -> None:
    """Follow a link, and wait for the whole page that comes."""
    with page.expect_navigation():
        page.get_by_role("link", name=lien).click()


def pages_publiques(visite: Visite) -> None:
    """What anybody reads (rules A1, A4, A5)."""
    with visite.ouvrir() as page:
        for chemin, nom in (
            ("/", "accueil"),
            ("/documents/charte", "charte"),
            ("/documents/conditions-generales", "conditions générales"),
            ("/mentions-legales", "mentions légales"),
            ("/accessibilite", "accessibilité"),
            ("/aide-et-contact", "aide et contact"),
            ("/plan-du-site", "plan du site"),
            ("/code-source", "code source"),
            ("/structures/grand-est", "structure"),
            ("/structures/inconnue", "erreur 404"),
            ("/nulle-part", "adresse inconnue de la passerelle"),
        ):
            visite.aller(page, chemin, nom)


def connexion(visite: Visite) -> None:
    """Rules A2, J6, T1, T4."""
    with visite.ouvrir() as page:
        visite.aller(page, "/connexion?suite=/mon-profil&fin=oui", "connexion, session terminée")
        visite.aller(page, "/connexion", "connexion")
        envoyer(page, "Valider")
        visite.voir(page, "connexion, rien de saisi")
        _identifiants(page, "personne@exemple.fr", "Un-mauvais-1")
        visite.voir(page, "connexion, identifiants refusés")
        visite.portail.avancer(31)
        _identifiants(page, "admin@demo.fr", parcours.DEMO)
        visite.voir(page, "code")
        envoyer(page, "Valider")
        visite.voir(page, "code, rien de saisi")
        page.get_by_label("Code à six chiffres").fill("000000")
        envoyer(page, "Valider")
        visite.voir(page, "code refusé")
        page.get_by_label("Code à six chiffres").fill(semis.code(visite.portail))
        envoyer(page, "Valider")
        expect(page.get_by_role("heading", level=1)).to_have_text("Envois en échec")
        visite.voir(page, "administration, aucun envoi en échec")
    with visite.ouvrir() as page:
        page.goto(visite.portail.url + "/connexion")
        _identifiants(page, "admin@demo.fr", parcours.DEMO)
        while page.get_by_label("Code à six chiffres").count():  # five tries, and no more
            page.get_by_label("Code à six chiffres").fill("000000")
            envoyer(page, "Valider")
        visite.voir(page, "connexion, trop de codes refusés")


def _identifiants(page: Page, email: str, mot_de_passe: str) -> None:
    page.get_by_label("Identifiant").fill(email)
    page.locator("#mot_de_passe").fill(mot_de_passe)
    envoyer(page, "Valider")


def mot_de_passe_provisoire(visite: Visite) -> None:
    """Rules J2, Z3: what whoever was given a password meets."""
    semis.remettre_un_mot_de_passe(visite.portail, "nouveau@demo.fr")
    with visite.ouvrir(semis.se_connecter(visite.portail, "nouveau@demo.fr")) as page:
        visite.aller(page, "/", "mot de passe provisoire à remplacer")
        envoyer(page, "Enregistrer")
        visite.voir(page, "mot de passe provisoire, rien de saisi")


def refus(visite: Visite) -> None:
    """Rules S6, T4: too many tries, a form of another session, of another site, a session that has ended."""
    with visite.ouvrir() as page:
        essais = semis.Visiteur(portail=visite.portail)
        for _ in range(10):
            formulaire = essais.get("/connexion")
            essais.submit(formulaire, "/connexion", identifiant="trop@exemple.fr", mot_de_passe="Un-mauvais-1")
        page.goto(visite.portail.url + "/connexion")
        _identifiants(page, "trop@exemple.fr", "Un-mauvais-1")
        visite.voir(page, "erreur 429")
        visite.portail.avancer(61)
        page.goto(visite.portail.url + "/deposer-un-cv")
        page.get_by_label("Prénom").fill("Chloé")
        page.context.clear_cookies()
        envoyer(page, "Valider")
        visite.voir(page, "formulaire d’une autre session")
        page.goto(f"data:text/html,<form method=post action={visite.portail.url}/connexion><button>Envoyer")
        envoyer(page, "Envoyer")
        visite.voir(page, "erreur 403")
    with visite.ouvrir(semis.se_connecter(visite.portail, "ordonne@demo.fr")) as page:
        page.goto(visite.portail.url + "/mon-profil/identification")
        visite.portail.avancer(31 * 60)
        page.get_by_label("Lieu de naissance (ville)").fill("Épinal")
        envoyer(page, "Enregistrer")
        visite.voir(page, "session terminée")
        _identifiants(page, "ordonne@demo.fr", parcours.DEMO)
        visite.voir(page, "saisie retrouvée")


def envois_refuses(visite: Visite) -> None:
    """Rule S6: what no form of ours sends, what is too long to be taken, or to be carried through a login."""
    with visite.ouvrir() as page:
        page.goto(visite.portail.url + "/connexion")
        page.evaluate("() => { document.querySelector('main form').acceptCharset = 'windows-1252'; }")
        _identifiants(page, "é", "à")
        visite.voir(page, "erreur 400")
    with visite.ouvrir(semis.se_connecter(visite.portail, "ordonne@demo.fr")) as page:
        page.goto(visite.portail.url + "/mon-profil/parcours")
        page.get_by_label("Autre prestation complémentaire").fill("a" * 121_000)
        envoyer(page, "Enregistrer")
        visite.voir(page, "erreur 413")
        page.goto(visite.portail.url + "/mon-profil/parcours")
        page.get_by_label("Autre prestation complémentaire").fill("a" * 61_000)
        visite.portail.avancer(31 * 60)
        envoyer(page, "Enregistrer")
        visite.voir(page, "session terminée, saisie trop longue")


def inscription(visite: Visite) -> None:
    """Rules B1 to B3."""
    portail, qui = visite.portail, semis.personne()
    with visite.ouvrir() as page:
        visite.aller(page, "/deposer-un-cv", "déposer un CV")
        envoyer(page, "Valider")
        visite.voir(page, "déposer un CV, rien de saisi")
        page.get_by_label("Nom de famille (naissance)").fill("Dubois2")
        page.get_by_label("Date de naissance").fill("31/02/1980")
        page.get_by_label("Adresse e-mail (identifiant)").fill("jean.dubois")
        page.get_by_label("Confirmer l’adresse e-mail").fill("jean.dubois@exemple.fr")
        page.locator("#mot_de_passe").fill("court")
        page.locator("#confirmation_mot_de_passe").fill("courte")
        envoyer(page, "Valider")
        visite.voir(page, "déposer un CV, réponses à corriger")
        page.goto(portail.url + "/deposer-un-cv")
        page.get_by_role("link", name="Écouter les chiffres").click()
        page.locator("audio").wait_for()
        visite.voir(page, "déposer un CV, écoute du code")
        visite.aller(page, f"/captcha/{page.locator('input[name=defi]').input_value()}/son", "écoute du code, seule")
        page.goto(portail.url + "/deposer-un-cv")
        parcours.remplir_le_compte(portail, page, qui, captcha="000000")
        envoyer(page, "Valider")
        visite.voir(page, "déposer un CV, code de l’image refusé")
        parcours.remplir_le_compte(portail, page, qui)
        envoyer(page, "Valider")
        visite.voir(page, "consultez votre messagerie")
        page.goto(portail.url + "/deposer-un-cv")
        parcours.remplir_le_compte(portail, page, qui)
        envoyer(page, "Valider")
        visite.voir(page, "déposer un CV, compte existant")
        semis.archiver_le_compte(portail, qui.email)
        page.goto(portail.url + "/deposer-un-cv")
        parcours.remplir_le_compte(portail, page, qui)
        envoyer(page, "Valider")
        visite.voir(page, "déposer un CV, compte archivé")


def activation(visite: Visite) -> None:
    """Rules B4, B5, T3."""
    portail, utilise, expire = visite.portail, semis.personne(), semis.personne()
    premier = semis.demander_un_compte(portail, expire)
    with visite.ouvrir() as page:
        visite.aller(page, semis.demander_un_compte(portail, utilise), "activation")
        lien = page.url.removeprefix(portail.url)
        envoyer(page, "Activer mon compte")
        visite.voir(page, "profil à commencer")
        visite.aller(page, lien, "activation, lien utilisé")
    with visite.ouvrir() as page:
        visite.aller(page, lien, "activation, lien utilisé, sans session")
        visite.aller(page, "/activation/inconnu", "activation, lien inconnu")
        visite.aller(page, "/activation/renvoyer", "nouveau lien")
        envoyer(page, "Recevoir un nouveau lien")
        visite.voir(page, "nouveau lien, rien de saisi")
        page.get_by_label("Adresse e-mail").fill(expire.email)
        page.get_by_label("Recopier le texte de l’image").fill(_captcha(portail, page))
        envoyer(page, "Recevoir un nouveau lien")
        expect(page.get_by_role("heading", level=1)).to_have_text("Consultez votre messagerie")
        visite.voir(page, "nouveau lien, e-mail renvoyé")
        visite.aller(page, premier, "activation, lien remplacé")
        second = semis.lien_d_activation(portail, expire.email, deja=1)
        portail.avancer(7 * 86400)
        visite.aller(page, second, "activation, lien expiré")


def mot_de_passe(visite: Visite) -> None:
    """Rules J4, J5, T3: changed from the account, then forgotten."""
    portail = visite.portail
    qui, dedans = semis.inscrire(portail)
    with visite.ouvrir(dedans) as page:
        visite.aller(page, "/mon-compte/mot-de-passe", "mot de passe")
        envoyer(page, "Enregistrer")
        visite.voir(page, "mot de passe, rien de saisi")
        page.locator("#mot_de_passe_actuel").fill(qui.mot_de_passe)
        choisir_un_mot_de_passe(page, "Courir-3-Fois!")
        visite.voir(page, "mot de passe changé")
    with visite.ouvrir() as page:
        visite.aller(page, "/mot-de-passe-oublie", "mot de passe oublié")
        envoyer(page, "Recevoir un lien")
        visite.voir(page, "mot de passe oublié, rien de saisi")
        lien = oublier(portail, page, qui.email, 0)
        visite.voir(page, "mot de passe oublié, e-mail envoyé")
        visite.aller(page, lien, "nouveau mot de passe")
        choisir_un_mot_de_passe(page, "court")
        visite.voir(page, "nouveau mot de passe, trop court")
        choisir_un_mot_de_passe(page, "Nager-4-Fois!")
        visite.voir(page, "connexion, mot de passe changé")
        visite.aller(page, lien, "nouveau mot de passe, lien utilisé")
        page.goto(portail.url + "/mot-de-passe-oublie")
        lien = oublier(portail, page, qui.email, 1)
        portail.avancer(3601)
        visite.aller(page, lien, "nouveau mot de passe, lien expiré")
        visite.aller(page, "/nouveau-mot-de-passe/inconnu", "nouveau mot de passe, lien inconnu")


def choisir_un_mot_de_passe(page: Page, mot: str) -> None:
    """A new one, typed twice and sent."""
    page.locator("#mot_de_passe").fill(mot)
    page.locator("#confirmation_mot_de_passe").fill(mot)
    envoyer(page, "Enregistrer")


def oublier(portail: Portail, page: Page, email: str, deja: int) -> str:
    """« Mot de passe oublié », filled and sent; answers the link of the mail."""
    page.get_by_label("Adresse e-mail").fill(email)
    page.get_by_label("Recopier le texte de l’image").fill(_captcha(portail, page))
    envoyer(page, "Recevoir un lien")
    expect(page.get_by_role("heading", level=1)).to_have_text("Consultez votre messagerie")
    return _lien(portail, email, "Réinitialisation", "/nouveau-mot-de-passe/", deja)


def _lien(portail: Portail, email: str, sujet: str, chemin: str, deja: int = 0) -> str:
    mail = portail.attendre_mail(email, sujet, deja)
    return str(next(mot for mot in mail["text"].split() if chemin in mot)).removeprefix(portail.url)


def adresse(visite: Visite) -> None:
    """Rule J3."""
    portail, nouvelle = visite.portail, f"nouvelle.{semis.personne().email}"
    qui, dedans = semis.inscrire(portail)
    with visite.ouvrir(dedans) as page:
        visite.aller(page, "/mon-compte/adresse-e-mail", "adresse e-mail")
        envoyer(page, "Recevoir le lien de confirmation")
        visite.voir(page, "adresse e-mail, rien de saisi")
        annule = changer_d_adresse(portail, page, nouvelle, qui.mot_de_passe)
        visite.voir(page, "adresse e-mail, modification en attente")
        envoyer(page, "Annuler la modification")
        visite.voir(page, "adresse e-mail, modification annulée")
        visite.aller(page, annule, "nouvelle adresse, lien annulé")
        page.goto(portail.url + "/mon-compte/adresse-e-mail")
        lien = changer_d_adresse(portail, page, nouvelle, qui.mot_de_passe, 1)
        visite.aller(page, lien, "nouvelle adresse à confirmer")
        envoyer(page, "Confirmer cette adresse")
        visite.voir(page, "adresse e-mail changée")
        visite.aller(page, lien, "nouvelle adresse, lien utilisé")
        page.goto(portail.url + "/mon-compte/adresse-e-mail")
        tardif = changer_d_adresse(portail, page, f"encore.{nouvelle}", qui.mot_de_passe)
    with visite.ouvrir() as page:
        visite.aller(page, lien, "nouvelle adresse, lien utilisé, sans session")
        portail.avancer(86401)
        visite.aller(page, tardif, "nouvelle adresse, lien expiré")
        visite.aller(page, "/nouvelle-adresse/inconnu", "nouvelle adresse, lien inconnu")


def changer_d_adresse(portail: Portail, page: Page, nouvelle: str, mot_de_passe: str, deja: int = 0) -> str:
    """« Modifier mon adresse e-mail », filled and sent; answers the link of the mail."""
    page.locator("#email").fill(nouvelle)
    page.locator("#confirmation_email").fill(nouvelle)
    page.locator("#mot_de_passe_actuel").fill(mot_de_passe)
    envoyer(page, "Recevoir le lien de confirmation")
    return _lien(portail, nouvelle, "Confirmez", "/nouvelle-adresse/", deja)


def adresse_prise(visite: Visite) -> None:
    """Rules J3, B3: two people confirm one address."""
    portail, nouvelle, liens = visite.portail, f"prise.{semis.personne().email}", []
    for deja in range(2):
        qui, dedans = semis.inscrire(portail)
        saisie = {"email": nouvelle, "confirmation_email": nouvelle, "mot_de_passe_actuel": qui.mot_de_passe}
        formulaire = dedans.get("/mon-compte/adresse-e-mail")
        assert dedans.submit(formulaire, "/mon-compte/adresse-e-mail", **saisie).status == 303
        liens.append(_lien(portail, nouvelle, "Confirmez", "/nouvelle-adresse/", deja))
    with visite.ouvrir() as page:
        page.goto(portail.url + liens[0])
        envoyer(page, "Confirmer cette adresse")
        visite.voir(page, "connexion, adresse changée")
        page.goto(portail.url + liens[1])
        envoyer(page, "Confirmer cette adresse")
        visite.voir(page, "nouvelle adresse, déjà prise")


def _captcha(portail: Portail, page: Page) -> str:
    return semis.captcha(portail, page.locator("input[name=defi]").input_value())


def identification(visite: Visite) -> None:
    """Rules C1 to C8, S2, S3."""
    portail = visite.portail
    _, qui = semis.inscrire(portail)
    with visite.ouvrir(qui) as page:
        visite.aller(page, "/mon-profil", "mon profil, à commencer")
        visite.aller(page, "/mon-profil/verification", "vérification, tout manque")
        visite.aller(page, "/mon-profil/identification", "identification")
        page.get_by_role("textbox", name="Code postal", exact=True).fill("5400")
        page.get_by_label("Téléphone personnel").fill("12")
        page.get_by_label("Grand Est", exact=True).check()
        envoyer(page, "Enregistrer")
        visite.voir(page, "identification enregistrée, réponses à corriger")
        visite.aller(page, "/mon-profil", "mon profil, commencé")
        page.goto(portail.url + "/mon-profil/verification")
        envoyer(page, "Enregistrer et transmettre ma demande d’inscription")
        visite.voir(page, "vérification, transmission refusée")
        suivre(page, "Saisissez votre ville de naissance.")
        visite.voir(page, "identification, ce qui manque")
        semis.remplir(qui, ville="Vandœuvre-lès-Nancy")
        page.get_by_label("Lieu de naissance (ville)").fill("Metz")
        envoyer(page, "Enregistrer")
        visite.voir(page, "identification, modifiée dans une autre fenêtre")


def statut(visite: Visite) -> None:
    """Rules C2 to C4: what the statut shows, the employers proposed, what is to be mended, no answer."""
    _, qui = semis.inscrire(visite.portail)
    with visite.ouvrir(qui) as page:
        page.goto(visite.portail.url + "/mon-profil/identification")
        page.get_by_label("Fonctionnaire").check()
        page.get_by_role("link", name="En savoir plus : Choisir votre statut").click()
        visite.voir(page, "identification, en savoir plus")
        page.keyboard.press("Escape")
        page.locator("summary", has_text="Aide : Temps complet/temps non complet").click()
        visite.voir(page, "identification, aide d’un champ")
        raison_sociale = page.get_by_label("Raison sociale de l’employeur")
        raison_sociale.fill("nancy")
        choix = page.get_by_role("button", name="Choisir : COMMUNE DE NANCY")
        choix.wait_for()
        visite.voir(page, "identification, employeurs proposés")
        choix.click()
        visite.voir(page, "identification, employeur choisi")
        raison_sociale.fill("essai charabia")
        page.get_by_text("La recherche d’employeurs n’est pas disponible").first.wait_for()
        visite.voir(page, "identification, recherche d’employeurs sans réponse")
        page.get_by_label("Adresse différente de celle de l’employeur").check()
        page.get_by_label("N° de SIRET de l’employeur principal").fill("215 403 957 00017")
        page.get_by_label("Code postal de l’employeur").fill("5400")
        page.get_by_label("Numéro de portable du lieu de travail").fill("12")
        envoyer(page, "Enregistrer")
        visite.voir(page, "identification, employeur à corriger")
        page.get_by_label("Travailleur indépendant").check()
        envoyer(page, "Enregistrer")
        visite.voir(page, "identification, employeur d’un statut précédent")
        _sans_region(page)
        envoyer(page, "Enregistrer")
        visite.voir(page, "identification, département sans sa région")


def _sans_region(page: Page) -> None:
    """What the page's script does not let happen: a department whose region is not ticked."""
    page.locator("#departement-54").evaluate(
        "c => { c.checked = true; for (let e = c; e; e = e.parentElement) e.disabled = false; }"
    )


def employeur_sans_script(visite: Visite) -> None:
    """Rule C3: the search for who has no script, by the button that the script hides."""
    _, qui = semis.inscrire(visite.portail)
    with visite.ouvrir(qui) as page:
        page.goto(visite.portail.url + "/mon-profil/identification")
        for cherche, nom in (
            ("", "rien à chercher"),
            ("xylophone", "aucun trouvé"),
            ("nancy", "employeurs trouvés"),
        ):
            page.get_by_label("Fonctionnaire").check()
            page.get_by_label("Raison sociale de l’employeur").fill(cherche)
            with page.expect_navigation():
                page.locator("button[value=chercher_employeur]").evaluate("bouton => bouton.click()")
            visite.voir(page, f"identification, recherche sans script, {nom}")
        with page.expect_navigation():
            page.locator("button[name=employeur_choisi]").first.evaluate("bouton => bouton.form.requestSubmit(bouton)")
        visite.voir(page, "identification, employeur choisi sans script")


def transmission(visite: Visite) -> None:
    """Rules E1, G0, S3."""
    _, qui = semis.inscrire(visite.portail)
    semis.remplir(qui)
    with visite.ouvrir(qui) as page:
        visite.aller(page, "/mon-profil/identification?enregistre=oui", "identification enregistrée")
        visite.aller(page, "/mon-profil", "mon profil, prêt à transmettre")
        tardive = page.context.new_page()
        tardive.goto(visite.portail.url + "/mon-profil/identification")
        visite.aller(page, "/mon-profil/verification", "vérification")
        envoyer(page, "Enregistrer et transmettre ma demande d’inscription")
        visite.voir(page, "dossier transmis")
        tardive.get_by_label("Lieu de naissance (ville)").fill("Épinal")
        envoyer(tardive, "Enregistrer")
        visite.voir(tardive, "identification, enregistrée trop tard")
        tardive.close()
        visite.aller(page, "/mon-profil", "mon profil, en cours d’étude")
        visite.aller(page, "/mon-profil/identification", "identification, lecture seule")
        visite.aller(page, "/mon-profil/cv", "CV, lecture seule")
        visite.aller(page, "/mon-profil/verification", "vérification, lecture seule")
        visite.aller(page, "/", "espace, avant validation")


def fichiers(visite: Visite) -> None:
    """Rules D10, U1, U2."""
    portail = visite.portail
    _, qui = semis.inscrire(portail)
    with visite.ouvrir(qui) as page:
        visite.aller(page, "/mon-profil/cv", "CV, aucun")
        envoyer(page, "Ajouter un CV")
        visite.voir(page, "dépôt")
        page.get_by_label("Votre CV").set_input_files({"name": "photo.bmp", "mimeType": "image/bmp", "buffer": b"BM"})
        visite.voir(page, "dépôt, format refusé")
        visite.aller(page, page.url.removeprefix(portail.url) + "?envoye=oui", "dépôt, vérification en cours")
        chemin = semis.deposer_un_fichier(qui, eicar(), "CV infecté.txt")
        page.goto(f"{portail.url}{chemin}?envoye=oui")
        expect(page.get_by_text("Ce fichier n’a pas été accepté")).to_be_visible()
        visite.voir(page, "dépôt, fichier refusé")
        visite.aller(page, "/mon-profil/cv", "CV refusé")
        visite.aller(page, "/mon-profil", "mon profil, CV refusé")
        chemin = semis.deposer_un_fichier(qui, pdf(2), "CV 2026 - une assez longue désignation de fichier.pdf")
        page.goto(f"{portail.url}{chemin}?envoye=oui")
        expect(page.get_by_text("Votre CV est enregistré")).to_be_visible()
        visite.voir(page, "dépôt, CV enregistré")
        visite.aller(page, "/mon-profil/cv", "CV")
        suivre(page, "Supprimer ce CV")
        visite.voir(page, "CV à supprimer")


def fichiers_suivants(visite: Visite) -> None:
    """Rules D7, D10, U2: a CV and a diploma in force, then others that are being checked, then others refused."""
    portail = visite.portail
    _, qui = semis.inscrire(portail)
    semis.remplir(qui)
    fichiers_ = (semis.deposer_un_fichier(qui), semis.joindre_un_diplome(qui, pdf(1), "Master.pdf"))
    semis.attendre_les_fichiers(qui, *fichiers_)
    ligne = semis.premiere_ligne(qui)
    with visite.ouvrir(qui) as page:
        visite.aller(page, "/mon-profil/parcours", "parcours, CV et diplôme")
        semis.laisser_en_verification(portail, semis.annoncer_un_cv(qui))
        semis.laisser_en_verification(portail, semis.annoncer_un_diplome(qui))
        visite.aller(page, "/mon-profil/parcours", "parcours, fichiers en cours de vérification")
        visite.aller(page, ligne, "parcours, ligne, diplôme en cours de vérification")
        visite.aller(page, "/mon-profil/cv", "CV remplacé, en cours de vérification")
        visite.aller(page, "/mon-profil/verification", "vérification, fichiers en cours de vérification")
        semis.deposer_un_fichier(qui, eicar(), "CV infecté.txt")
        semis.joindre_un_diplome(qui, eicar(), "Diplôme infecté.txt")
        semis.attendre(lambda: "Fichier refusé" in qui.get("/mon-profil/parcours").page.text)
        semis.attendre(lambda: "n’a pas été accepté" in qui.get("/mon-profil/parcours").page.text)
        visite.aller(page, "/mon-profil/parcours", "parcours, fichiers refusés")
        visite.aller(page, ligne, "parcours, ligne, diplôme refusé")


def le_parcours(visite: Visite) -> None:
    """Rules D1 to D12."""
    portail = visite.portail
    elle, qui = semis.inscrire(portail)
    with visite.ouvrir(qui) as page:
        visite.aller(page, "/mon-profil/parcours", "parcours, vide")
        visite.aller(page, "/mon-profil/parcours?manques=oui", "parcours, ce qui manque")
        visite.aller(page, "/mon-profil/parcours?depuis=identification", "parcours, identification à compléter")
        for bloc, saisie in LIGNES.items():
            chemin = f"/mon-profil/parcours/{bloc}/ajouter"
            visite.aller(page, chemin, f"parcours, ajouter : {bloc}")
            assert qui.submit(qui.get(chemin), chemin, **saisie, suite="page").status == 303
        page.get_by_role("button", name="Valider", exact=True).click()
        visite.voir(page, "parcours, ligne à corriger")
        visite.aller(page, "/mon-profil/parcours?bloc=langues&fait=ajoutee#langues", "parcours, rempli")
        autre_fenetre = page.context.new_page()
        autre_fenetre.goto(page.url)
        autre_fenetre.get_by_label("Autre prestation complémentaire").fill("Jury")
        envoyer(autre_fenetre, "Enregistrer")
        autre_fenetre.close()
        page.get_by_label("Autre prestation complémentaire").fill("Audit")
        envoyer(page, "Enregistrer")
        visite.voir(page, "parcours, modifié dans une autre fenêtre")
        autre_prestation = page.get_by_role("textbox", name="Autre prestation complémentaire")
        autre_prestation.fill("Jury, " * 50)
        envoyer(page, "Enregistrer")
        visite.voir(page, "parcours enregistré, réponses à corriger")
        autre_prestation.fill("Jury")
        page.get_by_role("button", name="Modifier : Bac +5").click()
        visite.voir(page, "parcours, modifier une ligne")
        envoyer(page, "Valider et joindre le diplôme")
        visite.voir(page, "diplôme à déposer")
        chemin = page.url.removeprefix(portail.url)
        semis.envoyer_le_fichier(qui, chemin, pdf(1), "Master.pdf")
        page.goto(f"{portail.url}{chemin}?envoye=oui")
        expect(page.get_by_text("Votre diplôme est enregistré")).to_be_visible()
        visite.voir(page, "diplôme enregistré")
        visite.aller(page, f"{chemin}/supprimer", "diplôme à supprimer")
        page.goto(f"{portail.url}/mon-profil/parcours")
        page.get_by_role("button", name="Supprimer : Bac +5").click()
        visite.voir(page, "parcours, ligne à supprimer")
        semis.remplir(qui)
        visite.aller(page, "/mon-profil/verification", "vérifier, parcours rempli")
        semis.transmettre(qui)
        visite.aller(page, "/mon-profil/parcours", "parcours, lecture seule")
    with visite.ouvrir(semis.se_connecter(portail, "gestionnaire@demo.fr")) as page:
        page.goto(portail.url + "/gestion/inscriptions?ordre=recentes")
        suivre(page, f"{elle.nom} {elle.prenom}")
        visite.voir(page, "dossier, parcours rempli")
        suivre(page, "Master.pdf")
        expect(page.get_by_role("img", name="page 1 sur 1")).to_be_visible()
        visite.voir(page, "diplôme, vu par un gestionnaire")
        semis.oublier_les_images(portail, page.url.partition("#")[0])
        page.reload()
        visite.voir(page, "diplôme, pages en préparation")


def tableaux(visite: Visite) -> None:
    """Rules C8, D12: a line in two windows, a table that is full."""
    from chalicelib.intervenants.parcours.rules import LIGNES_MAX

    _, qui = semis.inscrire(visite.portail)
    ajouter = "/mon-profil/parcours/experiences/ajouter"
    with visite.ouvrir(qui) as page:
        assert qui.submit(qui.get(ajouter), ajouter, **LIGNES["experiences"], suite="page").status == 303
        page.goto(visite.portail.url + "/mon-profil/parcours")
        page.get_by_role("button", name="Modifier : Ville de Nancy").click()
        autre_fenetre = page.context.new_page()
        autre_fenetre.goto(page.url)
        for fenetre, fonction in ((autre_fenetre, "Directrice adjointe"), (page, "Directrice générale")):
            fenetre.get_by_label("Fonction").fill(fonction)
            envoyer(fenetre, "Valider")
        autre_fenetre.close()
        visite.voir(page, "parcours, ligne modifiée dans une autre fenêtre")
        page.goto(visite.portail.url + ajouter)
        for _ in range(LIGNES_MAX - 1):
            assert qui.submit(qui.get(ajouter), ajouter, **LIGNES["experiences"], suite="page").status == 303
        for champ in ("Employeur", "Fonction", "Période"):
            page.get_by_label(champ).fill("2012")
        envoyer(page, "Valider")
        visite.voir(page, "parcours, une ligne de trop")
        visite.aller(page, ajouter, "parcours, tableau plein, rien à ajouter")
        visite.aller(page, "/mon-profil/parcours", "parcours, tableau plein")


def gestion(visite: Visite) -> None:
    """Rules E2, E5, U3."""
    portail = visite.portail
    avec_cv, qui = semis.inscrire(portail)
    semis.remplir(qui)
    chemin = semis.deposer_un_fichier(qui)
    semis.attendre(lambda: "Votre CV est enregistré" in qui.get(chemin).page.text)
    semis.transmettre(qui)
    sans_cv, autre = semis.inscrire(portail)
    semis.remplir(autre)
    semis.transmettre(autre)
    with visite.ouvrir(semis.se_connecter(portail, "gestionnaire2@demo.fr")) as page:
        visite.aller(page, "/gestion/inscriptions", "demandes, aucune")
        visite.aller(page, "/gestion/statistiques", "délais, aucune demande")
    with visite.ouvrir(semis.se_connecter(portail, "gestionnaire@demo.fr")) as page:
        visite.aller(page, "/gestion/inscriptions", "demandes")
        page.get_by_label("Nom ou référence").fill("inconnu")
        envoyer(page, "Rechercher")
        visite.voir(page, "recherche, aucun résultat")
        page.get_by_label("Nom ou référence").fill(sans_cv.nom)
        envoyer(page, "Rechercher")
        visite.voir(page, "recherche")
        suivre(page, f"{sans_cv.nom} {sans_cv.prenom}")
        visite.voir(page, "dossier à décider, sans CV")
        autre_fenetre = page.context.new_page()
        autre_fenetre.goto(page.url)
        autre_fenetre.get_by_role("button", name="Valider la demande").click()
        expect(autre_fenetre.get_by_text("Demande validée")).to_be_visible()
        autre_fenetre.close()
        page.get_by_text("Demander un complément").first.click()
        page.locator("#complement").fill("Précisez vos dates d’expérience.")
        envoyer(page, "Demander un complément")
        visite.voir(page, "dossier déjà décidé par un autre")
        visite.aller(page, "/gestion/inscriptions?etat=COMPLEMENT&ordre=recentes", "demandes en complément, aucune")
        visite.aller(page, "/gestion/inscriptions/recherche", "recherche à commencer")
        envoyer(page, "Rechercher")
        visite.voir(page, "recherche, rien de saisi")
        visite.aller(page, "/gestion/inscriptions?etat=VALIDEE&ordre=recentes", "demandes traitées")
        page.goto(portail.url + "/gestion/inscriptions")
        suivre(page, f"{avec_cv.nom} {avec_cv.prenom}")
        expect(page.get_by_role("img", name="page 2 sur 2")).to_be_visible()
        visite.voir(page, "dossier à décider")
        page.get_by_text("Rejeter la demande").first.click()
        envoyer(page, "Rejeter la demande")
        visite.voir(page, "dossier, rejet sans motif")
        page.get_by_text("Demander un complément").first.click()
        envoyer(page, "Demander un complément")
        visite.voir(page, "dossier, complément sans message")
        message = page.locator("#complement")
        message.fill("Bonjour,")
        page.get_by_label("Texte prêt").select_option("CV illisible")
        expect(message).to_have_value(re.compile(r"^Bonjour,\n\n.{20}"))  # what was typed stays
        envoyer(page, "Demander un complément")
        visite.voir(page, "dossier, complément demandé")
        with visite.ouvrir(qui) as sienne:
            visite.aller(sienne, "/mon-profil", "mon profil, complément demandé")
            visite.aller(sienne, "/mon-profil/verification", "vérification, complément demandé")
        semis.transmettre(qui)
        page.reload()
        visite.voir(page, "dossier, revenu d’un complément, inchangé")
        page.get_by_text("Demander un complément").first.click()
        page.get_by_label("Texte prêt").select_option("Corriger les coordonnées")
        envoyer(page, "Demander un complément")
        assert remplir(qui, lieu_naissance="Toul").status == 303
        with visite.ouvrir(qui) as sienne:
            visite.aller(sienne, "/mon-profil/verification", "vérification, complément préparé")
        semis.transmettre(qui)
        page.reload()
        visite.voir(page, "dossier, revenu d’un complément")
        envoyer(page, "Valider la demande")
        visite.voir(page, "dossier décidé")
        semis.oublier_les_images(portail, chemin)
        page.reload()
        visite.voir(page, "dossier décidé, CV en préparation")
        visite.aller(page, "/gestion/statistiques", "délais de traitement")
        for _ in range(5):
            page.request.get(portail.url + "/gestion/inscriptions.csv")
        visite.aller(page, "/gestion/inscriptions.csv", "erreur 429, trop d’exports")
    with visite.ouvrir(qui) as page:
        visite.aller(page, "/", "espace, après validation")
        visite.aller(page, "/mon-profil/transmission", "dossier transmis, étudié depuis")


def decisions(visite: Visite) -> None:
    """Rules E2 to E4: an application that is rejected, another whose complement never comes."""
    portail = visite.portail
    (rejetee, elle), (oubliee, lui) = semis.inscrire(portail), semis.inscrire(portail)
    semis.remplir(elle)
    siens = (
        semis.deposer_un_fichier(elle, txt(), "CV.txt"),
        semis.joindre_un_diplome(elle, txt(), "Attestation.txt"),
    )
    semis.attendre_les_fichiers(elle, *siens)
    semis.remplir(lui)
    for qui in (elle, lui):
        semis.transmettre(qui)
    with visite.ouvrir(semis.se_connecter(portail, "gestionnaire@demo.fr")) as page:
        _ouvrir_le_dossier(visite, page, oubliee)
        page.get_by_text("Demander un complément").first.click()
        page.get_by_label("Texte prêt").select_option("Préciser le parcours")
        envoyer(page, "Demander un complément")
        _ouvrir_le_dossier(visite, page, rejetee)
        with semis.profil_qui_bouge(portail, rejetee.email):
            envoyer(page, "Valider la demande")
        visite.voir(page, "dossier, profil changé entre-temps")
        page.get_by_text("Rejeter la demande").first.click()
        page.get_by_role("textbox", name="Motif").fill(
            "Nous n’avons pas de besoin dans vos spécialités.\n\nMerci de votre intérêt."
        )
        envoyer(page, "Rejeter la demande")
        visite.voir(page, "dossier rejeté")
        suivre(page, "Attestation.txt")
        visite.voir(page, "diplôme d’un format qui ne s’affiche pas")
    with visite.ouvrir(elle) as page:
        visite.aller(page, "/mon-profil", "mon profil, demande rejetée")
        visite.aller(page, "/mon-profil/transmission", "dossier transmis, rejeté depuis")
        visite.aller(page, "/mon-profil/verification", "vérification, demande rejetée")
        envoyer(page, "Enregistrer et transmettre ma demande d’inscription")
        visite.voir(page, "vérification, transmission trop tôt")
    _plus_tard(visite, rejetee, oubliee)


def _ouvrir_le_dossier(visite: Visite, page: Page, qui: semis.Personne) -> None:
    page.goto(visite.portail.url + "/gestion/inscriptions?ordre=recentes")
    suivre(page, f"{qui.nom} {qui.prenom}")


def _plus_tard(visite: Visite, rejetee: semis.Personne, oubliee: semis.Personne) -> None:
    """Two months without the complement, then a year since the rejection."""
    portail = visite.portail
    portail.avancer(63 * 86400)
    with visite.ouvrir(semis.se_connecter(portail, oubliee.email, oubliee.mot_de_passe)) as page:
        visite.aller(page, "/mon-profil", "mon profil, demande archivée")
        visite.aller(page, "/mon-profil/transmission", "dossier transmis, archivé depuis")
    with visite.ouvrir(semis.se_connecter(portail, "gestionnaire@demo.fr")) as page:
        visite.aller(page, "/gestion/inscriptions?etat=VALIDEE&ordre=recentes", "demandes rejetée et archivée")
        suivre(page, f"{oubliee.nom} {oubliee.prenom}")
        visite.voir(page, "dossier archivé")
    portail.avancer(304 * 86400)
    with visite.ouvrir(semis.se_connecter(portail, rejetee.email, rejetee.mot_de_passe)) as page:
        visite.aller(page, "/mon-profil", "mon profil, rejetée il y a un an")


def lots(visite: Visite) -> None:
    """Rules E2 to E4, S4: several applications at once."""
    portail, gens, personnes = visite.portail, [], []
    for _ in range(4):
        elle, qui = semis.inscrire(portail)
        semis.remplir(qui)
        semis.transmettre(qui)
        gens.append(f"{elle.nom} {elle.prenom}")
        personnes.append(qui)
    with visite.ouvrir(semis.se_connecter(portail, "gestionnaire@demo.fr")) as page:
        _choisir_et_completer(visite, page, gens)
        _rejeter_a_plusieurs(visite, page, gens, personnes[2])


PARTIE = f"2026-01-05T08:00:00.000000Z.{'0' * 26}"
"""The place of an application whose account is gone."""


def _choisir_et_completer(visite: Visite, page: Page, gens: list[str]) -> None:
    liste = visite.portail.url + "/gestion/inscriptions?ordre=recentes"
    page.goto(liste)
    envoyer(page, "Rejeter pour un même motif…")
    visite.voir(page, "demandes, rien de choisi")
    page.goto(liste)
    page.get_by_label("Tout choisir").check()
    page.get_by_label(f"Choisir {gens[0]}").uncheck()
    expect(page.get_by_text(re.compile(r"demandes choisies\.")).first).to_be_visible()
    visite.voir(page, "demandes choisies")
    page.get_by_label("Tout choisir").check()
    page.get_by_label("Tout choisir").uncheck()
    page.get_by_label(f"Choisir {gens[0]}").check()
    bouton = page.get_by_role("button", name="Demander un même complément…")
    bouton.evaluate("bouton => bouton.value = 'autre'")
    envoyer(page, "Demander un même complément…")
    visite.voir(page, "demandes, choix gardé")
    partie = page.get_by_label(f"Choisir {gens[1]}")
    partie.check()
    partie.evaluate(f"boite => boite.value = '{PARTIE}'")
    envoyer(page, "Demander un même complément…")
    visite.voir(page, "lot, complément à une personne, une demande introuvable")
    envoyer(page, "Demander ce complément")
    visite.voir(page, "lot, complément sans message")
    page.get_by_label("Texte prêt").select_option("CV illisible")
    gardee = page.locator("input[name=choix]").first
    gardee.evaluate(f"champ => champ.after(Object.assign(champ.cloneNode(), {{value: '{PARTIE}'}}))")
    envoyer(page, "Demander ce complément")
    expect(page.get_by_text("Une demande choisie est introuvable")).to_be_visible()
    visite.voir(page, "lot, complément demandé, une demande introuvable")


def _rejeter_a_plusieurs(visite: Visite, page: Page, gens: list[str], troisieme: semis.Visiteur) -> None:
    autre, liste = page.context.new_page(), visite.portail.url + "/gestion/inscriptions?ordre=recentes"
    for fenetre, noms in ((page, gens[1:]), (autre, gens[1:3])):
        fenetre.goto(liste)
        for nom in noms:
            fenetre.get_by_label(f"Choisir {nom}").check()
    envoyer(page, "Rejeter pour un même motif…")
    visite.voir(page, "lot, rejet")
    envoyer(page, "Rejeter ces demandes")
    visite.voir(page, "lot, rejet sans motif")
    ailleurs = page.context.new_page()
    ailleurs.goto(liste)
    suivre(ailleurs, gens[1])
    envoyer(ailleurs, "Valider la demande")
    envoyer(autre, "Rejeter pour un même motif…")
    visite.voir(autre, "lot, une demande déjà traitée")
    ailleurs.goto(liste)
    suivre(ailleurs, gens[2])
    ailleurs.get_by_text("Demander un complément").first.click()
    ailleurs.locator("#complement").fill("Précisez vos dates.")
    envoyer(ailleurs, "Demander un complément")
    ailleurs.close()
    semis.transmettre(troisieme)
    page.get_by_role("textbox", name="Motif").fill("Pas de besoin cette année.")
    envoyer(page, "Rejeter ces demandes")
    visite.voir(page, "lot, une décision prise par un autre, une demande revenue")
    autre.get_by_role("textbox", name="Motif").fill("Pas de besoin.")
    envoyer(autre, "Rejeter cette demande")
    visite.voir(autre, "lot, rien de décidé")
    autre.close()


def intervenant_valide(visite: Visite) -> None:
    """Rules G0, G1, G4."""
    semis.se_connecter(visite.portail, "intervenant@demo.fr")  # on another device
    with visite.ouvrir(semis.se_connecter(visite.portail, "intervenant@demo.fr")) as page:
        visite.aller(page, "/", "espace")
        visite.aller(page, "/mon-profil", "mon compte")
        visite.aller(page, "/mon-profil/identification", "mes informations")
        page.get_by_role("textbox", name="Code postal", exact=True).fill("")
        envoyer(page, "Enregistrer")
        visite.voir(page, "mes informations, réponse à donner")
        page.get_by_role("textbox", name="Code postal", exact=True).fill("54000")
        envoyer(page, "Enregistrer")
        expect(page.get_by_text("Enregistré à")).to_be_visible()
        visite.voir(page, "mes informations enregistrées")
        visite.aller(page, "/mon-profil/parcours", "mon parcours")
        visite.aller(page, "/mon-profil/cv", "CV d’un intervenant validé")
        visite.aller(page, "/mes-connexions", "mes connexions")
        visite.aller(page, "/plan-du-site", "plan du site, une fois dans son espace")


def etats_rares(visite: Visite) -> None:
    """Rules S4, S6, V1: long lists, mails given up, failures, maintenance; in portals that nobody else looks at."""
    env = {"MAINTENANCE": "oui", **OBSERVE}
    with ouvrir_le_portail(workers=1, env=env, demo=False) as ferme, visite.ouvrir() as page:
        page.goto(ferme.url)
        visite.voir(page, "erreur 503, maintenance")
    with ouvrir_le_portail(workers=1, env=REGLAGES | OBSERVE) as portail:
        ailleurs = Visite(portail, visite.fenetre, visite.voir)
        _longue_liste(ailleurs)
        semis.demander_un_compte(portail, semis.personne())
        semis.abandonner_un_mail(portail)
        with ailleurs.ouvrir(semis.se_connecter(portail, "admin@demo.fr")) as page:
            ailleurs.aller(page, "/administration/envois", "administration, un envoi en échec")
            semis.abandonner_un_mail(portail, 101)
            ailleurs.aller(page, "/administration/envois", "administration, plus de cent envois en échec")
            ailleurs.aller(page, "/aide-et-contact", "aide et contact, coordonnées")
            ailleurs.aller(page, "/code-source", "code source, sans adresse")
        _pannes(ailleurs)


def _longue_liste(visite: Visite) -> None:
    semis.multiplier_la_demande(visite.portail, 25, ["grand-est", "bretagne"])
    with visite.ouvrir(semis.se_connecter(visite.portail, "gestionnaire@demo.fr")) as page:
        visite.aller(page, "/gestion/inscriptions", "demandes, première page")
        suivre(page, "Demandes suivantes")
        visite.voir(page, "demandes, page suivante")
        visite.aller(page, "/gestion/inscriptions?structure=bretagne&ordre=recentes", "demandes, une structure")
        page.get_by_label("Nom ou référence").fill("Lattente")
        envoyer(page, "Rechercher")
        visite.voir(page, "recherche, d’autres demandes")
        visite.aller(page, "/gestion/statistiques?structure=bretagne", "délais, une structure parmi deux")


def _pannes(visite: Visite) -> None:
    portail = visite.portail
    with visite.ouvrir(semis.se_connecter(portail, "intervenant@demo.fr")) as page:
        page.goto(portail.url + "/mon-profil/identification")
        page.get_by_label("Lieu de naissance (ville)").fill("Épinal")
        semis.casser_le_profil(portail, "intervenant@demo.fr")
        autre = page.context.new_page()
        visite.aller(autre, "/mon-profil", "erreur 500")
        autre.close()
        semis.couper_la_table(portail, "intervenants")
        envoyer(page, "Enregistrer")
        visite.voir(page, "erreur 503, saisie gardée")
        visite.aller(page, "/mon-profil", "erreur 503")


CHAPITRES: tuple[Callable[[Visite], None], ...] = (
    pages_publiques,
    connexion,
    mot_de_passe_provisoire,
    refus,
    envois_refuses,
    inscription,
    activation,
    mot_de_passe,
    adresse,
    adresse_prise,
    identification,
    statut,
    employeur_sans_script,
    transmission,
    fichiers,
    fichiers_suivants,
    le_parcours,
    tableaux,
    gestion,
    decisions,
    lots,
    intervenant_valide,
    etats_rares,
)
