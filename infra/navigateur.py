"""Finds a Chromium for the browser tests, installs one if there is none, prints its path.

    python -m infra.navigateur            finds, else installs (as root Debian's package, else Playwright's browser)
    python -m infra.navigateur --chercher finds only; exit code 1 when there is none

CHROMIUM, when set, names the one to use.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NOMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
ENDROITS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
MARCHE_A_SUIVRE = """\
Aucun navigateur Chromium, et son installation n'a pas réussi. Au choix :
  - Debian, Ubuntu : sudo apt-get install chromium
  - Fedora : sudo dnf install chromium        - macOS : brew install --cask chromium
  - avec Playwright : .venv/bin/python -m playwright install --with-deps chromium
  - un navigateur déjà là : CHROMIUM=/chemin/du/navigateur make test"""


def trouver() -> str | None:
    """The path of a browser that starts: the one asked for, the system's, Playwright's."""
    demande = os.environ.get("CHROMIUM")
    if demande:
        return demande if demarre(demande) else None
    presents = [shutil.which(nom) for nom in NOMS] + [lieu for lieu in ENDROITS if Path(lieu).exists()]
    candidats = [chemin for chemin in (*presents, _de_playwright()) if chemin]
    return next((chemin for chemin in candidats if demarre(chemin)), None)


def demarre(chemin: str) -> bool:
    """Whether the browser says its version: one that lacks a library does not."""
    try:
        essai = subprocess.run([chemin, "--version"], capture_output=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return essai.returncode == 0


def _de_playwright() -> str | None:
    try:
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError:
        return None
    with sync_playwright() as playwright:
        chemin = Path(playwright.chromium.executable_path)
    return str(chemin) if chemin.exists() else None


def installer() -> None:
    """Debian's package as root, Playwright's browser otherwise; what they say goes to standard error."""
    if hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        paquets = ["chromium", "fonts-dejavu-core"]
        for commande in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", *paquets]):
            subprocess.run(commande, env=env, stdout=sys.stderr, check=False)
        if trouver():
            return
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], stdout=sys.stderr, check=False)


def main() -> int:
    """Print the path of a browser that starts."""
    chemin = trouver()
    if chemin is None and "--chercher" not in sys.argv[1:]:
        print("Aucun navigateur Chromium : installation…", file=sys.stderr)
        installer()
        chemin = trouver()
    if chemin is None:
        print(MARCHE_A_SUIVRE, file=sys.stderr)
        return 1
    print(chemin)
    return 0


if __name__ == "__main__":
    sys.exit(main())
