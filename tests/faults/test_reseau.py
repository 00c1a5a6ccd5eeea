"""A sample of the matrix over a real wire: cut answers, resets, silence, throttling in the shape that AWS gives them.

The whole matrix is test_fautes, on botocore's events; here the sockets, the SDK's parser and its retries take part.
"""

import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from infra.local.emulateur import emulateur
from tests.client import Answer, Client
from tests.faults.bilan import PREUVE
from tests.faults.conftest import GRAINE
from tests.faults.reseau import Reseau, reseau
from tests.web import conftest, parcours
from tests.web.conftest import Guichet
from tests.web.parcours import IDENTIFICATION, IDENTITE, actes

PAR_ACTE = 4  # points of a sample
ECRITURE = {"service": "dynamodb", "operation": "TransactWriteItems"}
ENVOI = {"service": "sqs"}
# name -> what the wire does, and whether the person may be told to try again
PANNES: dict[str, dict[str, Any]] = {
    "erreur interne une fois": {**ECRITURE, "times": 1, "error": {"code": "InternalServerError", "status": 500}},
    "étranglée longtemps": {**ECRITURE, "times": 6, "error": {"code": "ThrottlingException", "status": 400}},
    "connexion coupée avant": {**ECRITURE, "times": 1, "reset": True},
    "réponse coupée": {**ECRITURE, "times": 1, "response": {"abort_frac": 0.3}},
    "réponse coupée chaque fois": {**ECRITURE, "times": 3, "response": {"abort_frac": 0.3}},
    "réponse tronquée": {**ECRITURE, "times": 1, "response": {"truncate_frac": 0.5}},
    "silence": {**ECRITURE, "times": 1, "latency": 3500},
    "premier appel coupé": {"service": "dynamodb", "times": 3, "reset": True},
    "file coupée": {**ENVOI, "times": 6, "reset": True},
}
Envoi = Callable[[], Answer]


@pytest.fixture
def fil() -> Iterator[Reseau]:
    """The emulator behind its proxy."""
    with emulateur() as aws, reseau(aws) as ici:
        yield ici


@pytest.fixture
def guichet(fil: Reseau, monkeypatch: pytest.MonkeyPatch) -> Iterator[Guichet]:
    """The portal, whose AWS is behind the wire."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", fil.url)
    fil.gener()
    yield from conftest.open_portal(monkeypatch)
    fil.gener()


def _formulaire(client: Client, page: Answer, action: str, **saisie: Any) -> Envoi:
    champs = page.page.form(action)["fields"] | {n: v if isinstance(v, list) else [v] for n, v in saisie.items()}
    paires = [(nom, valeur) for nom, valeurs in champs.items() for valeur in valeurs]
    return lambda: client.post(action, paires)


def ouvrir(guichet: Guichet, client: Client, qui: dict[str, str]) -> Envoi:
    """« Déposer un CV »."""
    parcours.ouvrir_les_documents(client)
    page = client.get("/deposer-un-cv")
    return _formulaire(client, page, "/deposer-un-cv", **{**IDENTITE, **qui, "captcha": guichet.captcha(page)})


def enregistrer(guichet: Guichet, client: Client, qui: dict[str, str]) -> Envoi:
    """« Identification »."""
    parcours.inscrit(client, **qui)
    chemin = "/mon-profil/identification"
    return _formulaire(client, client.get(chemin), chemin, **IDENTIFICATION, suite="suivante")


def transmettre(guichet: Guichet, client: Client, qui: dict[str, str]) -> Envoi:
    """« Enregistrer et transmettre ma demande d’inscription »."""
    parcours.rempli(client, **qui)
    return _formulaire(client, client.get("/mon-profil/verification"), "/mon-profil/transmission")


def valider(guichet: Guichet, client: Client, qui: dict[str, str]) -> Envoi:
    """« Valider la demande »."""
    chemin = f"/gestion/inscriptions/{parcours.transmise(guichet.client(), **qui)}"
    agent = parcours.en_poste(client, f"g{qui['email']}", prenom="Gaëlle" + "e" * int(qui["prenom"].count("n")))
    return _formulaire(agent, agent.get(chemin), f"{chemin}/valider")


SANS_MAIL = {"enregistrer_l_identification"}
ACTES = {
    "ouvrir_un_compte": ouvrir,
    "enregistrer_l_identification": enregistrer,
    "transmettre_la_demande": transmettre,
    "valider_la_demande": valider,
}


@pytest.mark.rule("S6", "T4")
@pytest.mark.controle("T59")
@pytest.mark.parametrize("acte", ACTES)
def test_un_fil_qui_lache_ne_laisse_ni_demi_acte_ni_double(
    guichet: Guichet, fil: Reseau, acte: str, subtests: pytest.Subtests, record_property: Callable[[str, object], None]
) -> None:
    pannes = {nom: panne for nom, panne in PANNES.items() if panne["service"] != "sqs" or acte not in SANS_MAIL}
    if not PREUVE:
        pannes = dict(random.Random(f"{GRAINE}/{acte}").sample(list(pannes.items()), PAR_ACTE))  # noqa: S311
    record_property("points_du_reseau", len(pannes))
    for rang, (nom, panne) in enumerate(pannes.items()):
        with subtests.test(nom):
            fil.gener()
            prenom = "Je" + "n" * (rang + 1)
            email = f"reseau{rang}@exemple.fr"
            qui = {"prenom": prenom, "email": email, "confirmation_email": email}
            envoi = ACTES[acte](guichet, guichet.client(f"192.0.2.{rang + 20}"), qui)
            avant = len(actes(guichet, acte))
            fil.gener(panne)
            reponses = [envoi()]
            assert fil.jouees(), "la panne n’a pas eu lieu"
            while reponses[-1].status == 503 and len(reponses) < 4:
                assert "saisie" in reponses[-1].page.text or "service" in reponses[-1].page.text
                reponses.append(envoi())
            assert reponses[-1].status == 303, [r.status for r in reponses]
            fil.gener()
            assert envoi().location == reponses[-1].location, "sent once more, it says the same"
            assert len(actes(guichet, acte)) == avant + 1
