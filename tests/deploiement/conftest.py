"""The templates as data, and the portal as it is deployed: packaged, sent by `make deploy`, on the embedded AWS."""

import copy
import fcntl
import http.client
import json
import os
import platform
import re
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

import boto3
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from infra import deploy, package, sam  # noqa: E402 - the path is set above
from tests.client import Page  # noqa: E402

STAGE = "essai"
REGION = "eu-west-3"
MAIL_DOMAIN = "guichet.example"
BASE_URL = "https://portail.guichet.example"


class _Yaml(yaml.SafeLoader):
    """YAML with CloudFormation's short forms."""


def _intrinsic(loader: _Yaml, suffix: str, node: yaml.Node) -> dict[str, Any]:
    name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
        return {name: value.split(".", 1) if suffix == "GetAtt" else value}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    assert isinstance(node, yaml.MappingNode)
    return {name: loader.construct_mapping(node, deep=True)}


_Yaml.add_multi_constructor("!", _intrinsic)


@pytest.fixture(scope="session")
def read_template() -> Callable[[str], dict[str, Any]]:
    """A template of infra/, by its name."""
    return lambda name: yaml.load((ROOT / "infra" / name).read_text(), _Yaml)  # noqa: S506 - a SafeLoader


@pytest.fixture(scope="session")
def chalice_config() -> dict[str, Any]:
    """.chalice/config.json."""
    found: dict[str, Any] = json.loads((ROOT / ".chalice" / "config.json").read_text())
    return found


@pytest.fixture(scope="session")
def policies() -> dict[str, list[dict[str, Any]]]:
    """The statements of .chalice/policy-*.json, by function."""
    files = sorted((ROOT / ".chalice").glob("policy-*.json"))
    return {path.stem.removeprefix("policy-"): json.loads(path.read_text())["Statement"] for path in files}


# ------------------------------------------------------------------------------------------------ the deployed portal


class _Inputs(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.hidden: dict[str, str] = {}
        self.actions: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.actions.append(given.get("action") or "")
        if tag == "input" and given.get("type") == "hidden" and given.get("name"):
            self.hidden[str(given["name"])] = given.get("value") or ""


@dataclass
class Answer:
    """An HTTP answer."""

    status: int
    headers: http.client.HTTPMessage
    body: str
    path: str

    @property
    def title(self) -> str:
        """The page's title."""
        found = re.search(r"<title>(.*?)</title>", self.body, re.DOTALL)
        return found[1].strip() if found else ""

    @property
    def hidden(self) -> dict[str, str]:
        """What the forms of the page carry unseen."""
        parser = _Inputs()
        parser.feed(self.body)
        return parser.hidden


@dataclass
class Visitor:
    """A browser in small: it keeps cookies and follows redirections."""

    port: int
    host: str
    base: str
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str) -> Answer:
        """Ask a page of the portal."""
        return self._ask("GET", self.base + path, b"")

    def post(self, path: str, fields: dict[str, Any]) -> Answer:
        """Send a form; a field of several values is a list."""
        return self._ask("POST", self.base + path, urlencode(fields, doseq=True).encode())

    def submit(self, path: str, target: str = "", **typed: Any) -> Answer:
        """Ask a page, fill its form that posts to `target` (its own address when not said), and send it."""
        target = target or path
        form = Page(self.get(path).body).form(self.base + target)
        return self.post(target, form["fields"] | typed)

    def _ask(self, method: str, path: str, body: bytes) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=45)
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Host": self.host, "Accept": "text/html", "Cookie": cookies}
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        answer = Answer(response.status, response.msg, response.read().decode(), path)
        connection.close()
        for cookie in response.msg.get_all("Set-Cookie") or []:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        if answer.status in (302, 303) and urlsplit(answer.headers["Location"]).netloc == "":
            return self._ask("GET", urljoin(path, answer.headers["Location"]), b"")
        return answer


@dataclass
class Deployed:
    """The stacks, deployed; what a test may look at."""

    endpoint: str
    package: Path
    manifest: dict[str, Any]
    said: list[str]
    clients: Callable[[str], Any]
    api: str

    def visitor(self) -> Visitor:
        """Someone who never came."""
        port = urlsplit(self.endpoint).port or 0
        return Visitor(port, f"{self.api}.execute-api.localhost:{port}", "/api")

    def item(self, table: str, pk: str, sk: str) -> dict[str, Any]:
        """A row, as DynamoDB holds it."""
        key = {"pk": {"S": pk}, "sk": {"S": sk}}
        found = self.clients("dynamodb").get_item(TableName=f"guichet-{STAGE}-{table}", Key=key, ConsistentRead=True)
        return dict(found.get("Item", {}))

    def rows(self, table: str) -> list[dict[str, Any]]:
        """All rows of a table (a test may scan)."""
        return list(self.clients("dynamodb").scan(TableName=f"guichet-{STAGE}-{table}")["Items"])

    def mails(self, to: str) -> list[str]:
        """The texts of the mails that SES accepted for an address."""
        port = urlsplit(self.endpoint).port or 0
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", "/_ministack/ses/messages")
        sent = json.load(connection.getresponse())["messages"]
        connection.close()
        return [mail["BodyText"] for mails in sent.values() for mail in mails if to in mail["To"]]

    def log(self, function: str) -> str:
        """What a function wrote."""
        found = self.clients("logs").filter_log_events(logGroupName=f"/aws/lambda/guichet-{STAGE}-{function}")
        return "".join(event["message"] for event in found["events"])

    def operator(self, config: Path) -> tuple[list[str], dict[str, str]]:
        """`python -m infra.personnel` for the stage of these tests: the command's beginning, its environment."""
        config.write_text(json.dumps(essai_config()))
        code = "import sys, pathlib; from infra import personnel; personnel.CONFIG = pathlib.Path(sys.argv[1]); "
        code += "sys.exit(personnel.main(sys.argv[2:]))"
        environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        environment |= {"AWS_ENDPOINT_URL": self.endpoint, "AWS_DEFAULT_REGION": REGION}
        environment |= {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "PYTHONUTF8": "1"}
        return [sys.executable, "-c", code, str(config), "--stage", STAGE], environment

    def invoke(self, function: str, event: dict[str, Any]) -> dict[str, Any]:
        """Call a function through its alias; its answer, or the error that it raised."""
        name = f"guichet-{STAGE}-{function}"
        found = self.clients("lambda").invoke(FunctionName=name, Qualifier="live", Payload=json.dumps(event).encode())
        answer = json.loads(found["Payload"].read() or b"null")
        assert "FunctionError" not in found, answer
        return dict(answer or {})

    @staticmethod
    def wait_for(condition: Callable[[], Any], seconds: float = 40) -> Any:
        """What `condition` answers once it is true; its last answer when time is over."""
        limit = time.monotonic() + seconds
        while not (found := condition()) and time.monotonic() < limit:
            time.sleep(0.2)
        return found


def essai_config() -> dict[str, Any]:
    """The configuration of `recette`, for a stage of the tests on a bare API Gateway."""
    config: dict[str, Any] = json.loads((ROOT / ".chalice" / "config.json").read_text())
    stage = copy.deepcopy(config["stages"]["recette"])
    stage["environment_variables"] |= {"STAGE": STAGE, "BASE_URL": BASE_URL, "BASE_PATH": "/api"}
    stage["environment_variables"] |= {"BUCKET_SUFFIX": "", "MAIL_FROM": f"Essai <nepasrepondre@{MAIL_DOMAIN}>"}
    config["stages"] = {STAGE: stage}
    return config


@pytest.fixture(scope="session")
def packaged(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """The package of the real app, for this machine: the emulator runs functions with its own interpreter.

    Made once, even when several processes share the tests.
    """
    shared = tmp_path_factory.getbasetemp()
    shared = shared.parent if "PYTEST_XDIST_WORKER" in os.environ else shared
    output = shared / "paquet" / STAGE
    machine = "arm64" if platform.machine() in ("aarch64", "arm64") else "x86_64"
    with (shared / "paquet.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (output / "manifest.json").exists():
            package.build(package.Options(STAGE, output, architecture=machine, config=essai_config()))
    return output, json.loads((output / "manifest.json").read_text())


def _for_the_emulator(packaged: Path, folder: Path) -> Path:
    """What the emulator does otherwise than AWS; everything else of the template is deployed as it is.

    It has no alarm on several metrics, and its CloudFormation makes no budget; SendMessageBatch is an action of its own
    (on AWS, sqs:SendMessage allows both); the resource of ses:SendEmail is "*" (on AWS, the identity).
    """
    shutil.copytree(packaged, folder)
    template = json.loads((folder / "template.json").read_text())
    for name, each in list(template["Resources"].items()):
        if "Metrics" in each.get("Properties", {}) or each["Type"] == "AWS::Budgets::Budget":
            del template["Resources"][name]
    for _, statement in sam.policy_statements(template):
        if "sqs:SendMessage" in statement["Action"] and isinstance(statement["Action"], list):
            statement["Action"].append("sqs:SendMessageBatch")
        if "ses:SendEmail" in statement["Action"]:
            statement["Resource"] = "*"
    (folder / "template.json").write_text(json.dumps(template))
    return folder


def _allow_plain_http(s3: Any, bucket: str) -> None:
    """The emulator speaks HTTP and applies the bucket's policy, which refuses it."""
    policy = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    policy["Statement"] = [each for each in policy["Statement"] if each["Sid"] != "TlsOnly"]
    if policy["Statement"]:
        s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
    else:
        s3.delete_bucket_policy(Bucket=bucket)


def _install_gateway_pages(api: Any, api_id: str, folder: Path) -> None:
    """The emulator does not read them in the body of the API: they are put one by one, from the packaged template."""
    body = json.loads((folder / "template.json").read_text())["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]
    for kind, response in body["x-amazon-apigateway-gateway-responses"].items():
        given = {name: response[name] for name in ("responseParameters", "responseTemplates")}
        if "statusCode" in response:
            given["statusCode"] = str(response["statusCode"])
        api.put_gateway_response(restApiId=api_id, responseType=kind, **given)
    api.create_deployment(restApiId=api_id, stageName="api")


@pytest.fixture(scope="session")
def deployed(packaged: tuple[Path, dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """The portal on the embedded AWS, where roles are enforced (AUTH=true)."""
    from infra.local.emulateur import SERVICES_DEPLOIEMENT, emulateur

    manifest = packaged[1]
    folder = _for_the_emulator(packaged[0], tmp_path_factory.mktemp("livraison") / STAGE)
    with emulateur(services=SERVICES_DEPLOIEMENT, auth=True) as url:
        keys = {"aws_access_key_id": "local", "aws_secret_access_key": "local"}
        made: dict[str, Any] = {}

        def clients(name: str) -> Any:
            if name not in made:
                made[name] = boto3.client(name, endpoint_url=url, region_name=REGION, **keys)
            return made[name]

        said: list[str] = []
        aws = deploy.Aws(clients("cloudformation"), clients("s3"), clients("sesv2"), say=said.append, pause=0.1)
        deploy.deploy(aws, folder, deploy.Wish(agreed=True, without_scan=True))  # the emulator has no GuardDuty
        api_id = clients("apigateway").get_rest_apis()["items"][0]["id"]
        _install_gateway_pages(clients("apigateway"), api_id, folder)
        _allow_plain_http(clients("s3"), f"guichet-{STAGE}-fichiers")
        yield Deployed(url, folder, manifest, said, clients, api_id)
        for each in made.values():  # else the emulator waits for their connections before it ends
            each.close()
