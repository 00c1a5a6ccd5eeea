"""The real app, packaged as for AWS and deployed by `make deploy` on the embedded AWS, where the roles are enforced."""

import json
import urllib.request
import zipfile
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from infra import deploy

pytestmark = pytest.mark.xdist_group("deploiement")

SIGN_UP = "/deposer-un-cv"
DOCUMENTS = ("charte", "conditions-generales", "mentions-legales")
EMAIL = "camille@exemple.fr"
BUCKET = "guichet-essai-fichiers"


@pytest.fixture(scope="module")
def signed_up(deployed: Any) -> Any:
    """Someone fills in « Déposer un CV » as a person would; the captcha's answer is read where the local console does."""
    visitor = deployed.visitor()
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
    mails = [row for row in deployed.rows("outbox") if row["to"]["S"] == EMAIL]
    assert len(mails) == 1
    assert deployed.rows("audit"), "the act is in the audit"


def test_le_mail_part_par_la_file_et_ses(deployed: Any, signed_up: Any) -> None:
    def sent() -> bool:
        return any(row["to"]["S"] == EMAIL and row["etat"]["S"] == "ENVOYE" for row in deployed.rows("outbox"))

    assert deployed.wait_for(sent), deployed.log("envoyer-mails")[-3000:]
    with urllib.request.urlopen(f"{deployed.endpoint}/_ministack/ses/messages") as answer:
        assert json.load(answer)["messages"], "SES accepted it from the function's role"


@pytest.mark.parametrize("sweep", ["balayer-mails", "balayer-comptes", "balayer-pieces"])
def test_un_balayage_va_a_son_terme_avec_son_role(deployed: Any, sweep: str) -> None:
    instant = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    tally = deployed.invoke(sweep, {"schedule": sweep, "scheduled_time": instant})
    assert tally["failed"] == 0
    assert "sweep.ended" in deployed.log(sweep), "the metric of its alarm counts this line"


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


def test_le_paquet_ne_contient_que_ce_qui_sert(packaged: Any) -> None:
    folder, manifest = packaged
    with zipfile.ZipFile(folder / "deployment.zip") as archive:
        names = archive.namelist()
    tops = {name.partition("/")[0] for name in names}
    assert {"app.py", "chalice", "chalicelib", "jinja2", "pynamodb"} <= tops
    assert not tops & {"boto3", "botocore", "pip", "setuptools", "wheel", "inquirer", "click", "blessed", "yaml"}
    assert manifest["size"] <= 25 * 1024 * 1024
    assert not [name for name in names if "/templates/" in name and name.endswith((".html", ".txt"))]
    assert [name for name in names if name.startswith("chalicelib/_templates/tmpl_")]
    compiled = {name.rpartition("/")[2].partition(".")[0] for name in names if name.endswith(".pyc")}
    sources = {name.rpartition("/")[2].removesuffix(".py") for name in names if name.endswith(".py")}
    assert not sources - compiled, "each cold start would compile them"
