"""The templates, the configuration and the policies: promises that hold whatever is added to them."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra import sam, verifier

TABLES = {"noyau", "outbox", "comptes", "intervenants", "pieces", "audit"}
WITH_TTL = {"noyau", "outbox", "comptes", "audit"}
QUEUE_WORKERS = {"envoyer_mails": "MailsQueue", "dessiner_pages": "ImagesQueue"}
EVENT_WORKERS = {"verifier_depot", "recevoir_verdict", "recevoir_rebond"}
SWEEPS = {
    "balayer_mails": "rate(1 minute)",
    "balayer_comptes": "rate(1 hour)",
    "balayer_demandes": "rate(1 hour)",
    "balayer_pieces": "rate(15 minutes)",
}
HANDLERS = {"api_handler", *QUEUE_WORKERS, *EVENT_WORKERS, *SWEEPS}
DATA = {"AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::KMS::Key", "AWS::SES::EmailIdentity"}
# The text of a mail is not copied into the indexes that find it.
KEYS_ONLY = {"outbox": {"gsi2": "KEYS_ONLY", "due": "KEYS_ONLY"}}
ATTRIBUTES = {"pk", "sk", "gsi1pk", "gsi1sk", "gsi2pk", "gsi2sk", "due_pk", "due_at"}


@pytest.fixture(scope="module")
def data(read_template: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    """The resources of the data stack."""
    found: dict[str, Any] = read_template("data.yaml")["Resources"]
    return found


@pytest.fixture(scope="module")
def app(read_template: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    """The resources merged into the application stack."""
    found: dict[str, Any] = read_template("app.yaml")["Resources"]
    return found


def _of(resources: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    return {name: each["Properties"] for name, each in resources.items() if each.get("Type") == kind}


def _logical(handler: str) -> str:
    return sam.WEB if handler == "api_handler" else "".join(part.capitalize() for part in handler.split("_"))


# --------------------------------------------------------------------------------------------------------- data stack


def _tables(data: dict[str, Any]) -> dict[str, dict[str, Any]]:
    tables = _of(data, "AWS::DynamoDB::Table").values()
    return {table["TableName"]["Fn::Sub"].removeprefix("guichet-${Stage}-"): table for table in tables}


def test_les_tables_sont_celles_du_contrat(data: dict[str, Any]) -> None:
    assert set(_tables(data)) == TABLES


@pytest.mark.parametrize("name", sorted(TABLES))
def test_une_table_a_ses_cles_et_ses_trois_index(data: dict[str, Any], name: str) -> None:
    table = _tables(data)[name]

    def keys(schema: list[dict[str, str]]) -> list[str]:
        return [key["AttributeName"] for key in sorted(schema, key=lambda key: key["KeyType"])]

    assert keys(table["KeySchema"]) == ["pk", "sk"]
    indexes = {index["IndexName"]: index for index in table["GlobalSecondaryIndexes"]}
    assert {name: keys(index["KeySchema"]) for name, index in indexes.items()} == {
        "gsi1": ["gsi1pk", "gsi1sk"],
        "gsi2": ["gsi2pk", "gsi2sk"],
        "due": ["due_pk", "due_at"],
    }
    kept = {index: each["Projection"]["ProjectionType"] for index, each in indexes.items()}
    assert kept == {"gsi1": "ALL", "gsi2": "ALL", "due": "ALL"} | KEYS_ONLY.get(name, {})
    assert {each["AttributeName"] for each in table["AttributeDefinitions"]} == ATTRIBUTES
    assert {each["AttributeType"] for each in table["AttributeDefinitions"]} == {"S"}
    assert table["BillingMode"] == "PAY_PER_REQUEST"


@pytest.mark.parametrize("name", sorted(TABLES))
def test_une_table_est_chiffree_restaurable_et_protegee(data: dict[str, Any], name: str) -> None:
    table = _tables(data)[name]
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["SSESpecification"]["KMSMasterKeyId"] == {"Fn::GetAtt": ["Key", "Arn"]}
    assert table["DeletionProtectionEnabled"] is True
    ttl = {"AttributeName": "ttl", "Enabled": True} if name in WITH_TTL else None
    assert table.get("TimeToLiveSpecification") == ttl


def test_ce_qui_tient_des_donnees_survit_a_la_pile(data: dict[str, Any]) -> None:
    kept = {name: each for name, each in data.items() if each["Type"] in DATA}
    assert len(kept) >= len(TABLES) + 4
    for name, each in kept.items():
        assert (each["DeletionPolicy"], each["UpdateReplacePolicy"]) == ("Retain", "Retain"), name


@pytest.mark.controle("T46")
def test_aucun_compartiment_n_est_public_ni_en_clair(data: dict[str, Any]) -> None:
    buckets = _of(data, "AWS::S3::Bucket")
    for name, bucket in buckets.items():
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}, name
        assert "BucketEncryption" in bucket, name
        statements = data[f"{name}Policy"]["Properties"]["PolicyDocument"]["Statement"]
        assert statements[0]["Effect"] == "Deny" and "aws:SecureTransport" in json.dumps(statements[0]), name


def test_le_compartiment_des_fichiers(data: dict[str, Any]) -> None:
    bucket = _of(data, "AWS::S3::Bucket")["Fichiers"]
    rules = {rule["Id"]: rule for rule in bucket["LifecycleConfiguration"]["Rules"]}
    assert (rules["quarantaine"]["Prefix"], rules["quarantaine"]["ExpirationInDays"]) == ("quarantaine/", 2)
    assert rules["versions"]["NoncurrentVersionExpiration"] == {"NoncurrentDays": 35}
    assert "AbortIncompleteMultipartUpload" in rules["envois-interrompus"]
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert bucket["NotificationConfiguration"]["EventBridgeConfiguration"]["EventBridgeEnabled"] is True


@pytest.mark.controle("T46", "T56")
def test_un_original_sans_verdict_ne_se_lit_pas(data: dict[str, Any], read_template: Callable[[str], Any]) -> None:
    """Only when the scanner is deployed; and only the scanner's role may write verdicts."""
    statements = data["FichiersPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    guarded = [each["Fn::If"] for each in statements if "Fn::If" in each]
    assert {each[0] for each in guarded} == {"ScanTagRequired"}
    read, tag = (each[1] for each in guarded)
    assert read["Condition"]["StringNotEquals"] == {
        "s3:ExistingObjectTag/GuardDutyMalwareScanStatus": "NO_THREATS_FOUND"
    }
    role = read_template("scan.yaml")["Resources"]["Role"]["Properties"]["RoleName"]["Fn::Sub"]
    assert tag["Condition"]["ArnNotEquals"]["aws:PrincipalArn"]["Fn::Sub"].endswith(f"role/{role}")


# -------------------------------------------------------------------------------------------------- application stack


def test_chaque_file_a_sa_file_des_rebuts(app: dict[str, Any]) -> None:
    queues = _of(app, "AWS::SQS::Queue")
    for logical_id, queue in queues.items():
        name = queue["QueueName"]["Fn::Sub"]
        if name.endswith("-dlq"):
            assert queue["MessageRetentionPeriod"] == 14 * 86400, name
            continue
        dead = queue["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]
        assert queues[dead]["QueueName"]["Fn::Sub"] == f"{name}-dlq", logical_id
        assert queue["RedrivePolicy"]["maxReceiveCount"] == 5


def test_une_file_cache_un_message_six_fois_le_temps_de_sa_fonction(
    app: dict[str, Any], chalice_config: dict[str, Any]
) -> None:
    for stage in chalice_config["stages"].values():
        for handler, queue in QUEUE_WORKERS.items():
            timeout = stage["lambda_functions"][handler]["lambda_timeout"]
            assert app[queue]["Properties"]["VisibilityTimeout"] == 6 * timeout


def test_les_files_rendent_les_seuls_messages_en_echec(app: dict[str, Any]) -> None:
    for handler in QUEUE_WORKERS:
        name = _logical(handler)
        source = app[name]["Properties"]["Events"][f"{name}SqsEventSource"]["Properties"]
        assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        assert source["ScalingConfig"]["MaximumConcurrency"] >= 2


@pytest.mark.parametrize(("handler", "expression"), sorted(SWEEPS.items()))
def test_un_balayage_a_son_horaire(app: dict[str, Any], handler: str, expression: str) -> None:
    schedule = app[f"{_logical(handler)}Schedule"]["Properties"]
    dashed = handler.replace("_", "-")
    assert schedule["ScheduleExpression"] == expression
    assert schedule["ScheduleExpressionTimezone"] == "Europe/Paris"
    assert schedule["Target"]["Arn"] == {"Ref": f"{_logical(handler)}.Alias"}
    assert schedule["Target"]["DeadLetterConfig"]["Arn"] == {"Fn::GetAtt": ["SchedulesDlq", "Arn"]}
    assert schedule["Target"]["RetryPolicy"]["MaximumRetryAttempts"] > 0
    assert json.loads(schedule["Target"]["Input"]) == {
        "schedule": dashed,
        "scheduled_time": "<aws.scheduler.scheduled-time>",
    }


def test_chaque_planification_est_celle_d_un_balayage(app: dict[str, Any]) -> None:
    assert set(_of(app, "AWS::Scheduler::Schedule")) == {f"{_logical(handler)}Schedule" for handler in SWEEPS}


def test_une_fonction_asynchrone_ne_perd_pas_ses_echecs(app: dict[str, Any]) -> None:
    for handler in EVENT_WORKERS | set(SWEEPS):
        config = app[_logical(handler)]["Properties"]["EventInvokeConfig"]
        target = "SchedulesDlq" if handler in SWEEPS else "EvenementsDlq"
        assert config["DestinationConfig"]["OnFailure"]["Destination"] == {"Fn::GetAtt": [target, "Arn"]}, handler
    for handler in EVENT_WORKERS:
        event = app[_logical(handler)]["Properties"]["Events"][f"{_logical(handler)}Event"]["Properties"]
        assert event["DeadLetterConfig"]["Arn"] == {"Fn::GetAtt": ["EvenementsDlq", "Arn"]}, handler


def test_chaque_fonction_a_son_journal_qui_s_efface(app: dict[str, Any]) -> None:
    groups = _of(app, "AWS::Logs::LogGroup")
    names = {logical_id: group["LogGroupName"]["Fn::Sub"] for logical_id, group in groups.items()}
    wanted = {_logical(handler) for handler in HANDLERS}
    assert names == {f"{each}Logs": f"/aws/lambda/guichet-${{Stage}}-{sam.dashed(each)}" for each in wanted}
    assert {group["RetentionInDays"] for group in groups.values()} == {365}


@pytest.mark.rule("X1")
def test_chaque_alarme_previent_et_a_sa_fiche(app: dict[str, Any]) -> None:
    """A budget is an alarm too: it has no text of its own, its name is that of its page."""
    runbook = (verifier.ROOT / "docs" / "exploitation.md").read_text()
    names = set()
    for logical_id, alarm in _of(app, "AWS::CloudWatch::Alarm").items():
        name = alarm["AlarmName"]["Fn::Sub"].removeprefix("guichet-${Stage}-")
        names.add(name)
        assert alarm["AlarmActions"] == [{"Ref": "Alarmes"}], logical_id
        assert alarm["AlarmDescription"].endswith(f"docs/exploitation.md#{name}"), logical_id
    for logical_id, budget in _of(app, "AWS::Budgets::Budget").items():
        names.add(budget["Budget"]["BudgetName"]["Fn::Sub"].removeprefix("guichet-${Stage}-"))
        for notice in budget["NotificationsWithSubscribers"]:
            assert notice["Subscribers"] == [{"SubscriptionType": "SNS", "Address": {"Ref": "Alarmes"}}], logical_id
    for name in names:
        assert f"\n### {name}\n" in runbook, f"no page for {name}"
    assert "cout" in names and {f"{handler.replace('_', '-')}-en-retard" for handler in SWEEPS} <= names


@pytest.mark.rule("X1")
def test_le_cout_du_mois_alerte_avant_d_etre_depasse(read_template: Callable[[str], Any]) -> None:
    template = read_template("app.yaml")
    budget = template["Resources"]["CostBudget"]["Properties"]
    assert (budget["Budget"]["TimeUnit"], budget["Budget"]["BudgetType"]) == ("MONTHLY", "COST")
    assert budget["Budget"]["BudgetLimit"] == {"Amount": {"Ref": "MonthlyBudget"}, "Unit": "USD"}
    assert budget["Budget"]["CostFilters"] == {"TagKeyValue": [{"Fn::Join": ["$", ["user:guichet", {"Ref": "Stage"}]]}]}
    said = [each["Notification"] for each in budget["NotificationsWithSubscribers"]]
    assert [(each["NotificationType"], each["Threshold"]) for each in said] == [
        ("ACTUAL", 80),
        ("ACTUAL", 100),
        ("FORECASTED", 100),
    ]
    runbook = (verifier.ROOT / "docs" / "exploitation.md").read_text()
    assert f"{template['Parameters']['MonthlyBudget']['Default']} dollars par mois" in runbook


def test_les_alarmes_et_le_budget_peuvent_ecrire_au_sujet(app: dict[str, Any], data: dict[str, Any]) -> None:
    """A policy of ours replaces the one that every topic has; who publishes needs the key too."""
    policy = app["AlarmesPolicy"]["Properties"]
    assert policy["Topics"] == [{"Ref": "Alarmes"}]
    [topic] = policy["PolicyDocument"]["Statement"]
    [key] = [each for each in data["Key"]["Properties"]["KeyPolicy"]["Statement"] if "Service" in each["Principal"]]
    for statement in (topic, key):
        assert set(statement["Principal"]["Service"]) == {"cloudwatch.amazonaws.com", "budgets.amazonaws.com"}
        assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
    assert (topic["Action"], topic["Resource"]) == ("sns:Publish", {"Ref": "Alarmes"})
    assert app["CostBudget"]["DependsOn"] == "AlarmesPolicy"


def test_un_balayage_en_retard_de_deux_periodes_alerte(app: dict[str, Any]) -> None:
    """But that of mails, each minute: it may take 40 seconds, and one that AWS starts late is no failure. Five minutes,
    and that is what the alarm and its page say."""
    runbook = (verifier.ROOT / "docs" / "exploitation.md").read_text()
    said = {300: "cinq minutes", 1800: "trente minutes", 7200: "deux heures"}
    for handler, expression in SWEEPS.items():
        number, unit = expression.removeprefix("rate(").removesuffix(")").split()
        period = int(number) * {"minute": 60, "hour": 3600}[unit.removesuffix("s")]
        alarm = app[f"{_logical(handler)}LateAlarm"]["Properties"]
        assert alarm["TreatMissingData"] == "breaching"
        delay = alarm["Period"] * alarm["EvaluationPeriods"]
        assert delay == max(2 * period, 300)
        assert f"terminé depuis {said[delay]}. " in alarm["AlarmDescription"]
        _, _, fiche = runbook.partition(f"\n### {handler.replace('_', '-')}-en-retard\n")
        assert fiche.lstrip().startswith(f"Aucun passage terminé depuis {said[delay]}"), handler
        metric = app[f"{_logical(handler)}Ended"]["Properties"]["MetricTransformations"][0]["MetricName"]
        assert metric == alarm["MetricName"]


def test_un_balayage_lent_alerte_a_80_pour_cent_de_sa_duree(
    app: dict[str, Any], chalice_config: dict[str, Any]
) -> None:
    alarm = app["SweepsSlowAlarm"]["Properties"]
    metrics = {each["Id"]: each for each in alarm["Metrics"]}
    wanted = {}
    for number, handler in enumerate(SWEEPS):
        timeouts = {stage["lambda_functions"][handler]["lambda_timeout"] for stage in chalice_config["stages"].values()}
        wanted[_logical(handler)] = f"FILL(f{number}, 0) / {10 * timeouts.pop()}"
        assert not timeouts
    found = {}
    for number in range(len(SWEEPS)):
        [function] = metrics[f"f{number}"]["MetricStat"]["Metric"]["Dimensions"]
        found[function["Value"]["Ref"]] = metrics[f"p{number}"]["Expression"]
    assert found == wanted, "milliseconds / (10 x seconds): percent"
    assert metrics["total"]["Expression"] == f"MAX([{', '.join(f'p{n}' for n in range(len(SWEEPS)))}])"
    assert (alarm["Threshold"], len(metrics)) == (80, 1 + 2 * len(SWEEPS))


# ---------------------------------------------------------------------------------------------- functions and policies


@pytest.mark.parametrize("stage", ["prod", "recette"])
def test_chaque_fonction_a_sa_memoire_sa_duree_et_sa_politique(chalice_config: dict[str, Any], stage: str) -> None:
    """A function without its own line would have 128 MB, 60 s, and no right."""
    functions = chalice_config["stages"][stage]["lambda_functions"]
    assert set(functions) == HANDLERS
    for handler, given in functions.items():
        policy = "web" if handler == "api_handler" else handler
        assert given["iam_policy_file"] == f"policy-{policy}.json"
        assert given["lambda_memory_size"] >= 512 and given["lambda_timeout"] <= 900
        assert given.get("reserved_concurrency") == (1 if handler in SWEEPS else None), handler
    assert functions["api_handler"]["lambda_timeout"] < 29, "API Gateway gives up at 29 s"


def test_aucune_politique_n_est_deduite_du_code(chalice_config: dict[str, Any]) -> None:
    text = json.dumps(chalice_config)
    assert chalice_config["autogen_policy"] is False and '"autogen_policy": true' not in text
    assert "log_retention_in_days" not in text, "Chalice writes a template that CloudFormation refuses"
    assert "iam_policy_file" not in chalice_config and not any(
        "iam_policy_file" in stage for stage in chalice_config["stages"].values()
    ), "a new function would silently get it"


def test_les_deux_etapes_ne_different_que_par_leurs_reglages(chalice_config: dict[str, Any]) -> None:
    stages = [json.loads(json.dumps(stage)) for stage in chalice_config["stages"].values()]
    names = {tuple(sorted(stage.pop("environment_variables"))) for stage in stages}
    assert len(names) == 1
    assert stages[0] == stages[1]


def _statements(policies: dict[str, list[dict[str, Any]]]) -> list[tuple[str, dict[str, Any]]]:
    return [(name, statement) for name, statements in policies.items() for statement in statements]


def test_il_y_a_une_politique_par_fonction(policies: dict[str, list[dict[str, Any]]]) -> None:
    assert set(policies) == (HANDLERS - {"api_handler"}) | {"web"}


def test_une_politique_nomme_ce_qu_elle_ouvre(policies: dict[str, list[dict[str, Any]]]) -> None:
    for name, statement in _statements(policies):
        for resource in statement["Resource"]:
            rest = resource.rpartition(":")[2]
            if ":kms:" in resource:
                aliases = statement["Condition"]["ForAnyValue:StringEquals"]["kms:ResourceAliases"]
                assert (rest, aliases) == ("key/*", "alias/guichet-${Stage}"), "an alias names the key, its id is drawn"
                assert "kms:ViaService" in statement["Condition"]["StringEquals"]
            elif rest != "identity/${MailDomain}":
                assert "guichet-${Stage}" in resource, (name, resource)


def test_aucune_action_n_est_entiere_ni_un_parcours(policies: dict[str, list[dict[str, Any]]]) -> None:
    allowed_stars = {"kms:GenerateDataKey*", "kms:ReEncrypt*"}
    for name, statement in _statements(policies):
        for action in statement["Action"]:
            assert action != "dynamodb:Scan" and not action.endswith(":*"), name
            assert "*" not in action or action in allowed_stars, (name, action)


def test_l_audit_ne_peut_que_s_allonger(policies: dict[str, list[dict[str, Any]]]) -> None:
    for name, statement in _statements(policies):
        if any("guichet-${Stage}-audit" in resource for resource in statement["Resource"]):
            assert statement["Action"] == ["dynamodb:PutItem"], name


# What each function may do in each table: actions on its rows, then the indexes that it queries. test_droits.py proves
# that the code needs all of it, and no more.
RIGHTS: dict[str, dict[str, tuple[str, str]]] = {
    "web": {
        "noyau": ("Get Put Update Delete", ""),
        "outbox": ("Get Put Update Delete", "gsi1 gsi2"),
        "comptes": ("Get BatchGet Query Put Update Delete", ""),
        "intervenants": ("Get BatchGet Query Put Update Delete ConditionCheck", "gsi1 gsi2"),
        "pieces": ("Get Query Put Update ConditionCheck", ""),
        "audit": ("Put", ""),
    },
    "envoyer_mails": {"noyau": ("Get", ""), "outbox": ("Get Update", "")},
    "dessiner_pages": {"pieces": ("Get Update", "")},
    "verifier_depot": {"pieces": ("Get Query Update", ""), "audit": ("Put", "")},
    "recevoir_verdict": {"pieces": ("Get Query Update", ""), "audit": ("Put", "")},
    "recevoir_rebond": {"noyau": ("Put", "")},
    "balayer_mails": {"noyau": ("Put", ""), "outbox": ("", "due")},
    "balayer_comptes": {
        "noyau": ("Put", ""),
        "outbox": ("Delete", "gsi2"),
        "comptes": ("Get Delete", "due"),
        "audit": ("Put", ""),
    },
    "balayer_demandes": {
        "noyau": ("Put", ""),
        "outbox": ("Put", ""),
        "comptes": ("Get", ""),
        "intervenants": ("Put Update", "due"),
        "audit": ("Put", ""),
    },
    "balayer_pieces": {"noyau": ("Put", ""), "pieces": ("Get Query Update Delete", "due"), "audit": ("Put", "")},
}
# The queues that a function sends to; besides, its last resort (EchecDefinitif) when it is called by an event.
SENDS = {
    "web": {"mails"},
    "verifier_depot": {"images"},
    "recevoir_verdict": {"images"},
    "balayer_mails": {"mails"},
    "balayer_demandes": {"mails"},
    "balayer_pieces": {"images"},
}
# Where in the bucket each function may do what.
FILES = {
    "web": {"quarantaine": "Put", "disponible": "Get", "pages": "Get", "": "List"},
    "dessiner_pages": {"disponible": "Get", "pages": "Put", "": "List"},
    "verifier_depot": {"quarantaine": "Get Tags Delete", "disponible": "Put Tags", "": "List"},
    "recevoir_verdict": {"quarantaine": "Get Tags Delete", "disponible": "Put Tags", "": "List"},
    "balayer_pieces": {
        "quarantaine": "Get Tags Delete",
        "disponible": "Put Tags Delete",
        "pages": "Delete",
        "": "List",
    },
}
_FILE_ACTIONS = {
    "Get": "s3:GetObject",
    "Put": "s3:PutObject",
    "Delete": "s3:DeleteObject",
    "List": "s3:ListBucket",
}


def _allowed(statements: list[dict[str, Any]], service: str) -> set[tuple[str, str]]:
    """(action, what follows « guichet-<stage>- ») of a service, over all statements."""
    return {
        (action, resource.rpartition("guichet-${Stage}-")[2])
        for statement in statements
        for resource in statement["Resource"]
        for action in statement["Action"]
        if action.startswith(f"{service}:")
    }


def test_chaque_fonction_a_ses_droits_ecrits_ici() -> None:
    assert set(RIGHTS) == (HANDLERS - {"api_handler"}) | {"web"}
    assert set().union(*RIGHTS.values()) == TABLES


@pytest.mark.parametrize("function", sorted(RIGHTS))
def test_une_fonction_n_atteint_que_ses_tables(policies: dict[str, list[dict[str, Any]]], function: str) -> None:
    wanted = set()
    for table, (actions, indexes) in RIGHTS[function].items():
        wanted |= {(f"dynamodb:{action}{'' if action == 'Query' else 'Item'}", table) for action in actions.split()}
        wanted |= {("dynamodb:Query", f"{table}/index/{index}") for index in indexes.split()}
    assert _allowed(policies[function], "dynamodb") == wanted


@pytest.mark.parametrize("function", sorted(RIGHTS))
def test_une_fonction_n_ecrit_qu_a_ses_files(policies: dict[str, list[dict[str, Any]]], function: str) -> None:
    wanted = {(action, queue) for queue in SENDS.get(function, ()) for action in ("sqs:GetQueueUrl", "sqs:SendMessage")}
    if function in EVENT_WORKERS | set(SWEEPS):
        wanted.add(("sqs:SendMessage", "schedules-dlq" if function in SWEEPS else "evenements-dlq"))
    if function in QUEUE_WORKERS:
        queue = "mails" if QUEUE_WORKERS[function] == "MailsQueue" else "images"
        taking = ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes", "ChangeMessageVisibility")
        wanted |= {(f"sqs:{action}", queue) for action in taking}
    assert _allowed(policies[function], "sqs") == wanted
    assert bool(_allowed(policies[function], "ses")) is (function == "envoyer_mails")


@pytest.mark.controle("T56")
@pytest.mark.parametrize("function", sorted(RIGHTS))
def test_une_fonction_n_atteint_que_ses_fichiers(policies: dict[str, list[dict[str, Any]]], function: str) -> None:
    """« Tags »: a copy carries the tags of its source along; they are read there and written here."""
    wanted, bucket = set(), "fichiers${BucketSuffix}"
    for prefix, actions in FILES.get(function, {}).items():
        tags = "s3:GetObjectTagging" if prefix == "quarantaine" else "s3:PutObjectTagging"
        where = f"{bucket}/{prefix}/*" if prefix else bucket
        wanted |= {(_FILE_ACTIONS.get(action, tags), where) for action in actions.split()}
    assert _allowed(policies[function], "s3") == wanted


def test_la_cle_ne_sert_que_par_les_services_utiles(policies: dict[str, list[dict[str, Any]]]) -> None:
    for function, statements in policies.items():
        key = next(each for each in statements if each["Sid"] == "Cle")
        through = {name.partition(".")[0] for name in key["Condition"]["StringEquals"]["kms:ViaService"]}
        assert through == ({"dynamodb", "s3"} if function in FILES else {"dynamodb"}), function


@pytest.mark.controle("T56")
def test_le_web_ne_lit_pas_la_quarantaine(policies: dict[str, list[dict[str, Any]]]) -> None:
    for statement in policies["web"]:
        if any("quarantaine" in resource for resource in statement["Resource"]):
            assert statement["Action"] == ["s3:PutObject"]
        assert not any(action.startswith("s3:Delete") for action in statement["Action"])


# -------------------------------------------------------------------------------------------------------------- checks


def test_cloudformation_accepte_les_gabarits(packaged: Any, tmp_path: Path) -> None:
    """The packaged template as the SAM translator makes it, and the others: no error nor warning of cfn-lint."""
    folder, _ = packaged
    target = tmp_path / "cloudformation.json"
    verifier.translate(folder / "template.json", target)
    resources = json.loads(target.read_text())["Resources"]
    assert [name for name in resources if name.endswith("Stage")] == ["RestAPIapiStage"], "SAM adds a stage « Stage »"
    [lint] = verifier.commands([*verifier.STACKS, str(target)], with_checkov=False)
    done = subprocess.run(lint, check=False, cwd=verifier.ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


# What each tool alone refuses, in a template that is good but for that.
_SEAU = {
    "Type": "AWS::S3::Bucket",
    "Properties": {
        "BucketEncryption": {
            "ServerSideEncryptionConfiguration": [{"ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}]
        },
        "VersioningConfiguration": {"Status": "Enabled"},
        "LoggingConfiguration": {"DestinationBucketName": "journaux"},
        "PublicAccessBlockConfiguration": dict.fromkeys(
            ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"), True
        ),
    },
}


def _verifie(tmp_path: Path, rank: int, **properties: Any) -> subprocess.CompletedProcess[str]:
    """What the tool of that rank says of a bucket with these properties more (without, where None)."""
    every = {**_SEAU["Properties"], **properties}
    bucket = {**_SEAU, "Properties": {name: value for name, value in every.items() if value is not None}}
    template = tmp_path / "plante.json"
    template.write_text(json.dumps({"AWSTemplateFormatVersion": "2010-09-09", "Resources": {"Seau": bucket}}))
    command = verifier.commands([str(template)], with_checkov=True)[rank]
    return subprocess.run(command, check=False, cwd=verifier.ROOT, capture_output=True, text=True)


def test_un_gabarit_que_cloudformation_refuserait_est_rouge(tmp_path: Path) -> None:
    assert _verifie(tmp_path, 0).returncode == 0
    bad = _verifie(tmp_path, 0, BucketNam="x")
    assert bad.returncode != 0 and "BucketNam" in bad.stdout


def test_une_ressource_mal_gardee_est_rouge(tmp_path: Path) -> None:
    """By checkov, as infra/checkov.yaml sets it: nothing of what it asks of a bucket is skipped."""
    assert (verifier.ROOT / ".venv-checkov" / "bin" / "checkov").exists(), "make verifier-infra fait son environnement"
    bad = _verifie(tmp_path, 1, PublicAccessBlockConfiguration=None)
    assert bad.returncode != 0 and "CKV_AWS_53" in bad.stdout, bad.stdout
    assert "CKV_AWS_18" not in bad.stdout, "the witness: what is well kept is not refused"


@pytest.mark.parametrize(("codes", "found"), [((0, 0), 0), ((2, 0), 1), ((0, 1), 1), ((-9, 0), 1)])
def test_un_outil_qui_echoue_ou_qui_meurt_fait_echouer_la_commande(
    monkeypatch: pytest.MonkeyPatch, codes: tuple[int, int], found: int
) -> None:
    told = iter(codes)
    monkeypatch.setattr(
        verifier.subprocess, "run", lambda command, **_: subprocess.CompletedProcess(command, next(told))
    )
    assert verifier.main([]) == found


def test_chaque_exception_de_checkov_a_sa_raison(data: dict[str, Any]) -> None:
    text = (verifier.ROOT / "infra" / "checkov.yaml").read_text()
    lines = text[text.index("skip-check:") :].splitlines()
    for number, line in enumerate(lines):
        if line.strip().startswith("- CKV"):
            assert lines[number - 1].strip().startswith("#"), line
    assert len(yaml.safe_load(text)["skip-check"]) == text.count("- CKV")
    for name, each in data.items():
        for skip in each.get("Metadata", {}).get("checkov", {}).get("skip", []):
            assert len(skip["comment"]) > 20, name
