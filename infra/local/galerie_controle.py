"""Looks at the gallery in a browser: pictures (1280 and 320 px, dark, without script, forced colours, print) into
`build/galerie/images`, and what a machine can judge: contrast of the tokens, axe with its RGAA rules, nothing that
overflows at 320 px nor at 200 % text, no error of script."""

import re
import shutil
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
CSS = ROOT / "chalicelib" / "core" / "static" / "guichet.css"
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "RGAAv4", "best-practice"]
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
ECRAN = {"width": 1280, "height": 900}
VUES: dict[str, dict[str, Any]] = {
    "1280": {"viewport": ECRAN},
    "320": {"viewport": {"width": 320, "height": 800}},
    "sombre": {"viewport": ECRAN, "color_scheme": "dark"},
    "sans-script": {"viewport": ECRAN, "java_script_enabled": False},
    "contraste": {"viewport": ECRAN, "forced_colors": "active"},
}
JUGEES = ("1280", "320", "sombre")

_TEXTES = ("encre", "encre-2", "marque", "marque-2", "erreur")
_TONS = ("succes", "attention", "erreur", "info")
COUPLES = [  # what is in front, what is behind, least contrast
    *[(texte, fond, 4.5) for texte in _TEXTES for fond in ("papier", "papier-2")],
    *[(texte, f"{ton}-fond", 4.5) for ton in _TONS for texte in (ton, "encre")],
    *[("papier", fond, 4.5) for fond in ("marque", "marque-2", "erreur", "encre")],
    *[("encre-2", "papier-3", 4.5), ("marque", "marque-claire", 4.5), ("sur-entete-2", "entete", 4.5)],
    *[("mimosa", "entete", 3.0), ("foyer-1", "foyer-2", 3.0)],
    *[("trait-fort", fond, 3.0) for fond in ("papier", "papier-2")],
]


def verifier(noms: list[str], dossier: Path) -> int:
    """Answers the number of faults, each printed."""
    from playwright.sync_api import sync_playwright

    fautes = contrastes()
    with sync_playwright() as p:
        navigateur = p.chromium.launch(executable_path=shutil.which("chromium"), args=OPTIONS)
        for nom in noms:
            for vue in VUES:
                fautes += [f"{nom} {vue} : {faute}" for faute in _vue(navigateur, dossier, nom, vue)]
        navigateur.close()
    for faute in fautes:
        print(faute)
    print(f"{len(noms)} pages, {len(VUES)} vues : {len(fautes)} faute(s)")
    return len(fautes)


def _vue(navigateur: Any, dossier: Path, nom: str, vue: str) -> list[str]:
    contexte = navigateur.new_context(reduced_motion="reduce", **VUES[vue])
    page = contexte.new_page()
    fautes: list[str] = []
    page.on("pageerror", lambda erreur: fautes.append(str(erreur)))
    page.goto((dossier / f"{nom}.html").as_uri())
    page.screenshot(path=dossier / "images" / f"{nom}-{vue}.png", full_page=True)
    if vue in JUGEES:
        fautes += _axe(page) + _debordement(page)
    if vue == "1280":
        page.add_style_tag(content="html{font-size:200%}")
        fautes += [f"200 % : {faute}" for faute in _debordement(page)]
        page.emulate_media(media="print")
        page.pdf(path=dossier / "images" / f"{nom}.pdf", format="A4")
    contexte.close()
    return fautes


def _axe(page: Any) -> list[str]:
    page.add_script_tag(path=str(AXE))
    regles = page.evaluate("tags => axe.run({runOnly: tags})", AXE_TAGS)["violations"]
    return [f"{r['id']} {n['target']} {n['failureSummary'][:160]}" for r in regles for n in r["nodes"][:1]]


def _debordement(page: Any) -> list[str]:
    largeur, ecran = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    return [f"déborde : {largeur} px sur {ecran}"] if largeur > ecran else []


def contrastes() -> list[str]:
    """The pairs of tokens that are too close to each other, in each theme."""
    blocs = re.findall(r":root ?\{(.*?)\}", CSS.read_text(), re.S)[:2]
    clair, sombre = (dict(re.findall(r"--([\w-]+):(#[0-9a-f]{3,6})\b", bloc)) for bloc in blocs)
    return [
        f"{theme} : --{a} sur --{b} = {contraste(jetons[a], jetons[b]):.2f}, {voulu} au moins"
        for theme, jetons in (("clair", clair), ("sombre", {**clair, **sombre}))
        for a, b, voulu in COUPLES
        if contraste(jetons[a], jetons[b]) < voulu
    ]


def contraste(a: str, b: str) -> float:
    """Contrast of two colours, as WCAG counts it."""
    claire, foncee = sorted((_luminance(a), _luminance(b)), reverse=True)
    return (claire + 0.05) / (foncee + 0.05)


def _luminance(couleur: str) -> float:
    chiffres = couleur[1:] if len(couleur) == 7 else "".join(c * 2 for c in couleur[1:])
    canaux = [int(chiffres[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    rouge, vert, bleu = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in canaux)
    return 0.2126 * rouge + 0.7152 * vert + 0.0722 * bleu
