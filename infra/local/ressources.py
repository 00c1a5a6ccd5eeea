"""Creates on the emulator what the portal needs: the data stack as it is, the queues of the application stack, and the
local way of S3's events. No function, mapping or schedule: they would take the events from the pump."""

import json
import threading
import time
from email.utils import parseaddr
from pathlib import Path
from typing import Any

import boto3

from infra.local.environnement import FILE_EVENEMENTS, PREFIXE, REGION, STAGE, RefusLocal, exiger_local
from infra.local.modeles import Modele, Resolveur, lire, parametres, ressources, seulement

DELAI_PILE = 30.0
ESSAIS_EVENEMENT = 3


class Clients:
    """boto3 clients of the local emulator, made when first asked for, and of nothing else."""

    def __init__(self, endpoint: str) -> None:
        self._options = {
            "endpoint_url": exiger_local(endpoint),
            "region_name": REGION,
            "aws_access_key_id": "local",
            "aws_secret_access_key": "local",
        }
        self._session = boto3.session.Session()
        self._faits: dict[str, Any] = {}
        self._verrou = threading.Lock()

    def __getattr__(self, service: str) -> Any:
        with self._verrou:
            if service not in self._faits:
                self._faits[service] = self._session.client(service, **self._options)
            return self._faits[service]

    def preparer(self) -> None:
        """Make the clients that are needed anyway: it takes a while, and the emulator is still starting."""
        for service in ("cloudformation", "dynamodb", "sqs", "events", "s3"):
            getattr(self, service)


def valeurs(env: dict[str, str]) -> dict[str, str]:
    """What the templates' parameters are worth on one machine."""
    base = env["BASE_URL"]
    return {
        "Stage": STAGE,
        "BucketSuffix": env.get("BUCKET_SUFFIX", ""),
        "MailDomain": parseaddr(env["MAIL_FROM"])[1].partition("@")[2],
        "PortalOrigins": f"{base},{base.replace('127.0.0.1', 'localhost')}",
        "BaseUrl": base,
        "BasePath": env.get("BASE_PATH", ""),
        "MailFrom": env["MAIL_FROM"],
    }


def creer(clients: Clients, env: dict[str, str], infra: Path) -> bool:
    """Create everything; True when the tables were not there yet (there is no data)."""
    connus = valeurs(env)
    data, app = lire(infra / "data.yaml"), lire(infra / "app.yaml")
    neuf = not _tables(clients)
    if neuf:
        _empiler(clients, f"{PREFIXE}data", json.dumps(data, default=str), parametres(data, connus))
        _durees_de_vie(clients, data, connus)
    else:
        _verifier_tables(clients, data, connus)
        _origines(clients, data, connus)
    if not _files(clients):
        _empiler(clients, f"{PREFIXE}app", seulement(app, ("AWS::SQS::Queue",)), parametres(app, connus))
    _evenements(clients)
    return neuf


def _tables(clients: Clients) -> set[str]:
    return {nom for nom in clients.dynamodb.list_tables()["TableNames"] if nom.startswith(PREFIXE)}


def _files(clients: Clients) -> list[str]:
    return list(clients.sqs.list_queues(QueueNamePrefix=PREFIXE).get("QueueUrls", []))


def _empiler(clients: Clients, nom: str, corps: str, parametres_: dict[str, str]) -> None:
    """Create one stack and wait for it."""
    if not json.loads(corps)["Resources"]:
        return
    paires = [{"ParameterKey": k, "ParameterValue": v} for k, v in parametres_.items()]
    clients.cloudformation.create_stack(StackName=nom, TemplateBody=corps, Parameters=paires)
    limite = time.monotonic() + DELAI_PILE
    while True:
        pile = clients.cloudformation.describe_stacks(StackName=nom)["Stacks"][0]
        if pile["StackStatus"] == "CREATE_COMPLETE":
            return
        if not pile["StackStatus"].endswith("_IN_PROGRESS") or time.monotonic() > limite:
            raise RefusLocal(f"La pile {nom} n'est pas créée : {pile['StackStatus']} {_raisons(clients, nom)}")
        time.sleep(0.02)


def _raisons(clients: Clients, nom: str) -> str:
    evenements = clients.cloudformation.describe_stack_events(StackName=nom)["StackEvents"]
    echecs = [e for e in evenements if e["ResourceStatus"].endswith("FAILED")]
    return " ; ".join(f"{e['LogicalResourceId']} : {e.get('ResourceStatusReason', '?')}" for e in echecs)


def _proprietes(modele: Modele, connus: dict[str, str], type_: str) -> list[dict[str, Any]]:
    resoudre = Resolveur(modele, connus)
    return [resoudre(r.get("Properties") or {}) for r in ressources(modele, type_).values()]


def _durees_de_vie(clients: Clients, data: Modele, connus: dict[str, str]) -> None:
    """The emulator's CloudFormation leaves this property of tables out."""
    for table in _proprietes(data, connus, "AWS::DynamoDB::Table"):
        duree = table.get("TimeToLiveSpecification")
        if duree:
            clients.dynamodb.update_time_to_live(TableName=table["TableName"], TimeToLiveSpecification=duree)


def _verifier_tables(clients: Clients, data: Modele, connus: dict[str, str]) -> None:
    """Kept data made with other tables than the template's cannot be used."""
    attendues = {table["TableName"] for table in _proprietes(data, connus, "AWS::DynamoDB::Table")}
    manquantes = sorted(attendues - _tables(clients))
    if manquantes:
        raise RefusLocal(
            f"Les données gardées viennent d'une autre version (tables absentes : {', '.join(manquantes)}).\n"
            "Changez GUICHET_DATA ou supprimez ce dossier."
        )


def _origines(clients: Clients, data: Modele, connus: dict[str, str]) -> None:
    """Kept data, other port: the bucket must allow the portal's origin of this run."""
    for seau in _proprietes(data, connus, "AWS::S3::Bucket"):
        regles = (seau.get("CorsConfiguration") or {}).get("CorsRules") if isinstance(seau, dict) else None
        if regles:
            actuelles = clients.s3.get_bucket_cors(Bucket=seau["BucketName"])["CORSRules"]
            for regle in actuelles:
                regle["AllowedOrigins"] = connus["PortalOrigins"].split(",")
            clients.s3.put_bucket_cors(Bucket=seau["BucketName"], CORSConfiguration={"CORSRules": actuelles})


def _evenements(clients: Clients) -> None:
    """S3 -> EventBridge -> a local queue that the pump reads; nothing comes if the bucket does not tell EventBridge."""
    rebut = _file(clients, f"{FILE_EVENEMENTS}-dlq", {})
    redrive = json.dumps({"deadLetterTargetArn": rebut, "maxReceiveCount": ESSAIS_EVENEMENT})
    arn = _file(clients, FILE_EVENEMENTS, {"VisibilityTimeout": "900", "RedrivePolicy": redrive})
    clients.events.put_rule(Name=FILE_EVENEMENTS, EventPattern=json.dumps({"source": ["aws.s3"]}), State="ENABLED")
    clients.events.put_targets(Rule=FILE_EVENEMENTS, Targets=[{"Id": "pompe", "Arn": arn}])


def _file(clients: Clients, nom: str, attributs: dict[str, str]) -> str:
    url = clients.sqs.create_queue(QueueName=nom, Attributes=attributs)["QueueUrl"]
    return str(clients.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"])
