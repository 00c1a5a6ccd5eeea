"""What every process of the local run must agree on: paths, environment, and the promise to stay on this machine."""

import ipaddress
import os
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

RACINE = Path(__file__).resolve().parents[2]
REGION = "eu-west-3"
COMPTE = "000000000000"
STAGE = "local"
PREFIXE = f"guichet-{STAGE}-"
ADRESSE = "127.0.0.1"
MAIL_FROM = "CNFPT-Espace Intervenants <nepasrepondre@cnfpt.example>"
CONTACT_EMAIL = "contact@cnfpt.example"
FILE_EVENEMENTS = f"{PREFIXE}evenements-s3"


class RefusLocal(Exception):
    """Something the person at the keyboard can put right; its text is shown as it is, in French."""


def exiger_local(endpoint: str) -> str:
    """The endpoint itself when it is plain HTTP on a loopback address; refuse anything else."""
    url = urlsplit(endpoint)
    hote = url.hostname or ""
    try:
        boucle = hote == "localhost" or ipaddress.ip_address(hote).is_loopback
    except ValueError:
        boucle = False
    if url.scheme != "http" or not boucle or url.port is None:
        raise RefusLocal(f"Refus : {endpoint!r} n'est pas l'émulateur local (http://127.0.0.1:…).")
    return endpoint


def version() -> str:
    """The version shown by the portal: given, else what git says of this tree, else « dev »."""
    donnee = os.environ.get("VERSION", "")
    if donnee:
        return donnee
    try:
        decrit = subprocess.run(
            ["git", "describe", "--always", "--dirty"],
            cwd=RACINE,
            capture_output=True,
            text=True,
            timeout=5,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return "dev"
    return decrit.stdout.strip() or "dev"


def environnement(endpoint: str, base_url: str) -> dict[str, str]:
    """The environment of every child: nothing of the user's AWS set-up may leak in."""
    repris = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
    return repris | {
        "STAGE": STAGE,
        "ESPACES": os.environ.get("ESPACES") or "intervenants",
        "BASE_URL": base_url,
        "BASE_PATH": "",
        "BUCKET_SUFFIX": "",
        "MAIL_FROM": os.environ.get("MAIL_FROM") or MAIL_FROM,
        "CONTACT_EMAIL": os.environ.get("CONTACT_EMAIL") or CONTACT_EMAIL,
        "VERSION": version(),
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
        "PYTHONUNBUFFERED": "1",
    }
