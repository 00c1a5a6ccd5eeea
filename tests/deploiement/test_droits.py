"""The rights of each function are those that its code exercises: no more, no less.

The portal is walked on moto, through its pages and handlers alone; what each function asks of AWS is noted and compared
with its policy. A right that nothing here exercises is refused until this walk shows who needs it.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

import pytest
from botocore.client import BaseClient

from chalicelib.core import aws
from tests import fichiers
from tests.client import Client
from tests.web import parcours
from tests.web.conftest import Guichet
from tests.web.parcours import IDENTITE, s_inscrire, se_connecter, se_connecter_en_gestion

guichet = parcours.guichet
BUCKET = "fichiers${BucketSuffix}"
FILES = f"{BUCKET}/"
LISTE = "/gestion/inscriptions"
# Signed for browsers, which then ask for themselves.
SIGNED = {("s3:PutObject", f"{FILES}quarantaine/*")}
SIGNED |= {("s3:GetObject", f"{FILES}{prefix}/*") for prefix in ("disponible", "pages")}
# S3 answers « absent » rather than « forbidden » only to who may list the bucket.
TO_KNOW_ABSENCE = ("s3:ListBucket", BUCKET)
Right = tuple[str, str]


def rights_of(operation: str, given: dict[str, Any]) -> set[Right]:
    """What IAM checks for a call: (action, what follows « guichet-<stage>- » in the resource)."""
    if operation == "TransactWriteItems":
        calls = [next(iter(item.items())) for item in given["TransactItems"]]
        names = {"ConditionCheck": "ConditionCheckItem"}
        return {right for kind, call in calls for right in rights_of(names.get(kind, f"{kind}Item"), call)}
    if operation == "BatchGetItem":
        return {("dynamodb:BatchGetItem", _short(table)) for table in given["RequestItems"]}
    if "TableName" in given:
        index = f"/index/{given['IndexName']}" if "IndexName" in given else ""
        return {(f"dynamodb:{operation}", _short(given["TableName"]) + index)}
    if "Bucket" in given:
        return _rights_on_files(operation, given)
    if operation.startswith("SendMessage"):
        return {("sqs:SendMessage", _short(given["QueueUrl"].rpartition("/")[2]))}
    assert operation in {"GetQueueUrl", "SendEmail"}, operation
    return {("sqs:GetQueueUrl", _short(given["QueueName"]))} if "QueueName" in given else set()


def _rights_on_files(operation: str, given: dict[str, Any]) -> set[Right]:
    if operation == "ListObjectsV2":
        return {TO_KNOW_ABSENCE}
    if operation == "DeleteObjects":
        return {("s3:DeleteObject", _prefix(each["Key"])) for each in given["Delete"]["Objects"]}
    if operation == "CopyObject":  # with the tags, where the verdict is
        source, target = _prefix(given["CopySource"]["Key"]), _prefix(given["Key"])
        read = {("s3:GetObject", source), ("s3:GetObjectTagging", source)}
        return read | {("s3:PutObject", target), ("s3:PutObjectTagging", target)}
    return {(f"s3:{operation}", _prefix(given["Key"]))}


def _short(name: str) -> str:
    return name.removeprefix("guichet-test-")


def _prefix(key: str) -> str:
    return f"{FILES}{key.partition('/')[0]}/*"


def granted(function: str, statements: list[dict[str, Any]]) -> set[Right]:
    """What its own code may ask; not what AWS does in its name (key, log, queue that feeds it, failures put aside)."""
    found = {
        (action, resource.rpartition("guichet-${Stage}-")[2])
        for statement in statements
        if statement["Sid"] not in {"Cle", "Journal", "Consommer", "EchecDefinitif", "Envoyer"}
        for action in statement["Action"]
        for resource in statement["Resource"]
    }
    return found if function == "web" else found - {TO_KNOW_ABSENCE}


class Witness:
    """The application, which notes for each function what it asks of AWS."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self.routes = app.routes
        self.running = ""
        self.asked: dict[str, set[Right]] = defaultdict(set)
        self.handler_map = {name: self._noting(name, handler) for name, handler in app.handler_map.items()}

    def __call__(self, event: Any, context: Any) -> Any:
        """A page."""
        return self._noting("web", self._app)(event, context)

    def _noting(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def noted(*given: Any) -> Any:
            aws.queue_url.cache_clear()  # each function has its own process
            self.running = name
            try:
                return call(*given)
            finally:
                self.running = ""

        return noted

    def note(self, operation: str, given: dict[str, Any]) -> None:
        """A call, by whoever runs."""
        if self.running:
            self.asked[self.running] |= rights_of(operation, given)


@pytest.fixture
def witness(guichet: Guichet, monkeypatch: pytest.MonkeyPatch) -> Witness:
    """The portal under watch."""
    found = guichet.app = Witness(guichet.app)
    make_call = BaseClient._make_api_call

    def noted(self: Any, operation: str, given: dict[str, Any]) -> Any:
        found.note(operation, given)
        return make_call(self, operation, given)

    monkeypatch.setattr(BaseClient, "_make_api_call", noted)
    return found


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
    [dead] = outbox.dead()
    page = admin.get("/administration/envois")
    assert admin.submit(page, f"/administration/envois/{dead.pk.removeprefix('MAIL#')}/renvoyer").status == 303


def test_chaque_droit_est_exerce_et_chaque_appel_est_permis(
    guichet: Guichet, witness: Witness, policies: dict[str, list[dict[str, Any]]], subtests: pytest.Subtests
) -> None:
    sign_up_in_vain(guichet)
    client = a_trainer(guichet)
    kept = files(guichet, client)
    staff(guichet, client, parcours.compte(guichet))
    assert parcours.cles() == {kept}, "what was replaced, refused or deleted is gone"
    mails(guichet)
    witness.asked["web"] |= SIGNED
    for function, statements in policies.items():
        with subtests.test(function):
            asked, allowed = witness.asked[function], granted(function, statements)
            assert asked - allowed == set(), "refused once deployed"
            assert allowed - asked == set(), "nothing here needs it"
