"""Another service is asked within a time and a size, and never believed on its word."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from chalicelib.core.http import Unreachable, get_json
from tests import chrono


@contextmanager
def service(parler: Callable[[socket.socket], None]) -> Iterator[str]:
    """A loopback service that says what a test wants."""
    porte = socket.create_server(("127.0.0.1", 0))

    def servir() -> None:
        try:
            client, _ = porte.accept()
            with client:
                client.recv(65536)
                parler(client)
        except OSError:
            return

    threading.Thread(target=servir, daemon=True).start()
    yield f"http://127.0.0.1:{porte.getsockname()[1]}/v1/"
    porte.close()


def dire(*morceaux: bytes, pause: float = 0) -> Callable[[socket.socket], None]:
    """Say these bytes, one after the other."""

    def parler(client: socket.socket) -> None:
        for morceau in morceaux:
            client.sendall(morceau)
            time.sleep(pause)

    return parler


def test_une_reponse_se_lit() -> None:
    corps = b'{"a": 1}'
    with service(dire(b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n", corps)) as url:
        assert get_json(url, {"q": "é&x"}, 2, 100) == {"a": 1}


@pytest.mark.parametrize(
    ("morceaux", "pause", "attente"),
    [
        pytest.param([b"HTTP/1.1 429 Non\r\nRetry-After: 12\r\nContent-Length: 0\r\n\r\n"], 0, 12, id="trop"),
        pytest.param([b"HTTP/1.1 429 Non\r\nRetry-After: demain\r\nContent-Length: 0\r\n\r\n"], 0, 0, id="date"),
        pytest.param([b"HTTP/1.1 302 Va\r\nLocation: file:///etc/passwd\r\n\r\n"], 0, 0, id="redirection"),
        pytest.param([b"HTTP/1.1 200 OK\r\n\r\n" + b"1" * 500], 0, 0, id="trop gros"),
        pytest.param([b"HTTP/1.1 200 OK\r\n\r\n" + b"[" * 90], 0, 0, id="trop profond ou inachevé"),
        pytest.param([b"HTTP/1.1 200 OK\r\n\r\n\xff\xfe"], 0, 0, id="pas du texte"),
        pytest.param([b"bonjour\r\n\r\n"], 0, 0, id="pas du HTTP"),
        pytest.param([b""], 0, 0, id="raccroche"),
        pytest.param([b"HTTP/1.1 200 OK\r\n"] + [b"X-a: 1\r\n"] * 40, 0.1, 0, id="goutte à goutte"),
        pytest.param([b"HTTP/1.1 200 OK\r\n\r\n"] + [b" "] * 40, 0.1, 0, id="corps goutte à goutte"),
    ],
)
def test_ce_qui_ne_se_lit_pas_a_temps_est_dit(morceaux: list[bytes], pause: float, attente: int) -> None:
    debut = time.monotonic()
    with service(dire(*morceaux, pause=pause)) as url, pytest.raises(Unreachable) as panne:
        get_json(url, {"q": "x"}, 0.5, 100)
    assert panne.value.wait == attente and chrono.tient(time.monotonic() - debut, 3)


def test_personne_n_ecoute() -> None:
    with pytest.raises(Unreachable):
        get_json("http://127.0.0.1:9", {}, 2, 100)
