"""The real app, packaged as for AWS and deployed by `make deploy` on the embedded AWS, where the roles are enforced."""

import hashlib
import http.client
import json
import re
import subprocess
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.exceptions import ClientError

import app as application
from chalicelib.commun.pieces.queries import ENVOI_MAX
from chalicelib.core import totp
from infra import deploy
from tests.web.parcours import DOCUMENTS, IDENTIFICATION, LIGNES, MINIMUM

SIGN_UP = "/deposer-un-cv"
EMAIL = "camille@exemple.fr"
BUCKET = "guichet-essai-fichiers"
ONE_CHANGED = {"due": 1, "seen": 1, "changed": 1, "failed": 0}
_COMMON: dict[str, Any] = {"version": "0", "id": "1", "account": "000000000000", "time": "2026-01-01T00:00:00Z"}
_COMMON |= {"region": "eu-west-3", "resources": []}


@pytest.fixture(scope="module")
def visitor(deployed: Any) -> Any:
    """The person who signs up."""
    return deployed.visitor()


@pytest.fixture(scope="module")
def signed_up(deployed: Any, visitor: Any) -> Any:
    """Their account, to activate."""
    return _sign_up(deployed, visitor, EMAIL, "Essai")


def _sign_up(deployed: Any, visitor: Any, email: str, nom: str) -> Any:
    """Someone fills in « Déposer un CV »; the captcha's answer is read in the table, as the local console does."""
    for name in DOCUMENTS:
        assert visitor.get(f"/documents/{name}").status == 200
    form = visitor.get(SIGN_UP)
    assert form.status == 200, deployed.log("web")[-3000:]
    fields = form.hidden
    answer = deployed.item("noyau", f"CAPTCHA#{fields['defi']}", "CAPTCHA")["reponse"]["S"]
    fields |= {"civilite": "MADAME", "nom": nom, "identique": "oui", "prenom": "Camille", "captcha": answer}
    fields |= {"naissance": "01/02/1980", "email": email, "confirmation_email": email}
    fields |= {"mot_de_passe": "Tr4verse-bleue!", "confirmation_mot_de_passe": "Tr4verse-bleue!"}
    return visitor.post(SIGN_UP, fields)


def test_l_accueil_est_une_page_en_francais(deployed: Any) -> None:
    page = deployed.visitor().get("/")
    assert page.status == 200, deployed.log("web")[-3000:]
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert '<html lang="fr"' in page.body
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert 'href="/api/' in page.body, "the links carry the stage of a bare API Gateway"


def test_une_adresse_inconnue_est_une_page_en_francais(deployed: Any) -> None:
    page = deployed.visitor().get("/n-existe-pas")
    assert (page.status, page.headers["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert page.title.startswith("Page introuvable")
    assert page.headers["Cache-Control"] == "no-store"
    assert "$context" not in page.body


def test_une_inscription_ecrit_le_compte_et_le_mail(deployed: Any, signed_up: Any) -> None:
    assert (signed_up.status, signed_up.path) == (200, f"/api{SIGN_UP}/envoye"), signed_up.body
    to_them = hashlib.sha256(EMAIL.encode()).hexdigest()
    assert f"ADRESSE#{to_them}" in {row["gsi2pk"]["S"] for row in deployed.rows("outbox")}
    assert "ouvrir_un_compte" in {row["acte"]["S"] for row in deployed.rows("audit")}


def test_le_mail_part_par_la_file_et_ses(deployed: Any, signed_up: Any) -> None:
    def sent() -> bool:
        return any(row["etat"]["S"] == "ENVOYE" for row in deployed.rows("outbox"))

    assert deployed.wait_for(sent), deployed.log("envoyer-mails")[-3000:]
    assert any("/activation/" in mail for mail in deployed.mails(EMAIL)), "SES accepted it from the function's role"


def test_un_balayage_va_a_son_terme_avec_son_role(deployed: Any, subtests: pytest.Subtests) -> None:
    for declared in application.app.pure_lambda_functions:
        sweep = declared.name.replace("_", "-")
        with subtests.test(sweep):
            assert _sweep(deployed, sweep)["failed"] == 0
            assert "sweep.ended" in deployed.log(sweep), "the metric of its alarm counts this line"


def _sweep(deployed: Any, name: str, **later: int) -> dict[str, int]:
    """A schedule, at an instant to come."""
    instant = (datetime.now(UTC) + timedelta(**later)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return dict(deployed.invoke(name, {"schedule": name, "scheduled_time": instant}))


@pytest.fixture(scope="module")
def trainer(deployed: Any, visitor: Any, signed_up: Any) -> Any:
    """The person, whose account is active."""
    sent = deployed.wait_for(lambda: deployed.mails(EMAIL))
    link = re.search(r"/activation/\S+", "\n".join(sent))
    assert link
    profile = visitor.post(link[0], visitor.get(link[0]).hidden)
    assert profile.path == "/api/mon-profil", profile.body
    return visitor


@pytest.fixture(scope="module")
def cv(deployed: Any, trainer: Any) -> str:
    """Their CV: presigned POST -> check -> verdict -> copy -> page images: five roles, each with what
    it needs. Answers its id."""
    form = trainer.post("/mon-profil/cv", trainer.get("/mon-profil/cv").hidden)
    key = form.hidden["key"]
    assert _send_file(form, _pdf(), key=f"{key}x") == 403, "the form is for this key"
    assert _send_file(form, _pdf(), policy="e30=") == 403, "the form is signed"
    assert _send_file(form, bytes(ENVOI_MAX + 1)) in (400, 403), "the bucket bounds what it takes"
    assert _send_file(form, _pdf()) == 303
    _, owner, piece = key.split("/")

    def state() -> tuple[str, str, bool]:
        row = deployed.item("pieces", f"PROPRIETAIRE#{owner}", f"PIECE#{piece}")
        return row["etat"]["S"], row["controle"]["S"], "N" in row.get("pages", {})

    assert deployed.wait_for(lambda: state()[0] == "RECU"), deployed.log("verifier-depot")[-3000:]
    deployed.invoke("recevoir-verdict", _verdict(key, state()[1]))
    assert state()[0] == "DISPONIBLE", deployed.log("recevoir-verdict")[-3000:]
    assert deployed.wait_for(lambda: state()[2]), deployed.log("dessiner-pages")[-3000:]
    return str(piece)


@pytest.mark.rule("U1")
@pytest.mark.controle("T53")
def test_un_cv_traverse_la_quarantaine(deployed: Any, cv: str) -> None:
    keys = [each["Key"].split("/") for each in deployed.clients("s3").list_objects_v2(Bucket=BUCKET)["Contents"]]
    assert sorted(key[0] for key in keys if cv in key) == ["disponible", "pages"]


@pytest.mark.rule("U3")
@pytest.mark.controle("T46")
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
def test_le_magasin_n_ouvre_que_l_objet_que_nomme_un_lien_signe(
    deployed: Any, trainer: Any, cv: str, method: str
) -> None:
    """Asked as a stranger would, with nothing but addresses: the object's own, another's, the list, a link too old."""
    link = urlsplit(trainer.get(f"/mon-profil/cv/{cv}/original").headers["Location"])
    other = f"{link.path.replace('/disponible/', '/pages/')}/1.jpg"
    old = re.sub(r"X-Amz-Date=\d{8}", "X-Amz-Date=20200101", link.query)
    before = deployed.clients("s3").list_objects_v2(Bucket=BUCKET)["Contents"]

    def asked(path: str, query: str) -> int:
        return _ask_store(str(link.hostname), link.port, method, f"{path}?{query}")

    bucket = link.path.partition("/disponible/")[0]
    assert asked(link.path, link.query) == (200 if method == "GET" else 403)
    for path, query in (
        (link.path, ""),
        (other, link.query),
        (link.path, old),
        (f"{bucket}/", "list-type=2"),
        (f"{bucket}/", f"list-type=2&{link.query}"),
    ):
        assert asked(path, query) == 403, f"{method} {path}"
    assert deployed.clients("s3").list_objects_v2(Bucket=BUCKET)["Contents"] == before


def _ask_store(host: str, port: int | None, method: str, target: str) -> int:
    connection = http.client.HTTPConnection(host, port, timeout=30)
    connection.request(method, target, b"autre chose" if method == "PUT" else None)
    status = connection.getresponse().status
    connection.close()
    return status


def _send_file(form: Any, content: bytes, **forged: str) -> int:
    """What the browser does: one multipart POST, straight to the bucket; `forged`: what it does not."""
    action = next(found for found in re.findall(r'action="(http[^"]*)"', form.body) if BUCKET in found)
    fields = {name: value for name, value in form.hidden.items() if name != "commande"} | {"x-amz-meta-nom": "cv.pdf"}
    fields |= forged
    part = '--limite\r\nContent-Disposition: form-data; name="{}"{}\r\n\r\n'
    body = "".join(part.format(name, "") + f"{value}\r\n" for name, value in fields.items())
    body += part.format("file", '; filename="cv.pdf"\r\nContent-Type: application/pdf')
    url = urlsplit(action)
    connection = http.client.HTTPConnection(str(url.hostname), url.port, timeout=30)
    headers = {"Content-Type": "multipart/form-data; boundary=limite"}
    connection.request("POST", url.path, body.encode() + content + b"\r\n--limite--\r\n", headers)
    status = connection.getresponse().status
    connection.close()
    return status


def _pdf() -> bytes:
    """A page that says « Bonjour »."""
    font = b"/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>"
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R" + font + b">>",
        b"<</Length 36>>stream\nBT /F 20 Tf 20 100 Td (Bonjour) Tj ET\nendstream",
    )
    out, table = b"%PDF-1.4\n", b"xref\n0 5\n0000000000 65535 f \n"
    for number, each in enumerate(objects, start=1):
        table += b"%010d 00000 n \n" % len(out)
        out += b"%d 0 obj%s endobj\n" % (number, each)
    return out + table + b"trailer<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(out)


def _verdict(key: str, etag: str) -> dict[str, Any]:
    """GuardDuty's event; nobody but AWS may put it on the bus, so the function is called with it."""
    detail = {
        "s3ObjectDetails": {"bucketName": BUCKET, "objectKey": key, "eTag": etag},
        "scanResultDetails": {"scanResultStatus": "NO_THREATS_FOUND"},
    }
    kind = {"source": "aws.guardduty", "detail-type": "GuardDuty Malware Protection Object Scan Result"}
    return {**_COMMON, **kind, "detail": detail}


@pytest.fixture(scope="module")
def staff(deployed: Any, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Any]:
    """Somebody of the staff, made by `make personnel` and logged in by both factors."""
    command, environment = deployed.operator(tmp_path_factory.mktemp("personnel") / "config.json")

    def made(email: str, role: str, structures: str = "") -> Any:
        who = ["--email", email, "--nom", role, "--prenom", "Alix", "--role", role, "--structures", structures]
        done = subprocess.run([*command, *who], check=False, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        shown = re.search(r"mot de passe   : (\S+)\n.*\n  second facteur : (\S+)", done.stdout)
        assert shown, done.stdout
        agent = deployed.visitor()
        assert agent.submit("/connexion", identifiant=email, mot_de_passe=shown[1]).status == 200
        code = totp.code(shown[2], int(time.time()) // totp.PERIOD)
        entered = agent.post("/connexion/code", agent.get("/connexion/code").hidden | {"code": code})
        assert entered.status == 200 and "Choisissez votre mot de passe" in entered.body, entered.body
        own = {"mot_de_passe": "Tr4verse-verte!", "confirmation_mot_de_passe": "Tr4verse-verte!"}
        chosen = agent.submit("/mon-compte/mot-de-passe", mot_de_passe_actuel=shown[1], **own)
        assert (chosen.status, "/mes-connexions" in chosen.body) == (200, True), deployed.log("web")[-3000:]
        return agent

    return made


@pytest.fixture(scope="module")
def archived(deployed: Any, trainer: Any, staff: Callable[..., Any]) -> str:
    """An application transmitted, sent back, forgotten: the rights of the web function, then those of the sweep. Its
    person's address does not exist any more. Answers the account's id."""
    filled = trainer.submit("/mon-profil/identification", **IDENTIFICATION)
    assert filled.status == 200 and "resume-erreurs" not in filled.body, filled.body
    table = "/mon-profil/parcours"
    filled = trainer.submit(table, **MINIMUM, suite="rester")
    assert filled.status == 200 and "resume-erreurs" not in filled.body, filled.body
    for bloc in ("experiences", "initiales"):
        added = trainer.submit(f"{table}/{bloc}/ajouter", **LIGNES[bloc], suite="page")
        assert added.path.startswith(f"/api{table}?"), added.body
    assert trainer.submit("/mon-profil/cv").status == 200, "announced, never sent"
    sent = trainer.submit("/mon-profil/verification", "/mon-profil/transmission")
    assert sent.path == "/api/mon-profil/transmission", deployed.log("web")[-3000:]
    agent = staff("gestion@exemple.fr", "GESTIONNAIRE", "grand-est")
    found = re.search(r"/gestion/inscriptions/(\w{26})", agent.get("/gestion/inscriptions").body)
    assert found
    decided = agent.submit(found[0], f"{found[0]}/complement", complement="Un justificatif.")
    assert decided.status == 200 and "Complément demandé" in decided.body, deployed.log("web")[-3000:]
    _bounce(deployed, EMAIL)
    for days in (50, 100):  # reminded, then archived
        tally = _sweep(deployed, "balayer-demandes", days=days)
        assert tally == ONE_CHANGED, deployed.log("balayer-demandes")[-3000:]
    return found[1]


def test_une_demande_va_jusqu_a_l_archivage(deployed: Any, archived: str) -> None:
    assert deployed.item("intervenants", f"INTERVENANT#{archived}", "DEMANDE")["etat"]["S"] == "ARCHIVEE"


def test_un_mail_abandonne_se_renvoie(deployed: Any, archived: str, staff: Callable[..., Any]) -> None:
    """The mails of the sweep above met an address that is marked: they are given up, in sight."""

    def dead() -> list[str]:
        return [row["pk"]["S"].removeprefix("MAIL#") for row in deployed.rows("outbox") if row["etat"]["S"] == "MORT"]

    assert deployed.wait_for(lambda: len(dead()) == 2), deployed.log("envoyer-mails")[-3000:]
    admin = staff("administration@exemple.fr", "ADMINISTRATEUR")
    mail = dead()[0]
    page = admin.submit("/administration/envois", f"/administration/envois/{mail}/renvoyer")
    assert page.status == 200, deployed.log("web")[-3000:]
    assert deployed.wait_for(lambda: deployed.item("outbox", f"MAIL#{mail}", "MAIL")["etat"]["S"] == "ENVOYE")
    assert admin.get("/mes-connexions").status == 200
    assert admin.submit("/mes-connexions", "/deconnexion").status == 200, deployed.log("web")[-3000:]


def test_un_compte_jamais_active_est_supprime_avec_ses_mails(deployed: Any, trainer: Any) -> None:
    gone = "oubli@exemple.fr"
    assert _sign_up(deployed, deployed.visitor(), gone, "Oubli").status == 200
    before = len(deployed.rows("outbox"))
    assert _sweep(deployed, "balayer-comptes", days=8) == ONE_CHANGED
    assert gone not in str(deployed.rows("comptes"))
    assert len(deployed.rows("outbox")) == before - 1


def test_un_fichier_jamais_envoye_est_efface(deployed: Any, archived: str) -> None:
    before = len(deployed.rows("pieces"))
    assert _sweep(deployed, "balayer-pieces", days=2) == ONE_CHANGED
    assert len(deployed.rows("pieces")) == before - 1


def test_un_fichier_depose_reveille_son_controle(deployed: Any) -> None:
    """Bucket -> EventBridge -> verifier_depot, whose role lets it delete what nobody announced."""
    s3, key = deployed.clients("s3"), "quarantaine/personne/01JDZZZZZZZZZZZZZZZZZZZZZZ"
    s3.put_object(Bucket=BUCKET, Key=key, Body=b"%PDF-1.7")

    def gone() -> bool:
        return "Contents" not in s3.list_objects_v2(Bucket=BUCKET, Prefix=key)

    assert deployed.wait_for(gone), deployed.log("verifier-depot")[-3000:]


def test_une_image_demandee_pour_un_fichier_disparu_ne_revient_pas(deployed: Any) -> None:
    sqs = deployed.clients("sqs")
    url = sqs.get_queue_url(QueueName="guichet-essai-images")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody=json.dumps({"proprietaire": "personne", "piece": "aucune"}))
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]

    def empty() -> bool:
        found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return all(value == "0" for value in found.values())

    assert deployed.wait_for(empty), deployed.log("dessiner-pages")[-3000:]
    assert "queue.message_failed" not in deployed.log("dessiner-pages")


def _bounce(deployed: Any, address: str) -> None:
    bounce = {"bounceType": "Permanent", "bouncedRecipients": [{"emailAddress": address}]}
    event = {"source": "aws.ses", "detail-type": "Email Bounced", "detail": {"bounce": bounce}}
    deployed.invoke("recevoir-rebond", {**_COMMON, **event})


def test_un_rebond_marque_l_adresse(deployed: Any) -> None:
    def marked() -> set[str]:
        return {row["pk"]["S"] for row in deployed.rows("noyau") if row["pk"]["S"].startswith("ADRESSE#")}

    before = marked()
    _bounce(deployed, "partie@exemple.fr")
    assert len(marked() - before) == 1


def test_les_roles_sont_appliques(deployed: Any) -> None:
    """Else the tests above prove nothing: unknown credentials are refused."""
    keys = {"aws_access_key_id": "AKIAINCONNUINCONNU00", "aws_secret_access_key": "x" * 40}
    stranger = boto3.client("dynamodb", endpoint_url=deployed.endpoint, region_name="eu-west-3", **keys)
    with pytest.raises(ClientError):
        stranger.get_item(TableName="guichet-essai-noyau", Key={"pk": {"S": "x"}, "sk": {"S": "x"}})


def test_l_api_passe_par_l_alias(deployed: Any) -> None:
    """Rolling back is moving the alias: the pages must follow it."""
    api = deployed.clients("apigateway")
    resources = api.get_resources(restApiId=deployed.api, limit=500)["items"]
    root = next(each for each in resources if each["path"] == "/")
    uri = api.get_integration(restApiId=deployed.api, resourceId=root["id"], httpMethod="GET")["uri"]
    assert uri.endswith(":function:guichet-essai-web:live/invocations")
    assert [stage["stageName"] for stage in api.get_stages(restApiId=deployed.api)["item"]] == ["api"]


def test_l_api_reste_loin_de_la_limite_des_ressources(deployed: Any) -> None:
    """API Gateway takes 300 resources; each segment of a path is one."""
    assert len(deployed.clients("apigateway").get_resources(restApiId=deployed.api, limit=500)["items"]) <= 250


def test_deployer_deux_fois_ne_change_rien(deployed: Any) -> None:
    said: list[str] = []
    names = ("cloudformation", "s3", "sesv2")
    aws = deploy.Aws(*(deployed.clients(name) for name in names), say=said.append, ask=_nobody, pause=0.1)
    deploy.deploy(aws, deployed.package, deploy.Wish())
    assert "aucun ne deviendra disponible" in said[0], "it runs without the scanner"
    assert said[1:3] == ["guichet-essai-data : aucun changement.", "guichet-essai-app : aucun changement."]


def _nobody(question: str) -> str:
    raise AssertionError(question)
