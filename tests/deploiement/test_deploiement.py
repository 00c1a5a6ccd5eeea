"""The real app, packaged as for AWS and deployed by `make deploy` on the embedded AWS, where the roles are enforced."""

import http.client
import json
import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.exceptions import ClientError

from infra import deploy

pytestmark = pytest.mark.xdist_group("deploiement")

SIGN_UP = "/deposer-un-cv"
DOCUMENTS = ("charte", "conditions-generales", "mentions-legales")
EMAIL = "camille@exemple.fr"
BUCKET = "guichet-essai-fichiers"
_COMMON: dict[str, Any] = {"version": "0", "id": "1", "account": "000000000000", "time": "2026-01-01T00:00:00Z"}
_COMMON |= {"region": "eu-west-3", "resources": []}


@pytest.fixture(scope="module")
def visitor(deployed: Any) -> Any:
    """The person who signs up."""
    return deployed.visitor()


@pytest.fixture(scope="module")
def signed_up(deployed: Any, visitor: Any) -> Any:
    """Someone fills in « Déposer un CV »; the captcha's answer is read in the table, as the local console does."""
    for name in DOCUMENTS:
        assert visitor.get(f"/documents/{name}").status == 200
    form = visitor.get(SIGN_UP)
    assert form.status == 200, deployed.log("web")[-3000:]
    fields = form.hidden
    answer = deployed.item("noyau", f"CAPTCHA#{fields['defi']}", "CAPTCHA")["reponse"]["S"]
    fields |= {"civilite": "MADAME", "nom": "Essai", "identique": "oui", "prenom": "Camille", "captcha": answer}
    fields |= {"naissance": "01/02/1980", "email": EMAIL, "confirmation_email": EMAIL}
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
    assert len(deployed.rows("outbox")) == 1
    assert deployed.rows("audit"), "the act is in the audit"


def test_le_mail_part_par_la_file_et_ses(deployed: Any, signed_up: Any) -> None:
    def sent() -> bool:
        return any(row["etat"]["S"] == "ENVOYE" for row in deployed.rows("outbox"))

    assert deployed.wait_for(sent), deployed.log("envoyer-mails")[-3000:]
    assert "/activation/" in deployed.mails(EMAIL)[0], "SES accepted it from the function's role"


@pytest.mark.parametrize("sweep", ["balayer-mails", "balayer-comptes", "balayer-pieces"])
def test_un_balayage_va_a_son_terme_avec_son_role(deployed: Any, sweep: str) -> None:
    instant = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    tally = deployed.invoke(sweep, {"schedule": sweep, "scheduled_time": instant})
    assert tally["failed"] == 0
    assert "sweep.ended" in deployed.log(sweep), "the metric of its alarm counts this line"


def test_un_cv_traverse_la_quarantaine(deployed: Any, visitor: Any, signed_up: Any) -> None:
    """Presigned POST -> check -> verdict -> copy -> page images: five roles, each with what it needs."""
    sent = deployed.wait_for(lambda: deployed.mails(EMAIL))
    link = re.search(r"/activation/\S+", sent[0])
    assert link
    profile = visitor.post(link[0], visitor.get(link[0]).hidden)
    assert profile.path == "/api/mon-profil", profile.body
    form = visitor.post("/mon-profil/cv", visitor.get("/mon-profil/cv").hidden)
    key = form.hidden["key"]
    assert _send_file(form, _pdf()) == 303

    def state() -> tuple[str, str, bool]:
        row = next(row for row in deployed.rows("pieces") if row["pk"]["S"].endswith(key.split("/")[1]))
        return row["etat"]["S"], row["controle"]["S"], "N" in row.get("pages", {})

    assert deployed.wait_for(lambda: state()[0] == "RECU"), deployed.log("verifier-depot")[-3000:]
    deployed.invoke("recevoir-verdict", _verdict(key, state()[1]))
    assert state()[0] == "DISPONIBLE", deployed.log("recevoir-verdict")[-3000:]
    assert deployed.wait_for(lambda: state()[2]), deployed.log("dessiner-pages")[-3000:]
    objects = deployed.clients("s3").list_objects_v2(Bucket=BUCKET)["Contents"]
    assert sorted(each["Key"].partition("/")[0] for each in objects) == ["disponible", "pages"]


def _send_file(form: Any, content: bytes) -> int:
    """What the browser does: one multipart POST, straight to the bucket."""
    action = next(found for found in re.findall(r'action="(http[^"]*)"', form.body) if BUCKET in found)
    fields = {name: value for name, value in form.hidden.items() if name != "commande"} | {"x-amz-meta-nom": "cv.pdf"}
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


def test_un_rebond_marque_l_adresse(deployed: Any) -> None:
    recipients = [{"emailAddress": "partie@exemple.fr"}]
    bounce = {"bounceType": "Permanent", "bouncedRecipients": recipients}
    event = {"source": "aws.ses", "detail-type": "Email Bounced", "detail": {"bounce": bounce}}
    deployed.invoke("recevoir-rebond", {**_COMMON, **event})
    assert [row for row in deployed.rows("noyau") if row["pk"]["S"].startswith("ADRESSE#")]


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
    assert said[:2] == ["guichet-essai-data : aucun changement.", "guichet-essai-app : aucun changement."]


def _nobody(question: str) -> str:
    raise AssertionError(question)
