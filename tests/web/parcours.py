"""Steps that several stories share."""

import re
from typing import Any

from tests.client import Answer, Client

MOT_DE_PASSE = "Marcher-2-Loin!"
IDENTITE = {
    "civilite": "MONSIEUR",
    "nom": "DUBOIS",
    "nom_usage": "DUBOIS",
    "prenom": "Jean",
    "naissance": "27/03/1985",
    "email": "jean.dubois@exemple.fr",
    "confirmation_email": "jean.dubois@exemple.fr",
    "mot_de_passe": MOT_DE_PASSE,
    "confirmation_mot_de_passe": MOT_DE_PASSE,
}
IDENTIFICATION = {
    "lieu_naissance": "Nancy",
    "nationalite": "FR",
    "voie": "12 rue des Carmes",
    "pays": "FR",
    "code_postal": "54000",
    "ville": "Nancy",
    "tel_personnel": "03 83 12 34 56",
    "regions": ["44"],
    "departements": ["54"],
    "etranger": "non",
    "structure": "grand-est",
}
DOCUMENTS = ("charte", "conditions-generales", "mentions-legales")


def ouvrir_les_documents(client: Client) -> None:
    """Rule B1: the three documents, opened."""
    for nom in DOCUMENTS:
        client.get(f"/documents/{nom}")


def deposer(guichet: Any, client: Client, **autre: str) -> Answer:
    """Fill « Déposer un CV » and send it."""
    ouvrir_les_documents(client)
    page = client.get("/deposer-un-cv")
    return client.submit(page, "/deposer-un-cv", **{**IDENTITE, "captcha": guichet.captcha(page), **autre})


def lien_d_activation(mail: Any) -> str:
    """The path of the activation link in a mail."""
    texte = mail.get_body(("plain",)).get_content()
    return re.search(r"https://guichet\.test(/activation/\S+)", texte).group(1)


def s_inscrire(guichet: Any, client: Client, **autre: str) -> Answer:
    """Open an account and activate it."""
    assert deposer(guichet, client, **autre).status == 303
    lien = lien_d_activation(guichet.deliver()[-1])
    return client.follow(client.submit(client.get(lien), lien))


def remplir(client: Client, **autre: Any) -> Answer:
    """Fill « Identification » and save it."""
    page = client.get("/mon-profil/identification")
    return client.submit(page, "/mon-profil/identification", **{**IDENTIFICATION, "suite": "suivante", **autre})


def personnel(email: str, structures: list[str], role: str = "GESTIONNAIRE", prenom: str = "Gaëlle") -> None:
    """An account of the staff, as the administrateur will make them."""
    from chalicelib.commun.comptes.rules import Role
    from chalicelib.core.context import live_context
    from infra.local.demo import _personnel

    _personnel(live_context(), email, prenom, "Gestion", Role[role], structures)


def se_connecter(client: Client, email: str, mot_de_passe: str = MOT_DE_PASSE) -> Answer:
    """Log in with a password."""
    page = client.get("/connexion")
    return client.submit(page, "/connexion", identifiant=email, mot_de_passe=mot_de_passe)


def se_connecter_en_gestion(guichet: Any, client: Client, email: str) -> Answer:
    """Log in with a password and a second factor."""
    from chalicelib.core import totp
    from infra.local.comptes import MOT_DE_PASSE as DEMO
    from infra.local.comptes import SECRET_TOTP

    page = se_connecter(client, email, DEMO)
    code = totp.code(SECRET_TOTP, int(guichet.now.timestamp()) // 30)
    return client.follow(client.submit(page, "/connexion/code", code=code))
