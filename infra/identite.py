"""The looks of the body that deploys: `make package IDENTITE=dossier` (rule S5; also for `make run`).

The folder holds `couleurs.css`, `logo.svg`, or both. The colours are the tokens of `guichet.css` and nothing else, in
`:root{…}` and, for the dark, in `@media (prefers-color-scheme: dark){:root{…}}`; each pair that is read together must
keep its contrast (RGAA 3.2, 3.3). Without a folder, ours comes back.
"""

import re
import shutil
import sys
from pathlib import Path

STATIQUE = Path(__file__).resolve().parent.parent / "chalicelib" / "core" / "static"
CIBLE = STATIQUE / "identite"
LOGO_MAX = 20_000  # bytes: it is on every page
CLAIR, SOMBRE = "@media (prefers-color-scheme: light)", "@media (prefers-color-scheme: dark)"
TEXTE, FORME = 4.5, 3.0
# What is seen on what, and how much they must differ.
PAIRES = (
    ("--encre", "--papier", TEXTE), ("--encre", "--papier-2", TEXTE), ("--encre-2", "--papier", TEXTE),
    ("--encre-2", "--papier-2", TEXTE), ("--marque-2", "--papier-2", TEXTE), ("--succes", "--papier", FORME),
    ("--info", "--papier", FORME), ("--attention", "--papier", FORME),
    ("--marque", "--papier", TEXTE), ("--marque", "--papier-2", TEXTE), ("--marque-2", "--papier", TEXTE),
    ("--marque", "--marque-claire", TEXTE), ("blanc", "--entete", TEXTE), ("--sur-entete-2", "--entete", TEXTE),
    ("--erreur", "--papier", TEXTE), ("--erreur", "--erreur-fond", TEXTE), ("--succes", "--succes-fond", TEXTE),
    ("--attention", "--attention-fond", TEXTE), ("--info", "--info-fond", TEXTE), ("--trait-fort", "--papier", FORME),
    ("--foyer-2", "--papier", FORME), ("--mimosa", "--entete", FORME),
)  # fmt: skip


class FauteIdentite(Exception):
    """What the body must mend, in French."""


def jetons(css: str) -> tuple[dict[str, str], dict[str, str]]:
    """The colours of a style sheet by name, light and dark. Raises FauteIdentite for anything but tokens."""
    reste = re.sub(r"/\*.*?\*/", "", css, flags=re.S).strip()
    bloc = r":root\s*\{([^{}]*)\}"
    lu = re.fullmatch(rf"(?:{bloc})?\s*(?:{re.escape(SOMBRE)}\s*\{{\s*{bloc}\s*\}})?", reste)
    if not lu:
        raise FauteIdentite(f"couleurs.css ne contient que « :root{{…}} » et « {SOMBRE}{{:root{{…}}}} ».")
    return _declarations(lu[1] or ""), _declarations(lu[2] or "")


def _declarations(bloc: str) -> dict[str, str]:
    lues = {}
    for declaration in filter(None, map(str.strip, bloc.split(";"))):
        lu = re.fullmatch(r"(--[a-z0-9-]+)\s*:\s*(#[0-9a-fA-F]{6})", declaration)
        if not lu or lu[1] not in _connus():
            raise FauteIdentite(
                f"« {declaration} » : écrivez une couleur de guichet.css, sous la forme --marque:#5b1850."
            )
        lues[lu[1]] = lu[2]
    return lues


def _connus() -> set[str]:
    return {nom for nom, _ in re.findall(r"(--[a-z0-9-]+):(#[0-9a-f]+)", _nos_couleurs())}


def _nos_couleurs() -> str:
    return (STATIQUE / "guichet.css").read_text(encoding="utf-8").partition("/* Shapes")[0]


def _valeurs(clair: dict[str, str], sombre: dict[str, str], la_nuit: bool) -> dict[str, str]:
    """All colours as the browser sees them, ours where the body gives none."""
    jour, _, nuit = _nos_couleurs().partition(SOMBRE)
    notres = [dict(re.findall(r"(--[a-z0-9-]+):(#[0-9a-f]+)", partie)) for partie in (jour, nuit)]
    base = {"blanc": "#ffffff"} | notres[0]
    return base | notres[1] | sombre if la_nuit else base | clair


def luminance(couleur: str) -> float:
    """Relative luminance of « #rgb » or « #rrggbb » (WCAG 2)."""
    chiffres = couleur[1:] if len(couleur) == 7 else "".join(c * 2 for c in couleur[1:])
    parts = [int(chiffres[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    rouge, vert, bleu = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * rouge + 0.7152 * vert + 0.0722 * bleu


def contraste(une: str, autre: str) -> float:
    """Ratio of contrast of two colours, from 1 to 21."""
    sombre, claire = sorted((luminance(une), luminance(autre)))
    return (claire + 0.05) / (sombre + 0.05)


def fautes_de_contraste(clair: dict[str, str], sombre: dict[str, str]) -> list[str]:
    """The pairs that can't be told apart, in words."""
    fautes = []
    for nom, la_nuit in (("thème clair", False), ("thème sombre", True)):
        valeurs = _valeurs(clair, sombre, la_nuit)
        for dessus, dessous, minimum in PAIRES:
            ecart = contraste(valeurs[dessus], valeurs[dessous])
            if ecart < minimum:
                trouve = f"{ecart:.1f} au lieu de {minimum}".replace(".", ",")
                fautes.append(f"{nom} : {dessus} sur {dessous}, contraste {trouve}")
    return fautes


def faute_de_logo(svg: str) -> str | None:
    """A picture that calls nothing and runs nothing."""
    if "<svg" not in svg or len(svg.encode()) > LOGO_MAX:
        return f"logo.svg : un dessin SVG de {LOGO_MAX // 1000} ko au plus."
    if re.search(
        r"<script|<style|<foreignObject|\son\w+\s*=|(?:href|src)\s*=\s*[\"'](?!#)|url\((?!#)|<!ENTITY", svg, re.I
    ):
        return "logo.svg : ni programme, ni lien, ni image venue d’ailleurs."
    return None


def poser(dossier: Path | None, cible: Path = CIBLE) -> None:
    """Put the files of `dossier` in place, checked; without a folder, take away those of another time."""
    textes = _textes(dossier) if dossier else {}
    shutil.rmtree(cible, ignore_errors=True)
    if textes:
        cible.mkdir(parents=True)
    for nom, texte in textes.items():
        (cible / nom).write_text(texte, encoding="utf-8")


def _textes(dossier: Path) -> dict[str, str]:
    """What is put in place, by name. The light colours are for the light alone: ours stay in the dark."""
    try:
        lus = {n: (dossier / n).read_text("utf-8") for n in ("couleurs.css", "logo.svg") if (dossier / n).is_file()}
    except UnicodeDecodeError as erreur:
        raise FauteIdentite(f"{dossier} : enregistrez ces fichiers en UTF-8.") from erreur
    if not lus:
        raise FauteIdentite(f"{dossier} ne contient ni couleurs.css ni logo.svg.")
    fautes = []
    if "couleurs.css" in lus:
        clair, sombre = jetons(lus["couleurs.css"])
        fautes += fautes_de_contraste(clair, sombre)
        lus["couleurs.css"] = _css(CLAIR, clair) + _css(SOMBRE, sombre)
    if "logo.svg" in lus:
        fautes += filter(None, [faute_de_logo(lus["logo.svg"])])
    if fautes:
        raise FauteIdentite("\n".join(fautes))
    return lus


def _css(quand: str, couleurs: dict[str, str]) -> str:
    return (
        f"{quand}{{:root{{{';'.join(f'{nom}:{valeur}' for nom, valeur in couleurs.items())}}}}}\n" if couleurs else ""
    )


def main() -> int:
    """The command line: the folder, or nothing."""
    try:
        poser(Path(sys.argv[1]) if len(sys.argv) > 1 and sys.argv[1] else None)
    except FauteIdentite as faute:
        print(faute, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
