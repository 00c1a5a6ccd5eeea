"""Pictures of every page in every state, to be looked at: what the tests of the browser visit, drawn.

python -m infra.ecrans            build/ecrans/index.html: computer, telephone, dark, print
python -m infra.ecrans --readme   also the small pictures of the README, in docs/images
python -m infra.ecrans gestion    the chapters that are named, alone
"""

import argparse
import io
import re
import shutil
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from html import escape
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from infra import navigateur
from infra.local.environnement import RACINE
from infra.local.portail import Portail, portail
from tests.browser.visite import CHAPITRES, Visite

SORTIE = RACINE / "build" / "ecrans"
README = RACINE / "docs" / "images"
# state of the visit -> picture of the README
CHOISIES = {"accueil": "accueil", "identification enregistrée": "identification", "dossier à décider": "gestion"}
POIDS_MAX = 120 * 1024
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--force-color-profile=srgb"]
VUES = ("ordinateur", "téléphone", "sombre", "impression")
ORDINATEUR, TELEPHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
A4 = {"width": 718, "height": 1016}  # at 96 points an inch, without the margins


class Album:
    """The pictures of a visit, in their order."""

    def __init__(self, chromium: Browser, readme: bool) -> None:
        self._chromium, self._readme = chromium, readme
        self.noms: list[str] = []

    @contextmanager
    def fenetre(self) -> Iterator[Page]:
        """A window to visit with."""
        contexte = self._chromium.new_context(
            viewport=ORDINATEUR, locale="fr-FR", timezone_id="Europe/Paris", reduced_motion="reduce"
        )
        yield contexte.new_page()
        contexte.close()

    def voir(self, page: Page, nom: str) -> None:
        """Draw the state where a page is, in each view; the page is left as it was."""
        rang = len(self.noms)
        self.noms.append(nom)
        if self._readme and nom in CHOISIES:
            illustrer(page, README / f"{CHOISIES[nom]}.png")
        for vue in VUES:
            _regler(page, vue)
            page.screenshot(path=SORTIE / image(rang, nom, vue), full_page=True)
        _regler(page, "ordinateur")

    def index(self) -> None:
        """The page that shows them all."""
        lignes = []
        for rang, nom in enumerate(self.noms):
            images = "".join(_figure(image(rang, nom, vue), f"{nom}, {vue}", vue) for vue in VUES)
            lignes.append(f"<h2>{escape(nom)}</h2><div>{images}</div>")
        (SORTIE / "index.html").write_text(_PAGE.format(len(self.noms), "\n".join(lignes)), "utf-8")


def _figure(fichier: str, texte: str, vue: str) -> str:
    vignette = f'<a href="{fichier}"><img src="{fichier}" alt="{escape(texte)}" loading="lazy"></a>'
    return f"<figure>{vignette}<figcaption>{vue}</figcaption></figure>"


_PAGE = """<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>Écrans</title>
<style>body{{font:1rem/1.5 sans-serif;margin:2rem}}div{{display:flex;gap:1rem;align-items:flex-start;flex-wrap:wrap}}
figure{{margin:0}}img{{max-height:32rem;max-width:24rem;border:1px solid #999}}</style></head>
<body><h1>Écrans : {} états</h1>
{}
</body></html>
"""


def _regler(page: Page, vue: str) -> None:
    taille = {"téléphone": TELEPHONE, "impression": A4}.get(vue, ORDINATEUR)
    page.set_viewport_size(taille)
    page.emulate_media(
        media="print" if vue == "impression" else "screen", color_scheme="dark" if vue == "sombre" else "light"
    )
    page.evaluate("() => scrollTo(0, 0)")


def image(rang: int, nom: str, vue: str) -> str:
    """The name of a picture: « 007-connexion-telephone.png »."""
    ascii_ = unicodedata.normalize("NFKD", f"{nom}-{vue}").encode("ascii", "ignore").decode()
    return f"{rang:03}-{re.sub(r'[^a-z0-9]+', '-', ascii_.lower()).strip('-')}.png"


def illustrer(page: Page, chemin: Path) -> None:
    """A picture of the README: the top of the page, in few colours, light enough for a repository."""
    chemin.parent.mkdir(parents=True, exist_ok=True)
    dessin = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    for couleurs in (128, 64, 32, 16):
        dessin.quantize(couleurs, dither=Image.Dither.NONE).save(chemin, optimize=True)
        if chemin.stat().st_size <= POIDS_MAX:
            return
    raise SystemExit(f"{chemin} pèse plus de {POIDS_MAX // 1024} Ko")


def dessiner(ouvert: Portail, chapitres: Sequence[Callable[[Visite], None]], readme: bool) -> int:
    """Visit and draw; answers the number of states."""
    shutil.rmtree(SORTIE, ignore_errors=True)
    SORTIE.mkdir(parents=True)
    chemin = navigateur.trouver()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=chemin, args=OPTIONS)
        album = Album(chromium, readme)
        for chapitre in chapitres:
            chapitre(Visite(ouvert, album.fenetre, album.voir))
        album.index()
        chromium.close()
    return len(album.noms)


def main() -> None:
    """Start the portal, visit, draw."""
    connus = {chapitre.__name__: chapitre for chapitre in CHAPITRES}
    parser = argparse.ArgumentParser(description="Dessine chaque page dans chaque état, dans build/ecrans/.")
    parser.add_argument("chapitre", nargs="*", help=f"tous, ou : {', '.join(connus)}")
    parser.add_argument("--readme", action="store_true", help="refait les images du README")
    demande = parser.parse_args()
    if not set(demande.chapitre) <= set(connus):
        parser.error(f"chapitres : {', '.join(connus)}")
    with portail(env={"VERSION": "1.0"}) as ouvert:
        nombre = dessiner(ouvert, [connus[nom] for nom in demande.chapitre] or CHAPITRES, demande.readme)
    print(f"{nombre} états, {len(VUES)} vues : {SORTIE / 'index.html'}")


if __name__ == "__main__":
    main()
