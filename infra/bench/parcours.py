"""The journey, from the home page to an application that waits; the same over the network and in this process."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from infra.bench.personne import Personne

MOT_DE_PASSE = "Marcher-2-Loin!"
DOCUMENTS = ("charte", "conditions-generales", "mentions-legales")
IDENTIFIER, COMPTE, TRANSMETTRE = "/mon-profil/identification", "/deposer-un-cv", "/mon-profil/transmission"
PARCOURIR = "/mon-profil/parcours"
LIGNES = {
    "experiences": {"employeur": "Ville de Nancy", "fonction": "Directrice des finances", "periode": "2012-2020"},
    "initiales": {"niveau": "bac-5-et-sup", "titre": "Master 2", "organisme": "INRAE", "annee": "1984"},
}
_SYLLABES = ("Ba", "Ce", "Di", "Fo", "Gu", "La", "Me", "Ni", "Po", "Ru", "Sa", "Te", "Vi", "Zo")

Chrono = Callable[[str], AbstractContextManager[None]]


@dataclass(frozen=True)
class Identite:
    """Somebody who is nobody else."""

    nom: str
    voie: str

    @property
    def email(self) -> str:
        """Their address."""
        return f"{self.nom.lower()}@bench.exemple.fr"

    @property
    def saisie(self) -> dict[str, str]:
        """What rule B3 compares."""
        noms = {"nom": self.nom, "nom_usage": self.nom, "prenom": "Camille"}
        return {"civilite": "MADAME", **noms, "naissance": "27/03/1985"}

    @property
    def identification(self) -> dict[str, object]:
        """« Identification », complete."""
        lieu = {"lieu_naissance": "Nancy", "nationalite": "FR", "voie": self.voie, "pays": "FR"}
        adresse = {"code_postal": "54000", "ville": "Nancy", "tel_personnel": "03 83 12 34 56"}
        zone = {"regions": ["44"], "departements": ["54", "57"], "etranger": "non", "structure": "grand-est"}
        return {**self.saisie, **lieu, **adresse, **zone, "statut": "SANS", "situation": "RETRAITE"}


def identites() -> Iterator[Identite]:
    """As many as are asked."""
    for rang, syllabes in enumerate(itertools.product(_SYLLABES, repeat=5), start=1):
        yield Identite("".join(syllabes).capitalize(), f"{rang} rue des Carmes")


@dataclass(frozen=True)
class Voyage:
    """Who goes, and what they know from elsewhere: the captcha that they read, the link that they got by mail."""

    qui: Identite
    personne: Personne
    lire_captcha: Callable[[str], str]
    lien: Callable[[str], str]
    chrono: Chrono = lambda _: nullcontext()

    def inscription(self) -> None:
        """From the home page to « Consultez votre messagerie »."""
        moi, chrono = self.personne, self.chrono
        with chrono("home page"):
            moi.page("/")
        with chrono("sign-up page (captcha drawn)"):
            page = moi.page(COMPTE)
        for nom in DOCUMENTS:
            with chrono("a document"):
                moi.page(f"/documents/{nom}")
        identifiants = {"email": self.qui.email, "confirmation_email": self.qui.email}
        secrets = {"mot_de_passe": MOT_DE_PASSE, "confirmation_mot_de_passe": MOT_DE_PASSE}
        captcha = self.lire_captcha(page.champs["defi"])
        with chrono("sign-up sent (Argon2)"):
            moi.envoyer(COMPTE, page, **self.qui.saisie, **identifiants, **secrets, captcha=captcha)

    def activation(self) -> None:
        """From the mail to the task list."""
        moi, chrono = self.personne, self.chrono
        with chrono("mail arrives"):
            lien = self.lien(self.qui.email)
        with chrono("activation page"):
            page = moi.page(lien)
        with chrono("activation sent"):
            moi.envoyer(lien, page)
        with chrono("task list"):
            moi.page("/mon-profil")

    def identification(self, suite: str, **autre: object) -> None:
        """« Identification », filled and saved."""
        moi, chrono = self.personne, self.chrono
        with chrono("identification page"):
            page = moi.page(IDENTIFIER)
        with chrono("identification saved"):
            moi.envoyer(IDENTIFIER, page, **self.qui.identification | autre, suite=suite)

    def parcours(self) -> None:
        """The answers of « Parcours » that are required."""
        moi, chrono = self.personne, self.chrono
        with chrono("parcours page"):
            page = moi.page(PARCOURIR)
        with chrono("parcours saved"):
            moi.envoyer(PARCOURIR, page, formations_realisees="non", motivation="Transmettre.", suite="rester")

    def ligne(self, bloc: str) -> None:
        """A line of a table."""
        moi, chrono, chemin = self.personne, self.chrono, f"{PARCOURIR}/{bloc}/ajouter"
        with chrono("line page"):
            page = moi.page(chemin)
        with chrono("line added"):
            moi.envoyer(chemin, page, **LIGNES[bloc], suite="page")

    def transmission(self) -> None:
        """The answers checked, the application sent, the confirmation read."""
        moi, chrono = self.personne, self.chrono
        with chrono("check-your-answers page"):
            page = moi.page("/mon-profil/verification")
        with chrono("application sent"):
            moi.envoyer(TRANSMETTRE, page)
        with chrono("confirmation page"):
            moi.page(TRANSMETTRE)

    def entier(self) -> None:
        """All of it."""
        self.inscription()
        self.activation()
        self.identification("rester", ville="")
        self.identification("suivante")
        self.parcours()
        for bloc in LIGNES:
            self.ligne(bloc)
        self.transmission()
