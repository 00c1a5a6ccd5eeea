"""People and their data, sown through the running portal without a browser: what a test needs before its story begins.

The same pages, the same forms and the same checks as anybody's; only nothing is drawn.
"""

import http.client
import itertools
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit

from chalicelib.commun.comptes.rules import PROVISOIRE_VALIDE
from chalicelib.core.context import iso
from infra.local.comptes import MOT_DE_PASSE as DEMO
from infra.local.comptes import code_totp
from infra.local.portail import Portail
from tests.client import Answer, Client, check
from tests.fichiers import pdf
from tests.web.parcours import DOCUMENTS, IDENTITE, MOT_DE_PASSE, tout_remplir

_PRENOMS = (
    "Jean", "Nadia", "Camille", "Élodie", "Karim", "Solène", "Thomas", "Aïcha", "Benoît", "Chloé", "Djamel", "Estelle",
    "Fabien", "Gwenaëlle", "Hugo", "Inès", "Julien", "Katell", "Loïc", "Manon", "Noé", "Océane", "Patrice", "Romane",
)  # fmt: skip
_NOMS = ("Dubois", "Le Goff", "N’Diaye", "Müller-Petit", "Lefèvre")
_IDENTITES = itertools.cycle(itertools.product(_NOMS, _PRENOMS))
_RANGS = itertools.count(1)


@dataclass(frozen=True)
class Personne:
    """Somebody who is nobody else: an identity and an address serve once (rule B3)."""

    nom: str
    prenom: str
    email: str
    naissance: str = "27/03/1985"
    mot_de_passe: str = MOT_DE_PASSE


def personne() -> Personne:
    """A new one."""
    (nom, prenom), rang = next(_IDENTITES), next(_RANGS)
    tour = rang // (len(_NOMS) * len(_PRENOMS))  # a name comes back in a long run: born another year, it is another's
    return Personne(nom, prenom, f"essai{rang}@exemple.fr", f"27/03/{1985 - tour}")


@dataclass
class Visiteur(Client):
    """tests.client.Client over the network, and what the console knows."""

    app: Any = None
    portail: Portail = field(kw_only=True)

    def send(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> Answer:
        """One request; a redirection is not followed."""
        adresse = urlsplit(self.portail.url)
        chemin = path.removeprefix(self.portail.url)
        sent = dict(headers)
        if "origin" in sent:
            sent["origin"] = self.portail.url
        if self.cookies:
            sent["cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        connexion = http.client.HTTPConnection(adresse.netloc, timeout=30)
        connexion.request(method, chemin, body, sent)
        recue = connexion.getresponse()
        entetes = {nom.lower(): valeur for nom, valeur in recue.getheaders()}
        cookies = recue.headers.get_all("set-cookie") or []
        answer = Answer(recue.status, entetes, cookies, recue.read().decode("utf-8"), path)
        connexion.close()
        self._keep(answer)
        check(answer)
        return answer

    def captcha(self, answer: Answer) -> str:
        """The answer to the challenge that a page shows."""
        defi = next(f for f in answer.page.forms if "defi" in f["fields"])["fields"]["defi"][0]
        return captcha(self.portail, defi)


def captcha(portail: Portail, defi: str) -> str:
    """The answer to a challenge, which the local console tells."""
    return str(next(c["answer"] for c in portail.captchas() if c["id"] == defi))


def demander_un_compte(portail: Portail, qui: Personne) -> str:
    """Fill « Déposer un CV » and send it; answers the link of the mail."""
    visiteur = Visiteur(portail=portail)
    for nom in DOCUMENTS:
        visiteur.get(f"/documents/{nom}")
    page = visiteur.get("/deposer-un-cv")
    saisie = {
        **IDENTITE,
        "nom": qui.nom,
        "nom_usage": qui.nom,
        "prenom": qui.prenom,
        "naissance": qui.naissance,
        "email": qui.email,
        "confirmation_email": qui.email,
        "captcha": visiteur.captcha(page),
    }
    assert visiteur.submit(page, "/deposer-un-cv", **saisie).status == 303
    return lien_d_activation(portail, qui.email)


def lien_d_activation(portail: Portail, email: str, deja: int = 0) -> str:
    """The path of the activation link in the newest mail to an address."""
    mail = portail.attendre_mail(email, "Inscription sur", deja)
    return next(mot for mot in mail["text"].split() if "/activation/" in mot).removeprefix(portail.url)


def inscrire(portail: Portail, qui: Personne | None = None) -> tuple[Personne, Visiteur]:
    """Somebody whose account is open and whose profile is empty, logged in."""
    qui = qui or personne()
    lien = demander_un_compte(portail, qui)
    visiteur = Visiteur(portail=portail)
    assert visiteur.submit(visiteur.get(lien), lien).status == 303
    return qui, visiteur


def remplir(visiteur: Visiteur, **autre: Any) -> None:
    """A profile that can be transmitted."""
    tout_remplir(visiteur, **autre)


def deposer_un_fichier(visiteur: Visiteur, octets: bytes | None = None, nom: str = "CV 2026.pdf") -> str:
    """Announce a CV and send it to the bucket; answers the path of its page, without waiting for the verdict."""
    chemin = annoncer_un_cv(visiteur)
    envoyer_le_fichier(visiteur, chemin, pdf(2) if octets is None else octets, nom)
    return chemin


def annoncer_un_cv(visiteur: Visiteur) -> str:
    """« Ajouter un CV »; answers the path of its page."""
    return visiteur.submit(visiteur.get("/mon-profil/cv"), "/mon-profil/cv").location


def premiere_ligne(visiteur: Visiteur, bloc: str = "initiales") -> str:
    """The path of the first line of a table."""
    boutons = visiteur.get("/mon-profil/parcours").page.form("/mon-profil/parcours")["buttons"]
    return next(f"/mon-profil/parcours/{v}" for _, v in boutons if v and re.fullmatch(f"{bloc}/[0-9a-z]{{26}}", v))


def annoncer_un_diplome(visiteur: Visiteur) -> str:
    """« Valider et joindre le diplôme » of the first diploma; answers the path of its page."""
    ligne = premiere_ligne(visiteur)
    return visiteur.submit(visiteur.get(ligne), ligne, suite="diplome").location


def joindre_un_diplome(visiteur: Visiteur, octets: bytes, nom: str) -> str:
    """Announce a diploma and send it to the bucket; answers the path of its page, without waiting for the verdict."""
    chemin = annoncer_un_diplome(visiteur)
    envoyer_le_fichier(visiteur, chemin, octets, nom)
    return chemin


def envoyer_le_fichier(visiteur: Visiteur, chemin: str, octets: bytes, nom: str) -> None:
    """The form of a file's page, sent to the bucket."""
    depot = next(f for f in visiteur.get(chemin).page.forms if "policy" in f["fields"])
    champs = {n: v[0] for n, v in depot["fields"].items()} | {"x-amz-meta-nom": quote(nom)}
    borne = "borne-des-essais"
    corps = b"".join(
        f'--{borne}\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n'.encode() for n, v in champs.items()
    )
    corps += f'--{borne}\r\nContent-Disposition: form-data; name="file"; filename="cv"\r\n\r\n'.encode()
    corps += octets + f"\r\n--{borne}--\r\n".encode()
    adresse = urlsplit(depot["action"])
    connexion = http.client.HTTPConnection(adresse.netloc, timeout=30)
    connexion.request("POST", adresse.path, corps, {"Content-Type": f"multipart/form-data; boundary={borne}"})
    reponse = connexion.getresponse()
    assert reponse.status == 303, reponse.read()
    connexion.close()


def attendre(prete: Callable[[], bool], patience: float = 20) -> None:
    """Until what goes on behind the pages is done."""
    fin = time.monotonic() + patience
    while not prete():
        assert time.monotonic() < fin, "rien n’est venu à temps"
        time.sleep(0.1)


def attendre_les_fichiers(visiteur: Visiteur, *chemins: str) -> None:
    """Until files are checked and kept; `chemins`: their pages."""
    attendre(lambda: all("est enregistré" in visiteur.get(chemin).page.text for chemin in chemins))


def transmettre(visiteur: Visiteur) -> None:
    """Rule E1."""
    page = visiteur.get("/mon-profil/verification")
    reponse = visiteur.submit(page, "/mon-profil/transmission")
    assert reponse.status == 303, reponse.page.text


def se_connecter(portail: Portail, email: str, mot_de_passe: str = DEMO) -> Visiteur:
    """Log in, with the second factor when it is asked."""
    portail.avancer(31)  # a code of the second factor serves once
    visiteur = Visiteur(portail=portail)
    page = visiteur.get("/connexion")
    reponse = visiteur.submit(page, "/connexion", identifiant=email, mot_de_passe=mot_de_passe)
    if reponse.status == 200:
        reponse = visiteur.submit(reponse, "/connexion/code", code=code(portail))
    assert reponse.status == 303, reponse.page.text
    return visiteur


def code(portail: Portail) -> str:
    """What the staff's telephone shows now."""
    return code_totp(datetime.fromisoformat(portail.heure()["now"]))


def cookies(visiteur: Visiteur) -> Any:
    """What a browser's context must be given to go on as this person."""
    adresse = visiteur.portail.url.replace("http:", "https:")
    communs = {"url": adresse, "secure": True, "httpOnly": True, "sameSite": "Lax"}
    return [{"name": n, "value": v, **communs} for n, v in visiteur.cookies.items()]


# What no page does: rows written behind the portal's back.


def _table(portail: Portail, nom: str) -> Any:
    import boto3

    acces = {"aws_access_key_id": "local", "aws_secret_access_key": "local", "region_name": "eu-west-3"}
    return boto3.resource("dynamodb", endpoint_url=portail.endpoint, **acces).Table(f"guichet-local-{nom}")


def abandonner_un_mail(portail: Portail, fois: int = 1) -> None:
    """The newest mail, given up after its tries, and copies of it; once sent, a mail forgets to whom and what."""
    outbox = _table(portail, "outbox")
    mail = max((li for li in outbox.scan()["Items"] if li["pk"].startswith("MAIL#")), key=lambda li: str(li["pk"]))
    mort = {
        "to": "perdue@exemple.fr",
        "subject": "Inscription sur l’Espace intervenants",
        "etat": "MORT",
        "raison": "ESSAIS",
        "gsi1pk": "MAILS#MORTS",
        "gsi1sk": mail["cree_le"],
    }
    garde = {nom: valeur for nom, valeur in mail.items() if not nom.startswith("due_")}
    with outbox.batch_writer() as lot:
        for rang in range(fois):
            lot.put_item(Item=garde | mort | {"pk": f"{mail['pk']}{rang or ''}"})


def multiplier_la_demande(portail: Portail, fois: int, structures: list[str]) -> None:
    """Copies of an application that waits, and the gestionnaire of Grand Est made theirs of `structures` too."""
    lignes = _table(portail, "intervenants")
    modele = next(li for li in lignes.scan()["Items"] if li["sk"] == "DEMANDE" and li["etat"] == "TRANSMISE")
    with lignes.batch_writer() as lot:
        for rang in range(fois):
            autre = {"pk": f"{modele['pk']}{rang}", "gsi1sk": f"{modele['gsi1sk']}{rang}"}
            lot.put_item(Item={**modele, **autre, "nom": f"{modele['nom']} {rang}"})
    agent = _compte(portail, "gestionnaire@demo.fr")
    _table(portail, "comptes").put_item(Item={**agent, "structures": structures})


def _piece(portail: Portail, chemin: str) -> dict[str, Any]:
    pieces = _table(portail, "pieces").scan()["Items"]
    return dict(next(li for li in pieces if li["sk"] == f"PIECE#{chemin.partition('?')[0].rpartition('/')[2]}"))


def laisser_en_verification(portail: Portail, chemin: str) -> None:
    """A file that was announced, as it is for a moment: received, and no verdict yet. `chemin`: its page."""
    piece = _piece(portail, chemin)
    recue = {
        "etat": "RECU",
        "nom": "Nouveau fichier.pdf",
        "format": "PDF",
        "taille": 1000,
        "depose_le": piece["cree_le"],
    }
    _table(portail, "pieces").put_item(Item=piece | recue)


def oublier_les_images(portail: Portail, chemin: str) -> None:
    """A file whose pages are not drawn yet. `chemin`: a page of it."""
    piece = _piece(portail, chemin)
    _table(portail, "pieces").put_item(Item={nom: valeur for nom, valeur in piece.items() if nom != "pages"})


def casser_le_profil(portail: Portail, email: str) -> None:
    """A row that the program can't read."""
    lignes, profil = _table(portail, "intervenants"), _profil(portail, email)
    lignes.put_item(Item=profil | {"mode": "CASSE"})


@contextmanager
def profil_qui_bouge(portail: Portail, email: str) -> Iterator[None]:
    """A profile that is never found as it was read: what a page can't make happen, between a reading and a writing."""
    lignes, profil = _table(portail, "intervenants"), _profil(portail, email)
    lignes.put_item(Item={nom: valeur for nom, valeur in profil.items() if nom != "version"})
    yield
    lignes.put_item(Item=profil)


def remettre_un_mot_de_passe(portail: Portail, email: str) -> None:
    """The account's password is provisional, from now on for seven days (rule Z3)."""
    fin = datetime.fromisoformat(portail.heure()["now"]) + PROVISOIRE_VALIDE
    compte = _compte(portail, email)
    _table(portail, "comptes").put_item(Item=compte | {"provisoire_jusqu_a": iso(fin)})


def archiver_le_compte(portail: Portail, email: str) -> None:
    """An account that is closed (rule Z2)."""
    _table(portail, "comptes").put_item(Item=_compte(portail, email) | {"etat": "ARCHIVE"})


def _compte(portail: Portail, email: str) -> dict[str, Any]:
    comptes = _table(portail, "comptes").scan()["Items"]
    return dict(next(li for li in comptes if li.get("email") == email and "role" in li))


def _profil(portail: Portail, email: str) -> dict[str, Any]:
    cle = {"pk": str(_compte(portail, email)["pk"]).replace("COMPTE#", "INTERVENANT#"), "sk": "PROFIL"}
    return dict(_table(portail, "intervenants").get_item(Key=cle)["Item"])


def couper_la_table(portail: Portail, nom: str) -> None:
    """An outage of the store of `nom`."""
    table = _table(portail, nom)
    table.update(DeletionProtectionEnabled=False)
    table.delete()
