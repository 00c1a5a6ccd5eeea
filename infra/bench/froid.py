"""P1, the cold start: a fresh process that imports the application and answers its first page, against one that only
makes a DynamoDB client and imports Chalice. Medians of processes run in turn."""

import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from infra import archive, package
from infra.local.environnement import environnement

TOURS = 7
_SOL = "import boto3, chalice; boto3.client('dynamodb')"
_PAGE = """
import app
evenement = {"resource": "/connexion", "path": "/connexion", "httpMethod": "GET", "headers": {}, "body": None,
    "multiValueHeaders": {}, "queryStringParameters": None, "multiValueQueryStringParameters": None,
    "pathParameters": None, "stageVariables": None, "isBase64Encoded": False,
    "requestContext": {"resourcePath": "/connexion", "httpMethod": "GET", "stage": "api", "identity": {}}}
reponse = app.app(evenement, None)
assert reponse["statusCode"] == 200 and "commande" in reponse["body"], reponse
"""
_COMPTE = """
import resource, sys, time
debut = time.perf_counter()
exec(sys.argv[1])
mur = time.perf_counter() - debut
u = resource.getrusage(resource.RUSAGE_SELF)
print(u.ru_utime + u.ru_stime, mur)
"""


class _Table(BaseHTTPRequestHandler):
    """DynamoDB as the first page needs it: the secret that signs forms."""

    def do_POST(self) -> None:
        """One call."""
        self.rfile.read(int(self.headers["Content-Length"]))
        item = {"pk": {"S": "SECRET#csrf"}, "sk": {"S": "SECRET"}, "valeur": {"S": "x" * 43}}
        corps = json.dumps({"Item": item}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.send_header("Content-Length", str(len(corps)))
        self.end_headers()
        self.wfile.write(corps)

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@contextmanager
def _table() -> Iterator[str]:
    serveur = ThreadingHTTPServer(("127.0.0.1", 0), _Table)
    fil = threading.Thread(target=serveur.serve_forever, daemon=True)
    fil.start()
    yield f"http://127.0.0.1:{serveur.server_address[1]}"
    serveur.shutdown()
    serveur.server_close()


def paquet() -> Path | None:
    """A deployable zip that this Python, on this machine, can run."""
    for manifeste in sorted((package.ROOT / "build").glob("*/manifest.json")):
        lu = json.loads(manifeste.read_text("utf-8"))
        ici = {"arm64": "aarch64", "x86_64": "x86_64"}.get(lu["architecture"]) == platform.machine()
        zip_ = manifeste.with_name("deployment.zip")
        if ici and lu["runtime"] == f"python{sys.version_info[0]}.{sys.version_info[1]}" and zip_.exists():
            return zip_
    return None


def _deposer(dossier: Path) -> str:
    """Put what Lambda would unpack into a folder; says what it is."""
    zip_ = paquet()
    if zip_:
        with zipfile.ZipFile(zip_) as ouvert:
            ouvert.extractall(dossier)
        return "the unpacked zip"
    config = json.loads((package.ROOT / ".chalice" / "config.json").read_text("utf-8"))
    etape = next(iter(config["stages"]))
    projet = package.stage_project(package.ROOT, config, dossier / "projet")
    package.compile_templates(projet, package.stage_variables(config, etape))
    archive.compile_python(projet, sys.executable)
    for nom in ("app.py", "chalicelib", "__pycache__"):
        shutil.move(projet / nom, dossier / nom)
    return "the tree as it is packaged (templates and .pyc compiled), dependencies of the virtual environment"


def mesurer() -> dict[str, Any]:
    """The figures of P1."""
    with tempfile.TemporaryDirectory() as temporaire, _table() as url:
        quoi = _deposer(Path(temporaire))
        env = environnement(url, "http://127.0.0.1") | {"PYTHONPATH": temporaire, "PYTHONDONTWRITEBYTECODE": "1"}
        tours = [
            {nom: _un(code, temporaire, env) for nom, code in (("page", _PAGE), ("sol", _SOL))}
            for _ in range(TOURS + 1)
        ]
    medianes = {
        f"{nom}_{quoi_}": statistics.median(tour[nom][rang] for tour in tours[1:])
        for nom in ("page", "sol")
        for rang, quoi_ in enumerate(("cpu", "mur"))
    }
    rapports = {  # of two processes run one after the other: what else the machine does weighs on both
        f"rapport_{quoi_}": statistics.median(tour["page"][rang] / tour["sol"][rang] for tour in tours[1:])
        for rang, quoi_ in enumerate(("cpu", "mur"))
    }
    return {"quoi": quoi, "tours": TOURS, **medianes, **rapports}


def _un(code: str, dossier: str, env: dict[str, str]) -> tuple[float, float]:
    """One process; seconds of processor in all, and of clock from its first statement."""
    propre = {nom: valeur for nom, valeur in env.items() if nom not in os.environ or nom.startswith(("AWS_", "PY"))}
    propre |= {nom: os.environ[nom] for nom in ("PATH", "HOME", "LANG") if nom in os.environ}
    propre |= {nom: env[nom] for nom in ("ESPACES", "MAIL_FROM")}
    lance = [sys.executable, "-c", _COMPTE, code]
    fait = subprocess.run(lance, cwd=dossier, env=propre, capture_output=True, text=True, check=False)
    if fait.returncode:
        raise RuntimeError(fait.stderr[-1500:])
    cpu, mur = fait.stdout.split()[-2:]
    return float(cpu), float(mur)
