"""The embedded AWS (MiniStack): one process on a loopback port, of its own interpreter, ended by its pid."""

import os
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.local.environnement import ADRESSE, RACINE, REGION, RefusLocal

PYTHON = RACINE / ".venv-aws" / "bin" / "python"
LANCEUR = Path(__file__).with_name("lanceur_emulateur.py")
SERVICES = ("dynamodb", "s3", "sqs", "ses", "events", "sts", "cloudformation", "kms")
SERVICES_DEPLOIEMENT = (*SERVICES, "scheduler", "iam", "lambda", "apigateway", "logs", "monitoring", "sns")
DELAI_PRET = 20.0
DELAI_ARRET = 60.0


# Kept state that must not come back: queues are known by an address that holds the port, stacks hold the queues. What
# was in a queue is found again by the sweeps, as after a lost message.
OUBLIES = ("sqs", "eventbridge", "cloudformation")


def _oublier(etat: Path) -> None:
    for nom in OUBLIES:
        (etat / f"{nom}.json").unlink(missing_ok=True)


class Emulateur:
    """One emulator that runs. `url` is its endpoint; `arreter()` saves what must be kept and ends it."""

    def __init__(
        self,
        port: int = 0,
        *,
        services: Iterable[str] = SERVICES,
        smtp: int = 0,
        donnees: Path | None = None,
        auth: bool = False,
        journal: Path | None = None,
        env: dict[str, str] | None = None,
    ) -> None:
        if not PYTHON.exists():
            raise RefusLocal("L'émulateur n'est pas installé : lancez « make .venv-aws/.ok ».")
        self._dossier = tempfile.TemporaryDirectory(prefix="guichet-aws-")
        self._prise = socket.create_server((ADRESSE, port), backlog=1024)
        self.port: int = self._prise.getsockname()[1]
        self.url = f"http://{ADRESSE}:{self.port}"
        sortie = journal.open("ab") if journal else subprocess.DEVNULL
        self.processus = subprocess.Popen(
            [str(PYTHON), str(LANCEUR), str(self._prise.fileno()), str(smtp)],
            env=self._environnement(services, donnees, auth) | (env or {}),
            cwd=self._dossier.name,
            stdin=subprocess.PIPE,
            stdout=sortie,
            stderr=sortie,
            pass_fds=(self._prise.fileno(),),
            start_new_session=True,
        )
        if not isinstance(sortie, int):
            sortie.close()

    def _environnement(self, services: Iterable[str], donnees: Path | None, auth: bool) -> dict[str, str]:
        repris = {k: os.environ[k] for k in ("PATH", "HOME", "LANG", "SYSTEMROOT") if k in os.environ}
        garde = {}
        if donnees:
            _oublier(donnees / "etat")
            garde = {"PERSIST_STATE": "1", "STATE_DIR": str(donnees / "etat")}
            garde |= {"S3_PERSIST": "1", "S3_DATA_DIR": str(donnees / "s3")}
        return (
            repris
            | garde
            | {
                "BIND_HOST": ADRESSE,
                "GATEWAY_PORT": str(self.port),
                "MINISTACK_REGION": REGION,
                "AWS_DEFAULT_REGION": REGION,
                "AWS_ACCESS_KEY_ID": "local",
                "AWS_SECRET_ACCESS_KEY": "local",
                "SERVICES": ",".join(services),
                "SFTP_ENABLED": "0",
                "IOT_MTLS_ENABLED": "0",
                "DOCKER_HOST": "unix:///dev/null/absent",
                "AUTH": "true" if auth else "false",
                "LOG_LEVEL": "WARNING",
                "TMPDIR": self._dossier.name,
                "PYTHONDONTWRITEBYTECODE": "1",
            }
        )

    def attendre(self) -> None:
        """Return once the emulator answers. Its socket listens from the start, so one request is enough: it waits."""
        limite = time.monotonic() + DELAI_PRET
        self._prise.close()
        while True:
            try:
                with urllib.request.urlopen(f"{self.url}/_ministack/health", timeout=DELAI_PRET):  # noqa: S310 - ours
                    return
            except (urllib.error.URLError, OSError) as erreur:
                if self.processus.poll() is not None or time.monotonic() > limite:
                    self.arreter()
                    raise RefusLocal(f"L'émulateur d'AWS ne démarre pas ({erreur}).") from erreur
                time.sleep(0.05)

    def arreter(self) -> None:
        """End the emulator by its pid: politely, so that it saves its data, then not."""
        self._prise.close()
        if self.processus.stdin:
            self.processus.stdin.close()
        if self.processus.poll() is None:
            self.processus.terminate()
            try:
                self.processus.wait(DELAI_ARRET)
            except subprocess.TimeoutExpired:
                self.processus.kill()
                self.processus.wait()
        self._dossier.cleanup()


@contextmanager
def emulateur(
    port: int = 0,
    *,
    services: Iterable[str] = SERVICES,
    smtp: int = 0,
    donnees: Path | None = None,
    auth: bool = False,
    journal: Path | None = None,
) -> Iterator[str]:
    """An emulator for the time of a block: `with emulateur() as url:`. Any number may run at once."""
    instance = Emulateur(port, services=services, smtp=smtp, donnees=donnees, auth=auth, journal=journal)
    try:
        instance.attendre()
        yield instance.url
    finally:
        instance.arreter()
