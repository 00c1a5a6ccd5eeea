"""P8, what a browser takes for the first page; P9, what Lambda takes."""

import http.client
import json
import os
import re
import shutil
import subprocess
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

from infra import navigateur
from infra.package import MAX_ZIP, ROOT

PREMIERE = "/"
_URL_CSS = re.compile(r"url\(['\"]?([^)'\"]+)")


class _Ressources(HTMLParser):
    """What a page makes a browser ask at once."""

    def __init__(self) -> None:
        super().__init__()
        self.adresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Stylesheets, icons, scripts, images."""
        connus = dict(attrs)
        if tag == "link" and (connus.get("rel") or "") in {"stylesheet", "icon", "preload", "manifest"}:
            self.adresses.append(connus.get("href") or "")
        if tag in {"script", "img", "iframe", "source", "video", "audio"} and connus.get("src"):
            self.adresses.append(connus["src"] or "")


def premiere_page(url: str) -> dict[str, Any]:
    """P8: each request of the first page, with its weight on the wire."""
    poids, a_lire, ailleurs = {}, [PREMIERE], []
    while a_lire:
        chemin = a_lire.pop(0)
        if chemin in poids:
            continue
        octets, texte, genre = _prendre(url, chemin)
        poids[chemin] = octets
        for adresse in _citees(texte, genre):
            entiere = urljoin(url + chemin, adresse)
            if entiere.startswith("data:"):
                continue
            if urlsplit(entiere).netloc != urlsplit(url).netloc:
                ailleurs.append(entiere)
                continue
            a_lire.append(entiere.removeprefix(url))
    return {"requetes": len(poids), "octets": sum(poids.values()), "detail": poids, "ailleurs": ailleurs}


LIGHTHOUSE = "lighthouse@12.8.2"  # the last that Node.js 20 runs; fetched by npx, never a part of the portal


def lighthouse(url: str) -> dict[str, int] | None:
    """P8: Lighthouse's scores of the home page, of 100, on a simulated telephone; None without Node.js."""
    npx, chromium = shutil.which("npx"), navigateur.trouver()
    if npx is None or chromium is None:
        return None
    drapeaux = "--headless=new --no-sandbox --disable-gpu"
    commande = [npx, "--yes", LIGHTHOUSE, url + PREMIERE, "--output=json", "--quiet", "--no-enable-error-reporting"]
    commande += [f"--chrome-flags={drapeaux}", "--only-categories=performance,accessibility"]
    env = os.environ | {"CHROME_PATH": str(chromium)}
    fait = subprocess.run(commande, env=env, capture_output=True, text=True, timeout=300, check=False)
    if fait.returncode:
        raise RuntimeError(fait.stderr[-2000:])
    return {nom: round(note["score"] * 100) for nom, note in json.loads(fait.stdout)["categories"].items()}


def _citees(texte: str, genre: str) -> list[str]:
    if "html" in genre:
        page = _Ressources()
        page.feed(texte)
        return page.adresses
    return _URL_CSS.findall(texte) if "css" in genre else []


def _prendre(url: str, chemin: str) -> tuple[int, str, str]:
    """Bytes on the wire, the text, its type."""
    import gzip

    ligne = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
    ligne.request("GET", chemin, headers={"Accept-Encoding": "gzip", "User-Agent": "bench"})
    reponse = ligne.getresponse()
    corps = reponse.read()
    ligne.close()
    if reponse.status != 200:
        raise RuntimeError(f"{chemin} : {reponse.status}")
    nu = gzip.decompress(corps) if reponse.getheader("Content-Encoding") == "gzip" else corps
    return len(corps), nu.decode("utf-8", "replace"), reponse.getheader("Content-Type") or ""


def paquet() -> dict[str, Any] | None:
    """P9: the last deployable zip made on this machine."""
    faits = sorted((ROOT / "build").glob("*/deployment.zip"), key=lambda z: z.stat().st_mtime)
    if not faits:
        return None
    manifeste = json.loads(faits[-1].with_name("manifest.json").read_text("utf-8"))
    return {"octets": faits[-1].stat().st_size, "repere": MAX_ZIP, "runtime": manifeste["runtime"]}
