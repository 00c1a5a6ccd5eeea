"""The gates that are other people's tools, each seen red: a fault planted for each, with the house's own settings."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.client import Answer, check
from tests.meta.sources import RACINE, outil

REGLAGES = tomllib.loads((RACINE / "pyproject.toml").read_text(encoding="utf-8"))["tool"]


# Who calls them


def commandes(cible: str) -> str:
    """What `make` would run."""
    propre = {nom: valeur for nom, valeur in os.environ.items() if not nom.startswith("MAKE")}  # of a « make test »
    dite = ["make", "--no-print-directory", "-n", "-B", cible]
    return subprocess.run(dite, cwd=RACINE, env=propre, capture_output=True, text=True, check=True).stdout


def test_make_test_passe_par_chaque_porte() -> None:
    attendues = ["-m ruff check .", "lint-imports", "-m mypy", "-m infra.verifier", "-m pytest"]
    assert [porte for porte in attendues if porte not in commandes("test")] == []
    assert [porte for porte in attendues[:3] if porte not in commandes("lint")] == []


# mypy: strict, in the kernel and in the rules

_SANS_TYPES = "def sans(x):  # type: ignore[no-untyped-def]\n    return x\n\n\n"
FAUTES_DE_TYPE = {
    "no-untyped-def": "def f(x):\n    return x\n",
    "type-arg": "def f(x: list) -> None: ...\n",
    "no-untyped-call": _SANS_TYPES + "def f() -> None:\n    sans(1)\n",
    "untyped-decorator": _SANS_TYPES + "@sans\ndef f() -> None: ...\n",
    "misc": "from wtforms import Form\n\n\nclass F(Form): ...\n",
    "no-any-return": "from typing import Any\n\n\ndef f(x: Any) -> str:\n    return x\n",
    "unused-ignore": "x: int = 1  # type: ignore[assignment]\n",
    "redundant-cast": "from typing import cast\n\n\ndef f(x: int) -> int:\n    return cast(int, x)\n",
    "comparison-overlap": "def f(x: int) -> bool:\n    return x == 'a'\n",
    "return-value": "def f() -> int:\n    return 'a'\n",
    "union-attr": "def f(x: str | None) -> str:\n    return x.strip()\n",
}
BON = "def f(x: str | None) -> str:\n    return x.strip() if x else ''\n"


def test_une_faute_de_type_est_rouge_dans_le_noyau_et_dans_les_regles(tmp_path: Path) -> None:
    shutil.copy(RACINE / "pyproject.toml", tmp_path)
    (tmp_path / "app.py").write_text("", encoding="utf-8")
    for code, source in {**FAUTES_DE_TYPE, "bon": BON}.items():
        nom = code.replace("-", "_")
        for fichier in (f"core/{nom}.py", f"commun/{nom}/rules.py"):
            chemin = tmp_path / "chalicelib" / fichier
            chemin.parent.mkdir(parents=True, exist_ok=True)
            chemin.write_text(source, encoding="utf-8")
    fait = outil("mypy", "--explicit-package-bases", cwd=tmp_path)
    assert fait.returncode == 1, fait.stdout + fait.stderr
    trouvees = set(re.findall(r"^chalicelib/(\S+?)\.py:\d+: error: .*\[([a-z-]+)\]$", fait.stdout, re.MULTILINE))
    noms = [(code, code.replace("-", "_")) for code in FAUTES_DE_TYPE]
    attendues = {(lieu.format(nom), code) for code, nom in noms for lieu in ("core/{}", "commun/{}/rules")}
    assert trouvees == attendues, fait.stdout


# Style: each family of rules that pyproject.toml names

FAUTES_DE_STYLE = {
    "E": "x = None == None\n",
    "F": "import os\n",
    "W": "x = 1 \n",
    "I": "import sys\nimport ast\n\nprint(sys, ast)\n",
    "UP": "from typing import List\n\nx: List[int] = []\n",
    "B": "def f(x=[]):\n    return x\n",
    "C90": "def f(x):\n" + "".join(f"    if x == {n}:\n        x += 1\n" for n in range(9)) + "    return x\n",
    "DTZ": "from datetime import datetime\n\nx = datetime(2026, 1, 1)\n",
    "G": "import logging\n\nlogging.getLogger('x').info(f'{1}')\n",
    "PIE": "x = {**{'a': 1}}\nassert x.startswith('a') or x.startswith('b')\n",
    "PLW": "for x in range(3):\n    x = 2\n",
    "RSE": "raise ValueError()\n",
    "RUF": "x = [1] + [*[2]]\ny = [0, *x] + [3]\n",
    "S": "x = eval('1')\n",
    "SIM": "def f(x):\n    if x:\n        return True\n    else:\n        return False\n",
    "T20": "print(1)\n",
    "TID": "import os\n\nx = os.environ\n",
}


def test_chaque_famille_de_ruff_a_sa_faute_plantee() -> None:
    assert set(FAUTES_DE_STYLE) == set(REGLAGES["ruff"]["lint"]["select"])


@pytest.mark.parametrize("famille", FAUTES_DE_STYLE)
def test_une_faute_de_style_est_rouge(famille: str) -> None:
    options = ("--no-cache", "--output-format", "concise", "--stdin-filename", "chalicelib/commun/x/queries.py")
    fait = outil("ruff", "check", *options, "-", entree=FAUTES_DE_STYLE[famille])
    codes = {re.sub(r"\d+$", "", code) for code in re.findall(r":\d+:\d+: ([A-Z]+\d+)", fait.stdout)}
    assert fait.returncode == 1 and famille.rstrip("0123456789") in codes, fait.stdout


# What every answer must be, read by the tests' own browser

_ENTETES = {
    "content-security-policy": "default-src 'none'; style-src 'self'",
    "x-content-type-options": "nosniff",
    "strict-transport-security": "max-age=63072000; includeSubDomains; preload",
    "referrer-policy": "same-origin",
    "cache-control": "no-store",
    "content-type": "text/html; charset=utf-8",
}
_PAGE = "<!doctype html><html lang=fr><title>Essai</title><body><h1>Essai</h1><p id=a>L’essai.</p></body></html>"
_COOKIE = "__Host-x=1; Path=/; Secure; HttpOnly; SameSite=Lax"


def reponse(corps: str = _PAGE, cookie: str = _COOKIE, **entetes: str | None) -> Answer:
    """A page as it must be, but for what is given."""
    autres = {nom.replace("_", "-"): valeur for nom, valeur in entetes.items()}
    gardes = {nom: v for nom, v in {**_ENTETES, **autres}.items() if v is not None}
    return Answer(200, gardes, [cookie], corps, "/essai")


def test_une_bonne_page_passe() -> None:
    check(reponse())


@pytest.mark.parametrize(
    "faute",
    [
        *({nom.replace("-", "_"): None} for nom in _ENTETES),
        {"content_security_policy": "default-src 'self'"},
        {"content_security_policy": "default-src 'none'; script-src 'unsafe-inline'"},
        {"x_content_type_options": "sniff"},
        {"strict_transport_security": "max-age=60"},
        {"referrer_policy": "unsafe-url"},
        {"cache_control": "max-age=60"},
        {"content_type": "text/html"},
        {"access_control_allow_origin": "*"},
        {"cookie": _COOKIE.replace("__Host-", "")},
        {"cookie": _COOKIE.replace("Secure; ", "")},
        {"cookie": _COOKIE.replace("HttpOnly; ", "")},
        {"cookie": _COOKIE.replace("Lax", "None")},
        {"corps": _PAGE.replace("<h1>Essai</h1>", "")},
        {"corps": _PAGE.replace("</h1>", "</h1><h1>Deux</h1>")},
        {"corps": _PAGE.replace("<title>Essai</title>", "")},
        {"corps": _PAGE.replace("</p>", "</p><p id=a>Encore.</p>")},
        {"corps": _PAGE.replace("<p ", "<p style='color:red' ")},
        {"corps": _PAGE.replace("<p ", "<p onclick='x()' ")},
        {"corps": _PAGE.replace("<h1>", "<script>x()</script><h1>")},
        {"corps": _PAGE.replace("essai.", "{{ nom }}")},
        {"corps": _PAGE.replace("essai.", "{% if x %}")},
        {"corps": _PAGE.replace("’", "'")},
    ],
    ids=lambda faute: " ".join(f"{nom}={valeur}" for nom, valeur in faute.items()).replace(_PAGE[:40], "")[:60],
)
def test_une_mauvaise_reponse_est_rouge(faute: dict[str, Any]) -> None:
    with pytest.raises((AssertionError, KeyError)):
        check(reponse(**faute))
