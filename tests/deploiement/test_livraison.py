"""infra/deploy.py: what it refuses, what it says, what it asks. CloudFormation is played by a small fake."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra import deploy

VARIABLES = {"BASE_URL": "https://portail.exemple.org", "MAIL_FROM": "Portail <no@exemple.org>", "BUCKET_SUFFIX": "-1"}
VARIABLES |= {"CONTACT_EMAIL": "contact@exemple.org"}
MANIFEST = {
    "version": "0123456789ab",
    "stage": "prod",
    "runtime": "python3.13",
    "sha256": "a" * 64,
    "template": "b" * 64,
    "variables": VARIABLES,
}


def _change(action: str, replacement: str = "", kind: str = "AWS::DynamoDB::Table") -> dict[str, Any]:
    change = {"Action": action, "ResourceType": kind, "LogicalResourceId": "Noyau"}
    return {"ResourceChange": change | ({"Replacement": replacement} if replacement else {})}


class FakeCloudFormation:
    """One stack at a time: its change set holds `changes`; executed, it ends in `end`."""

    def __init__(self, changes: list[Any], exists: bool = True, end: str = "UPDATE_COMPLETE") -> None:
        self.changes, self.exists, self.end = changes, exists, end
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.status = "UPDATE_COMPLETE"

    def __getattr__(self, name: str) -> Callable[..., dict[str, Any]]:
        def call(**given: Any) -> dict[str, Any]:
            self.calls.append((name, given))
            answer: dict[str, Any] = getattr(type(self), f"_{name}", lambda *_: {})(self)
            return answer

        return call

    def _describe_stacks(self) -> dict[str, Any]:
        if not self.exists:
            raise ClientError({"Error": {"Code": "ValidationError", "Message": "x does not exist"}}, "DescribeStacks")
        known = [{"ParameterKey": "RequireScanTag", "ParameterValue": "true"}]
        return {"Stacks": [{"StackStatus": self.status, "Parameters": known}]}

    def _describe_change_set(self) -> dict[str, Any]:
        if not self.changes:
            return {"Status": "FAILED", "StatusReason": "The submitted information didn't contain changes."}
        return {"Status": "CREATE_COMPLETE", "Changes": self.changes}

    def _execute_change_set(self) -> dict[str, Any]:
        self.exists, self.status = True, self.end
        return {}

    def get_paginator(self, _: str) -> Any:
        """The events of a failure."""
        event = {"LogicalResourceId": "Noyau", "ResourceStatus": "CREATE_FAILED", "ResourceStatusReason": "trop"}
        pages = [{"StackEvents": [event]}]
        return type("Pages", (), {"paginate": lambda self, **_: pages})()

    def done(self, name: str) -> list[dict[str, Any]]:
        """The calls of one operation."""
        return [given for called, given in self.calls if called == name]


def _aws(fake: FakeCloudFormation, answer: str = "oui") -> tuple[deploy.Aws, list[str]]:
    said: list[str] = []
    return deploy.Aws(fake, None, None, say=said.append, ask=lambda _: answer, pause=0), said


def _apply(aws: deploy.Aws, guarded: bool = True, **wish: Any) -> bool:
    parameters = {"Stage": "prod", "RequireScanTag": None, "AlarmEmail": None}
    return deploy.apply(aws, "guichet-prod-data", {"TemplateBody": "x"}, parameters, deploy.Wish(**wish), guarded)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({}, ""),
        ({"runtime": "python3.11"}, "python3.11"),
        ({"variables": VARIABLES | {"BASE_URL": "https://portail.example.fr"}}, "BASE_URL"),
        ({"variables": VARIABLES | {"MAIL_FROM": "x@portail.example.fr"}}, "MAIL_FROM"),
        ({"variables": VARIABLES | {"DPO_EMAIL": "x@portail.example.fr"}}, "DPO_EMAIL"),
        ({"variables": VARIABLES | {"BUCKET_SUFFIX": "-123456789012"}}, "BUCKET_SUFFIX"),
        ({"variables": VARIABLES | {"CONTACT_EMAIL": ""}}, "CONTACT_EMAIL manque"),
        ({"variables": {k: v for k, v in VARIABLES.items() if k != "CONTACT_EMAIL"}}, "CONTACT_EMAIL manque"),
    ],
)
def test_ce_qui_ne_se_deploie_pas(changed: dict[str, Any], reason: str) -> None:
    reasons = deploy.refusals({**MANIFEST, **changed})
    assert len(reasons) == bool(reason) and reason in "".join(reasons)


def test_l_exemple_de_config_ne_se_deploie_pas(chalice_config: dict[str, Any]) -> None:
    """And it offers all that a deployment must set."""
    for stage in chalice_config["stages"].values():
        variables = stage["environment_variables"]
        told = "\n".join(deploy.refusals({**MANIFEST, "variables": variables}))
        named = {name for name in variables if f"{name} est encore celui de l'exemple" in told}
        assert named == {"BASE_URL", "MAIL_FROM", "BUCKET_SUFFIX", "CONTACT_EMAIL", "DPO_EMAIL"}
        assert "manque" not in told


class Stacks:
    """CloudFormation, as far as it tells which stacks there are."""

    def __init__(self, **states: str) -> None:
        self.states = states

    def describe_stacks(self, StackName: str) -> dict[str, Any]:
        """The state of one."""
        state = self.states.get(StackName.removeprefix("guichet-prod-"))
        if state is None:
            raise ClientError({"Error": {"Code": "ValidationError", "Message": "x does not exist"}}, "DescribeStacks")
        return {"Stacks": [{"StackStatus": state}]}


@pytest.mark.parametrize(
    ("there", "wish", "outcome"),
    [
        pytest.param({}, {}, "refus", id="premier déploiement sans rien dire"),
        pytest.param({"data": "CREATE_COMPLETE"}, {}, "refus", id="premier déploiement repris"),
        pytest.param({"app": "ROLLBACK_COMPLETE"}, {}, "refus", id="premier déploiement échoué"),
        pytest.param({"scan": "ROLLBACK_COMPLETE"}, {}, "refus", id="analyse échouée"),
        pytest.param({}, {"scan": True}, "", id="avec l’analyse"),
        pytest.param({}, {"without_scan": True}, "attention", id="sans, exprès"),
        pytest.param({"app": "UPDATE_COMPLETE"}, {}, "attention", id="une livraison, sans analyse"),
        pytest.param({"app": "UPDATE_COMPLETE", "scan": "CREATE_COMPLETE"}, {}, "", id="une livraison"),
        pytest.param({"scan": "CREATE_COMPLETE"}, {}, "", id="premier déploiement repris après l’analyse"),
    ],
)
def test_un_portail_ne_commence_pas_sans_analyse_par_megarde(
    there: dict[str, str], wish: dict[str, bool], outcome: str
) -> None:
    said: list[str] = []
    aws = deploy.Aws(Stacks(**there), None, None, say=said.append)
    if outcome == "refus":
        with pytest.raises(deploy.DeployError, match=r"aucun ne deviendra disponible.*SANS_ANALYSE=1"):
            deploy._check_scan(aws, "prod", deploy.Wish(**wish))  # type: ignore[arg-type]
        return
    deploy._check_scan(aws, "prod", deploy.Wish(**wish))  # type: ignore[arg-type]
    assert len(said) == bool(outcome)
    assert not said or "aucun ne deviendra disponible" in said[0]


def test_un_refus_vient_avant_tout_changement(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(json.dumps(MANIFEST))
    with pytest.raises(deploy.DeployError, match="SCAN=1"):
        deploy.deploy(deploy.Aws(Stacks(), None, None), tmp_path, deploy.Wish(agreed=True))


def _main(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[deploy.Wish]:
    """A package to deploy, and what the command line asks for it; nothing is deployed."""
    wishes: list[deploy.Wish] = []
    monkeypatch.setattr(deploy, "ROOT", tmp_path)
    monkeypatch.setattr(deploy, "deploy", lambda aws, folder, wish: wishes.append(wish))
    (tmp_path / "build" / "prod").mkdir(parents=True)
    (tmp_path / "build" / "prod" / "manifest.json").write_text(json.dumps(MANIFEST))
    return wishes


@pytest.mark.parametrize(("said", "meant"), [("1", True), ("", False)])
def test_sans_analyse_se_dit_a_make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, meant: bool) -> None:
    """`make deploy SANS_ANALYSE=1`: make hands it over in the environment."""
    wishes = _main(tmp_path, monkeypatch)
    monkeypatch.setenv("SANS_ANALYSE", said)
    assert deploy.main(["--stage", "prod"]) == 0
    assert [wish.without_scan for wish in wishes] == [meant]


def test_les_parametres_viennent_du_paquet() -> None:
    assert deploy.data_parameters(MANIFEST, deploy.Wish()) == {
        "Stage": "prod",
        "BucketSuffix": "-1",
        "MailDomain": "exemple.org",
        "PortalOrigins": "https://portail.exemple.org",
        "RequireScanTag": None,
    }
    assert deploy.data_parameters(MANIFEST, deploy.Wish(scan=True))["RequireScanTag"] == "true"


def test_un_changement_se_dit_en_une_ligne() -> None:
    assert deploy.describe(_change("Modify")) == "  modifie AWS::DynamoDB::Table Noyau"
    assert deploy.describe(_change("Modify", "True")).endswith("Noyau (REMPLACÉ)")
    assert "SUPPRIME" in deploy.describe(_change("Remove"))


def test_sans_changement_rien_n_est_demande() -> None:
    aws, said = _aws(FakeCloudFormation([]), answer="non")
    assert _apply(aws) is False
    assert said == ["guichet-prod-data : aucun changement."]


def test_ce_qui_n_est_pas_redit_garde_sa_valeur() -> None:
    fake = FakeCloudFormation([])
    _apply(_aws(fake)[0])
    [given] = fake.done("create_change_set")
    assert given["ChangeSetType"] == "UPDATE"
    assert given["Parameters"] == [
        {"ParameterKey": "Stage", "ParameterValue": "prod"},
        {"ParameterKey": "RequireScanTag", "UsePreviousValue": True},
    ], "AlarmEmail is not known to the stack yet: its default holds"


def test_ce_qui_se_deploie_porte_l_etape_que_le_budget_compte() -> None:
    fake = FakeCloudFormation([])
    for stack in ("guichet-prod-app", "guichet-ma-recette-app"):
        deploy.apply(_aws(fake)[0], stack, {"TemplateURL": "x"}, {}, deploy.Wish())
    tags = [given["Tags"] for given in fake.done("create_change_set")]
    assert tags == [[{"Key": "guichet", "Value": stage}] for stage in ("prod", "ma-recette")]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [(["--budget", "250"], "250"), ([], None), (["--budget", "0"], ""), (["--budget", "cent"], "")],
)
def test_le_budget_est_un_montant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: list[str], kept: str | None
) -> None:
    """Refused before anything is sent: CloudFormation would say it after the data stack."""
    wishes = _main(tmp_path, monkeypatch)
    if kept == "":
        with pytest.raises(SystemExit):
            deploy.main(["--stage", "prod", *typed])
        return
    assert deploy.main(["--stage", "prod", *typed]) == 0
    assert [wish.budget for wish in wishes] == [kept]
    assert deploy.app_parameters(wishes[0]) == {"AlarmEmail": None, "MonthlyBudget": kept}


@pytest.mark.parametrize("change", [_change("Remove"), _change("Modify", "True")])
def test_une_donnee_n_est_ni_retiree_ni_remplacee(change: dict[str, Any]) -> None:
    fake = FakeCloudFormation([change])
    with pytest.raises(deploy.DeployError, match="perdrait"):
        _apply(_aws(fake)[0])
    assert not fake.done("execute_change_set")


def test_sauf_a_le_dire() -> None:
    fake = FakeCloudFormation([_change("Modify", "True")])
    assert _apply(_aws(fake)[0], replace_data=True) is True
    assert fake.done("execute_change_set")


def test_la_pile_de_l_application_peut_remplacer() -> None:
    assert _apply(_aws(FakeCloudFormation([_change("Modify", "True")]))[0], guarded=False) is True


def test_on_demande_avant_d_appliquer() -> None:
    fake = FakeCloudFormation([_change("Add")])
    with pytest.raises(deploy.DeployError, match="abandonné"):
        _apply(_aws(fake, answer="non")[0])
    assert not fake.done("execute_change_set")


def test_une_pile_nouvelle_est_creee() -> None:
    fake = FakeCloudFormation([_change("Add")], exists=False, end="CREATE_COMPLETE")
    aws, said = _aws(fake)
    assert _apply(aws, agreed=True) is True
    assert fake.done("create_change_set")[0]["ChangeSetType"] == "CREATE"
    assert said[-1] == "guichet-prod-data : CREATE_COMPLETE"


def test_un_echec_dit_sa_raison() -> None:
    with pytest.raises(deploy.DeployError, match="Noyau : trop"):
        _apply(_aws(FakeCloudFormation([_change("Modify")], end="UPDATE_ROLLBACK_COMPLETE"))[0])


class FakeS3:
    """A bucket."""

    def __init__(self, known: bool) -> None:
        self.known, self.put = known, dict[str, bytes]()

    def head_object(self, **_: Any) -> dict[str, Any]:
        """Whether the package is there."""
        if not self.known:
            raise ClientError({"Error": {"Code": "404", "Message": ""}}, "HeadObject")
        return {}

    def put_object(self, Bucket: str, Key: str, Body: bytes) -> None:
        """Keep it."""
        self.put[f"{Bucket}/{Key}"] = Body

    def generate_presigned_url(self, _: str, params: dict[str, str]) -> str:
        """Where it is."""
        return f"https://{params['Bucket']}.s3.amazonaws.com/{params['Key']}?X-Amz-Signature=x"


@pytest.mark.parametrize("known", [True, False])
def test_le_paquet_n_est_envoye_qu_une_fois(tmp_path: Path, known: bool) -> None:
    (tmp_path / "deployment.zip").write_bytes(b"zip")
    function = {"Type": "AWS::Serverless::Function", "Properties": {"CodeUri": "./deployment.zip"}}
    (tmp_path / "template.json").write_text(json.dumps({"Resources": {"Web": function}}))
    s3 = FakeS3(known)
    source = deploy.upload(deploy.Aws(None, s3, None, say=lambda _: None), tmp_path, MANIFEST)
    bucket, zipped = "guichet-prod-livraisons-1", "a" * 64 + ".zip"
    assert (f"{bucket}/{zipped}" in s3.put) is not known
    assert source == {"TemplateURL": f"https://{bucket}.s3.amazonaws.com/{'a' * 64}-{'b' * 12}.json"}
    sent = json.loads(s3.put[f"{bucket}/{'a' * 64}-{'b' * 12}.json"])
    assert sent["Resources"]["Web"]["Properties"]["CodeUri"] == {"Bucket": bucket, "Key": zipped}
