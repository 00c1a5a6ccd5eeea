"""Steps that several stories share."""

import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any

import boto3
import pytest
from moto import mock_aws

from tests.client import Answer, Client
from tests.politiques import Guarded
from tests.web import conftest
from tests.web.memoire import BUCKET, Memoire, objets

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
    "statut": "SANS",
    "situation": "RETRAITE",
    "regions": ["44"],
    "departements": ["54"],
    "etranger": "non",
    "structure": "grand-est",
}
PARCOURS = {
    "natures": ["formation-continue", "remise-a-niveau"],
    "publics": ["agents-de-categorie-a", "expert"],
    "prestations": ["conference", "tutorat"],
    "autre_prestation": "Jury de concours",
    "methodes": ["methode-interrogative", "methode-expositive"],
    "formations_realisees": "non",
    "motivation": "Transmettre ce que j’ai appris.",
    "alertes": ["specialites", "regions"],
    "reseaux": "oui",
    "reseaux_lesquels": "LinkedIn",
}
LIGNES = {
    "sous-specialites": {"sous_specialite": "a2c", "expertise": "Conseils municipaux", "observations": "Dix ans."},
    "formateur": {
        "contexte": "Vacataire", "libelle": "Les marchés publics", "public": "Cadres", "annees": "2019, 2021",
        "duree": "2 jours", "organismes": "CNFPT",
    },
    "professionnalisation": {
        "libelle": "Les bases des finances publiques locales", "organisme": "CNFPT", "duree": "3 jours",
        "annee": "2022",
    },
    "experiences": {
        "employeur": "Ville de Nancy", "fonction": "Directrice des finances", "periode": "2012/2013",
        "missions": "Préparer le budget.", "responsabilites": "",
    },
    "formations": {
        "nature": "formation-continue", "libelle": "Le budget vert", "organisme": "CNFPT", "duree": "2 jours",
        "annees": "2023",
    },
    "initiales": {"niveau": "bac-5-et-sup", "titre": "Master 2 Agronomie", "organisme": "INRAE", "annee": "1984"},
    "langues": {"langue": "de", "conversation": "oui", "animation": "non", "redaction": "oui"},
    "indisponibilites": {"du": "01/07/2027", "au": "31/08/2027"},
}  # fmt: skip
FONCTIONNAIRE = {
    "statut": "FONCTIONNAIRE",
    "temps": "COMPLET",
    "fonction_publique": "FPT",
    "situation": "EN_ACTIVITE",
    "fonction": "Directrice des finances",
    "employeur_raison_sociale": "COMMUNE DE NANCY",
    "employeur_pays": "FR",
    "employeur_voie": "1 place Stanislas",
    "employeur_code_postal": "54000",
    "employeur_ville": "Nancy",
}
"""What a civil servant is asked more (rules C2, C3)."""
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


MINIMUM = {"formations_realisees": "non", "motivation": PARCOURS["motivation"]}


def ajouter_une_ligne(client: Client, bloc: str, **autre: Any) -> Answer:
    """« Ajouter … », filled and sent."""
    chemin = f"/mon-profil/parcours/{bloc}/ajouter"
    return client.submit(client.get(chemin), chemin, **{**LIGNES[bloc], "suite": "page", **autre})


def remplir_le_parcours(client: Client) -> None:
    """« Parcours »: what is required, no more."""
    page = client.get("/mon-profil/parcours")
    assert client.submit(page, "/mon-profil/parcours", **MINIMUM, suite="rester").status == 303
    for bloc in ("experiences", "initiales"):
        assert ajouter_une_ligne(client, bloc).status == 303


def tout_remplir(client: Client, **autre: Any) -> None:
    """A profile that can be transmitted."""
    assert remplir(client, **autre).status == 303
    remplir_le_parcours(client)


def personnel(
    email: str, structures: list[str], role: str = "GESTIONNAIRE", prenom: str = "Gaëlle", provisoire: str | None = None
) -> None:
    """An account of the staff, as the administrateur will make them."""
    from chalicelib.commun.comptes.rules import Role
    from chalicelib.core.context import live_context
    from infra.local.demo import _personnel

    _personnel(live_context(), email, prenom, "Gestion", Role[role], structures, provisoire)


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


# The portal again, with AWS clients kept from one test to the next: making them costs twenty times the rest.

_boto3_client = boto3.client
_clients: dict[tuple[str, bool], Any] = {}
_tables: dict[str, Any] = {}


def _client(name: str, config: Any = None) -> Any:
    key = (name, config is None)
    if key not in _clients:
        _clients[key] = _boto3_client(name, config=config)
    return _clients[key]


def _new_tables() -> None:
    """Tables that hold nothing but the portal's secrets, copied from the first ones made."""
    from moto.backends import get_backend
    from moto.core import DEFAULT_ACCOUNT_ID

    from chalicelib.core.web.secret import secret

    backend = get_backend("dynamodb")[DEFAULT_ACCOUNT_ID]["eu-west-3"]
    if not _tables:
        for name in conftest.TABLES:
            conftest._table(name)
        secret.cache_clear()
        secret("session"), secret("csrf")
        _tables.update(copy.deepcopy(dict(backend.tables)))
    backend.tables.update(copy.deepcopy(_tables))


@pytest.fixture
def guichet(monkeypatch: pytest.MonkeyPatch) -> Iterator[conftest.Guichet]:
    """The whole portal on an AWS of its own, in 20 ms. A test file takes it by `guichet = parcours.guichet`.

    The captcha's image is not drawn: tests/unit and the browser's journey look at it.
    """
    import app as application
    from chalicelib.commun.defis import queries
    from chalicelib.core import aws, context, passwords

    monkeypatch.setattr(boto3, "client", _client)
    monkeypatch.setattr(queries, "image", lambda code: "data:image/png;base64,AAAA")
    monkeypatch.setattr(passwords, "_MEMORY_KIB", 64)
    passwords._hasher.cache_clear()
    with mock_aws():
        _new_tables()
        for name in ("mails", "images"):
            boto3.client("sqs").create_queue(QueueName=f"guichet-test-{name}")
        boto3.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-3"})
        boto3.client("sesv2").create_email_identity(EmailIdentity="nepasrepondre@cnfpt.example")
        portal = conftest.Guichet(Guarded(application.app, monkeypatch))
        monkeypatch.setattr(context, "_clock", lambda: portal.now)
        events = aws.client("sesv2").meta.events
        keep = _keeper(portal)
        events.register("before-parameter-build.sesv2.SendEmail", keep)
        yield portal
        events.unregister("before-parameter-build.sesv2.SendEmail", keep)


def _keeper(portal: conftest.Guichet) -> Any:
    from email import message_from_bytes, policy

    def keep(params: dict[str, Any], **_: Any) -> None:
        portal.sent.append(message_from_bytes(params["Content"]["Raw"]["Data"], policy=policy.default))

    return keep


def erreurs(answer: Answer) -> dict[str, str]:
    """What the summary of errors says: message -> where its link leads ("" when it is no link)."""
    _, _, suite = answer.body.partition('id="resume-erreurs"')
    lignes = re.findall(r"<li>(?:<a href=\"([^\"]*)\">)?([^<]*)", suite.partition("</ul>")[0])
    return {unescape(texte): unescape(href) for href, texte in lignes}


def valeurs(answer: Answer, action: str) -> dict[str, Any]:
    """What a form of the page holds: a text by field, a list where a field is repeated."""
    champs = answer.page.form(action)["fields"]
    return {nom: v[0] if len(v) == 1 else v for nom, v in champs.items()}


def photo(guichet: Any, sauf: tuple[str, ...] = ("noyau",)) -> dict[str, list[Any]]:
    """All that the tables hold, but `sauf`, and the bucket: two photos are equal when nothing changed."""
    noms = [nom for nom in conftest.TABLES if nom not in sauf]
    lignes = {nom: sorted(guichet.rows(nom), key=lambda row: (row["pk"]["S"], row["sk"]["S"])) for nom in noms}
    return lignes | {"le bucket": sorted(objets().items())}


def compte(guichet: Any, email: str = IDENTITE["email"]) -> str:
    """The id of the account of an address."""
    rows = [r for r in guichet.rows("comptes") if r.get("email", {}).get("S") == email]
    return str(rows[0]["pk"]["S"]).removeprefix("COMPTE#")


def actes(guichet: Any, acte: str = "") -> list[dict[str, str]]:
    """The audit's lines, oldest first; those of one act."""
    lignes = [{nom: next(iter(v.values())) for nom, v in row.items()} for row in guichet.rows("audit")]
    return sorted((li for li in lignes if not acte or li["acte"] == acte), key=lambda li: li["sk"])


def transmettre(client: Client) -> Answer:
    """« Enregistrer et transmettre ma demande d'inscription »."""
    return client.submit(client.get("/mon-profil/verification"), "/mon-profil/transmission")


def valider(gestion: Client, compte_id: str) -> Answer:
    """« Valider la demande », from the application's page."""
    dossier = gestion.get(f"/gestion/inscriptions/{compte_id}")
    return gestion.submit(dossier, f"/gestion/inscriptions/{compte_id}/valider")


# The same steps by the use cases alone, ten times faster: for stories that start further on.


def _acte(client: Client, user: Any = None) -> Any:
    from chalicelib.core.context import live_context
    from chalicelib.core.table import Act

    return Act(live_context(source=client.source, user=user))


def _entrer(act: Any, client: Client, cookie: str) -> None:
    name, _, value = cookie.partition(";")[0].partition("=")
    client.cookies = {name: value}


def inscrit(client: Client, **autre: str) -> str:
    """A trainer whose account is active, logged in; answers the account's id."""
    from datetime import datetime

    from chalicelib.commun.comptes import public as comptes
    from chalicelib.commun.comptes.rules import Civilite, Identite
    from chalicelib.commun.contenus.queries import versions
    from chalicelib.intervenants.profil.usecases import creer_le_profil

    v = {**IDENTITE, **autre}
    naissance = datetime.strptime(v["naissance"], "%d/%m/%Y").date()  # noqa: DTZ007
    identite = Identite(Civilite[v["civilite"]], v["nom"], v["prenom"], naissance, v["nom_usage"])
    act = _acte(client)
    compte_id, jeton = comptes.nouveau_compte(act, identite, v["email"], v["mot_de_passe"], versions())
    act.commit()
    act = _acte(client)
    active = comptes.activer(act, jeton)
    assert active
    creer_le_profil(act, active[0])
    act.commit()
    _entrer(act, client, active[1])
    return compte_id


def rempli(client: Client, **autre: Any) -> str:
    """A trainer whose profile can be transmitted, logged in."""
    from chalicelib.intervenants.profil import store

    compte_id = inscrit(client, **{k: v for k, v in autre.items() if k in IDENTITE})
    profil = store.lire(compte_id)
    assert profil
    act = _acte(client)
    reponses = {
        **profil.identification,
        **IDENTIFICATION,
        **{k: v for k, v in autre.items() if k in {**IDENTIFICATION, **FONCTIONNAIRE}},
    }
    store.enregistrer(act, profil, {"identique": "", "appartement": "", "batiment": "", **reponses})
    _garder_le_parcours(act, compte_id)
    act.commit()
    return compte_id


def _garder_le_parcours(act: Any, compte_id: str) -> None:
    from chalicelib.intervenants.parcours import store
    from chalicelib.intervenants.parcours.rules import Ligne

    _, page = store.lire(compte_id)
    store.enregistrer(act, page, MINIMUM)
    for bloc in ("experiences", "initiales"):
        store.ajouter(act, page, Ligne(act.ctx.new_id(), bloc, LIGNES[bloc]))


def premiere_ligne(compte_id: str, bloc: str) -> str:
    """The id of the first line of a table."""
    from chalicelib.intervenants.parcours import store

    return next(ligne.id for ligne in store.lire(compte_id)[1].lignes if ligne.bloc == bloc)


def transmise(client: Client, **autre: Any) -> str:
    """A trainer whose application waits, logged in."""
    compte_id = rempli(client, **autre)
    depuis_la(client, compte_id)
    return compte_id


def depuis_la(client: Client, compte_id: str) -> None:
    """Transmit the application of a trainer."""
    from chalicelib.commun.comptes import public as comptes
    from chalicelib.intervenants.inscription import usecases

    usecases.transmettre(_acte(client, comptes.compte(compte_id)).ctx)


DECISIONS = {"valider": (), "demander_un_complement": ("Précisez vos diplômes.",), "rejeter": ("Pas de besoin.",)}


def valide(client: Client, **autre: Any) -> str:
    """A validated trainer, logged in. The decision is that of « v@demo.fr », made for it."""
    compte_id = transmise(client, **autre)
    decider("valider", compte_id, autre.get("structure", "grand-est"))
    return compte_id


def decider(quoi: str, compte_id: str, structure: str = "grand-est") -> None:
    """What « v@demo.fr » decides of an application."""
    from chalicelib.commun.comptes import public as comptes
    from chalicelib.intervenants.inscription import usecases

    if comptes.compte_de_l_adresse("v@demo.fr") is None:
        personnel("v@demo.fr", [structure], prenom="Victoire")
    ctx = _acte(Client(None), comptes.compte_de_l_adresse("v@demo.fr")).ctx
    getattr(usecases, quoi)(ctx, compte_id, *DECISIONS[quoi])


def en_poste(
    client: Client,
    email: str = "g@demo.fr",
    structures: tuple[str, ...] = ("grand-est",),
    role: str = "GESTIONNAIRE",
    prenom: str = "Gaëlle",
) -> Client:
    """Somebody of the staff, logged in."""
    from chalicelib.commun.comptes import usecases
    from chalicelib.commun.comptes.public import compte_de_l_adresse

    personnel(email, list(structures), role, prenom)
    act = _acte(client)
    compte = compte_de_l_adresse(email)
    assert compte
    cookie, _ = usecases.ouvrir_session(act, compte)
    act.commit()
    _entrer(act, client, cookie)
    return client


# Files: what the bucket and the scanner would say.


def annoncer_un_diplome(client: Client, compte_id: str) -> str:
    """« Valider et joindre le diplôme »; answers the file's id."""
    chemin = f"/mon-profil/parcours/initiales/{premiere_ligne(compte_id, 'initiales')}"
    page = client.submit(client.get(chemin), chemin, suite="diplome")
    assert page.status == 303, page.body
    return page.location.rpartition("/")[2]


def joindre_un_diplome(guichet: Any, client: Client, compte_id: str, octets: bytes, nom: str = "diplome.pdf") -> str:
    """A diploma announced, sent, checked and scanned; answers its id."""
    return deposer_la_piece(guichet, compte_id, annoncer_un_diplome(client, compte_id), octets, nom)


def annoncer(client: Client) -> str:
    """« Ajouter un CV »; answers the file's id."""
    page = client.submit(client.get("/mon-profil/cv"), "/mon-profil/cv")
    assert page.status == 303, page.body
    return page.location.rpartition("/")[2]


def envoyer(compte_id: str, piece_id: str, octets: bytes, nom: str = "cv.pdf") -> str:
    """The browser's POST to the bucket; answers the object's ETag."""
    from urllib.parse import quote

    mis = boto3.client("s3").put_object(
        Bucket=BUCKET, Key=f"quarantaine/{compte_id}/{piece_id}", Body=octets, Metadata={"nom": quote(nom)}
    )
    return str(mis["ETag"]).strip('"')


def _evenement(source: str, genre: str, detail: dict[str, Any]) -> dict[str, Any]:
    return {
        "version": "0",
        "id": "e",
        "source": source,
        "detail-type": genre,
        "account": "123456789012",
        "time": "2026-11-21T09:00:00Z",
        "region": "eu-west-3",
        "resources": [],
        "detail": detail,
    }


def controler(guichet: Any, compte_id: str, piece_id: str) -> None:
    """The bucket says that an object arrived: its content is checked."""
    cle = f"quarantaine/{compte_id}/{piece_id}"
    detail = {"bucket": {"name": BUCKET}, "object": {"key": cle}}
    guichet.app.handler_map["verifier_depot"](_evenement("aws.s3", "Object Created", detail), None)


def analyser(guichet: Any, compte_id: str, piece_id: str, etag: str, verdict: str = "NO_THREATS_FOUND") -> None:
    """The scanner gives its verdict."""
    detail = {
        "s3ObjectDetails": {"bucketName": BUCKET, "objectKey": f"quarantaine/{compte_id}/{piece_id}", "eTag": etag},
        "scanResultDetails": {"scanResultStatus": verdict},
    }
    genre = "GuardDuty Malware Protection Object Scan Result"
    guichet.app.handler_map["recevoir_verdict"](_evenement("aws.guardduty", genre, detail), None)


def joindre_un_cv(guichet: Any, client: Client, compte_id: str, octets: bytes, nom: str = "cv.pdf") -> str:
    """A CV announced, sent, checked and scanned; answers its id."""
    return deposer_la_piece(guichet, compte_id, annoncer(client), octets, nom)


def deposer_la_piece(guichet: Any, compte_id: str, piece_id: str, octets: bytes, nom: str) -> str:
    """A file that was announced: sent, checked and scanned."""
    etag = envoyer(compte_id, piece_id, octets, nom)
    controler(guichet, compte_id, piece_id)
    analyser(guichet, compte_id, piece_id, etag)
    return piece_id


def cles(prefixe: str = "") -> set[str]:
    """The keys of the bucket."""
    trouves = boto3.client("s3").list_objects_v2(Bucket=BUCKET, Prefix=prefixe)
    return {objet["Key"] for objet in trouves.get("Contents", [])}


def messages(file: str) -> list[str]:
    """What waits in a queue; it is taken out."""
    sqs = boto3.client("sqs")
    url = sqs.get_queue_url(QueueName=f"guichet-test-{file}")["QueueUrl"]
    lus: list[str] = []
    while recus := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        lus += [m["Body"] for m in recus]
        for m in recus:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=m["ReceiptHandle"])
    return lus


# Everybody at once: for the matrices that walk all routes.

GENS = {
    "en inscription": "ALPHA",
    "en attente": "BRAVO",
    "validé": "CHARLIE",
    "à compléter": "DELTA",
    "rejeté": "ECHO",
    "archivé": "FOXTROT",
}
"""Trainers, by the state of their application: each one's name."""
ROLES = ("visiteur", *GENS, "gestionnaire", "autre gestionnaire", "administrateur")
JETON, AILLEURS = "x" * 43, "f" * 64


@dataclass
class Scene:
    """One browser per role, and what the parameters of the routes stand for."""

    clients: dict[str, Client]
    comptes: dict[str, str]
    fichiers: dict[str, str]
    diplomes: dict[str, str]
    lignes: dict[str, str]
    mail: str

    def chemin(self, motif: str, role: str, de: str = "") -> str:
        """A route's address with the objects of `de`; else the role's own, or those of the application that waits."""
        qui = de or (role if role in self.fichiers else "en attente")
        valeurs = {
            "compte_id": self.comptes[de if de in self.comptes else "en attente"],
            "piece_id": (self.diplomes if "diplomes" in motif else self.fichiers)[qui],
            "bloc": "initiales",
            "ligne_id": self.lignes[qui],
            "connexion_id": AILLEURS[:16],
            "mail_id": self.mail,
            "jeton": JETON,
            "defi": "0" * 26,
            "nom": "charte" if "documents" in motif else _statique(),
            "code": "grand-est",
        }
        return re.sub(r"{(\w+)}", lambda m: valeurs[m[1]], motif)

    def commande(self, role: str) -> str:
        """A good command for a form of `role`."""
        from chalicelib.core.context import live_context
        from chalicelib.core.web import csrf, session
        from chalicelib.core.web.secret import digest

        cookies = self.clients[role].cookies
        jeton = cookies.get(session.SESSION, "..").split(".")[1]
        return csrf.new_command(live_context(), digest(jeton) if jeton else cookies[session.VISIT])


def _ouvrir_ailleurs(client: Client) -> None:
    """The same person is logged in on another device."""
    from chalicelib.commun.comptes.store import SessionRow, pk
    from chalicelib.core.context import live_context
    from chalicelib.core.web import session

    if session.SESSION in client.cookies:
        proprietaire = client.cookies[session.SESSION].split(".")[0]
        SessionRow(pk(proprietaire), f"SESSION#{AILLEURS}", ouverte_le=live_context().instant).save()


def _statique() -> str:
    from chalicelib.core.web.urls import empreinte

    return f"{empreinte('guichet.css')}-guichet.css"


_scene: list[tuple[Memoire, Scene]] = []


def scene(guichet: Any) -> Scene:
    """Trainers in each state with a CV and a diploma, staff of two structures, a mail given up; made once."""
    if not _scene or _scene[0][0].now != guichet.now:
        faite = _faire_la_scene(guichet)
        _scene[:] = [(Memoire.de(guichet, faite.clients), faite)]
    memoire, faite = _scene[0]
    ici = copy.copy(faite)
    ici.clients = {role: guichet.client(client.source) for role, client in faite.clients.items()}
    ici.comptes, ici.fichiers, ici.diplomes, ici.lignes = (
        dict(choses) for choses in (faite.comptes, faite.fichiers, faite.diplomes, faite.lignes)
    )
    memoire.rendre(guichet, ici.clients)
    return ici


def _faire_la_scene(guichet: Any) -> Scene:
    from chalicelib.core import outbox

    clients = {role: guichet.client(f"192.0.2.{i}") for i, role in enumerate(ROLES, start=10)}
    gens = {role: _faire_quelqu_un(guichet, clients[role], role) for role in GENS}
    comptes, fichiers, diplomes, lignes = ({role: de[rang] for role, de in gens.items()} for rang in range(4))
    en_poste(clients["gestionnaire"])
    en_poste(clients["autre gestionnaire"], "h@demo.fr", ("bretagne",), prenom="Hervé")
    en_poste(clients["administrateur"], "a@demo.fr", (), "ADMINISTRATEUR", "Alix")
    mort = outbox.MailRow("MAIL#" + "1" * 26, "MAIL", etat="MORT", to="x@exemple.fr", subject="Objet", tries=8)
    mort.gsi1pk, mort.gsi1sk, mort.cree_le = "MAILS#MORTS", "2026-11-21T09:00:00.000000Z", "2026-11-21T09:00:00.000000Z"
    mort.save()
    guichet.deliver()
    for client in clients.values():
        _ouvrir_ailleurs(client)
    for client in clients.values():  # what a first page makes (secrets, the visit) is made
        client.follow(client.get("/connexion"))
    return Scene(clients, comptes, fichiers, diplomes, lignes, "1" * 26)


_DECIDEES = {"à compléter": "demander_un_complement", "archivé": "demander_un_complement", "rejeté": "rejeter"}


def _faire_quelqu_un(guichet: Any, client: Client, role: str) -> tuple[str, str, str, str]:
    """A trainer in that state, with the ids of their account, CV, diploma and line. What is archived is long past."""
    from tests.fichiers import txt

    maintenant, nom = guichet.now, GENS[role]
    if role == "archivé":
        guichet.advance(days=-70)
    autre = {"nom": nom, "nom_usage": nom, "email": f"{nom.lower()}@exemple.fr"}
    compte_id = valide(client, **autre) if role == "validé" else rempli(client, **autre)
    cv = joindre_un_cv(guichet, client, compte_id, txt(), "cv.txt")
    diplome = joindre_un_diplome(guichet, client, compte_id, txt(), "diplome.txt")
    if role not in {"validé", "en inscription"}:
        depuis_la(client, compte_id)
    if role in _DECIDEES:
        decider(_DECIDEES[role], compte_id)
    guichet.now = maintenant
    if role == "archivé":
        echoir(client, compte_id)
    return compte_id, cv, diplome, premiere_ligne(compte_id, "initiales")


def echoir(client: Client, compte_id: str) -> None:
    """The two months are over: the application is archived, and its owner logs in again."""
    from chalicelib.commun.comptes import public as comptes
    from chalicelib.commun.comptes import usecases
    from chalicelib.intervenants.inscription import store
    from chalicelib.intervenants.inscription.usecases import echoir

    demande, compte = store.lire(compte_id), comptes.compte(compte_id)
    assert demande and compte and echoir(_acte(client).ctx, demande)
    act = _acte(client)
    cookie, _ = usecases.ouvrir_session(act, compte)
    act.commit()
    _entrer(act, client, cookie)
