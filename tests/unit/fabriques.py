"""People and forms that tests make, complete and good: each test says what differs."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from chalicelib.commun.comptes.rules import Civilite, Compte, EtatCompte, Identite, Role
from chalicelib.core.context import Context, iso
from chalicelib.core.web.request import MultiDict
from chalicelib.intervenants.inscription.forms import CompteForm
from chalicelib.intervenants.profil.forms import IdentificationForm

AUJOURD_HUI = date(2026, 11, 21)
MAINTENANT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
MOT_DE_PASSE = "Marcher-2-Loin!"
COMPTE = {
    "civilite": "MONSIEUR",
    "nom": "DUBOIS",
    "nom_usage": "DUBOIS",
    "prenom": "Jean",
    "naissance": "27/03/1985",
    "email": "jean.dubois@exemple.fr",
    "confirmation_email": "jean.dubois@exemple.fr",
    "mot_de_passe": MOT_DE_PASSE,
    "confirmation_mot_de_passe": MOT_DE_PASSE,
    "captcha": "123456",
}
IDENTIFICATION = {
    "civilite": "MONSIEUR",
    "nom": "DUBOIS",
    "nom_usage": "DUBOIS",
    "prenom": "Jean",
    "naissance": "27/03/1985",
    "lieu_naissance": "Nancy",
    "nationalite": "FR",
    "voie": "12 rue des Carmes",
    "pays": "FR",
    "code_postal": "54000",
    "ville": "Nancy",
    "tel_personnel": "03 83 12 34 56",
    "statut": "SANS",
    "situation": "RETRAITE",
    "regions": ["44"],
    "departements": ["54"],
    "etranger": "non",
    "structure": "grand-est",
}
FONCTIONNAIRE = {
    "statut": "FONCTIONNAIRE",
    "temps": "COMPLET",
    "fonction_publique": "FPT",
    "fonction": "Responsable des finances",
    "employeur_raison_sociale": "COMMUNE DE NANCY",
    "employeur_pays": "FR",
    "employeur_voie": "1 place Stanislas",
    "employeur_code_postal": "54000",
    "employeur_ville": "Nancy",
}


def identite(**autre: Any) -> Identite:
    """Jean Dubois, born on 27 March 1985."""
    connue = {"civilite": Civilite.MONSIEUR, "nom": "DUBOIS", "prenom": "Jean", "naissance": date(1985, 3, 27)}
    return Identite(**{**connue, **autre})


def compte(role: Role = Role.INTERVENANT, **autre: Any) -> Compte:
    """His account, active and not validated."""
    connu = {"id": "c1", "etat": EtatCompte.ACTIF, "email": "jean.dubois@exemple.fr", "identite": identite()}
    return Compte(**{"role": role, "cree_le": iso(MAINTENANT), **connu, **autre})


def contexte(**autre: Any) -> Context:
    """One invocation, at a known instant."""
    return Context(**{"now": MAINTENANT, **autre})


def champs(**saisis: Any) -> MultiDict:
    """Fields as the browser sends them."""
    return MultiDict({nom: v if isinstance(v, list) else [v] for nom, v in saisis.items()})


def formulaire_de_compte(**autre: Any) -> CompteForm:
    """« Déposer un CV », filled."""
    return CompteForm(champs(**{**COMPTE, **autre}), today=AUJOURD_HUI)


def formulaire_d_identification(**autre: Any) -> IdentificationForm:
    """« Identification », filled."""
    return IdentificationForm(champs(**{**IDENTIFICATION, **autre}), today=AUJOURD_HUI)
