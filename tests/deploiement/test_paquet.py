"""infra/package.py and its parts: what ships, what is refused, what the template becomes."""

import io
import json
import subprocess
import sys
import zipfile
from importlib.metadata import distribution
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from infra import archive, gateway, package, sam
from infra.local import comptes

LOCK = """\
alpha==1.0 \\
    --hash=sha256:aa \\
    --hash=sha256:bb
    # via -r requirements.in
beta-x==2.0 ; python_version < '3.12' \\
    --hash=sha256:cc
"""


# ------------------------------------------------------------------------------------------------------ dependencies


def test_le_verrou_se_lit_par_blocs() -> None:
    assert archive.pins(LOCK) == {
        "alpha": "alpha==1.0 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\n",
        "beta-x": "beta-x==2.0 ; python_version < '3.12' \\\n    --hash=sha256:cc\n",
    }


def test_une_dependance_hors_du_verrou_est_refusee() -> None:
    with pytest.raises(archive.PackageError, match="gamma"):
        archive.runtime_lock(LOCK, {"alpha", "gamma"})


def test_les_noms_du_fichier_in() -> None:
    assert archive.direct_requirements("# rien\nChalice==1\n-r autre.in\nJinja2 # ici\n\n") == ["chalice", "jinja2"]


@pytest.mark.parametrize(
    ("python", "attendu"),
    [("3.13", {"web", "outil", "sous-outil"}), ("3.11", {"web", "outil", "sous-outil", "ancien"})],
)
def test_ce_que_les_fonctions_importent(python: str, attendu: set[str]) -> None:
    """Neither the tool that packages, nor what the runtime brings, nor what another Python or an extra asks."""
    known = {
        "web": ["Outil>=1", "boto3", "ancien; python_version < '3.12'", "extra-dep; extra == 'x'"],
        "outil": ["sous.outil"],
        "chalice": ["click"],
        "boto3": ["jmespath"],
    }
    assert archive.runtime_names(["chalice", "web"], lambda name: known.get(name, []), python) == attendu


def test_ce_qui_n_a_pas_ete_installe_se_voit(tmp_path: Path) -> None:
    (tmp_path / "alpha-1.0.dist-info").mkdir()
    (tmp_path / "Beta_X-2.0.dist-info").mkdir()
    assert archive.left_out(tmp_path, {"alpha", "beta-x", "gamma"}) == ["gamma"]


@pytest.mark.parametrize(
    ("path", "attendu"),
    [
        ("jinja2/environment.py", False),
        ("jinja2/tests.py", False),
        ("alpha/tests/test_a.py", True),
        ("alpha/__pycache__/a.cpython-313.pyc", True),
        ("alpha/stubs.pyi", True),
        ("bin/alpha", True),
        ("alpha-1.0.dist-info/METADATA", False),
        ("alpha-1.0.dist-info/licenses/LICENSE.txt", False),
        ("alpha-1.0.dist-info/RECORD", True),
        ("wtforms/locale/fr/LC_MESSAGES/wtforms.mo", False),
        ("wtforms/locale/de/LC_MESSAGES/wtforms.mo", True),
    ],
)
def test_ce_qui_n_a_pas_d_usage_est_retire(path: str, attendu: bool) -> None:
    assert archive.unwanted(PurePosixPath(path)) is attendu


def test_elaguer_ne_laisse_pas_de_dossier_vide(tmp_path: Path) -> None:
    for name in ("alpha/a.py", "alpha/tests/deep/t.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x = 1\n")
    assert archive.prune(tmp_path) == 6
    assert [path.name for path in tmp_path.rglob("*")] == ["alpha", "a.py"]


def test_deux_zips_des_memes_fichiers_sont_identiques(tmp_path: Path) -> None:
    digests = []
    for name in ("un", "deux"):
        folder = tmp_path / name
        (folder / "chalicelib").mkdir(parents=True)
        (folder / "app.py").write_text("import chalicelib.a\n")
        (folder / "chalicelib" / "a.py").write_text("def f(x):\n    return x\n")
        archive.compile_python(folder, sys.executable)
        digests.append(archive.write_zip(folder, tmp_path / f"{name}.zip"))
    assert digests[0] == digests[1]
    with zipfile.ZipFile(tmp_path / "un.zip") as archived:
        names = archived.namelist()
        code = next(archived.read(name) for name in names if name.endswith(".pyc") and "/a." in name)
    assert names == sorted(names)
    assert b"/var/task" in code and str(tmp_path).encode() not in code


def test_un_source_qui_ne_se_compile_pas_est_refuse(tmp_path: Path) -> None:
    (tmp_path / "faux.py").write_text("def (:\n")
    with pytest.raises(archive.PackageError):
        archive.compile_python(tmp_path, sys.executable)


# ------------------------------------------------------------------------------------------------------------ options


def test_une_etape_inconnue_est_refusee() -> None:
    with pytest.raises(archive.PackageError, match="prod"):
        package.stage_variables({"stages": {"prod": {}}}, "production")


def test_les_variables_d_une_etape_l_emportent() -> None:
    config = {"environment_variables": {"A": "1", "B": "1"}, "stages": {"prod": {"environment_variables": {"B": "2"}}}}
    assert package.stage_variables(config, "prod") == {"A": "1", "B": "2"}


def test_un_interpreteur_absent_est_refuse(tmp_path: Path) -> None:
    with pytest.raises(archive.PackageError):
        package.python_version(str(tmp_path / "python3.99"))


def test_sans_les_fichiers_construits_rien_n_est_empaquete(tmp_path: Path) -> None:
    with pytest.raises(archive.PackageError, match="make assets"):
        package.stage_project(tmp_path, {}, tmp_path / "copie")


# ------------------------------------------------------------------------------------------------------ gateway pages


@pytest.fixture(scope="module")
def pages() -> dict[str, Any]:
    """The gateway responses of a portal behind /api."""
    return gateway.responses("Espace d'essai", "/api/")


@pytest.mark.controle("T19")
@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("MISSING_AUTHENTICATION_TOKEN", 404),
        ("RESOURCE_NOT_FOUND", 404),
        ("REQUEST_TOO_LARGE", 413),
        ("UNSUPPORTED_MEDIA_TYPE", 415),
        ("THROTTLED", 429),
        ("QUOTA_EXCEEDED", 429),
        ("INTEGRATION_TIMEOUT", 504),
        ("INTEGRATION_FAILURE", 504),
        ("WAF_FILTERED", 403),
        ("DEFAULT_4XX", None),
        ("DEFAULT_5XX", None),
    ],
)
def test_la_passerelle_repond_par_une_page(pages: dict[str, Any], kind: str, status: int | None) -> None:
    page = pages[kind]
    html = page["responseTemplates"]["text/html"]
    assert page.get("statusCode") == status
    assert page["responseTemplates"]["application/json"] == html, "whatever the Accept header asks"
    assert html.startswith('<!doctype html><html lang="fr">')
    assert html.count("<h1>") == 1 and 'href="/api/"' in html
    assert "$context.requestId" in html and html.count("$") == 1, "API Gateway replaces what begins with $context"
    assert "http" not in html and "src=" not in html, "nothing to load"


@pytest.mark.controle("T15", "T16", "T17")
def test_les_pages_de_la_passerelle_ont_des_en_tetes_stricts(pages: dict[str, Any]) -> None:
    headers = {
        name.removeprefix("gatewayresponse.header."): value[1:-1]
        for name, value in pages["THROTTLED"]["responseParameters"].items()
    }
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert (headers["Cache-Control"], headers["X-Content-Type-Options"]) == ("no-store", "nosniff")
    assert headers["Strict-Transport-Security"].startswith("max-age=63072000")
    assert headers["Retry-After"] == "60"


def test_le_nom_du_service_est_echappe() -> None:
    page = gateway.html(gateway.PAGES["THROTTLED"], "<b>Espace</b>", "/")
    assert "&lt;b&gt;Espace" in page and "<b>" not in page


# ---------------------------------------------------------------------------------------------------------- template

SETTINGS = {"Stage": "essai", "BucketSuffix": "-1", "MailDomain": "exemple.fr", "Version": "abc"}


@pytest.fixture
def written() -> dict[str, Any]:
    """What Chalice writes, in small."""
    sub = "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/guichet-${Stage}-noyau"
    statement = {"Effect": "Allow", "Action": ["dynamodb:GetItem"], "Resource": [sub]}
    condition = {"StringEquals": {"kms:ViaService": ["s3.${AWS::Region}.amazonaws.com"]}}
    function = {
        "Environment": {"Variables": {"STAGE": "essai"}},
        "Tags": {"aws-chalice": "1"},
        "Tracing": "PassThrough",
    }
    uri = {"Fn::Sub": "arn:aws:apigateway:x:lambda:path/functions/${APIHandler.Arn}/invocations"}
    api = {"DefinitionBody": {"swagger": "2.0", "paths": {"/": {"get": {"uri": uri}}}}, "StageName": "api"}
    permission = {"Type": "AWS::Lambda::Permission", "Properties": {"FunctionName": {"Ref": "APIHandler"}}}
    policy = {"PolicyDocument": {"Statement": [statement | {"Condition": condition}]}}
    return {
        "Parameters": {"Stage": {}, "BucketSuffix": {}, "MailDomain": {}},
        "Resources": {
            "APIHandler": {"Type": sam.FUNCTION, "Properties": function},
            "BalayerMails": {"Type": sam.FUNCTION, "Properties": json.loads(json.dumps(function))},
            "RestAPI": {"Type": "AWS::Serverless::Api", "Properties": api},
            "APIHandlerInvokePermission": permission,
            "ApiHandlerRole": {"Type": "AWS::IAM::Role", "Properties": {"Policies": [policy]}},
        },
    }


def _complete(template: dict[str, Any]) -> dict[str, Any]:
    return sam.complete(template, SETTINGS, {"THROTTLED": {}}, "python3.13")


def test_les_fonctions_sont_nommees_et_ont_un_alias(written: dict[str, Any]) -> None:
    done = _complete(written)["Resources"]
    web, sweep = done["APIHandler"]["Properties"], done["BalayerMails"]["Properties"]
    assert web["FunctionName"] == {"Fn::Sub": "guichet-${Stage}-web"}
    assert sweep["FunctionName"] == {"Fn::Sub": "guichet-${Stage}-balayer-mails"}
    assert (web["AutoPublishAlias"], web["AutoPublishAliasAllProperties"], web["Runtime"]) == (
        "live",
        True,
        "python3.13",
    )
    assert web["Environment"]["Variables"] == {"STAGE": "essai", "VERSION": "abc"}
    assert web["LoggingConfig"] == {"LogGroup": {"Ref": "APIHandlerLogs"}}
    assert "Tracing" not in web and web["Tags"] == {}


def test_l_api_appelle_l_alias_et_porte_ses_pages(written: dict[str, Any]) -> None:
    done = _complete(written)["Resources"]
    api = done["RestAPI"]["Properties"]
    assert "${APIHandler.Alias}" in json.dumps(api) and "${APIHandler.Arn}" not in json.dumps(api)
    assert done["APIHandlerInvokePermission"]["Properties"]["FunctionName"] == {"Ref": "APIHandler.Alias"}
    assert (api["OpenApiVersion"], api["TracingEnabled"]) == ("3.0.1", False)
    assert api["Name"] == api["DefinitionBody"]["info"]["title"] == "guichet-essai"
    assert api["EndpointConfiguration"] == {"Type": "REGIONAL"}
    assert api["DefinitionBody"]["x-amazon-apigateway-gateway-responses"] == {"THROTTLED": {}}


def test_les_variables_des_politiques_sont_remplacees_par_cloudformation(written: dict[str, Any]) -> None:
    [(role, statement)] = sam.policy_statements(_complete(written))
    assert role == "ApiHandlerRole"
    assert [list(each) for each in statement["Resource"]] == [["Fn::Sub"]]
    assert statement["Condition"]["StringEquals"]["kms:ViaService"] == [{"Fn::Sub": "s3.${AWS::Region}.amazonaws.com"}]


def test_le_gabarit_recu_n_est_pas_modifie(written: dict[str, Any]) -> None:
    before = json.dumps(written)
    _complete(written)
    assert json.dumps(written) == before


def test_un_paquet_ne_se_deploie_que_pour_son_etape(written: dict[str, Any]) -> None:
    parameters = _complete(written)["Parameters"]
    assert parameters["Stage"] == {"Default": "essai", "AllowedValues": ["essai"]}
    assert parameters["BucketSuffix"]["Default"] == "-1"


@pytest.mark.parametrize(
    ("action", "resource"),
    [("dynamodb:GetItem", "*"), ("dynamodb:*", "arn:x"), ("*", "arn:x"), ("dynamodb:Scan", "arn:x")],
)
def test_une_politique_trop_large_est_refusee(written: dict[str, Any], action: str, resource: str) -> None:
    policies = written["Resources"]["ApiHandlerRole"]["Properties"]["Policies"]
    policies[0]["PolicyDocument"]["Statement"] = [{"Effect": "Allow", "Action": action, "Resource": resource}]
    with pytest.raises(sam.TemplateError):
        _complete(written)


def test_une_api_qui_n_appelle_plus_la_fonction_est_refusee(written: dict[str, Any]) -> None:
    written["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]["paths"] = {}
    with pytest.raises(sam.TemplateError):
        _complete(written)


def test_le_code_vient_de_s3(written: dict[str, Any]) -> None:
    done = sam.with_code(written, "livraisons", "abc.zip")
    codes = [function["Properties"]["CodeUri"] for function in sam.functions(done).values()]
    assert codes == [{"Bucket": "livraisons", "Key": "abc.zip"}] * 2


# -------------------------------------------------------------------------------------------------- the real package

# Imports everything that chalicelib imports anywhere, functions included, with what a Lambda has and nothing else.
_IMPORT_ALL = """
import ast, importlib, pathlib, sys
root, runtime = sys.argv[1:]
sys.path = [root, runtime] + [p for p in sys.path if "site-packages" not in p]
import app
for path in pathlib.Path(root, "chalicelib").rglob("*.py"):
    if "_templates" in path.parts:
        continue
    for node in ast.walk(ast.parse(path.read_text())):
        names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            names = [node.module]
        for name in names:
            importlib.import_module(name)
"""


@pytest.mark.controle("T60")
def test_le_paquet_ne_contient_que_ce_qui_sert(packaged: Any) -> None:
    folder, manifest = packaged
    with zipfile.ZipFile(folder / "deployment.zip") as archived:
        names = archived.namelist()
    tops = {name.partition("/")[0] for name in names}
    assert {"app.py", "chalice", "chalicelib", "jinja2", "pynamodb"} <= tops
    assert not tops & {"boto3", "botocore", "pip", "setuptools", "wheel", "inquirer", "click", "blessed", "yaml"}
    assert manifest["size"] <= 25 * 1024 * 1024
    assert not [name for name in names if "/templates/" in name and name.endswith((".html", ".txt"))]
    assert [name for name in names if name.startswith("chalicelib/_templates/tmpl_")]
    compiled = {name.rpartition("/")[2].partition(".")[0] for name in names if name.endswith(".pyc")}
    sources = {name.rpartition("/")[2].removesuffix(".py") for name in names if name.endswith(".py")}
    assert not sources - compiled, "each cold start would compile them"


@pytest.mark.controle("T60")
def test_le_paquet_n_a_ni_essais_ni_comptes_de_demonstration(packaged: Any) -> None:
    folder, _ = packaged
    secrets = (comptes.MOT_DE_PASSE.encode(), comptes.SECRET_TOTP.encode(), b"/api/captchas", b"advance_seconds")
    with zipfile.ZipFile(folder / "deployment.zip") as archived:
        names = archived.namelist()
        ours = [name for name in names if name == "app.py" or name.startswith("chalicelib/")]
        found = [name for name in ours for secret in secrets if secret in archived.read(name)]
    assert len(ours) > 100 and found == []
    tops = {name.partition("/")[0] for name in names}
    assert not tops & {"tests", "infra", "docs", ".git", ".env", ".chalice", "Makefile", "moto", "pytest", "playwright"}
    assert not [name for name in names if name.rpartition("/")[2].startswith(("test_", "conftest", ".env"))]


def test_tout_ce_que_le_code_importe_est_dans_le_paquet(packaged: Any, tmp_path: Path) -> None:
    """The emulator's own packages would hide what is missing: here the package has only boto3's family beside it."""
    folder, manifest = packaged
    with zipfile.ZipFile(io.BytesIO((folder / "deployment.zip").read_bytes())) as archived:
        archived.extractall(tmp_path / "task")
    runtime = tmp_path / "runtime"
    runtime.mkdir()
    for name in archive.PROVIDED:
        for top in {str(path).partition("/")[0] for path in distribution(name).files or ()}:
            if not top.startswith("."):
                (runtime / top).symlink_to(Path(str(distribution(name).locate_file(top))))
    command = [sys.executable, "-I", "-S", "-c", _IMPORT_ALL, str(tmp_path / "task"), str(runtime)]
    done = subprocess.run(command, check=False, env=manifest["variables"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
