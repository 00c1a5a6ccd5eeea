"""Imports the app once, then gives a fresh worker process (a fork) to whoever connects.

As in Lambda, a worker treats one event at a time and dies when it overruns its time: the kernel's alarm ends it,
whatever it is doing. It ends by itself when the other end of its connection closes, so no worker outlives the run.
"""

import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import sys
import time
import traceback
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from infra.local.environnement import COMPTE, REGION
from infra.local.horloge import Horloge
from infra.local.liaison import recevoir, trame

REPONSE_MAXIMALE = 6 * 1024 * 1024


class ContexteLambda:
    """What Lambda hands over beside the event."""

    function_version = "$LATEST"
    memory_limit_in_mb = 1769
    log_stream_name = "local"
    identity = None
    client_context = None

    def __init__(self, fonction: str, delai: float) -> None:
        self.function_name = f"guichet-local-{fonction}"
        self.invoked_function_arn = f"arn:aws:lambda:{REGION}:{COMPTE}:function:{self.function_name}"
        self.log_group_name = f"/aws/lambda/{self.function_name}"
        self.aws_request_id = str(uuid.uuid4())
        self._fin = time.monotonic() + delai

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds before the alarm."""
        return max(0, int((self._fin - time.monotonic()) * 1000))


def _source(config: Any) -> dict[str, Any]:
    genre = type(config).__name__
    if genre == "SQSEventConfig":
        file = config.queue or config.queue_arn.rsplit(":", 1)[1]
        return {"genre": "sqs", "fonction": config.name, "file": file, "lot": config.batch_size}
    if genre == "CloudWatchEventConfig":
        return {"genre": "evenement", "fonction": config.name, "motif": config.event_pattern}
    return {"genre": genre, "fonction": config.name}


def decrire(app: Any) -> dict[str, Any]:
    """What the front and the pump must know of the app."""
    return {
        "pid": os.getpid(),
        "routes": {motif: sorted(methodes) for motif, methodes in app.routes.items()},
        "binaires": list(app.api.binary_types),
        "fonctions": sorted(app.handler_map),
        "sources": [_source(config) for config in app.event_sources],
    }


def _executer_module(nom: str) -> None:
    sys.argv = [nom]
    try:
        runpy.run_module(nom, run_name="__main__", alter_sys=True)
    except SystemExit as fin:
        if fin.code not in (None, 0):
            raise RuntimeError(f"{nom} : {fin.code}") from fin


def _appeler(app: Any, demande: dict[str, Any]) -> Any:
    fonction, evenement, delai = demande["fonction"], demande["evenement"], demande["delai"]
    if fonction == "module":
        return _executer_module(evenement)
    cible: Callable[..., Any] = app if fonction == "web" else app.handler_map[fonction]
    resultat = cible(evenement, ContexteLambda(fonction, delai))
    if len(json.dumps(resultat, ensure_ascii=False).encode("utf-8", "surrogatepass")) > REPONSE_MAXIMALE:
        raise ValueError("Response payload size exceeded maximum allowed payload size (6291556 bytes).")
    return resultat


def servir(app: Any, prise: socket.socket) -> None:
    """The life of one worker: greet, then one event after the other until the caller leaves."""
    prise.sendall(trame(decrire(app)))
    while True:
        try:
            demande = recevoir(prise)
        except (EOFError, OSError):
            return
        signal.setitimer(signal.ITIMER_REAL, demande["delai"])
        try:
            reponse = trame({"resultat": _appeler(app, demande)})
        except Exception:
            trace = traceback.format_exc()
            print(trace, file=sys.stderr, flush=True)
            reponse = trame({"erreur": trace})
        signal.setitimer(signal.ITIMER_REAL, 0)
        try:
            prise.sendall(reponse)
        except OSError:
            return


def _naitre(app: Any, prise: socket.socket, ecoute: socket.socket) -> None:
    """In the child: forget the nursery's business, work, and leave without its exit handlers."""
    code = 1
    try:
        ecoute.close()
        for numero in (signal.SIGCHLD, signal.SIGTERM, signal.SIGALRM):
            signal.signal(numero, signal.SIG_DFL)
        servir(app, prise)
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def cultiver(app: Any, ecoute: socket.socket) -> None:
    """Fork a worker for each connection, until standard input closes: the parent is gone or wants us to end."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.collect()
    gc.freeze()
    while True:
        prets, _, _ = select.select([ecoute, sys.stdin], [], [])
        if sys.stdin in prets:
            return
        prise, _ = ecoute.accept()
        if os.fork() == 0:
            _naitre(app, prise, ecoute)
        prise.close()


def _regler_horloge(fichier: Path) -> None:
    try:
        from chalicelib.core.context import set_clock
    except ModuleNotFoundError as absent:
        print(f"Horloge du portail non réglée : {absent}", file=sys.stderr, flush=True)
        return
    set_clock(Horloge(fichier).maintenant)


def _chauffer() -> None:
    """Build the AWS clients once, before forking: they take long to make and have no connection yet."""
    try:
        from chalicelib.core import aws, table
    except ModuleNotFoundError:
        return
    for service in ("dynamodb", "s3", "sqs", "sesv2"):
        aws.client(service)
    _ = table.connection().client


def main() -> None:
    """Arguments: the listening descriptor, the directory of app.py, the clock's file."""
    ecoute = socket.socket(fileno=int(sys.argv[1]))
    racine, fichier = Path(sys.argv[2]), Path(sys.argv[3])
    sys.path.insert(0, str(racine))
    app = importlib.import_module("app").app
    observateur = os.environ.get("OBSERVATEUR")
    if observateur:  # a module of the tests, which looks at what the app does
        importlib.import_module(observateur).observer(app)
    _regler_horloge(fichier)
    _chauffer()
    cultiver(app, ecoute)


if __name__ == "__main__":
    main()
