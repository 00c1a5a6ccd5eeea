"""What people do before a race begins: open an account, fill a profile, log in."""

import hashlib
import itertools
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from infra.local.comptes import MOT_DE_PASSE as DEMO
from infra.local.comptes import code_totp
from tests.client import Answer
from tests.races.monde import Envoi, Monde, Visiteur, remplir
from tests.web.parcours import DOCUMENTS, IDENTIFICATION, IDENTITE, LIGNES, MINIMUM

_SYLLABES = ("Ba", "Ce", "Di", "Fo", "Gu", "La", "Me", "Ni", "Po", "Ru", "Sa", "Te", "Vi", "Zo")
_NOMS = itertools.product(_SYLLABES, repeat=4)
COMPTE, RENVOI, IDENTIFIER = "/deposer-un-cv", "/activation/renvoyer", "/mon-profil/identification"
PARCOURIR, LISTE = "/mon-profil/parcours", "/gestion/inscriptions"
OUBLI, ADRESSE, CHANGER = "/mot-de-passe-oublie", "/mon-compte/adresse-e-mail", "/mon-compte/mot-de-passe"
NOUVEAU = {"mot_de_passe": "Courir-3-Fois!", "confirmation_mot_de_passe": "Courir-3-Fois!"}
_documents: dict[str, str] = {}


@dataclass(frozen=True)
class Personne:
    """Somebody who is nobody else."""

    nom: str
    email: str
    prenom: str = "Camille"

    @property
    def saisie(self) -> dict[str, str]:
        """What they type in « Déposer un CV »."""
        noms = {"nom": self.nom, "nom_usage": self.nom, "prenom": self.prenom}
        return {**IDENTITE, **noms, "email": self.email, "confirmation_email": self.email}


def personne() -> Personne:
    """A new one."""
    nom = "".join(next(_NOMS))
    return Personne(nom.capitalize(), f"{nom.lower()}@exemple.fr")


def ouvrir_les_documents(visiteur: Visiteur) -> None:
    """Rule B1: the three documents, opened once for all: the cookie that says so is of no one."""
    if not _documents:
        for nom in DOCUMENTS:
            visiteur.get(f"/documents/{nom}")
        _documents.update({n: v for n, v in visiteur.cookies.items() if n == "__Host-documents"})
    visiteur.cookies.update(_documents)


def candidature(monde: Monde, qui: Personne, visiteur: Visiteur | None = None, **autre: Any) -> Envoi:
    """« Déposer un CV », filled, its captcha read: the button remains to be pressed."""
    visiteur = visiteur or monde.visiteur()
    ouvrir_les_documents(visiteur)
    page = visiteur.get(COMPTE)
    captcha = monde.registre.reponse_au_defi(page.page.form(COMPTE)["fields"]["defi"][0])
    return remplir(visiteur, page, COMPTE, **{**qui.saisie, "captcha": captcha, **autre})


def lien_d_activation(monde: Monde, email: str, deja: int = 0) -> str:
    """The path of the link in the newest mail to an address."""
    mail = monde.portail.attendre_mail(email, "Inscription sur", deja, patience=30)
    return next(mot for mot in mail["text"].split() if "/activation/" in mot).removeprefix(monde.portail.url)


def a_activer(monde: Monde, qui: Personne) -> str:
    """An account that waits; answers its link."""
    assert candidature(monde, qui)().status == 303
    return lien_d_activation(monde, qui.email)


def inscrire(monde: Monde, qui: Personne | None = None) -> tuple[Personne, Visiteur]:
    """Somebody logged in, whose profile is empty."""
    qui = qui or personne()
    lien = a_activer(monde, qui)
    visiteur = monde.visiteur()
    assert remplir(visiteur, visiteur.get(lien), lien)().status == 303
    return qui, visiteur


def lien_d_un_mail(monde: Monde, email: str, sujet: str, chemin: str) -> str:
    """The path of a link, in the newest mail of this subject to an address."""
    mail = monde.portail.attendre_mail(email, sujet, 0, patience=30)
    return next(mot for mot in mail["text"].split() if f"/{chemin}/" in mot).removeprefix(monde.portail.url)


def oubli(monde: Monde, email: str) -> Envoi:
    """« Mot de passe oublié », its captcha read."""
    visiteur = monde.visiteur()
    page = visiteur.get(OUBLI)
    captcha = monde.registre.reponse_au_defi(page.page.form(OUBLI)["fields"]["defi"][0])
    return remplir(visiteur, page, OUBLI, email=email, captcha=captcha)


def reinitialisation(monde: Monde, email: str) -> str:
    """A link to a new password; answers its path."""
    assert oubli(monde, email)().status == 303
    return lien_d_un_mail(monde, email, "Réinitialisation", "nouveau-mot-de-passe")


def autre_adresse(visiteur: Visiteur, email: str) -> Envoi:
    """« Modifier mon adresse e-mail », filled."""
    saisie = {"email": email, "confirmation_email": email, "mot_de_passe_actuel": IDENTITE["mot_de_passe"]}
    return remplir(visiteur, visiteur.get(ADRESSE), ADRESSE, **saisie)


def identification(visiteur: Visiteur, **autre: Any) -> Envoi:
    """« Identification », complete, ready to be saved."""
    return remplir(visiteur, visiteur.get(IDENTIFIER), IDENTIFIER, **{**IDENTIFICATION, "suite": "suivante", **autre})


def ligne(visiteur: Visiteur, bloc: str) -> Envoi:
    """« Ajouter … », filled."""
    chemin = f"{PARCOURIR}/{bloc}/ajouter"
    return remplir(visiteur, visiteur.get(chemin), chemin, **{**LIGNES[bloc], "suite": "page"})


def parcours(visiteur: Visiteur) -> None:
    """« Parcours »: what is required, no more."""
    assert remplir(visiteur, visiteur.get(PARCOURIR), PARCOURIR, **MINIMUM, suite="rester")().status == 303
    for bloc in ("experiences", "initiales"):
        assert ligne(visiteur, bloc)().status == 303


def transmission(visiteur: Visiteur) -> Envoi:
    """The application, ready to be transmitted."""
    return remplir(visiteur, visiteur.get("/mon-profil/verification"), "/mon-profil/transmission")


def demande(monde: Monde) -> tuple[Personne, str]:
    """An application that waits in the Délégation Grand Est; answers the account's id."""
    qui, visiteur = inscrire(monde)
    assert identification(visiteur)().status == 303
    parcours(visiteur)
    assert transmission(visiteur)().status == 303
    return qui, monde.registre.compte(qui.email)["pk"].removeprefix("COMPTE#")


def cocher(gestion: Visiteur, comptes: list[str], acte: str) -> Envoi:
    """Applications chosen in the work list, newest first, and what is to be done of them."""
    liste = gestion.get(f"{LISTE}?ordre=recentes")
    places = re.findall(r'name="choix" value="([^"]+)"', liste.body)
    choix = [place for place in places if place.rpartition(".")[2] in comptes]
    assert len(choix) == len(comptes), f"{choix} pour {comptes}"
    return remplir(gestion, liste, f"{LISTE}/lot", choix=choix, acte=acte)


def choisir(gestion: Visiteur, comptes: list[str], acte: str) -> Answer:
    """The page that asks for one text."""
    page = cocher(gestion, comptes, acte)()
    assert page.status == 200, page.page.text
    return page


def code(monde: Monde) -> str:
    """What the staff's telephone shows now."""
    return code_totp(datetime.fromisoformat(monde.portail.heure()["now"]))


def mot_de_passe(monde: Monde, email: str, secret: str = DEMO, visiteur: Visiteur | None = None) -> Envoi:
    """The login form, filled."""
    visiteur = visiteur or monde.visiteur()
    return remplir(visiteur, visiteur.get("/connexion"), "/connexion", identifiant=email, mot_de_passe=secret)


def second_facteur(monde: Monde, email: str) -> tuple[Visiteur, Answer]:
    """Somebody of the staff whose password was right, and the page that asks for the code."""
    monde.plus_tard(31)  # a code serves once
    envoi = mot_de_passe(monde, email)
    page = envoi()
    assert page.status == 200, page.page.text
    return envoi.visiteur, page


def entrer(monde: Monde, email: str) -> Visiteur:
    """Somebody of the staff, logged in."""
    visiteur, page = second_facteur(monde, email)
    assert remplir(visiteur, page, "/connexion/code", code=code(monde))().status == 303
    return visiteur


def collegue(monde: Monde, email: str = "gestionnaire@demo.fr") -> str:
    """Another gestionnaire of the same structure: the row of the first, under another name."""
    autre, registre, modele = personne(), monde.registre, monde.registre.compte(email)
    pk = f"COMPTE#collegue{autre.nom.lower()}"
    registre.copier("comptes", modele, pk=pk, email=autre.email, nom=autre.nom, nom_usage=autre.nom)
    marque = next(li for li in registre.lignes("comptes", "MARQUE", compte=modele["pk"].removeprefix("COMPTE#")))
    empreinte = hashlib.sha256(autre.email.encode()).hexdigest()
    registre.copier("comptes", marque, pk=f"EMAIL#{empreinte}", compte=pk.removeprefix("COMPTE#"))
    return autre.email
