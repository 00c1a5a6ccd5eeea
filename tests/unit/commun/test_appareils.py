"""What a browser says of itself, in words."""

from __future__ import annotations

import pytest

from chalicelib.commun.comptes.rules import appareil_lisible

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36"


@pytest.mark.rule("T1")
@pytest.mark.parametrize(
    ("agent", "attendu"),
    [
        pytest.param(WINDOWS, "Chrome, Windows", id="Chrome"),
        pytest.param(f"{WINDOWS} Edg/130.0", "Edge, Windows", id="Edge"),
        pytest.param("Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/131.0", "Firefox, Linux", id="ff"),
        pytest.param("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1",
                     "Safari, iPhone", id="iPhone"),
        pytest.param("curl/8", "Navigateur inconnu, appareil inconnu", id="autre"),
        pytest.param("", "Navigateur inconnu, appareil inconnu", id="rien"),
    ],
)  # fmt: skip
def test_un_appareil_se_reconnait(agent: str, attendu: str) -> None:
    assert appareil_lisible(agent) == attendu
