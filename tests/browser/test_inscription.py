"""An application that is sent back before it is decided; an account whose address and password change.

On a computer and on a telephone, with and without JavaScript: `make proof` takes the four of them for each, `make test`
two.
"""

import re

import pytest
from playwright.sync_api import Page, expect

from infra.local.portail import Portail
from tests import chrono
from tests.browser import parcours, semis, visite
from tests.browser.conftest import SANS_SCRIPT, Ouvrir
from tests.browser.semis import Personne
from tests.browser.test_parcours import PROFILS
from tests.browser.visite import envoyer, suivre
from tests.fichiers import pdf

ASSEMBLEES, ECONOMIE = "A2C - Assemblées, secrétariat général et protocole", "D3A - Action économique"
COORDONNEES = "Vos coordonnées semblent incomplètes ou inexactes."
MOTIF = "Nous n’avons pas de besoin en secrétariat de mairie."


@pytest.mark.rule("C2", "C3", "C4", "D1", "D7", "D12", "E1", "E2", "E3", "E4", "S1", "S3", "U1")
@pytest.mark.parametrize("profil", PROFILS if chrono.PREUVE else (PROFILS[0], PROFILS[3]))
def test_une_demande_revient_d_un_complement_puis_est_rejetee(portail: Portail, ouvrir: Ouvrir, profil: tuple) -> None:
    qui, inscrit = semis.inscrire(portail)
    agent = semis.se_connecter(portail, "gestionnaire@demo.fr")
    diplome = "Diplôme.pdf" if SANS_SCRIPT in profil else "Master.pdf"  # it is a script that tells the file's name
    reponses = ("COMMUNE DE NANCY", "3 rue Serpenoise", "Secrétariat de mairie", diplome)
    portail.avancer(60)  # the register of employers rests from what came before
    with ouvrir(*profil) as page, ouvrir(*profil) as gestion:
        page.context.add_cookies(semis.cookies(inscrit))
        gestion.context.add_cookies(semis.cookies(agent))

        page.goto(portail.url + "/mon-profil")
        parcours.remplir_l_identification(page, fonctionnaire)
        parcours.dire_sa_motivation(page)
        tenir_ses_sous_specialites(page)
        parcours.ajouter_une_experience(page)
        parcours.saisir_une_formation_initiale(page)
        joindre_le_diplome(page, diplome)
        page.get_by_role("link", name="Mon profil", exact=True).first.click()
        parcours.transmettre(page, *reponses)

        ouvrir_la_demande(portail, gestion, qui)
        for reponse in reponses:
            expect(gestion.get_by_text(reponse).first).to_be_visible()
        demander_un_complement(gestion)

        portail.attendre_mail(qui.email, "un complément vous est demandé")
        page.goto(portail.url + "/mon-profil")
        expect(page.get_by_text("Un complément vous est demandé")).to_be_visible()
        expect(page.get_by_text(COORDONNEES)).to_be_visible()
        corriger_son_telephone(page)
        parcours.transmettre(page, "03 83 98 76 54", "Modifié depuis : Le formateur.")

        ouvrir_la_demande(portail, gestion, qui)
        expect(gestion.get_by_text("Cette demande revient d’un complément")).to_be_visible()
        expect(gestion.get_by_text("Modifié depuis : Le formateur.")).to_be_visible()
        rejeter(gestion)

        portail.attendre_mail(qui.email, "n’a pas été retenue")
        page.goto(portail.url + "/mon-profil")
        expect(page.get_by_text("Votre demande n’a pas été retenue")).to_be_visible()
        expect(page.get_by_text(MOTIF)).to_be_visible()
        expect(page.get_by_text("Vous pourrez présenter de nouveau votre CV à partir du")).to_be_visible()


def fonctionnaire(page: Page) -> None:
    """A civil servant, whose employer is found by its name and who works somewhere else (rules C2 to C4)."""
    page.get_by_label("Fonctionnaire").check()
    page.get_by_label("Temps complet", exact=True).check()
    page.get_by_label("Fonction publique territoriale").check()
    page.get_by_label("Situation/Position").select_option(label="En activité")
    page.get_by_role("textbox", name="Fonction", exact=True).fill("Secrétaire de mairie")
    page.get_by_label("Raison sociale de l’employeur").fill("nancy")
    rechercher = page.get_by_role("button", name="Rechercher cet employeur public")
    if rechercher.is_visible():  # without a script: with one, employers are proposed while one types
        rechercher.click()
    page.get_by_role("button", name="Choisir : COMMUNE DE NANCY").click()
    expect(page.get_by_label("N° de SIRET de l’employeur principal")).to_have_value("215 403 957 00016")
    expect(page.get_by_label("Localité - ville de l’employeur")).to_have_value("NANCY")
    page.wait_for_load_state()
    page.get_by_label("Numéro et libellé de la voie de l’employeur").fill("1 place Stanislas")
    page.get_by_label("Adresse différente de celle de l’employeur").check()
    page.get_by_label("Code postal du lieu de travail").fill("57000")
    page.get_by_label("Localité - ville du lieu de travail").fill("Metz")
    page.get_by_label("Numéro et libellé de la voie du lieu de travail").fill("3 rue Serpenoise")


def tenir_ses_sous_specialites(page: Page) -> None:
    """One is added, then modified; another is added, then deleted: the first one is left (rules D1, D12)."""
    tableau = page.get_by_role("table", name="Sous-spécialités")
    ajouter_une_sous_specialite(page, ASSEMBLEES, "Conseils municipaux")
    expect(tableau.get_by_text("Conseils municipaux", exact=True)).to_be_visible()
    page.get_by_role("button", name=f"Modifier : {ASSEMBLEES}").click()
    parcours.titre(page, "Modifier cette sous-spécialité")
    page.get_by_label("Expertise en").fill("Secrétariat de mairie")
    page.get_by_role("button", name="Valider", exact=True).click()
    expect(page.get_by_text("La ligne est modifiée.")).to_be_visible()
    expect(tableau.get_by_text("Secrétariat de mairie", exact=True)).to_be_visible()
    expect(tableau.get_by_text("Conseils municipaux")).to_have_count(0)
    ajouter_une_sous_specialite(page, ECONOMIE, "Commerce de proximité")
    page.get_by_role("button", name=f"Supprimer : {ECONOMIE}").click()
    parcours.titre(page, "Supprimer cette sous-spécialité ?")
    expect(page.get_by_text("Commerce de proximité")).to_be_visible()
    page.get_by_role("button", name="Supprimer", exact=True).click()
    expect(page.get_by_text("La ligne est supprimée.")).to_be_visible()
    expect(tableau.get_by_role("rowheader")).to_have_text([re.compile(ASSEMBLEES)])


def ajouter_une_sous_specialite(page: Page, intitule: str, expertise: str) -> None:
    """« Ajouter une sous-spécialité », its form, back to the page."""
    page.get_by_role("button", name="Ajouter une sous-spécialité").click()
    parcours.titre(page, "Ajouter une sous-spécialité")
    page.get_by_label("Sous-spécialité").select_option(label=intitule)
    page.get_by_label("Expertise en").fill(expertise)
    page.get_by_role("button", name="Valider", exact=True).click()
    parcours.titre(page, "Parcours")
    expect(page.get_by_text("La ligne est ajoutée.")).to_be_visible()


def joindre_le_diplome(page: Page, nom: str) -> None:
    """The file, sent from the browser and checked, then seen with its line under `nom` (rules D7, U1)."""
    page.get_by_role("button", name="Valider et joindre le diplôme").click()
    parcours.titre(page, "Joindre un diplôme")
    parcours.choisir_un_fichier(page, "Master.pdf", pdf(1), "Votre diplôme")
    parcours.titre(page, "Votre diplôme")
    parcours.attendre_le_verdict(page, "Votre diplôme est enregistré")
    page.get_by_role("link", name="Continuer").click()
    ligne = page.get_by_role("row", name="Master 2 Agronomie")
    expect(ligne.get_by_role("link", name=nom, exact=True)).to_be_visible()
    expect(ligne.get_by_text("Chargé(e) le")).to_be_visible()


def ouvrir_la_demande(portail: Portail, page: Page, qui: Personne) -> None:
    """From the work list, the newest first."""
    page.goto(portail.url + "/gestion/inscriptions?ordre=recentes")
    suivre(page, f"{qui.nom} {qui.prenom}")
    parcours.titre(page, f"{qui.prenom} {qui.nom}")


def demander_un_complement(page: Page) -> None:
    """With a ready text (rule E4)."""
    page.get_by_text("Demander un complément").first.click()
    page.get_by_label("Texte prêt").select_option("Corriger les coordonnées")
    envoyer(page, "Demander un complément")
    expect(page.get_by_text("La personne en est avertie par e-mail")).to_be_visible()
    expect(page.get_by_text(COORDONNEES)).to_be_visible()


def corriger_son_telephone(page: Page) -> None:
    """What is asked is read again above the answers; one is changed from there (rules S3, E4)."""
    suivre(page, "Vérifier et transmettre")
    expect(page.get_by_text(COORDONNEES)).to_be_visible()
    expect(page.get_by_text("Vous n’avez encore rien modifié dans votre profil depuis cette demande.")).to_be_visible()
    suivre(page, "Modifier le champ Téléphone personnel")
    page.get_by_label("Téléphone personnel").fill("03 83 98 76 54")
    envoyer(page, "Enregistrer")
    expect(page.get_by_text("Enregistré à")).to_be_visible()
    page.get_by_role("link", name="Mon profil", exact=True).first.click()


def rejeter(page: Page) -> None:
    """With a reason (rule E3)."""
    page.get_by_text("Rejeter la demande").first.click()
    page.get_by_role("textbox", name="Motif").fill(MOTIF)
    envoyer(page, "Rejeter la demande")
    expect(page.get_by_text("Demande rejetée")).to_be_visible()


@pytest.mark.rule("J3", "J5", "T1")
@pytest.mark.parametrize("profil", PROFILS if chrono.PREUVE else PROFILS[1:3])
def test_changer_d_adresse_oublier_son_mot_de_passe_fermer_une_connexion(
    portail: Portail, ouvrir: Ouvrir, profil: tuple
) -> None:
    qui, inscrit = semis.inscrire(portail)
    adresse, mot_de_passe = f"nouvelle.{qui.email}", "Nager-4-Fois!"
    with ouvrir(*profil) as page:
        page.context.add_cookies(semis.cookies(inscrit))
        page.goto(portail.url + "/mon-profil/identification")
        suivre(page, "Modifier mon adresse e-mail")
        lien = visite.changer_d_adresse(portail, page, adresse, qui.mot_de_passe)
        expect(page.get_by_text("Une modification attend d’être confirmée")).to_be_visible()
        portail.attendre_mail(qui.email, "Une modification de votre adresse e-mail a été demandée")
        page.goto(portail.url + lien)
        parcours.titre(page, "Confirmez votre nouvelle adresse")
        envoyer(page, "Confirmer cette adresse")
        expect(page.get_by_text("Votre adresse e-mail a été changée")).to_be_visible()
        expect(page.get_by_role("main").get_by_text(adresse)).to_be_visible()
        portail.attendre_mail(qui.email, "Votre adresse e-mail a été changée")
        envoyer(page, "Se déconnecter")

        page.goto(portail.url + "/connexion")
        suivre(page, "Mot de passe oublié ?")
        page.goto(portail.url + visite.oublier(portail, page, adresse, 0))
        visite.choisir_un_mot_de_passe(page, mot_de_passe)
        expect(page.get_by_text("Votre mot de passe a été changé")).to_be_visible()
        parcours.entrer(portail, page, adresse, qui.mot_de_passe)
        expect(page.get_by_text("L’identifiant ou le mot de passe ne correspond pas.").first).to_be_visible()
        parcours.entrer(portail, page, adresse, mot_de_passe)
        parcours.titre(page, "Mon profil d’intervenant")

        with ouvrir(*profil) as ailleurs:
            ailleurs.context.add_cookies(semis.cookies(semis.se_connecter(portail, adresse, mot_de_passe)))
            ailleurs.goto(portail.url + "/mon-profil")
            parcours.titre(ailleurs, "Mon profil d’intervenant")
            suivre(page, "Mes connexions")
            expect(page.get_by_text("Cet appareil")).to_have_count(1)
            fermer = page.get_by_role("button", name="Fermer la connexion du")
            expect(fermer).to_have_count(1)
            with page.expect_navigation():
                fermer.click()
            expect(page.get_by_text("Cet appareil")).to_have_count(1)
            expect(fermer).to_have_count(0)
            ailleurs.reload()
            parcours.titre(ailleurs, "Votre session a pris fin")
        page.reload()
        parcours.titre(page, "Mes connexions")
