"""`make deploy STAGE=prod [SCAN=1] [ALARM_EMAIL=...] [BUDGET=...]`: what `make package` made, to AWS by change sets.

First the data stack, then the scan stack (SCAN=1), then the application: each says what it will change and asks. The
data stack is left alone when nothing in it changes; a change that would replace or remove one of its resources is
refused. So is a first deployment without the scan stack, which no file would ever become available in: SANS_ANALYSE=1
says that it is meant.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.exceptions import ClientError

from infra import sam

ROOT = Path(__file__).resolve().parent.parent
OLDEST = (3, 12)
CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
# Domain of the values of .chalice/config.json that are there to be replaced.
EXAMPLE = "example.fr"
NO_SCAN = (
    "sans l'analyse antivirus (infra/scan.yaml), les fichiers se déposent mais aucun ne deviendra disponible : "
    "chacun attend deux verdicts, le contrôle de son contenu et celui de l'antivirus."
)
_DONE = ("CREATE_COMPLETE", "UPDATE_COMPLETE")
_EMPTY = ("didn't contain changes", "no updates are to be performed", "no changes")


# TemplateBody or TemplateURL
Source = dict[str, str]
# a value, or None to keep the one that the stack has
Parameters = Mapping[str, str | None]


class DeployError(Exception):
    """The deployment must not, or could not, go on."""


@dataclass(frozen=True)
class Wish:
    """What was asked on the command line; None keeps what the stack has."""

    scan: bool | None = None
    without_scan: bool = False
    alarm_email: str | None = None
    budget: str | None = None
    agreed: bool = False
    replace_data: bool = False


@dataclass(frozen=True)
class Aws:
    """The clients, and where to say things."""

    cloudformation: Any
    s3: Any
    ses: Any
    say: Callable[[str], None] = print
    ask: Callable[[str], str] = input
    pause: float = 5.0


def refusals(manifest: Mapping[str, Any]) -> list[str]:
    """Why this package can't be deployed."""
    variables = manifest["variables"]
    reasons = []
    if tuple(map(int, manifest["runtime"].removeprefix("python").split("."))) < OLDEST:
        reasons.append(f"{manifest['runtime']} est trop ancien : make package PYTHON=python3.13")
    if not variables.get("CONTACT_EMAIL"):
        reasons.append("CONTACT_EMAIL manque (.chalice/config.json) : « Aide et Contact » n'offrirait que le courrier")
    for name, value in variables.items():
        if EXAMPLE in value:
            reasons.append(f"{name} est encore celui de l'exemple ({value}) : voir .chalice/config.json")
    if variables.get("BUCKET_SUFFIX") == "-123456789012":
        reasons.append("BUCKET_SUFFIX est encore celui de l'exemple : voir .chalice/config.json")
    return reasons


def data_parameters(manifest: Mapping[str, Any], wish: Wish) -> dict[str, str | None]:
    """Parameters of the data stack; None: as before."""
    variables = manifest["variables"]
    base = urlsplit(variables["BASE_URL"])
    return {
        "Stage": manifest["stage"],
        "BucketSuffix": variables.get("BUCKET_SUFFIX", ""),
        "MailDomain": parseaddr(variables["MAIL_FROM"])[1].rpartition("@")[2],
        "PortalOrigins": f"{base.scheme}://{base.netloc}",
        "RequireScanTag": None if wish.scan is None else str(wish.scan).lower(),
    }


def app_parameters(wish: Wish) -> dict[str, str | None]:
    """Parameters of the application stack that the package does not hold; None: as before."""
    return {"AlarmEmail": wish.alarm_email, "MonthlyBudget": wish.budget}


def describe(change: Mapping[str, Any]) -> str:
    """One line of a change set, for people."""
    resource = change["ResourceChange"]
    words = {"Add": "ajoute", "Modify": "modifie", "Remove": "SUPPRIME", "Import": "importe", "Dynamic": "modifie ?"}
    action = words.get(resource["Action"], resource["Action"])
    text = f"  {action} {resource['ResourceType']} {resource['LogicalResourceId']}"
    replaced = {"True": " (REMPLACÉ)", "Conditional": " (remplacé peut-être)"}
    return text + replaced.get(resource.get("Replacement", ""), "")


def endangered(changes: list[Mapping[str, Any]]) -> list[str]:
    """Changes that would take a resource away from the stack, or put another in its place."""
    return [
        describe(change)
        for change in changes
        if change["ResourceChange"]["Action"] == "Remove" or change["ResourceChange"].get("Replacement") == "True"
    ]


def stack(aws: Aws, name: str) -> dict[str, Any] | None:
    """A stack, or None while it was never created."""
    try:
        found: dict[str, Any] = aws.cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
    return None if found["StackStatus"] == "REVIEW_IN_PROGRESS" else found


def apply(aws: Aws, name: str, source: Source, parameters: Parameters, wish: Wish, guarded: bool = False) -> bool:
    """Create or update a stack by a change set that people read first; answers whether something changed.

    `guarded`: nothing may be removed or replaced.
    """
    existing = stack(aws, name)
    change_set = f"guichet-{int(time.time())}"
    aws.cloudformation.create_change_set(
        StackName=name,
        ChangeSetName=change_set,
        ChangeSetType="UPDATE" if existing else "CREATE",
        Capabilities=CAPABILITIES,
        Parameters=_parameters(parameters, existing),
        # what the stack makes carries it: the budget counts the cost of a stage by this tag
        Tags=[{"Key": "guichet", "Value": name.removeprefix("guichet-").rpartition("-")[0]}],
        **source,
    )
    changes = _changes(aws, name, change_set)
    if not changes:
        aws.cloudformation.delete_change_set(StackName=name, ChangeSetName=change_set)
        aws.say(f"{name} : aucun changement.")
        return False
    aws.say(f"{name} :")
    for change in changes:
        aws.say(describe(change))
    _agree(aws, name, changes, wish, guarded and existing is not None)
    aws.cloudformation.execute_change_set(StackName=name, ChangeSetName=change_set)
    _wait(aws, name)
    return True


def _parameters(parameters: Parameters, existing: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    known = {each["ParameterKey"] for each in (existing or {}).get("Parameters", [])}
    given = [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items() if value is not None]
    kept = [key for key, value in parameters.items() if value is None and key in known]
    return given + [{"ParameterKey": key, "UsePreviousValue": True} for key in kept]


def _changes(aws: Aws, name: str, change_set: str) -> list[Mapping[str, Any]]:
    """Wait until the change set is ready; answers its changes, none if the stack is as it should be."""
    while True:
        found = aws.cloudformation.describe_change_set(StackName=name, ChangeSetName=change_set)
        if found["Status"] == "FAILED":
            if any(text in found.get("StatusReason", "").lower() for text in _EMPTY):
                return []
            raise DeployError(f"{name} : {found.get('StatusReason')}")
        if found["Status"] == "CREATE_COMPLETE":
            break
        time.sleep(aws.pause)
    changes = list(found["Changes"])
    while found.get("NextToken"):
        found = aws.cloudformation.describe_change_set(
            StackName=name, ChangeSetName=change_set, NextToken=found["NextToken"]
        )
        changes += found["Changes"]
    return changes


def _agree(aws: Aws, name: str, changes: list[Mapping[str, Any]], wish: Wish, guarded: bool) -> None:
    lost = endangered(changes) if guarded else []
    if lost and not wish.replace_data:
        raise DeployError(f"{name} perdrait des ressources :\n" + "\n".join(lost))
    if not wish.agreed and aws.ask(f"Appliquer à {name} ? [oui/non] ").strip().lower() != "oui":
        raise DeployError("abandonné, rien n'a été changé.")


def _wait(aws: Aws, name: str) -> None:
    while True:
        found = stack(aws, name)
        status = found["StackStatus"] if found else "REVIEW_IN_PROGRESS"
        if status in _DONE:
            aws.say(f"{name} : {status}")
            return
        if status.endswith(("FAILED", "ROLLBACK_COMPLETE")):
            raise DeployError(f"{name} : {status}\n" + "\n".join(_failures(aws, name)))
        time.sleep(aws.pause)


def _failures(aws: Aws, name: str) -> list[str]:
    pages = aws.cloudformation.get_paginator("describe_stack_events").paginate(StackName=name)
    events = [event for page in pages for event in page["StackEvents"]]
    failed = [each for each in events if each["ResourceStatus"].endswith("FAILED")]
    return [f"  {each['LogicalResourceId']} : {each.get('ResourceStatusReason', '')}" for each in failed[-10:]]


def upload(aws: Aws, folder: Path, manifest: Mapping[str, Any]) -> dict[str, str]:
    """Send the package and its template; answers where the template is."""
    bucket = f"guichet-{manifest['stage']}-livraisons{manifest['variables'].get('BUCKET_SUFFIX', '')}"
    key = f"{manifest['sha256']}.zip"
    try:
        aws.s3.head_object(Bucket=bucket, Key=key)
    except ClientError:
        aws.s3.put_object(Bucket=bucket, Key=key, Body=(folder / "deployment.zip").read_bytes())
        aws.say(f"envoyé : s3://{bucket}/{key}")
    template = sam.with_code(json.loads((folder / "template.json").read_text()), bucket, key)
    # compact: under CloudFormation's limit for a template in S3 (1 MB)
    body = json.dumps(template, ensure_ascii=False, separators=(",", ":")).encode()
    template_key = f"{manifest['sha256']}-{manifest['template'][:12]}.json"
    aws.s3.put_object(Bucket=bucket, Key=template_key, Body=body)
    signed = aws.s3.generate_presigned_url("get_object", {"Bucket": bucket, "Key": template_key})
    return {"TemplateURL": signed.partition("?")[0]}


def deploy(aws: Aws, folder: Path, wish: Wish) -> None:
    """The stacks, in order."""
    manifest = json.loads((folder / "manifest.json").read_text())
    stage = manifest["stage"]
    _check_scan(aws, stage, wish)
    parameters = data_parameters(manifest, wish)
    body = {"TemplateBody": (ROOT / "infra" / "data.yaml").read_text()}
    apply(aws, f"guichet-{stage}-data", body, parameters, wish, guarded=True)
    if wish.scan:
        body = {"TemplateBody": (ROOT / "infra" / "scan.yaml").read_text()}
        names = {key: parameters[key] for key in ("Stage", "BucketSuffix")}
        apply(aws, f"guichet-{stage}-scan", body, names, wish)
    source = upload(aws, folder, manifest)
    apply(aws, f"guichet-{stage}-app", source, app_parameters(wish), wish)
    report(aws, stage, str(parameters["MailDomain"]))


def _check_scan(aws: Aws, stage: str, wish: Wish) -> None:
    """No portal begins without its scanner by mistake; one that runs without is told so each time."""
    if wish.scan or _stands(aws, f"guichet-{stage}-scan"):
        return
    if not wish.without_scan and not _stands(aws, f"guichet-{stage}-app"):
        raise DeployError(f"{NO_SCAN} Déployez-la avec SCAN=1, ou dites SANS_ANALYSE=1 pour vous en passer.")
    aws.say(f"Attention : {NO_SCAN} Elle se déploie à tout moment avec SCAN=1.")


def _stands(aws: Aws, name: str) -> bool:
    """Whether a stack was created whole; one whose creation failed is in ROLLBACK_COMPLETE."""
    found = stack(aws, name)
    return found is not None and found["StackStatus"] in (*_DONE, "UPDATE_ROLLBACK_COMPLETE")


def report(aws: Aws, stage: str, domain: str) -> None:
    """What the people who deploy need to know next."""
    found = stack(aws, f"guichet-{stage}-app") or {}
    for output in found.get("Outputs", []):
        if output["OutputKey"] == "EndpointURL":
            aws.say(f"adresse de la passerelle : {output['OutputValue']}")
    identity = aws.ses.get_email_identity(EmailIdentity=domain)
    if identity.get("VerifiedForSendingStatus"):
        return
    aws.say(f"Le domaine {domain} n'est pas encore vérifié par SES. Enregistrements DNS (CNAME) à créer :")
    for token in identity.get("DkimAttributes", {}).get("Tokens", []):
        aws.say(f"  {token}._domainkey.{domain} -> {token}.dkim.amazonses.com")
    aws.say("Voir docs/exploitation.md, « Une fois, à la main ».")


def _wish(given: argparse.Namespace) -> Wish:
    """What the command line asks."""
    return Wish(given.scan, given.sans_analyse, given.alarm_email, given.budget, given.oui, given.remplacer_donnees)


def _amount(typed: str) -> str:
    """A whole number of dollars, at least one."""
    if not (typed.isascii() and typed.isdigit() and int(typed)):
        raise argparse.ArgumentTypeError(f"{typed} n'est pas un nombre entier de dollars")
    return typed


def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="Déploie build/<étape>/ sur AWS, pile par pile.")
    parser.add_argument("--stage", required=True)
    parser.add_argument("--scan", action="store_true", default=None, help="analyse des fichiers par GuardDuty")
    parser.add_argument(
        "--sans-analyse",
        action="store_true",
        default=bool(os.environ.get("SANS_ANALYSE")),  # make hands over what its command line sets
        help="premier déploiement sans --scan : aucun fichier ne deviendra disponible",
    )
    parser.add_argument("--alarm-email", default=None)
    parser.add_argument("--budget", type=_amount, default=None, help="dollars par mois, avant l'alarme « cout »")
    parser.add_argument("--oui", action="store_true", help="ne demande pas (intégration continue)")
    parser.add_argument("--remplacer-donnees", action="store_true", help="accepte de perdre une ressource de données")
    given = parser.parse_args(arguments)
    folder = ROOT / "build" / given.stage
    if not (folder / "manifest.json").exists():
        print(f"Rien à déployer : make package STAGE={given.stage} PYTHON=python3.13", file=sys.stderr)
        return 1
    manifest = json.loads((folder / "manifest.json").read_text())
    reasons = refusals(manifest)
    if reasons:
        print("Refus :\n  " + "\n  ".join(reasons), file=sys.stderr)
        return 1
    packaged = time.strftime("%d/%m/%Y à %H:%M", time.localtime((folder / "manifest.json").stat().st_mtime))
    print(f"Paquet {manifest['version']} du {packaged} ({manifest['runtime']}).")
    aws = Aws(boto3.client("cloudformation"), boto3.client("s3"), boto3.client("sesv2"))
    try:
        deploy(aws, folder, _wish(given))
    except DeployError as error:
        print(f"Refus : {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
