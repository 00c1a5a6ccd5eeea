"""The rights of each function are those that its code exercises: no more, no less.

The portal is walked on moto, through its pages and handlers alone; what each function asks of AWS is noted and compared
with its policy. A call without its right is red here and in every test of the pages (tests/politiques.py); a right that
nothing here exercises is refused until this walk shows who needs it.
"""

from pathlib import Path

import pytest

from tests import fichiers, politiques
from tests.client import Client
from tests.politiques import FILES, TO_KNOW_ABSENCE, granted
from tests.web import parcours
from tests.web.conftest import Guichet
from tests.web.parcours import IDENTITE, s_inscrire, se_connecter, se_connecter_en_gestion

guichet = parcours.guichet
LISTE = "/gestion/inscriptions"
# Signed for browsers, which then ask for themselves.
SIGNED = {("s3:PutObject", f"{FILES}quarantaine/*")}
SIGNED |= {("s3:GetObject", f"{FILES}{prefix}/*") for prefix in ("disponible", "pages")}


def run(guichet: Guichet, name: str) -> dict[str, int]:
    """A schedule at the clock's instant."""
    from chalicelib.core.context import iso

    return dict(guichet.app.handler_map[name]({"scheduled_time": iso(guichet.now)}, None))


def work(guichet: Guichet, name: str, queue: str) -> None:
    """A queue's worker takes what waits."""
    for body in parcours.messages(queue):
        record = {"messageId": "1", "receiptHandle": "r", "body": body, "attributes": {}, "messageAttributes": {}}
        record |= {"eventSource": "aws:sqs", "eventSourceARN": "arn", "awsRegion": "eu-west-3"}
        answer = guichet.app.handler_map[name]({"Records": [record]}, None)
        assert answer == {"batchItemFailures": []}


def bounce(guichet: Guichet, address: str) -> None:
    """SES says that an address does not exist."""
    detail = {"bounce": {"bounceType": "Permanent", "bouncedRecipients": [{"emailAddress": address}]}}
    event = parcours._evenement("aws.ses", "Email Bounced", detail)
    guichet.app.handler_map["recevoir_rebond"](event, None)


def sign_up_in_vain(guichet: Guichet) -> None:
    """Nobody activates; the sweep, or the person who comes back before it, deletes the account (rule B4)."""
    for email in ("un@exemple.fr", "deux@exemple.fr"):
        nom = email.partition("@")[0].upper()
        autre = {"email": email, "confirmation_email": email, "nom": nom, "nom_usage": nom}
        assert parcours.deposer(guichet, guichet.client(), **autre).status == 303
    guichet.advance(days=7, seconds=1)
    assert parcours.deposer(guichet, guichet.client(), **autre).status == 303
    assert run(guichet, "balayer_comptes")["changed"] == 1
    guichet.deliver()


def a_trainer(guichet: Guichet) -> Client:
    """Signed up, out and in again, profile filled; sessions of another device ended."""
    client, other = guichet.client(), guichet.client()
    s_inscrire(guichet, client)
    client.submit(client.get("/mon-profil"), "/deconnexion")
    assert se_connecter(client, IDENTITE["email"], "Faux-mot-2-passe!").status == 422
    for browser in (client, other):
        assert se_connecter(browser, IDENTITE["email"]).status == 303
    page = client.get("/mes-connexions")
    ending = next(form["action"] for form in page.page.forms if form["action"].endswith("/fermer"))
    assert client.submit(page, ending).status == 303
    assert parcours.remplir(client, nom="DUPONT").status == 303
    parcours.remplir_le_parcours(client)
    assert parcours.ajouter_une_ligne(client, "langues").status == 303
    line = f"/mon-profil/parcours/langues/{parcours.premiere_ligne(parcours.compte(guichet), 'langues')}"
    assert client.submit(client.get(line), line, suite="page", animation="oui").status == 303
    assert client.submit(client.get(f"{line}/supprimer"), f"{line}/supprimer").status == 303
    return client


def files(guichet: Guichet, client: Client) -> str:
    """CVs: one refused, one infected; let through by their verdict, by their check, by the sweep; one deleted. Answers
    the key of the one that stays."""
    owner, content = parcours.compte(guichet), fichiers.pdf()
    refused = _announced(guichet, client)
    parcours.envoyer(owner, refused, b"MZ")
    parcours.controler(guichet, owner, refused)
    _let_through(guichet, client, content)
    work(guichet, "dessiner_pages", "images")
    early = _announced(guichet, client)
    parcours.analyser(guichet, owner, early, parcours.envoyer(owner, early, content))
    parcours.controler(guichet, owner, early)
    infected = _announced(guichet, client)
    parcours.analyser(guichet, owner, infected, parcours.envoyer(owner, infected, content), "THREATS_FOUND")
    stuck = _announced(guichet, client)
    etag = parcours.envoyer(owner, stuck, content)
    parcours.controler(guichet, owner, stuck)
    _judged_by_a_run_that_died(owner, stuck, etag)
    guichet.advance(minutes=15)
    assert run(guichet, "balayer_pieces")["failed"] == 0
    deletion = f"/mon-profil/cv/{stuck}/supprimer"
    assert client.submit(client.get(deletion), deletion).status == 303
    return _let_through(guichet, client, content)


def _let_through(guichet: Guichet, client: Client, content: bytes) -> str:
    owner, piece = parcours.compte(guichet), _announced(guichet, client)
    etag = parcours.envoyer(owner, piece, content)
    parcours.controler(guichet, owner, piece)
    parcours.analyser(guichet, owner, piece, etag)
    return f"disponible/{owner}/{piece}"


def _announced(guichet: Guichet, client: Client) -> str:
    guichet.advance(seconds=1)  # the newer of two CVs is kept, to the millisecond
    return parcours.annoncer(client)


def _judged_by_a_run_that_died(owner: str, piece: str, etag: str) -> None:
    from chalicelib.commun.pieces import store

    row = store.lire(owner, piece)
    assert row and store.noter_le_scan(row, etag)


def staff(guichet: Guichet, client: Client, account: str) -> None:
    """The application is transmitted, sent back for a complement, forgotten; the sweeps do the rest."""
    agent = guichet.client("192.0.2.9")
    parcours.personnel("g@demo.fr", ["grand-est"])
    _announced(guichet, client)  # and never sent
    assert parcours.transmettre(client).status == 303
    assert se_connecter_en_gestion(guichet, agent, "g@demo.fr").status == 200
    assert account in agent.get(LISTE).body
    assert account in agent.submit(agent.get(LISTE), f"{LISTE}/recherche", recherche="DUP").body
    dossier = agent.get(f"{LISTE}/{account}")
    action = f"{LISTE}/{account}/complement"
    assert agent.submit(dossier, action, complement="Un justificatif.").status == 303
    for _ in ("reminded", "archived"):
        guichet.advance(days=50)
        assert run(guichet, "balayer_demandes")["changed"] == 1
    assert run(guichet, "balayer_pieces")["failed"] == 0


def mails(guichet: Guichet) -> None:
    """Sent by the queue; one given up, sent again by the administrateur; the sweep finds what waits."""
    from chalicelib.core import outbox

    work(guichet, "envoyer_mails", "mails")
    parcours.deposer(guichet, guichet.client("192.0.2.7"), email="x@exemple.fr", confirmation_email="x@exemple.fr")
    bounce(guichet, "x@exemple.fr")
    guichet.advance(minutes=5)
    assert run(guichet, "balayer_mails")["failed"] == 0
    work(guichet, "envoyer_mails", "mails")
    admin = guichet.client("192.0.2.8")
    parcours.personnel("a@demo.fr", [], "ADMINISTRATEUR", "Alix")
    assert se_connecter_en_gestion(guichet, admin, "a@demo.fr").status == 200
    [dead] = outbox.dead(1)
    page = admin.get("/administration/envois")
    assert admin.submit(page, f"/administration/envois/{dead.pk.removeprefix('MAIL#')}/renvoyer").status == 303


def test_chaque_droit_est_exerce_et_chaque_appel_est_permis(guichet: Guichet, subtests: pytest.Subtests) -> None:
    sign_up_in_vain(guichet)
    client = a_trainer(guichet)
    kept = files(guichet, client)
    staff(guichet, client, parcours.compte(guichet))
    assert parcours.cles() == {kept}, "what was replaced, refused or deleted is gone"
    mails(guichet)
    guichet.app.asked["web"] |= SIGNED
    for path in Path(".chalice").glob("policy-*.json"):
        function = path.stem.removeprefix("policy-")
        with subtests.test(function):
            asked, allowed = guichet.app.asked[function], granted(function)
            allowed -= {TO_KNOW_ABSENCE} if function != "web" else set()
            assert asked - allowed == set(), "refused once deployed"
            assert allowed - asked == set(), "nothing here needs it"


def test_un_appel_sans_son_droit_est_rouge_ou_qu_il_soit(guichet: Guichet, monkeypatch: pytest.MonkeyPatch) -> None:
    """The very right that a walk of one's own choosing may forget: the search of applications."""
    whole, index = granted("web"), ("dynamodb:Query", "intervenants/index/gsi2")
    monkeypatch.setattr(
        politiques, "granted", lambda function: whole - {index} if function == "web" else granted(function)
    )
    agent = parcours.en_poste(guichet.client())
    with pytest.raises(AssertionError, match="gsi2"):
        agent.submit(agent.get(LISTE), f"{LISTE}/recherche", recherche="DUP")
