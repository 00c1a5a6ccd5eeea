"""The life of a run: starts twice, keeps its data, leaves nobody behind."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from infra.local.__main__ import ecouter, verrouiller
from infra.local.emulateur import emulateur
from infra.local.environnement import RACINE, RefusLocal
from infra.local.portail import Portail, portail
from infra.local.ressources import Clients

PETIT = Path(__file__).with_name("petit")


def test_deux_emulateurs_ne_se_genent_pas() -> None:
    with emulateur() as un, emulateur() as deux:
        assert un != deux
        Clients(un).sqs.create_queue(QueueName="seule")
        assert not Clients(deux).sqs.list_queues().get("QueueUrls")
    for url in (un, deux):
        with pytest.raises(OSError):
            urllib.request.urlopen(url, timeout=2)  # noqa: S310


def test_un_port_pris_se_dit_en_francais() -> None:
    with socket.create_server(("127.0.0.1", 0)) as pris:
        port = pris.getsockname()[1]
        with pytest.raises(RefusLocal, match=f"port {port} est déjà pris.*PORT={port + 100} make run"):
            ecouter(port, "PORT")


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="lit /proc")
def test_tue_sans_menagement_il_garde_ses_donnees_et_ne_laisse_personne(tmp_path: Path) -> None:
    """First run killed with its data kept; second run finds them, then loses its emulator and ends by itself."""
    ligne = {"pk": {"S": "a"}, "sk": {"S": "b"}, "v": {"B": b"\xff"}}
    with portail(racine=PETIT, donnees=tmp_path, workers=1) as ouvert:
        clients = Clients(ouvert.endpoint)
        clients.dynamodb.put_item(TableName="guichet-local-noyau", Item=ligne)
        clients.s3.put_object(Bucket="guichet-local-fichiers", Key="disponible/x", Body=b"x")
        envoyer(clients, "garde@demo.fr")
        ouvert.attendre_mail("garde@demo.fr")
        ouvert.avancer(3600)
        with pytest.raises(RefusLocal, match="servent déjà"):
            verrouiller(tmp_path)
        enfants = descendants(ouvert.pid)
        assert len(enfants) >= 5
        os.kill(ouvert.pid, signal.SIGKILL)
        assert attendre_mort(enfants) == set()
    with portail(racine=PETIT, donnees=tmp_path, workers=1) as ouvert:
        clients = Clients(ouvert.endpoint)
        assert ligne in clients.dynamodb.scan(TableName="guichet-local-noyau")["Items"]
        objets = clients.s3.list_objects_v2(Bucket="guichet-local-fichiers")["Contents"]
        assert [o["Key"] for o in objets] == ["disponible/x"]
        assert ouvert.heure()["offset_seconds"] == 3600 and len(ouvert.mails("garde@demo.fr")) == 1
        envoyer(clients, "apres@demo.fr")
        ouvert.attendre_mail("apres@demo.fr")
        regles = clients.s3.get_bucket_cors(Bucket="guichet-local-fichiers")["CORSRules"]
        assert ouvert.url in regles[0]["AllowedOrigins"]
        tous = descendants(ouvert.pid) | {ouvert.pid}
        os.kill(next(p for p in tous if "lanceur_emulateur" in commande_de(p)), signal.SIGKILL)
        assert attendre_mort(tous) == set()


def envoyer(clients: Clients, a: str) -> None:
    url = clients.sqs.get_queue_url(QueueName="guichet-local-mails")["QueueUrl"]
    clients.sqs.send_message(QueueUrl=url, MessageBody=a)


def descendants(pid: int) -> set[int]:
    """Pids of a process's children and of theirs (Linux)."""
    fils = {int(p) for f in Path(f"/proc/{pid}/task").glob("*/children") for p in f.read_text().split()}
    return fils | {d for p in fils for d in descendants(p)}


def vivants(pids: set[int]) -> set[int]:
    """Those that run: a zombie waits for a reaper that a container may not have."""
    return {p for p in pids if etat(p) not in ("", "Z")}


def etat(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return ""


def attendre_mort(pids: set[int]) -> set[int]:
    limite = time.monotonic() + 10
    while vivants(pids) and time.monotonic() < limite:
        time.sleep(0.1)
    return vivants(pids)


def test_ctrl_c_arrete_tout_proprement() -> None:
    commande = [sys.executable, "-m", "infra.local", "--port", "0", "--console-port", "0", "--racine", str(PETIT)]
    processus = subprocess.Popen([*commande, "--journal", os.devnull], cwd=RACINE, stdout=subprocess.PIPE, text=True)
    assert processus.stdout is not None
    lignes = []
    while "Ctrl-C" not in (ligne := processus.stdout.readline()) and ligne:
        lignes.append(ligne)
    enfants = descendants(processus.pid)
    processus.send_signal(signal.SIGINT)
    assert processus.wait(20) == 0 and "Arrêt" in processus.stdout.read()
    assert "intervenant@demo.fr" in "".join(lignes) and attendre_mort(enfants) == set()


def commande_de(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text()


def test_une_application_qui_ne_se_charge_pas_se_dit(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("import absent_tout_a_fait\n")
    with pytest.raises(RefusLocal, match="absent_tout_a_fait"), portail(racine=tmp_path):
        pass


def test_le_portail_vu_par_les_tests(petit: Portail) -> None:
    assert petit.endpoint.startswith("http://127.0.0.1:")
    assert [f["name"] for f in petit.files() if not f["dlq"]] == ["evenements-s3", "mails"]
    assert "HEAD /- 404" in petit.journal.read_text()
